/** What determinism promises of any run: the same again, watched or not, and equal until it differs. */

import fc from "fast-check";
import { expect } from "vitest";
import { parse, stringify } from "yaml";
import type { Level, Observer, RunRecord } from "../../src/kernel/record.js";
import { milliseconds, seconds } from "../../src/kernel/time.js";
import { eventLine } from "../../src/observe/event-line.js";
import { traceLine } from "../../src/observe/trace.js";
import { Transcript } from "../../src/observe/transcript.js";
import { NodeLog } from "../../src/run/node-log.js";
import { sideBySide } from "../../src/run/side-by-side.js";
import { Run } from "../../src/run.js";
import type { Scenario } from "../../src/scenario/scenario.js";
import { anyScenarioText, anySeed, scenarioOf } from "./any.js";
import { law } from "./law.js";

law(
  "two runs of one seed are the same at every step, draw by draw",
  { runs: 3 },
  [anyScenarioText, anySeed],
  (text, seed) => {
    const options = { scenario: scenarioOf(text), seed: `${seed}`, healed: true };

    expect(sideBySide(options).divergence, text).toBeUndefined();
  },
);

/** Everybody who watches a run for some command, and whoever writes a trace at each level. */
const watchers: Readonly<Record<string, (scenario: Scenario) => Observer>> = {
  notes: () => tracer("notes"),
  wire: () => tracer("wire"),
  steps: () => tracer("steps"),
  events: () => ({ level: "notes", record: (record) => void eventLine(record) }),
  transcript: ({ nodes }) => {
    const transcript = new Transcript({ verbose: true, nodes, clients: [] });
    return { level: "notes", record: (record) => transcript.record(record) };
  },
  log: () =>
    new NodeLog(
      { name: "r1", isSentinel: false },
      () => 0,
      () => undefined,
    ),
};

function tracer(level: Level): Observer {
  return { level, record: (record) => void traceLine(record) };
}

law(
  "a run watched by any set of observers equals one that nobody watches",
  { runs: 5 },
  [anyScenarioText, anySeed, fc.subarray(Object.keys(watchers), { minLength: 1 })],
  (text, seed, chosen) => {
    const scenario = scenarioOf(text);
    let seen = 0;
    const counter: Observer = { level: "notes", record: () => seen++ };
    const observers = [counter, ...chosen.flatMap((name) => watchers[name]?.(scenario) ?? [])];
    const unwatched = new Run({ scenario, seed: `${seed}` });
    const watched = new Run({ scenario, seed: `${seed}`, observers });

    expect(watched.heal()).toEqual(unwatched.heal());
    expect(watched.draws).toEqual(unwatched.draws);
    expect(watched.steps).toBe(unwatched.steps);
    expect(seen).toBeGreaterThan(0);
  },
);

/** What somebody does to a run by hand; false: nothing could be done. */
type Intervention = (run: Run) => unknown;
const anyIntervention = fc.constantFrom<readonly Intervention[]>(
  [(run) => run.inject({ kind: "kill", node: "r1", signal: "KILL" })],
  [(run) => run.inject({ kind: "pause", node: "s1" })],
  [(run) => run.inject({ kind: "powerOff", host: "r2" })],
  [(run) => run.inject({ kind: "jump", host: "r1", by: -3_000 })],
  [(run) => run.inject({ kind: "fillDisk", host: "s1" })],
  [(run) => run.command("r1", "SET by hand")],
  [
    (run) =>
      run.inject({
        kind: "cut",
        name: "by hand",
        a: ["r1"],
        b: undefined,
        direction: "both",
        mode: "drop",
      }),
    (run) => run.inject({ kind: "heal", name: "by hand" }),
  ],
);

law(
  "two runs that are treated differently after an instant are equal to the byte until then",
  { runs: 5 },
  [anyScenarioText, anySeed, fc.integer({ min: 1, max: 29_000 }), anyIntervention],
  (text, seed, instant, intervene) => {
    const scenario = scenarioOf(text);
    const until = (then: readonly Intervention[]) => {
      const lines: string[] = [];
      const record = (each: RunRecord) => lines.push(traceLine(each));
      const observers: Observer[] = [{ level: "steps", record }];
      const run = new Run({ scenario, seed: `${seed}`, observers });
      run.advance(milliseconds(instant));
      const { fingerprint, draws } = run;
      const past = lines.splice(0);
      const isTreated = then.map((act) => act(run)).some((done) => done !== false);
      run.finish();
      return { past, fingerprint, draws, isTreated, future: lines };
    };
    const [left, treated] = [until([]), until(intervene)];

    expect(treated.past.findIndex((line, i) => line !== left.past[i])).toBe(-1);
    expect(treated.past.length).toBe(left.past.length);
    expect(treated.fingerprint).toBe(left.fingerprint);
    expect(treated.draws).toEqual(left.draws);
    if (treated.isTreated) expect(treated.future).not.toEqual(left.future);
    else expect(treated.future).toEqual(left.future);
  },
);

law(
  "a scenario with one more step at its end is the same run until that step acts",
  { runs: 5 },
  [anyScenarioText, anySeed, fc.integer({ min: 26, max: 29 })],
  (text, seed, at) => {
    const step = { name: "one-more", at: `${at}s`, jump: { on: "s1", by: "1s" } };
    const longer = withStep(text, step);
    const before = (scenarioText: string) => {
      const run = new Run({ scenario: scenarioOf(scenarioText), seed: `${seed}` });
      run.advance(milliseconds(at * 1_000 - 1));
      const { fingerprint, draws } = run;
      run.advance(seconds(1));
      return { past: { fingerprint, draws }, later: run.fingerprint };
    };
    const [shorter, more] = [before(text), before(longer)];

    expect(more.past).toEqual(shorter.past);
    expect(more.later).not.toBe(shorter.later);
  },
);

function withStep(text: string, step: object): string {
  const raw = parse(text) as { readonly steps: readonly unknown[] };
  return stringify({ ...raw, steps: [...raw.steps, step] });
}
