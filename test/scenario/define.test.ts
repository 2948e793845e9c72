/** A scenario that a program writes: what is wrong is told at the path of the value, for there is no text to look at. */
import { describe, expect, test } from "vitest";
import { Run } from "../../src/run.js";
import { defineScenario, ScenarioError, type ScenarioInput } from "../../src/scenario/define.js";

function problemsOf(raw: unknown): readonly string[] {
  try {
    defineScenario(raw as ScenarioInput);
  } catch (error) {
    if (error instanceof ScenarioError)
      return error.problems.map(({ where, what }) => `${where}: ${what}`);
    throw error;
  }
  return [];
}

const nodes = { replicas: 1 };

describe("a scenario that is an object", () => {
  test("has its mistakes where they stand in it, all at once", () => {
    expect(
      problemsOf({
        duration: "a while",
        nodes: { ...nodes, sentinelz: 3 },
        steps: [
          { at: "1s", kill: "r1" },
          { at: "5", kill: "r9" },
        ],
      }),
    ).toEqual([
      "duration: expected a duration such as 500ms, 1.5s or 2m, not a while",
      expect.stringMatching(/^nodes\.sentinelz: expected a node/),
      "steps.1.at: 5 is not a range of durations",
    ]);
    expect(problemsOf({ duration: "1s", nodes, steps: [{ at: "1s", kill: "r9" }] })).toEqual([
      "steps.0.kill: no node is called r9",
    ]);
    expect(problemsOf({ nodes })).toEqual([": the scenario needs the key duration"]);
  });

  test("is plain data", () => {
    const itself: Record<string, unknown> = { duration: "1s" };
    itself["nodes"] = { r1: itself };

    expect(problemsOf(itself)).toEqual(["nodes.r1: expected plain data, and this holds itself"]);
    expect(problemsOf({ duration: "1s", nodes: { replicas: () => 1 } })).toEqual([
      "nodes.replicas: expected plain data, not a function",
    ]);
    expect(problemsOf({ duration: Symbol("1s"), nodes })).toEqual([
      "duration: expected plain data, not a symbol",
    ]);
    for (const none of [undefined, null, 5, []])
      expect(problemsOf(none)[0]).toMatch(/^: expected a scenario: a mapping with duration, nodes/);
  });

  test("may hold one part in many places, and keys that are undefined", () => {
    const same = { at: "1s", pause: "r1", for: "1s" };
    const scenario = defineScenario({
      duration: "5s",
      nodes,
      clients: undefined,
      steps: Array.from({ length: 2_000 }, () => same),
    });

    expect(scenario.steps).toHaveLength(2_000);
  });

  test("tells of a step that chose nobody by its place, too", () => {
    const scenario = defineScenario({
      duration: "5s",
      nodes,
      steps: [{ name: "late", at: "1s", kill: "any sentinel" }],
    });

    expect(new Run({ scenario }).finish().mishaps[0]).toMatch(/^steps\.0: step late at 1\.000 s: /);
  });
});

test("a scenario that is a text has its mistakes at their lines", () => {
  expect(problemsOf("duration: 1s\nnodes: { replicas: -1 }\n")).toEqual([
    expect.stringMatching(/^scenario:2:20: expected how many replicas/),
  ]);
});

test.each(["-1000000", "2000000000"])("a clock does not drift by %s parts per million", (drift) => {
  const hosts = `hosts: { r1: { clock: { drift: ${drift} } } }`;
  const step = `steps: [{ at: 1s, skew: { on: r1, drift: ${drift} } }]`;

  for (const wrong of [hosts, step])
    expect(problemsOf(`duration: 1s\nnodes: { replicas: 1 }\n${wrong}\n`)[0]).toContain(
      "expected parts per million",
    );
});
