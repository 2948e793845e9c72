import { describe, expect, test } from "vitest";
import { milliseconds, seconds } from "../../src/kernel/time.js";
import { planOf, stepStream } from "../../src/scenario/plan.js";
import { scenarioOf, usual } from "./world.js";

describe("a plan", () => {
  test("starts the servers within 2 ms, a second later the Sentinels, and lets each take its time", () => {
    for (let seed = 0; seed < 50; seed++) {
      const { nodes, started } = planOf(scenarioOf(usual), `${seed}`);
      const servers = nodes.filter((node) => node.kind === "server").map((node) => node.start);
      const sentinels = nodes.filter((node) => node.kind === "sentinel").map((node) => node.start);

      expect(Math.min(...servers)).toBeGreaterThanOrEqual(milliseconds(8));
      expect(Math.max(...servers)).toBeLessThanOrEqual(milliseconds(14));
      expect(Math.min(...sentinels)).toBeGreaterThanOrEqual(milliseconds(1_007));
      expect(Math.max(...sentinels)).toBeLessThanOrEqual(milliseconds(1_019));
      // Nobody waits for a process that was started to be up.
      expect(started).toBeGreaterThanOrEqual(milliseconds(1_001));
      expect(started).toBeLessThanOrEqual(milliseconds(1_009));
      expect(started).toBeLessThan(Math.max(...sentinels));
    }
  });

  test("starts the clocks at the same time but for the part of a second", () => {
    const epochs = Array.from({ length: 50 }, (_, i) => planOf(scenarioOf(usual), `${i}`).epoch);

    expect(new Set(epochs.map((epoch) => Math.floor(epoch / 1_000))).size).toBe(1);
    expect(new Set(epochs).size).toBeGreaterThan(40);
  });

  test("draws what is a range, once for each repetition", () => {
    const { steps } = planOf(
      scenarioOf(
        `${usual}steps: [{ at: 10s..20s, for: 1s..2s, repeat: { times: 3, every: 30s }, kill: r1 }]\n`,
      ),
      "3",
    );
    const [first, second, third] = steps[0]?.occurrences ?? [];

    expect(first?.after).toBeGreaterThanOrEqual(seconds(10));
    expect(first?.after).toBeLessThanOrEqual(seconds(20));
    expect((second?.after ?? 0) - (first?.after ?? 0)).toBe(seconds(30));
    expect((third?.after ?? 0) - (second?.after ?? 0)).toBe(seconds(30));
    expect(new Set([first?.lasts, second?.lasts, third?.lasts]).size).toBe(3);
  });

  test("does not move a step when another is added", () => {
    const one = "  - { name: a, at: 10s..20s, kill: r1 }\n";
    const other = "  - { name: b, at: 1s..5s, kill: r2 }\n";

    const before = planOf(scenarioOf(`${usual}steps:\n${one}`), "9");
    const after = planOf(scenarioOf(`${usual}steps:\n${other}${one}`), "9");

    expect(after.steps[1]?.occurrences).toEqual(before.steps[0]?.occurrences);
  });

  test("differs from seed to seed", () => {
    const scenario = scenarioOf(`${usual}steps: [{ at: 10s..20s, kill: r1 }]\n`);

    expect(planOf(scenario, "1").steps).not.toEqual(planOf(scenario, "2").steps);
  });

  // What a seed means: renaming a stream changes every recorded run.
  test("names its streams once and for all", () => {
    const { nodes, steps } = planOf(
      scenarioOf(`${usual}steps: [{ name: a, at: 10s..20s, kill: r1 }]\n`),
      "1",
    );

    expect(stepStream({ seed: "1" }, "a").name).toBe("step a");
    expect(nodes.map((node) => node.start)).toMatchInlineSnapshot(`
      [
        10103,
        9316,
        9175,
        1010434,
        1014312,
        1011975,
      ]
    `);
    expect(steps[0]?.occurrences[0]?.after).toMatchInlineSnapshot(`14645978`);
  });
});
