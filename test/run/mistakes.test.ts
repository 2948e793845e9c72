/**
 * What a program gives to a run and cannot be: one ScenarioError that says what is wrong and what may stand there,
 * never a Bug, and a run that is as it was.
 */
import { describe, expect, test } from "vitest";
import type { Fault } from "../../src/kernel/fault.js";
import { milliseconds, seconds } from "../../src/kernel/time.js";
import { sideBySide } from "../../src/run/side-by-side.js";
import { Run, type RunOptions } from "../../src/run.js";
import { defineScenario, ScenarioError } from "../../src/scenario/define.js";

const scenario = defineScenario({
  duration: "20s",
  hosts: { m1: { ip: "10.0.0.1" } },
  names: { "redis.example": "m1" },
  nodes: { r1: { host: "m1" }, r2: { replicaof: "r1" } },
  clients: { app: { policy: "naive", server: "r1", start: "1s" } },
});

function begun(): Run {
  const run = new Run({ scenario, seed: "1" });
  run.advance(seconds(2));
  return run;
}

/** What a program in JavaScript can give, whatever the types say. */
function untyped<T>(value: unknown): T {
  return value as T;
}

/** The one problem that this is told. */
function problemOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof ScenarioError && error.problems.length === 1) return error.message;
    throw error;
  }
  throw new Error("it was taken");
}

/** One of each kind, with all its fields. */
const faults: { readonly [Kind in Fault["kind"]]: Extract<Fault, { readonly kind: Kind }> } = {
  kill: { kind: "kill", node: "r2", signal: "TERM" },
  restart: { kind: "restart", node: "r2" },
  install: { kind: "install", node: "r2", program: "6.2" },
  pause: { kind: "pause", node: "app" },
  resume: { kind: "resume", node: "app" },
  powerOff: { kind: "powerOff", host: "m1" },
  powerOn: { kind: "powerOn", host: "m1", start: true },
  cut: { kind: "cut", name: "it", a: ["m1"], b: ["r2"], direction: "both", mode: "drop" },
  heal: { kind: "heal", name: "it" },
  slow: {
    kind: "slow",
    a: ["m1"],
    b: ["r2"],
    direction: "to",
    settings: {
      latency: milliseconds(5),
      jitter: milliseconds(1),
      tail: [{ weight: 1, added: seconds(1) }],
      bandwidth: 1_000_000,
      lossPpm: 500,
    },
  },
  restore: { kind: "restore", a: ["m1"], b: ["r2"] },
  skew: { kind: "skew", host: "m1", offset: -2_000, ppm: -30 },
  unskew: { kind: "unskew", host: "m1" },
  jump: { kind: "jump", host: "m1", by: -5_000 },
  fillDisk: { kind: "fillDisk", host: "m1" },
  freeDisk: { kind: "freeDisk", host: "m1" },
  fillMemory: { kind: "fillMemory", host: "m1" },
  freeMemory: { kind: "freeMemory", host: "m1" },
  slowDisk: { kind: "slowDisk", host: "m1", factor: 3, added: milliseconds(10) },
  restoreDisk: { kind: "restoreDisk", host: "m1" },
  wipeDisk: { kind: "wipeDisk", host: "m1", prefix: "/var/lib/redis" },
  unresolve: { kind: "unresolve", name: "redis.example" },
  resolve: { kind: "resolve", name: "redis.example", ip: "10.0.0.9" },
  starve: { kind: "starve", host: "m1", time: seconds(1) },
};
/** Left out, these mean everybody, all, and the address that was set up. */
const optional = ["cut.b", "slow.b", "restore.b", "heal.name", "resolve.ip"];

describe.each(Object.values(faults))("a fault of the kind $kind", (fault) => {
  const fields = Object.keys(fault).filter((field) => field !== "kind");

  test("is taken whole, and the run goes on", () => {
    const run = begun();
    run.inject(fault);
    run.advance(seconds(2));

    expect(run.now).toBe(seconds(4));
  });

  test.each(fields)("needs its %s, and one that can be", (field) => {
    const run = begun();
    const before = run.fingerprint;
    const where = `${fault.kind}.${field}`;
    const without = Object.fromEntries(Object.entries(fault).filter(([name]) => name !== field));

    const given = optional.includes(where) ? [] : [without];
    for (const wrong of [Number.NaN, {}, () => field, null])
      given.push({ ...fault, [field]: wrong });
    for (const each of given)
      expect(problemOf(() => run.inject(untyped(each)))).toMatch(
        new RegExp(`^${where}[.\\w]*: expected `),
      );
    expect(run.fingerprint).toBe(before);
  });

  test("has no other field", () => {
    expect(problemOf(() => begun().inject(untyped({ ...fault, nod: "r1" })))).toContain(
      `${fault.kind}.nod: a ${fault.kind} has no nod (`,
    );
  });
});

test.each<[string, unknown, string]>([
  ["of no kind", { node: "r1" }, "no fault is of the kind nothing"],
  ["of an unknown kind", { kind: "powerof", host: "m1" }, "did you mean powerOff?"],
  ["that is none", "kill", 'expected a fault, not "kill"'],
  ["with a signal that is none", { ...faults.kill, signal: "HUP" }, "expected KILL, TERM or INT"],
  ["of a version that is none", { ...faults.install, program: "9.9" }, "6.2, 7.0 or 7.2"],
  [
    "of a version for a client",
    { ...faults.install, node: "app" },
    "app is a client, and runs no version of Redis (there are r1 and r2)",
  ],
  ["between nobody", { ...faults.cut, a: [] }, "cut.a: expected a list of hosts, not an empty one"],
  ["of a host that is no list", { ...faults.cut, a: "m1" }, 'a list of hosts, not "m1"'],
  ["of a link, misspelt", { ...faults.slow, settings: { latncy: 5 } }, "did you mean latency?"],
  [
    "of a link that loses more than there is",
    { ...faults.slow, settings: { lossPpm: 1_000_001 } },
    "slow.settings.lossPpm: expected parts per million, a whole number from 0 to 1000000",
  ],
  [
    "of a link with a delay less than none",
    { ...faults.slow, settings: { tail: [{ weight: 1, added: -5 }] } },
    "slow.settings.tail.0.added: expected a duration, not -5",
  ],
  [
    "of a clock that runs backwards",
    { ...faults.skew, ppm: -2_000_000 },
    "a whole number above -1000000",
  ],
  ["of a clock, by a thousand years", { ...faults.jump, by: 31_536_000_000_000 }, "hundred years"],
  ["of a name that nobody has", { ...faults.unresolve, name: "x" }, "there is redis.example"],
  ["of an address that is none", { ...faults.resolve, ip: "300.1.1.1" }, "expected an IP address"],
  ["that starves for less than no time", { ...faults.starve, time: -1 }, "not -1"],
])("a fault %s is told what there is", (_, fault, what) => {
  expect(problemOf(() => begun().inject(untyped(fault)))).toContain(what);
  // The same from outside: a trace that was changed by hand, say.
  expect(problemOf(() => begun().take({ does: "inject", fault: untyped(fault) }))).toContain(what);
});

test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60, "5s", undefined, null, 5n])(
  "virtual time is not moved by %s",
  (span) => {
    const run = begun();

    expect(problemOf(() => run.advance(untyped(span)))).toMatch(
      /^advance: expected a duration, not .*whole microseconds from 0 on/,
    );
    expect(run.now).toBe(seconds(2));
    if (span !== undefined)
      expect(problemOf(() => new Run({ scenario, until: untyped(span) }))).toContain("until: ");
  },
);

test.each<[string, unknown, string]>([
  ["nothing", undefined, "expected the options of a run, not nothing"],
  ["no scenario", {}, "scenario: expected a scenario, not nothing"],
  [
    "a scenario that nobody read",
    { scenario: { duration: "5s", nodes: { replicas: 1 } } },
    "scenario: expected a scenario, not an object (defineScenario makes one",
  ],
  ["a number for a seed", { scenario, seed: 7 }, 'seed: expected a text, not 7 (such as "7")'],
  ["an observer that is no list", { scenario, observers: {} }, "expected a list of observers"],
  [
    "an observer of no level",
    { scenario, observers: [{ level: "note", record: () => undefined }] },
    'observers.0.level: expected notes, wire or steps, not "note"',
  ],
  [
    "an observer that takes no record",
    { scenario, observers: [{ level: "wire" }] },
    "observers.0.record: expected a function, not nothing",
  ],
  ["a program that is none", { scenario, program: "redis" }, 'a function, not "redis"'],
  ["a host outside that is none", { scenario, outside: "there" }, "there are m1, r2 and app"],
])("a run is not made from %s", (_, options, what) => {
  expect(problemOf(() => new Run(untyped<RunOptions>(options)))).toContain(what);
});

test("two runs side by side are not made from a duration that is none", () => {
  expect(problemOf(() => sideBySide({ scenario, until: untyped(-1) }))).toContain("until: ");
});

test("a program that gives no factory, or whose factory gives no actor, is told so", () => {
  const none = () => new Run({ scenario, program: untyped(() => undefined) }).finish();
  const empty = () =>
    new Run({ scenario, program: () => untyped(() => undefined) }).advance(seconds(1));

  expect(problemOf(none)).toContain("program: expected a factory for r1, not nothing");
  expect(problemOf(empty)).toMatch(/^program: expected an actor for r[12], not nothing/);
});

describe("a name that nobody has, where a run is looked at,", () => {
  test.each<[string, (run: Run, name: string) => unknown, string]>([
    ["a node", (run, name) => run.isUp(name), "there are r1, r2 and app"],
    ["a node that is paused", (run, name) => run.isPaused(name), "there are r1, r2 and app"],
    ["an address", (run, name) => run.addressOf(name), "there are r1, r2 and app"],
    ["a clock", (run, name) => run.clockOf(name), "there are r1, r2 and app"],
    ["a host", (run, name) => run.isHostUp(name), "there are m1, r2 and app"],
    ["a group", (run, name) => run.masterOf(name), "there is r1"],
    ["a step", (run, name) => run.actedAt(name), "there are none"],
  ])("is told for %s", (_, look, known) => {
    const run = begun();

    for (const name of ["r9", "", "__proto__", "operator@m1"])
      expect(problemOf(() => look(run, name))).toContain(known);
    expect(problemOf(() => look(run, untyped(5)))).toMatch(/^expected .* not 5/);
  });
});

test("a client is a node of the run, without an address, a view or a command of its own", () => {
  const run = begun();

  expect(run.isUp("app")).toBe(true);
  expect(run.addressOf("app")).toBeUndefined();
  expect(run.inspect("app")).toBeUndefined();
  expect(problemOf(() => run.command("app", "PING"))).toBe(
    "app is a client, and takes no commands (there are r1 and r2)",
  );
});

test("redis-cli is given lines, and at least one", () => {
  const run = begun();

  expect(problemOf(() => run.command("r1"))).toContain("expected a line for redis-cli");
  expect(problemOf(() => run.command("r1", untyped(["SET", "a", "1"])))).toContain("not a list");
  expect(run.finish().metrics.acknowledged).toBeGreaterThan(0);
});

test("nobody comes from outside into a run that has no outside", () => {
  const run = begun();

  expect(problemOf(() => run.take({ does: "connect", connection: 1, node: "r1" }))).toContain(
    "new Run({ outside }) names their host",
  );
});
