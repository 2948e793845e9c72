/** Exploring, shrinking and keeping what was found, without threads: the work is the same. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type ExploreOptions, explore, type Workers } from "../../src/explore/explore.js";
import { Findings, replayFinding } from "../../src/explore/findings.js";
import { isBeside, selfContained } from "../../src/explore/self-contained.js";
import { readSource, type ScenarioSource } from "../../src/explore/source.js";
import { swarmSource } from "../../src/explore/swarm.js";
import { runBatch, runShrink } from "../../src/explore/task.js";
import { tryOut } from "../../src/explore/trial.js";

const inline: Workers = {
  count: 2,
  batch: async (batch) => runBatch(batch),
  shrink: async (task) => runShrink(task),
};

/** A master is cut off with a client that goes on writing, among much that does not matter. */
const text = `
duration: 24s
nodes: { replicas: 3, sentinels: 3 }
server: { save: "", repl-timeout: 30 }
sentinel: { down-after-milliseconds: 1000, failover-timeout: 5000 }
network: { default: { latency: 20ms } }
clients:
  c1: { policy: naive, server: r1, workload: { every: 50ms } }
  c2: { workload: { every: 500ms, key: "c2-{i}" } }
steps:
  - { at: 5s, starve: { on: s1, time: 500ms } }
  - { at: 6s, for: 1s, pause: r4 }
  - { at: 8s, cut: { from: [r1, c1] } }
  - { at: 12s, jump: { on: s3, by: 1s } }
`;
const source: ScenarioSource = { name: "cut-off.yaml", text, files: {}, set: [] };
const options: ExploreOptions = {
  source,
  seeds: { first: 1, last: 4 },
  budget: undefined,
  shard: { index: 1, of: 1 },
  also: ["losses"],
  repeatEvery: undefined,
  patience: 120,
};

const at = new Date("2026-01-01T10:20:30Z");
const folder = mkdtempSync(join(tmpdir(), "redsim-findings-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("exploring", () => {
  test("brings what breaks in the same way together, whatever the order of the batches", async () => {
    const { runs, found } = await explore(inline, { ...options, patience: 0 }, () => undefined);

    expect(runs).toBe(4);
    const [loss] = found;
    expect(new Set(found.map(({ finding }) => finding.law))).toEqual(
      new Set(["no acknowledged write is lost"]),
    );
    expect(loss?.count).toBe(loss?.seeds.length);
    expect(loss?.seeds).toEqual([...(loss?.seeds ?? [])].sort((a, b) => a - b));
  });

  test("gives each shard its own seeds, and all of them together every seed", async () => {
    const seeds = { first: 1, last: 5 };
    const runsOf = async (index: number) =>
      (
        await explore(
          inline,
          { ...options, seeds, patience: 0, shard: { index, of: 2 } },
          () => undefined,
        )
      ).runs;

    expect([await runsOf(1), await runsOf(2)]).toEqual([3, 2]);
  });

  test("that is interrupted ends with the batches under way, and tells what they found", async () => {
    const stop = new AbortController();
    const seeds = { first: 1, last: 10_000 };

    const { runs, found } = await explore(
      inline,
      { ...options, source: undefined, also: [], seeds, patience: 0, stop: stop.signal },
      () => stop.abort(),
    );

    expect(runs).toBe(40);
    expect(found).toEqual([]);
  });

  test("shrinks to what is needed, keeps it, and shows it again to the byte", async () => {
    const { found } = await explore(inline, options, () => undefined);
    const findings = new Findings(folder);
    for (const each of found) findings.add(each, { program: "1.2.3", at, also: ["losses"] });

    const [{ finding, path } = expect.fail("nothing was kept")] = findings.all();
    expect(finding.size.faults).toBe(1);
    expect(finding.size.servers).toBeLessThanOrEqual(2);
    expect(finding.shrunk.text).not.toContain("network");
    expect(readFileSync(join(path, "shrunk.yaml"), "utf8")).toBe(finding.shrunk.text);
    expect(finding).toMatchObject({ foundAt: at.toISOString(), foundBy: "1.2.3" });
    const trace = readFileSync(join(path, "trace.ndjson"), "utf8").trimEnd().split("\n");
    expect(JSON.parse(trace[0] ?? "")).toMatchObject({ program: "1.2.3", healed: true });
    expect(JSON.parse(trace.at(-1) ?? "")).toMatchObject({
      kind: "end",
      fingerprint: finding.fingerprint,
    });
    expect(replayFinding(finding)).toBe("same");
    expect(replayFinding({ ...finding, fingerprint: "0" })).toBe("fails otherwise");
    expect(replayFinding({ ...finding, signature: "another" })).toBe("gone");
  });

  test("makes no node of its own of what was said of a replica that is not needed", async () => {
    const named = text.replace("sentinels: 3 }", "sentinels: 3, r4: { restart-after: 2s } }");
    const { found } = await explore(
      inline,
      { ...options, source: { ...source, text: named }, seeds: { first: 1, last: 1 } },
      () => undefined,
    );

    const shrunk = found[0]?.shrunk ?? expect.fail("nothing was found");
    expect(shrunk.source.text).not.toContain("r4");
    expect(shrunk.size.servers).toBeLessThanOrEqual(2);
  });

  test("leaves no word of it that plays no part", async () => {
    const wordy = text
      .replace("{ every: 50ms }", "{ every: 50ms, value: abc }")
      .replace("cut: { from: [r1, c1] }", "cut: { from: [r1, c1], direction: both, mode: drop }")
      .replace("{ replicas: 3,", "{ r1: { directives: { hz: 20, maxclients: 900 } }, replicas: 3,");
    const seeds = { first: 1, last: 1 };
    const worded = { ...source, text: wordy };
    const { found } = await explore(
      inline,
      { ...options, source: worded, seeds, patience: 200 },
      () => undefined,
    );

    const { shrunk } = found[0] ?? expect.fail("nothing was found");
    for (const word of ["abc", "direction", "drop", "hz", "maxclients"])
      expect(shrunk?.source.text).not.toContain(word);
    expect(shrunk?.source.text).toContain("cut");
  });

  test("adds the seeds of a finding that is known, and merges folders", () => {
    const findings = new Findings(folder);
    const before = findings.all();
    const [{ finding } = expect.fail("nothing was kept")] = before;
    const later = { ...finding, seeds: [77], count: 1, foundAt: "2026-02-01T00:00:00.000Z" };
    const merged = findings.store(later);

    expect(merged.finding.seeds).toContain(77);
    expect(merged.finding.foundAt).toBe(at.toISOString());
    expect(merged.finding.count).toBe(finding.count + 1);
    expect(findings.all()).toHaveLength(before.length);
  });

  test("counts a seed once that two folders have, and a search that is merged twice", () => {
    const findings = new Findings(folder);
    const [{ finding } = expect.fail("nothing was kept")] = findings.all();

    expect(findings.store(finding).finding.count).toBe(finding.count);
    const overlapping = { ...finding, seeds: [...finding.seeds, 78], count: finding.count + 1 };
    expect(findings.store(overlapping).finding.count).toBe(finding.count + 1);
  });

  test("takes any number of seeds, and makes them only when they are due", async () => {
    const stop = new AbortController();
    const seeds = { first: 1, last: Number.MAX_SAFE_INTEGER };
    const range = { ...options, also: [], seeds, patience: 0, stop: stop.signal };

    const { runs } = await explore(inline, range, () => stop.abort());

    expect(runs).toBe(40);
  });
});

// What is outside of the scenario's folder, and what --set has changed, is not there for who replays it.
describe("a scenario with files of its own and settings", () => {
  const sentinel = "port 26379\nsentinel monitor mymaster 10.9.0.1 6379 1\n";
  const files = {
    "../conf/redis.conf": "port 6379\ninclude ../conf/common.conf\n",
    "../conf/common.conf": "protected-mode no\n",
    "/etc/redis/redis.conf": "port 6379\nreplicaof 10.9.0.1 6379\nprotected-mode no\n",
    "conf/sentinel.conf": sentinel,
  };
  const scattered: ScenarioSource = {
    name: "scattered.yaml",
    text: `
# Two folders and an absolute path.
duration: 60s
hosts: { a: { ip: 10.9.0.1 } }
nodes:
  a: { config: ../conf/redis.conf }
  b: { config: /etc/redis/redis.conf }
  s: { config: conf/sentinel.conf }
`,
    files,
    set: ["duration=20s", "nodes.a.restart-after=3s"],
  };
  const contained = selfContained(scattered);

  test("becomes one that needs nothing but its own folder, and is the same run", () => {
    expect(contained.set).toEqual([]);
    expect(Object.keys(contained.files).every(isBeside)).toBe(true);
    expect(Object.keys(contained.files)).toHaveLength(3);

    const [before, after] = [scattered, contained].map(readSource);
    if (typeof before !== "object" || typeof after !== "object") expect.fail("a mistake");
    expect(after.duration).toBe(before.duration);
    expect(after.nodes.map(({ config }) => config.text)).toEqual(
      before.nodes.map(({ config }) => config.text),
    );
    expect(after.nodes.map((node) => node.files)).toEqual(before.nodes.map((node) => node.files));
    expect(after.nodes.map((node) => node.restartAfter)).toEqual(
      before.nodes.map((node) => node.restartAfter),
    );
  });

  test("stays as it is, comments included, where all its files are beside it", () => {
    const nodes = scattered.text.replace("../conf/redis", "redis").replace("/etc/redis/", "");
    const beside = {
      ...scattered,
      text: nodes,
      files: { "redis.conf": "port 6379\n", "conf/sentinel.conf": sentinel },
    };

    expect(selfContained(beside).files).toBe(beside.files);
    expect(selfContained(beside).text).toContain("# Two folders and an absolute path.");
    expect(selfContained(beside).text).toContain("duration: 20s");
    expect(selfContained({ ...beside, set: [] })).toEqual({ ...beside, set: [] });
  });

  test("is kept in the folder of its finding, wherever the finding comes from", () => {
    const outer = mkdtempSync(join(tmpdir(), "redsim-foreign-"));
    const findings = new Findings(join(outer, "findings"));
    const foreign = {
      signature: "a law: broken",
      law: "a law",
      text: "broken",
      foundAt: at.toISOString(),
      foundBy: "9.9.9",
      program: "9.9.9",
      fingerprint: "0",
      seed: "1",
      count: 1,
      seeds: [1],
      size: { faults: 0, servers: 1, sentinels: 0 },
      also: [],
      source: scattered,
      // Of another version: nothing can be made of it here.
      shrunk: { ...scattered, text: "novelty: 1", files: { "../../evil.conf": "x" } },
    };
    const { path } = findings.store(foreign);

    expect(readdirSync(outer)).toEqual(["findings"]);
    expect(readdirSync(join(outer, "findings"))).toHaveLength(1);
    expect(readdirSync(path)).toContain("redis.conf");
    expect(replayFinding(foreign)).toBe("unreadable");
    rmSync(outer, { recursive: true });
  });
});

describe("a world of the swarm", () => {
  // serverCron() after exit(): nothing. A child that had ended was reaped, and its replica sent the final RDB.
  test("in which masters are terminated while they save for a replica keeps every history", () => {
    const scenario = readSource(swarmSource("26070"));
    if (typeof scenario === "string") expect.fail(scenario);

    expect(tryOut(scenario, "26070").findings).toEqual([]);
  });

  test("is a scenario that reads without a mistake, and the same for the same seed", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const world = swarmSource(`${seed}`);

      expect(readSource(world), world.text).toBeTypeOf("object");
      expect(swarmSource(`${seed}`)).toEqual(world);
    }
  });

  test("keeps every law that Redis keeps", () => {
    for (let seed = 100; seed < 112; seed++) {
      const scenario = readSource(swarmSource(`${seed}`));
      if (typeof scenario === "string") expect.fail(scenario);

      expect(tryOut(scenario, `${seed}`).findings, `seed ${seed}`).toEqual([]);
    }
  });
});
