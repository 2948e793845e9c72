/** Lines of the nodes' logs, expected and waited for. */
import { describe, expect, test } from "vitest";
import { Run } from "../../src/run.js";
import { mistakes, scenarioOf, usual } from "./world.js";

function verdictsOf(...claims: readonly string[]) {
  const scenario = scenarioOf(
    [
      usual,
      "steps:",
      "  - name: kill",
      "    after: settled",
      "    wait: 1s",
      "    kill: r1",
      "  - name: heard",
      "    after: { log: '+sdown master mymaster *', node: s2 }",
      "    command: { on: r2, send: PING }",
      "expect:",
      ...claims.map((claim) => `  - ${claim}`),
      "",
    ].join("\n"),
    { set: ["sentinel.down-after-milliseconds=5000"] },
  );
  return new Run({ scenario, seed: "1" }).finish().expectations;
}

describe("a line of a log", () => {
  test("is expected by a pattern, of a node, in time, so often", () => {
    const verdicts = verdictsOf(
      "log: { line: 'Connection with master lost.', after: kill, within: 1s, times: 2 }",
      "log: { line: 'Connection with master lost.', node: r2, times: 1 }",
      "log: { line: 'Connection with master lost.', node: r1, times: 0 }",
      "log: { line: 'Connection with master lost.', after: kill, within: 1s, times: { at-least: 3 } }",
    );

    expect(verdicts.map(({ holds }) => holds)).toEqual([true, true, true, false]);
    expect(verdicts[0]?.text).toBe(
      '"Connection with master lost." logged within 1s after kill: 2 times',
    );
    expect(verdicts[3]?.found).toMatch(/^2 times, first at /);
  });

  // sentinelEvent(): what it publishes it logs, too.
  test("is a Sentinel's event, too, to expect and to wait for", () => {
    const [logged, shown] = verdictsOf(
      "log: { line: '+sdown master mymaster *', node: [s1, s2, s3], after: kill, times: 3 }",
      "shows: { step: heard, contains: PONG }",
    );

    expect(logged?.holds).toBe(true);
    expect(shown?.holds).toBe(true);
  });

  test("needs a pattern", () => {
    expect(mistakes(`${usual}expect:\n  - log: { node: r1 }\n`)).toHaveLength(1);
  });
});
