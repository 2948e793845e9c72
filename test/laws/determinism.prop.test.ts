/** What determinism promises of any run: the same again, watched or not, and equal until it differs. */

import fc from "fast-check";
import { expect } from "vitest";
import type { Observer } from "../../src/kernel/record.js";
import { seconds } from "../../src/kernel/time.js";
import { traceLine } from "../../src/observe/trace.js";
import { Run } from "../../src/run.js";
import { anyScenarioText, anySeed, scenarioOf } from "./any.js";
import { law } from "./law.js";

law(
  "a run is the same again, and the same whoever watches",
  { runs: 4 },
  [anyScenarioText, anySeed, fc.constantFrom("notes", "wire", "steps")],
  (text, seed, level) => {
    const scenario = scenarioOf(text);
    let lines = 0;
    const watcher: Observer = {
      level,
      record: (record) => {
        lines += traceLine(record).length;
      },
    };
    const unwatched = new Run({ scenario, seed: `${seed}` });
    const watched = new Run({ scenario, seed: `${seed}`, observers: [watcher] });

    expect(watched.finish()).toEqual(unwatched.finish());
    expect(lines).toBeGreaterThan(0);
  },
);

law(
  "two runs that differ only after an instant are equal until then",
  { runs: 4 },
  [anyScenarioText, anySeed, fc.integer({ min: 2, max: 28 })],
  (text, seed, instant) => {
    const scenario = scenarioOf(text);
    const told = (then: boolean): string[] => {
      const lines: string[] = [];
      const run = new Run({
        scenario,
        seed: `${seed}`,
        observers: [{ level: "notes", record: (record) => lines.push(traceLine(record)) }],
      });
      run.advance(seconds(instant));
      const until = lines.length;
      if (then) run.inject({ kind: "kill", node: "r1", signal: "KILL" });
      run.finish();
      return then ? lines.slice(0, until) : lines;
    };
    const changed = told(true);

    expect(told(false).slice(0, changed.length)).toEqual(changed);
  },
);
