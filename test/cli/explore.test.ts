/** `redsim explore`, `findings` and `why` as a user types them, with worker threads. */
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { inFolder, redsim } from "./redsim.js";

const scenario = `
duration: 20s
nodes: { replicas: 1, sentinels: 1 }
server: { save: "" }
sentinel: { down-after-milliseconds: 1000, failover-timeout: 3000 }
clients:
  c1: { policy: naive, server: r1, workload: { every: 100ms } }
steps:
  - { at: 12s, cut: { from: [r1, c1] } }
`;

describe("redsim explore", () => {
  test("says what it ran and that nothing broke, and exits with 0", () => {
    inFolder((folder) => {
      const { code, out } = redsim(["explore", "--swarm", "--seeds", "1..4", "--jobs", "2"], {
        cwd: folder,
      });

      expect(out).toMatch(/^4 runs in .* a second, .* times real time$/m);
      expect(out).toContain("no law was broken");
      expect(code).toBe(0);
      expect(existsSync(join(folder, "findings"))).toBe(false);
    });
  });

  test("keeps what it finds, which findings lists, replays, merges and prunes", () => {
    inFolder((folder) => {
      writeFileSync(join(folder, "cut.yaml"), scenario);
      const found = redsim(
        ["explore", "cut.yaml", "--seeds", "1..3", "--also", "losses", "--shrink", "10"],
        { cwd: folder },
      );
      expect(found.code).toBe(1);
      expect(found.out).toContain("no acknowledged write is lost");

      const ids = readdirSync(join(folder, "findings"));
      const listed = redsim(["findings"], { cwd: folder });
      for (const id of ids) expect(listed.out).toContain(id);
      expect(listed.out).toMatch(/found \d{4}-\d\d-\d\d \d\d:\d\d UTC by redsim \d+\.\d+\.\d+, /);
      expect(redsim(["findings", "replay"], { cwd: folder }).out).toContain("the same again");
      for (const id of ids) {
        const trace = `findings/${id}/trace.ndjson`;
        const replayed = redsim(["replay", trace], { cwd: folder });
        expect(replayed.out).toMatch(/^\d+ records are the same again, fingerprint /);
        expect(redsim(["why", trace], { cwd: folder }).out).toContain("such as k");
      }
      const merged = redsim(["findings", "merge", "findings", "--findings", "all"], {
        cwd: folder,
      });
      expect(merged.out).toContain(`${ids.length} in all`);
      redsim(["findings", "prune", "--findings", "all"], { cwd: folder });
      expect(readdirSync(join(folder, "all"))).toEqual(ids);
    });
  });

  test("keeps what --set has changed, so that the command it prints shows the finding", () => {
    inFolder((folder) => {
      writeFileSync(join(folder, "calm.yaml"), scenario.replace("at: 12s, cut", "at: 12s, slow"));
      const cut = ["--set", "steps.0={ at: 12s, cut: { from: [r1, c1] } }"];
      const args = ["explore", "calm.yaml", ...cut, "--seeds", "1..1", "--also", "losses"];
      const { out } = redsim([...args, "--shrink", "60"], { cwd: folder });

      const again = /npx redsim (run \S+ --seed \S+ --heal)$/m.exec(out)?.[1]?.split(" ") ?? [];
      expect(again).toHaveLength(5);
      expect(redsim(again, { cwd: folder }).out).toMatch(/, [1-9]\d* lost$/m);
    });
  });

  test("repeats runs and finds them equal, and a redsim that knows who it is in its first second", () => {
    inFolder((folder) => {
      writeFileSync(join(folder, "cut.yaml"), scenario);
      const args = ["explore", "cut.yaml", "--seeds", "1..6", "--jobs", "1"];
      expect(redsim([...args, "--check-determinism=2"], { cwd: folder }).code).toBe(0);

      // One of seven hundred draws of the process is made twice, in whichever run that falls.
      const kernel = pathToFileURL(
        resolve(import.meta.dirname, "../../dist/kernel/random.js"),
      ).href;
      const preload = `
        const { RandomStream } = await import("${kernel}");
        const { between } = RandomStream.prototype;
        let count = 0;
        RandomStream.prototype.between = function (min, max) {
          if (++count % 700 === 0) this.below(2);
          return between.call(this, min, max);
        };`;
      const odd = redsim([...args, "--check-determinism"], { cwd: folder, preload });
      expect(odd.out).toMatch(
        /^seed 1 is not the same run twice: fingerprints \w{16} and \w{16}$/m,
      );
      expect(odd.out).toMatch(/^the two runs part at [\d.]+ s, where \w+ handles \w+/m);
      expect(odd.out).toMatch(/^ {2}stream \S+: \d+ draws in one, \d+ in the other$/m);
      expect(odd.code).toBe(3);

      const seeds = ["run", "cut.yaml", "--seeds", "1..3", "--check-determinism", "--quiet"];
      expect(redsim(seeds, { cwd: folder }).code).toBe(0);
      const run = redsim(seeds, { cwd: folder, preload });
      expect(run.out).toContain("npx redsim run cut.yaml --seed 1 --twice");
      expect(run.code).toBe(3);
    });
  });

  test.each([
    [["explore"], "nothing to explore"],
    [["explore", "kill-master", "--check-determinism=no"], "no is not a number of runs"],
    [["run", "kill-master", "--check-determinism"], "this is one run only"],
    [["run", "blip", "--seeds", "1..2", "--histogram", "lust"], "there is no figure lust"],
    [["explore", "kill-master", "--seeds", "9..1"], "9..1 is not a range of seeds"],
    [["explore", "kill-master", "--shard", "3/2"], "3/2 is not a share of the seeds"],
    [["explore", "kill-master", "--time", "soon"], "soon is not a duration"],
    [["explore", "kill-master", "--time", "0s"], "no run fits into no time"],
    [["explore", "kill-master", "--jobs", "1000"], "1000 are more than 256 threads"],
    [["explore", "kill-master", "--findings", ""], "this is no path"],
    [
      ["explore", "kill-master", "--seeds", "1..4", "--shard", "5/5"],
      "none of the seeds 1..4 is in 5/5",
    ],
    [["findings", "merge"], "merge of what?"],
    [["findings", "merge", "test/cli", "--findings", "test/cli"], "is merged into itself"],
    [["findings", "merge", "nowhere"], "a search that found nothing leaves no folder"],
    [["findings", "replay", "nothing"], "no finding is called nothing"],
  ])("%j is a mistake that it explains", (args, text) => {
    const { code, err } = redsim(args);

    expect(err).toContain(text);
    expect(code).toBe(2);
  });
});

describe("redsim why", () => {
  test("lists what was lost and why, and tells the story of one key", () => {
    inFolder((folder) => {
      writeFileSync(join(folder, "cut.yaml"), scenario);
      const all = redsim(["why", "cut.yaml", "--heal"], { cwd: folder }).out;
      const key = /such as (k\d+)\)/.exec(all.replace(/\s+/g, " "))?.[1] ?? "";
      expect(all).toContain("demoted");

      const one = redsim(["why", "cut.yaml", key, "--heal"], { cwd: folder }).out;
      expect(one).toContain(`SET ${key}`);
      expect(one).toMatch(/lost at [\d.]+ s/);
    });
  });

  test("takes a trace, healed or not, which is one run and needs no more", () => {
    inFolder((folder) => {
      writeFileSync(join(folder, "cut.yaml"), scenario);
      for (const heal of [["--heal"], []]) {
        const args = ["cut.yaml", "--seed", "5", ...heal];
        redsim(["run", ...args, "--quiet", "--trace", "t.ndjson"], { cwd: folder });

        const told = redsim(["why", "t.ndjson"], { cwd: folder });
        expect(told).toEqual(redsim(["why", ...args], { cwd: folder }));
        expect(redsim(["replay", "t.ndjson"], { cwd: folder }).code).toBe(0);
      }
      const wrong = redsim(["why", "t.ndjson", "--seed", "1"], { cwd: folder });
      expect(wrong.code).toBe(2);
      expect(wrong.err).toContain("a trace is one run");
    });
  });

  test("knows a key that was not lost, and one that nobody used", () => {
    inFolder((folder) => {
      writeFileSync(join(folder, "cut.yaml"), scenario);

      expect(redsim(["why", "cut.yaml", "k1", "--heal"], { cwd: folder }).out).toContain(
        "k1 was not lost",
      );
      expect(redsim(["why", "cut.yaml", "nobody"], { cwd: folder }).code).toBe(2);
    });
  });
});
