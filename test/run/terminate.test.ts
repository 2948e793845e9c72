/** `terminate` with `for`: the process is started again so long after it has ended, whenever that is. */
import { describe, expect, test } from "vitest";
import { readSource } from "../../src/explore/source.js";
import type { RunRecord } from "../../src/kernel/record.js";
import { Run } from "../../src/run.js";

/** When r1 went down and came up, in seconds. */
function livesOf(steps: string): readonly string[] {
  const text = [
    'version: "7.0"',
    "duration: 40s",
    "nodes: { replicas: 1 }",
    'server: { save: "3600 1", shutdown-timeout: 10 }',
    "clients: { c1: { policy: naive, server: r1, start: 1s, workload: { every: 100ms } } }",
    `steps: [${steps}]`,
  ].join("\n");
  const scenario = readSource({ name: "terminate.yaml", text, files: {}, set: [] });
  if (typeof scenario === "string") throw new Error(scenario);
  const lives: string[] = [];
  const record = (each: RunRecord) => {
    if ((each.kind === "up" || each.kind === "down") && each.node === "r1")
      lives.push(`${each.kind} ${(each.at / 1e6).toFixed(0)}`);
  };
  new Run({ scenario, seed: "1", observers: [{ level: "notes", record }] }).finish();
  return lives;
}

describe("a process that is asked to end for a while", () => {
  test("is started again so long after it has ended", () => {
    expect(livesOf("{ at: 5s, terminate: r1, for: 2s }")).toEqual(["up 0", "down 5", "up 7"]);
  });

  // Redis 7.0: prepareForShutdown() waits shutdown-timeout for a replica that lags.
  test("may take longer to end than it is to be gone", () => {
    expect(livesOf("{ at: 4s, pause: r2 }, { at: 5s, terminate: r1, for: 2s }")).toEqual([
      "up 0",
      "down 15",
      "up 17",
    ]);
  });

  // Redis: prepareForShutdown(): "Error trying to save the DB, can't exit."
  test("is not started again where it does not end", () => {
    expect(livesOf("{ at: 4s, fill-disk: r1 }, { at: 5s, terminate: r1, for: 2s }")).toEqual([
      "up 0",
    ]);
  });

  test("is started all the same where it was down already", () => {
    expect(livesOf("{ at: 4s, kill: r1 }, { at: 5s, terminate: r1, for: 2s }")).toEqual([
      "up 0",
      "down 4",
      "up 7",
    ]);
  });
});
