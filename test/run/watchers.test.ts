import { describe, expect, test } from "vitest";
import type { Observer, RunRecord } from "../../src/kernel/record.js";
import { seconds } from "../../src/kernel/time.js";
import { Run } from "../../src/run.js";
import { defineScenario, ScenarioError } from "../../src/scenario/define.js";

const scenario = defineScenario({
  duration: "30s",
  nodes: { replicas: 1, sentinels: 1 },
  steps: [{ at: "20s", kill: "r1" }],
});

function watched(record: Observer["record"], level: Observer["level"] = "notes"): Run {
  return new Run({ scenario, seed: "1", observers: [{ level, record }] });
}

const fingerprint = new Run({ scenario, seed: "1" }).finish().fingerprint;

describe("an observer that throws", () => {
  const isOdown = (record: RunRecord) =>
    record.kind === "note" && record.note.kind === "event" && record.node === "s1";

  test.each(["notes", "wire", "steps"] as const)(
    "at the level %s is heard as it threw, at that instant, and the run is whole",
    (level) => {
      const mine = new RangeError("mine");
      let seen: number | undefined;
      const run = watched((record) => {
        if (seen !== undefined || !isOdown(record)) return;
        seen = record.at;
        throw mine;
      }, level);

      expect(() => run.finish()).toThrow(mine);
      expect(run.now).toBe(seen);
      expect(run.isOver).toBe(false);
      expect(run.finish().fingerprint).toBe(fingerprint);
    },
  );

  test("while the run is made is heard there", () => {
    expect(() =>
      watched(() => {
        throw new Error("at once");
      }),
    ).toThrow("at once");
  });

  test("is heard at the end of a second, at the end of a run and out of a fault", () => {
    const told: number[] = [];
    const run = watched((record) => {
      if (record.kind !== "second" && record.kind !== "fault") return;
      told.push(record.at);
      throw new Error(record.kind);
    });

    expect(() => run.advance(seconds(1))).toThrow("second");
    expect(() => run.inject({ kind: "kill", node: "r2", signal: "KILL" })).toThrow("fault");
    expect(run.isUp("r2")).toBe(false);
    expect(told).toEqual([seconds(1), run.now]);
  });

  test("once in a step that says many things is heard once, and others are told all", () => {
    const all: string[] = [];
    const run = new Run({
      scenario,
      seed: "1",
      observers: [
        {
          level: "notes",
          record: ({ kind }) => {
            if (kind === "note") throw new Error("a note");
          },
        },
        { level: "notes", record: ({ kind }) => all.push(kind) },
      ],
    });
    const errors: unknown[] = [];
    while (!run.isOver) {
      try {
        run.advance(seconds(30));
      } catch (error) {
        errors.push(error);
      }
    }

    expect(errors.length).toBeGreaterThan(10);
    expect(errors.length).toBeLessThan(all.length);
    expect(run.fingerprint).toBe(fingerprint);
  });
});

describe("an observer that acts on the run it looks at", () => {
  test.each<[string, (run: Run) => unknown]>([
    ["moves time", (run) => run.advance(seconds(1))],
    ["injects a fault", (run) => run.inject({ kind: "kill", node: "r1", signal: "KILL" })],
    ["types a command", (run) => run.command("r1", "PING")],
    ["heals", (run) => run.heal()],
  ])("and %s is told to wait", (_, act) => {
    const run: Run = watched((record) => {
      if (record.kind === "note") act(run);
    });

    expect(() => run.finish()).toThrow(ScenarioError);
    expect(() => run.finish()).toThrow("an observer looks on, and who acts waits until advance");
  });

  test("may look as much as it likes", () => {
    let looks = 0;
    // The first records come while the run is made.
    let run: Run | undefined;
    run = watched(() => {
      if (run === undefined) return;
      run.inspect("r1");
      run.masterOf();
      run.result();
      looks++;
    });

    expect(run.finish().fingerprint).toBe(fingerprint);
    expect(looks).toBeGreaterThan(100);
  });
});

describe("a run that is over", () => {
  test("stays where it is, and tells the same however often it is asked", () => {
    const run = new Run({ scenario, seed: "1" });
    const result = run.finish();
    run.advance(seconds(5));

    expect(run.now).toBe(run.end);
    expect(run.finish()).toEqual(result);
    expect(run.result()).toEqual(result);
    expect(result.fingerprint).toBe(fingerprint);
  });

  test("heals again what is broken after it was healed, and its clients write again", () => {
    const busy = defineScenario({
      duration: "20s",
      nodes: { replicas: 1, sentinels: 1 },
      sentinel: { "down-after-milliseconds": 1000, "failover-timeout": 5000 },
      clients: { app: { workload: { every: "100ms" } } },
    });
    const run = new Run({ scenario: busy, seed: "1" });
    const once = run.heal();
    run.inject({ kind: "kill", node: "r1", signal: "KILL" });
    const twice = run.heal();

    expect(once.laws.filter(({ holds }) => !holds)).toEqual([]);
    expect(twice.laws.filter(({ holds }) => !holds)).toEqual([]);
    expect(twice.metrics.acknowledged).toBeGreaterThan(once.metrics.acknowledged);
    expect(twice.final.nodes["r1"]?.role).not.toBe("down");
  });
});
