import { describe, expect, test } from "vitest";
import { seconds } from "../../src/kernel/time.js";
import { Run } from "../../src/run.js";
import { defineScenario, ScenarioError } from "../../src/scenario/define.js";

/** Two servers on one machine, whose name is neither's. */
function pair(): Run {
  const scenario = defineScenario({
    duration: "20s",
    hosts: { box: {} },
    nodes: { r1: { host: "box" }, r2: { host: "box", port: 6380, replicaof: "r1" } },
    clients: { app: { policy: "naive", start: "1s" } },
  });
  return new Run({ scenario, seed: "1" });
}

describe("a name that a program gives to a run, and that nobody has", () => {
  test.each<[string, (run: Run) => void, string]>([
    [
      "in a fault",
      (run) => run.inject({ kind: "kill", node: "r9", signal: "KILL" }),
      "no node is called r9 (there are r1, r2 and app)",
    ],
    [
      "of a machine",
      (run) => run.inject({ kind: "powerOff", host: "r1" }),
      "no host is called r1 (there are box and app)",
    ],
    [
      "of a machine on either side of a cut",
      (run) =>
        run.inject({
          kind: "cut",
          name: "cable",
          a: ["box"],
          b: ["nobody"],
          direction: "both",
          mode: "drop",
        }),
      "no host is called nobody (there are box and app)",
    ],
    ["of a redis-cli", (run) => run.command("r9", "PING"), "no node is called r9"],
    ["of a look", (run) => run.inspect("the master"), "no node is called the master"],
    ["of a file's node", (run) => run.file("box", "redis.conf"), "no node is called box"],
  ])("is told %s with those there are, and the run goes on", (_, act, what) => {
    const run = pair();
    run.advance(seconds(2));
    const before = run.fingerprint;

    expect(() => act(run)).toThrow(ScenarioError);
    expect(() => act(run)).toThrow(what);
    expect(run.fingerprint).toBe(before);
    expect(run.finish().metrics.acknowledged).toBeGreaterThan(0);
  });
});

test("a node's file is found on a machine of another name", () => {
  const run = pair();
  run.advance(seconds(1));

  expect(run.file("r2", "/etc/redis/r2.conf")).toContain("replicaof ");
  expect(run.file("r2", "/etc/redis/r3.conf")).toBeUndefined();
});

test("nobody types on a machine without power, and whoever asks for it is told", () => {
  const scenario = defineScenario({
    duration: "10s",
    nodes: { replicas: 1 },
    steps: [
      { at: "3s", "power-off": "r1", for: "4s" },
      { name: "late", at: "5s", command: { on: "r1", send: "SET a b" } },
    ],
  });
  const run = new Run({ scenario, seed: "1" });
  run.advance(seconds(6));

  expect(run.command("r1", "SET c d")).toBe(false);
  expect(run.command("r2", "PING")).toBe(true);
  run.advance(seconds(3));
  expect(run.command("r1", "SET c d")).toBe(true);
  expect(run.finish().mishaps.join()).toContain(
    "step late at 5.000 s: the machine of r1 has no power, and nobody to type on it",
  );
});
