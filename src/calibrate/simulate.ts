/** A simulated run of an experiment as a sample: measured by the rule of the recordings, over the same time. */
import type { Observer, RunRecord } from "../kernel/record.js";
import { after, type Duration, microseconds, seconds } from "../kernel/time.js";
import { phaseTimes, type SentinelEvent } from "../observe/phase-times.js";
import type { RedisNote } from "../redis/note.js";
import { Run } from "../run.js";
import type { Scenario } from "../scenario/scenario.js";
import type { Experiment } from "./experiment.js";
import type { Sample } from "./sample.js";

const slice: Duration = seconds(1);

/**
 * Runs until the experiment's recorder stopped: so long after its last step, whenever that came. The
 * scenario must last long enough for that (`longEnough`).
 */
export function simulate(experiment: Experiment, scenario: Scenario, seed: string): Sample {
  const events: Writable<SentinelEvent>[] = [];
  const run = new Run({ scenario, seed, observers: [new EventLog(events)] });
  while (!run.isOver && run.actedAt(experiment.last) === undefined) run.advance(slice);
  const last = run.actedAt(experiment.last);
  const fault = run.actedAt(experiment.fault);
  if (last !== undefined) {
    const left = after(last, experiment.tail) - run.now;
    if (left > 0) run.advance(microseconds(left));
  }
  const result = run.result();
  const [client] = result.clients;
  const faultAt = fault === undefined ? 0 : inMs(fault);
  const since = events.filter((event) => event.t >= faultAt).sort((a, b) => a.t - b.t);
  return {
    settled: run.settledAt === undefined ? undefined : inMs(run.settledAt),
    phases: fault === undefined ? {} : phaseTimes(since, faultAt),
    writes:
      client === undefined
        ? undefined
        : {
            gap: client.longestWriteGapMs,
            acknowledged: client.acknowledged,
            failed: client.failed + client.unknown,
            lost: client.lost,
          },
    events: since,
  };
}

/** How a scenario is changed so that a run that settles late is still seen to its end. */
export function longEnough(version: string): readonly string[] {
  return [`version=${version}`, "duration=90s"];
}

/**
 * What a subscriber of each Sentinel hears, and when: all that a Sentinel says in one turn of its event
 * loop leaves at the end of it, after the fsyncs of its configuration file.
 */
class EventLog implements Observer {
  readonly level = "notes";
  readonly #events: Writable<SentinelEvent>[];
  /** Where the events of the turn under way begin. */
  #turn = { node: "", at: -1, first: 0 };

  constructor(events: Writable<SentinelEvent>[]) {
    this.#events = events;
  }

  record(record: RunRecord): void {
    if (record.kind !== "note") return;
    const { at, spent, node } = record;
    const note = record.note as unknown as RedisNote;
    const isNewTurn = node !== this.#turn.node || at !== this.#turn.at;
    if (isNewTurn) this.#turn = { node, at, first: this.#events.length };
    const t = inMs(at + spent);
    if (note.kind === "event")
      this.#events.push({ t, node, channel: note.channel, payload: note.payload });
    for (let i = this.#turn.first; i < this.#events.length; i++) {
      const event = this.#events[i];
      if (event !== undefined) event.t = t;
    }
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Milliseconds with one digit behind the point, as the recordings have them. */
function inMs(micros: number): number {
  return Math.round(micros / 100) / 10;
}
