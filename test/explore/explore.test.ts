/** Exploring, shrinking and keeping what was found, without threads: the work is the same. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type ExploreOptions, explore, type Workers } from "../../src/explore/explore.js";
import { Findings, replayFinding } from "../../src/explore/findings.js";
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
