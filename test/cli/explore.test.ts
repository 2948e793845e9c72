/** `redsim explore`, `findings` and `why` as a user types them, with worker threads. */
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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
      expect(redsim(["findings", "replay"], { cwd: folder }).out).toContain("the same again");
      const merged = redsim(["findings", "merge", "findings", "--findings", "all"], {
        cwd: folder,
      });
      expect(merged.out).toContain(`${ids.length} in all`);
      redsim(["findings", "prune", "--findings", "all"], { cwd: folder });
      expect(readdirSync(join(folder, "all"))).toEqual(ids);
    });
  });

  test.each([
    [["explore"], "nothing to explore"],
    [["explore", "kill-master", "--seeds", "9..1"], "9..1 is not a range of seeds"],
    [["explore", "kill-master", "--shard", "3/2"], "3/2 is not a share of the seeds"],
    [["explore", "kill-master", "--time", "soon"], "soon is not a duration"],
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
