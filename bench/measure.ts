/**
 * One world, measured in a process of its own, so that neither the memory nor the compiled code of
 * another is in its figures. Told the world's name, it prints one line of JSON. Each round has the
 * reference beside it.
 */
import { type Duration, Run, type Scenario, seconds } from "redsim";
import { processorTime, reference } from "./clock.js";
import { measureGrowth, sizes } from "./scaling.js";
import { busy, busyOnOneKey, fleet, idle, killMaster, walkthrough } from "./worlds.js";

/** What one world cost: the median round. */
export interface Cost {
  /** Exactly the same on every machine: more of them is more work. */
  readonly events: number;
  readonly nanosecondsPerEvent: number;
  readonly virtualOverReal: number;
  readonly runsPerSecond: number;
  /** How many reference operations an event costs. */
  readonly references: number;
  readonly peakMegabytes: number;
}

/** Bytes of the heap in use: of an idle world after a quarter, a half and the whole of its hour. */
export interface Memory {
  readonly idleQuarter: number;
  readonly idleHalf: number;
  readonly idleWhole: number;
  readonly perOperation: number;
  readonly perKey: number;
}

interface Subject {
  readonly scenario: Scenario;
  /** Runs with different seeds that are one measurement together. */
  readonly batch: number;
  readonly rounds: number;
  readonly warmUps: number;
}

const subjects: Readonly<Record<string, () => Subject>> = {
  idle: () => ({ scenario: idle(), batch: 1, rounds: 7, warmUps: 3 }),
  walkthrough: () => ({ scenario: walkthrough(), batch: 10, rounds: 7, warmUps: 2 }),
  busy: () => ({ scenario: busy(), batch: 1, rounds: 7, warmUps: 2 }),
  fleet: () => ({ scenario: fleet(), batch: 1, rounds: 3, warmUps: 0 }),
  "kill-master": () => ({ scenario: killMaster(), batch: 40, rounds: 7, warmUps: 2 }),
};

function measure({ scenario, batch, rounds, warmUps }: Subject): Cost {
  for (let i = 0; i < warmUps; i++) playAll(scenario, batch);
  reference();
  const measured = Array.from({ length: rounds }, () => {
    const before = reference();
    const played = playAll(scenario, batch);
    const perEvent = played.nanoseconds / played.events;
    return { ...played, references: (2 * perEvent) / (before + reference()) };
  });
  measured.sort((a, b) => a.references - b.references);
  const { nanoseconds, events, virtual, references } = measured[measured.length >> 1] as Measured;
  return {
    events,
    nanosecondsPerEvent: nanoseconds / events,
    virtualOverReal: (virtual * 1_000) / nanoseconds,
    runsPerSecond: (batch * 1e9) / nanoseconds,
    references,
    peakMegabytes: process.resourceUsage().maxRSS / 1_024,
  };
}

interface Played {
  readonly nanoseconds: number;
  readonly events: number;
  /** Microseconds. */
  readonly virtual: number;
}

interface Measured extends Played {
  readonly references: number;
}

/** A whole run each, as an exploration makes it: the world is built, played and judged. */
function playAll(scenario: Scenario, batch: number): Played {
  let events = 0;
  let virtual = 0;
  const begin = processorTime();
  for (let seed = 0; seed < batch; seed++) {
    const run = new Run({ scenario, seed: String(seed) });
    run.finish();
    events += run.steps;
    virtual += run.now;
  }
  return { nanoseconds: processorTime() - begin, events, virtual };
}

/** What stays when the same operations write one key, and what more when each writes a key of its own. */
function measureMemory(): Memory {
  const quarter = seconds(900);
  const run = new Run({ scenario: idle() });
  run.advance(quarter);
  const idleQuarter = heap();
  run.advance(quarter);
  const idleHalf = heap();
  run.finish();
  const idleWhole = heap();

  const early = seconds(20);
  const late = seconds(70);
  const operations = 50_000;
  const oneKey = growth(busyOnOneKey(), early, late);
  const manyKeys = growth(busy(), early, late);
  return {
    idleQuarter,
    idleHalf,
    idleWhole,
    perOperation: oneKey / operations,
    perKey: (manyKeys - oneKey) / operations,
  };
}

/** By how much the heap grows between two instants of a run. */
function growth(scenario: Scenario, from: Duration, to: Duration): number {
  const run = new Run({ scenario });
  run.advance(from);
  const before = heap();
  run.advance((to - from) as Duration);
  const after = heap();
  if (run.steps === 0) throw new Error("nothing happened");
  return after - before;
}

function heap(): number {
  if (globalThis.gc === undefined) throw new Error("needs node --expose-gc");
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

const name = process.argv[2] ?? "";
const size = name === "scaling" ? sizes[Number(process.argv[3])] : undefined;
if (name === "memory") {
  console.log(JSON.stringify(measureMemory()));
} else if (size !== undefined) {
  console.log(JSON.stringify(measureGrowth(size)));
} else {
  const subject = subjects[name];
  if (subject === undefined) throw new Error(`no world is called ${name}`);
  console.log(JSON.stringify(measure(subject())));
}
