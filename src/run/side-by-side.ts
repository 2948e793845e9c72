/**
 * Two runs of one seed side by side: equal to the byte, or the first place where they part.
 *
 * They are compared at the end of each virtual second, and only the records of the current one are kept.
 * With each record goes how often every stream of chance had been drawn from by then (madsim's idea): a
 * draw that one run makes and the other does not is seen here at its step, whatever comes of it and
 * however late.
 */
import { Bug } from "../kernel/assert.js";
import type { Observer, RunRecord } from "../kernel/record.js";
import { type Instant, seconds } from "../kernel/time.js";
import { traceLine } from "../observe/trace.js";
import { Run, type RunOptions } from "../run.js";

export interface SideBySideOptions extends Omit<RunOptions, "observers" | "outside"> {
  /** With the second phase, as exploring has it. */
  readonly healed?: boolean;
}

export interface SideBySide {
  /** The first of the two, as far as they went. */
  readonly run: Run;
  /** Undefined: they are equal. */
  readonly divergence: Divergence | undefined;
}

export interface Divergence {
  /** The last step that both took before they differ. */
  readonly step: {
    /** Virtual microseconds. */
    readonly at: Instant;
    readonly node: string;
    /** The input that the node handled: its kind, and what tells it from others. */
    readonly input: string;
  };
  /** The last records of both, and the first that differs, as lines of a trace; undefined: no more came. */
  readonly before: readonly string[];
  readonly records: readonly [string | undefined, string | undefined];
  /** The streams of chance that one had drawn from more often than the other at that place. */
  readonly streams: readonly {
    readonly stream: string;
    readonly draws: readonly [number, number];
  }[];
}

const linesBefore = 5;

export function sideBySide(options: SideBySideOptions): SideBySide {
  const [one, other] = [new Twin(options), new Twin(options)];
  let state: string;
  do {
    state = one.goOn();
    const isSame = other.goOn() === state && other.run.fingerprint === one.run.fingerprint;
    if (!isSame || !areEqual(one.run.drawCounts, other.run.drawCounts))
      return { run: one.run, divergence: divergenceOf(one, other) };
  } while (state === going);
  return { run: one.run, divergence: undefined };
}

const going = "";
const over = "over";

/** One of the two runs, with what it did in the current second. */
class Twin implements Observer {
  readonly level = "steps";
  readonly run: Run;
  records: RunRecord[] = [];
  /** For each record, the draws made before it, stream by stream. */
  draws: (readonly number[])[] = [];
  readonly #course: Iterator<void>;
  /** Undefined while the world is built. */
  readonly #built: Run | undefined;

  constructor({ healed = false, ...options }: SideBySideOptions) {
    this.run = new Run({ ...options, observers: [this] });
    this.#built = this.run;
    this.#course = course(this.run, healed)[Symbol.iterator]();
  }

  record(record: RunRecord): void {
    this.records.push(record);
    this.draws.push(this.#built?.drawCounts ?? []);
  }

  /** For a second. Whether it is over then, or the text of the bug that ended it. */
  goOn(): string {
    this.records = [];
    this.draws = [];
    try {
      return this.#course.next().done === true ? over : going;
    } catch (error) {
      if (error instanceof Bug) return error.message;
      throw error;
    }
  }
}

function* course(run: Run, healed: boolean): Iterable<void> {
  while (!run.isOver) {
    run.advance(seconds(1));
    yield;
  }
  if (healed) yield* run.healing();
}

function divergenceOf(one: Twin, other: Twin): Divergence {
  const lines = [one.records.map(traceLine), other.records.map(traceLine)] as const;
  const draws = [one, other].map(({ draws, run }) => [...draws, run.drawCounts]);
  const drawsAt = (twin: 0 | 1, i: number) => draws[twin]?.[i] ?? draws[twin]?.at(-1) ?? [];
  let at = 0;
  const least = Math.min(lines[0].length, lines[1].length);
  while (at < least && lines[0][at] === lines[1][at] && areEqual(drawsAt(0, at), drawsAt(1, at)))
    at++;
  const counts = [drawsAt(0, at), drawsAt(1, at)] as const;
  // What a step draws and says comes behind its own record; a step that differs itself is named itself.
  const isItself = areEqual(...counts) && [one, other].every(({ records }) => isStep(records[at]));
  const steps = one.records.slice(0, isItself ? at + 1 : at).filter(isStep);
  const last = steps.at(-1) ?? one.records.find(isStep);
  return {
    step: {
      at: last?.at ?? one.run.now,
      node: last?.node ?? "",
      input: last === undefined ? "" : `${last.input} ${last.detail}`.trimEnd(),
    },
    before: lines[0].slice(Math.max(at - linesBefore, 0), at),
    records: [lines[0][at], lines[1][at]],
    streams: streamsApart(one.run, other.run, counts),
  };
}

function isStep(record: RunRecord | undefined): record is Extract<RunRecord, { kind: "step" }> {
  return record?.kind === "step";
}

function streamsApart(
  one: Run,
  other: Run,
  counts: readonly [readonly number[], readonly number[]],
): Divergence["streams"] {
  const named = [one, other].map(
    ({ draws }, twin) => new Map(draws.map(({ stream }, i) => [stream, counts[twin]?.[i] ?? 0])),
  );
  const names = new Set(named.flatMap((each) => [...each.keys()]));
  return [...names]
    .map((stream) => ({
      stream,
      draws: [named[0]?.get(stream) ?? 0, named[1]?.get(stream) ?? 0] as const,
    }))
    .filter(({ draws: [a, b] }) => a !== b);
}

function areEqual(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((each, i) => each === b[i]);
}
