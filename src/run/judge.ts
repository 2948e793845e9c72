/**
 * Judges a scenario's expectations. Those about events, prints and resyncs count as the run goes, each
 * in a counter of its own; the rest are asked of the metrics and of the final state.
 */
import { assertNever } from "../kernel/assert.js";
import type { RunRecord } from "../kernel/record.js";
import type { Instant } from "../kernel/time.js";
import type { Fold, Folded } from "../observe/fold.js";
import type { RedisNote } from "../redis/note.js";
import type { Bound, Expectation } from "../scenario/expectation.js";
import { fits, isLogged } from "../scenario/trigger.js";
import type { ClientMetrics, Metrics, Verdict } from "./result.js";

/** What is known at the end of the run. */
export interface Outcome {
  readonly metrics: Metrics;
  readonly clients: readonly ClientMetrics[];
  /** The master that most Sentinels name, as node, or undefined. */
  readonly master: string | undefined;
  /** Why there is no agreement; undefined: there is. It compares whole datasets, so ask only for need. */
  disagreement(): string | undefined;
}

interface Counter {
  readonly expectation: Expectation;
  count: number;
  firstAt: Instant | undefined;
  /** What `shows` found lacking or surplus, and whether the step showed anything. */
  shown: string;
}

export class Judge implements Fold {
  readonly folds: readonly Folded[];
  readonly #counters: readonly Counter[];
  /** Those that count notes of a kind. */
  readonly #byKind = new Map<string, Counter[]>();
  /** When each step first acted. */
  readonly #acted = new Map<string, Instant>();

  constructor(expectations: readonly Expectation[]) {
    this.#counters = expectations.map((expectation) => ({
      expectation,
      count: 0,
      firstAt: undefined,
      shown: "",
    }));
    for (const counter of this.#counters)
      for (const kind of counted[counter.expectation.kind] ?? [])
        this.#byKind.set(kind, [...(this.#byKind.get(kind) ?? []), counter]);
    this.folds = [...this.#byKind.keys()] as Folded[];
  }

  acted(step: string, at: Instant): void {
    if (!this.#acted.has(step)) this.#acted.set(step, at);
  }

  record(record: RunRecord): void {
    if (record.kind !== "note") return;
    const note = record.note as unknown as RedisNote;
    for (const counter of this.#byKind.get(note.kind) ?? [])
      this.#count(counter, record.node, note, record.at);
  }

  #count(counter: Counter, node: string, note: RedisNote, at: Instant): void {
    const expected = counter.expectation;
    switch (expected.kind) {
      case "event":
        if (note.kind !== "event" || note.channel !== expected.channel) return;
        if (expected.payload !== undefined && !fits(expected.payload, note.payload)) return;
        if (!isOneOf(expected.nodes, node) || !this.#isWithin(expected, at)) return;
        break;
      case "log":
        if (!isLogged(note, expected.line)) return;
        if (!isOneOf(expected.nodes, node) || !this.#isWithin(expected, at)) return;
        break;
      case "prints":
        if (note.kind !== "print" || !fits(expected.line, note.text)) return;
        if (expected.client !== undefined && expected.client !== node) return;
        break;
      case "shows":
        if (note.kind !== "command" || note.step !== expected.step) return;
        if (!isOneOf(expected.nodes, note.target)) return;
        counter.shown += `${note.reply}\n`;
        break;
      case "resyncs":
        if (note.kind !== "log" || resyncOf(note.text) !== expected.resync) return;
        if (!isOneOf(expected.nodes, node)) return;
        if (!this.#isWithin({ after: expected.after, within: undefined }, at)) return;
        break;
      default:
        return;
    }
    counter.count++;
    counter.firstAt ??= at;
  }

  #isWithin(
    expected: { readonly after: string | undefined; readonly within: number | undefined },
    at: Instant,
  ): boolean {
    const from = expected.after === undefined ? 0 : this.#acted.get(expected.after);
    if (from === undefined || at < from) return false;
    return expected.within === undefined || at - from <= expected.within;
  }

  verdicts(outcome: Outcome): Verdict[] {
    return this.#counters.map((counter) => {
      const { text, where } = counter.expectation;
      const [holds, found] = this.#judge(counter, outcome);
      return { text, where, holds, found };
    });
  }

  #judge(counter: Counter, outcome: Outcome): readonly [boolean, string] {
    const expected = counter.expectation;
    const metrics =
      "client" in expected && expected.client !== undefined
        ? outcome.clients.find((each) => each.client === expected.client)
        : undefined;
    switch (expected.kind) {
      case "master": {
        const { master } = outcome;
        const fine =
          master !== undefined &&
          (expected.is === undefined || expected.is.includes(master)) &&
          (expected.not === undefined || !expected.not.includes(master));
        return [fine, master === undefined ? "nobody is" : `${master} is`];
      }
      case "event":
      case "log":
      case "prints":
      case "resyncs": {
        const first =
          counter.firstAt === undefined ? "" : `, first at ${(counter.firstAt / 1e6).toFixed(3)} s`;
        return [isWithin(expected.times, counter.count), `${times(counter.count)}${first}`];
      }
      case "outage": {
        const gap = (metrics ?? outcome.metrics).longestWriteGapMs;
        return [isWithin(expected.micros, gap * 1_000), `${gap} ms`];
      }
      case "lost": {
        const { lost } = metrics ?? outcome.metrics;
        return [isWithin(expected.writes, lost), `${lost}`];
      }
      case "operations": {
        const count = (metrics ?? outcome.metrics)[expected.outcome];
        return [isWithin(expected.count, count), `${count}`];
      }
      case "twoMasters": {
        const time = outcome.metrics.twoMastersMs;
        return [isWithin(expected.micros, time * 1_000), `${time} ms`];
      }
      case "agreement": {
        const disagreement = outcome.disagreement();
        const agreed = disagreement === undefined;
        return [agreed === expected.holds, disagreement ?? "all agree"];
      }
      case "shows":
        return judgeShown(counter, expected.contains, expected.lacks);
      default:
        return assertNever(expected);
    }
  }
}

/** The notes that are counted for each kind of expectation; the others are asked of the end. */
const counted: Readonly<Partial<Record<Expectation["kind"], readonly RedisNote["kind"][]>>> = {
  event: ["event"],
  // A Sentinel's events are lines of its log, too.
  log: ["log", "event"],
  prints: ["print"],
  shows: ["command"],
  resyncs: ["log"],
};

function judgeShown(
  counter: Counter,
  contains: readonly string[],
  lacks: readonly string[],
): readonly [boolean, string] {
  if (counter.count === 0) return [false, "the step showed nothing"];
  const missing = contains.filter((text) => !counter.shown.includes(text));
  const surplus = lacks.filter((text) => counter.shown.includes(text));
  if (missing.length > 0) return [false, `"${missing[0]}" is not there`];
  if (surplus.length > 0) return [false, `"${surplus[0]}" is there`];
  return [true, "as expected"];
}

/** A resync as the replica's log tells that its master granted it (`slaveTryPartialResynchronization()`). */
function resyncOf(text: string): "full" | "partial" | undefined {
  if (text.startsWith("Full resync from master: ")) return "full";
  if (text.startsWith("Successful partial resynchronization with master.")) return "partial";
  return undefined;
}

function isOneOf(nodes: readonly string[] | undefined, node: string): boolean {
  return nodes === undefined || nodes.includes(node);
}

function isWithin(bound: Bound, count: number): boolean {
  return (
    (bound.atLeast === undefined || count >= bound.atLeast) &&
    (bound.atMost === undefined || count <= bound.atMost)
  );
}

function times(count: number): string {
  return count === 1 ? "once" : count === 0 ? "never" : `${count} times`;
}
