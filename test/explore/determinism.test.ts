/**
 * What `--check-determinism` is for: a node that is not a function of what happened to it. These are made
 * impure on purpose, as the mutants are made wrong, and each must be found with its step and its stream.
 */
import { describe, expect, test } from "vitest";
import { explore, type Workers } from "../../src/explore/explore.js";
import { repeat } from "../../src/explore/repeat.js";
import { readSource, type ScenarioSource } from "../../src/explore/source.js";
import { runBatch, runShrink } from "../../src/explore/task.js";
import { tryOut } from "../../src/explore/trial.js";
import { type Divergence, sideBySide } from "../../src/run/side-by-side.js";
import type { Program } from "../mutants/patch.js";

const source: ScenarioSource = {
  name: "two.yaml",
  text: `
duration: 20s
nodes: { replicas: 1, sentinels: 1 }
server: { save: "" }
sentinel: { down-after-milliseconds: 1000 }
clients: { c1: { workload: { every: 100ms } } }
steps:
  - { at: 10s, for: 3s, pause: r1 }
`,
  files: {},
  set: [],
};
const read = readSource(source);
const scenario = typeof read === "string" ? expect.fail(read) : read;

/** Which process this is: what no node may ever know. */
let boots = 0;

type Act = (context: Parameters<ReturnType<Program>>[0]) => void;

/** Every second r2 that is ever booted does something else before its hundredth input. */
function odd(act: Act): Program {
  return (node, usual) => (context) => {
    const actor = usual(context);
    if (node.name !== "r2") return actor;
    const isOdd = ++boots % 2 === 0;
    const handle = actor.handle.bind(actor);
    let inputs = 0;
    actor.handle = (input) => {
      if (++inputs === 100 && isOdd) act(context);
      handle(input);
    };
    return actor;
  };
}

/** Where two runs part, in one of which r2 does this. */
function divergenceOf(act: Act): Divergence {
  const { divergence } = sideBySide({ scenario, seed: "1", program: odd(act) });
  return divergence ?? expect.fail("it went unnoticed");
}

describe("two runs side by side", () => {
  test("of right nodes are equal, with and without the second phase", () => {
    for (const healed of [false, true]) {
      const { run, divergence } = sideBySide({ scenario, seed: "1", healed });

      expect(divergence).toBeUndefined();
      expect(run.now).toBeGreaterThanOrEqual(run.plan.duration);
    }
  });

  test("part at the step in which a node drew once more, by the name of its stream", () => {
    const divergence = divergenceOf((context) => context.random.below(2));

    expect(divergence.step.node).toBe("r2");
    expect(divergence.step.input).toMatch(/^(received|fired|accepted) /);
    const [{ stream, draws } = expect.fail("no stream is named"), ...others] = divergence.streams;
    expect(others).toEqual([]);
    expect(stream).toBe("node/r2/0");
    expect(draws[1]).toBe(draws[0] + 1);
  });

  test("part at the step behind which one says something that the other does not", () => {
    const divergence = divergenceOf((context) => {
      context.note({ kind: "log", level: "notice", text: "a thought of its own" });
    });

    expect(divergence.step.node).toBe("r2");
    expect(divergence.streams).toEqual([]);
    expect(
      divergence.records.filter((line) => line?.includes("a thought of its own")),
    ).toHaveLength(1);
    expect(divergence.before.at(-1)).toContain('"node":"r2"');
  });
});

describe("a run that is explored", () => {
  const program = odd((context) => context.random.below(2));

  test("is the same again where all nodes are pure", () => {
    const { fingerprint } = tryOut(scenario, "3");

    expect(repeat(scenario, "3", fingerprint, {})).toBeUndefined();
  });

  test("is told with both fingerprints and the divergence where one is not", () => {
    boots = 0;
    const { fingerprint } = tryOut(scenario, "3", { program });
    const unequal = repeat(scenario, "3", fingerprint, { program });

    expect(unequal?.seed).toBe("3");
    expect(new Set(unequal?.fingerprints).size).toBe(2);
    expect(unequal?.divergence?.streams.map(({ stream }) => stream)).toEqual(["node/r2/0"]);
  });
});

describe("exploring", () => {
  const options = {
    source,
    seeds: { first: 1, last: 45 },
    budget: undefined,
    shard: { index: 1, of: 1 },
    also: [],
    repeatEvery: 10,
    patience: 0,
  };

  test("repeats the first and then every n-th seed", async () => {
    const repeated: number[] = [];
    const workers: Workers = {
      count: 1,
      batch: async (batch) => {
        repeated.push(...batch.repeated);
        return {
          runs: batch.seeds.length,
          events: 0,
          virtualMs: 0,
          findings: [],
          unequal: undefined,
        };
      },
      shrink: async (task) => runShrink(task),
    };
    await explore(workers, options, () => undefined);

    expect(repeated).toEqual([1, 11, 21, 31, 41]);
  });

  test("ends with the first seed that is not the same run twice", async () => {
    let batches = 0;
    const workers: Workers = {
      count: 1,
      batch: async (batch) => {
        batches++;
        const result = runBatch({ ...batch, seeds: batch.seeds.slice(0, 1), repeated: [] });
        const fingerprints = ["1", "2"] as const;
        return { ...result, unequal: { seed: "1", fingerprints, divergence: undefined } };
      },
      shrink: async (task) => runShrink(task),
    };
    const { unequal } = await explore(workers, options, () => undefined);

    expect(batches).toBe(1);
    expect(unequal?.seed).toBe("1");
  });
});
