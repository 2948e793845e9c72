/**
 * What the application does with Redis: operations after a pattern, at a pace. How a command reaches a
 * server is the policy's affair; here is decided when the next one begins, and what is told of it.
 */
import type { Context, TimerId } from "../../kernel/actor.js";
import { assertNever } from "../../kernel/assert.js";
import { type Duration, microseconds, milliseconds, none } from "../../kernel/time.js";
import type { RedisNote } from "../note.js";
import { type Request, request } from "../wire/value.js";
import {
  ended,
  invoked,
  type Operation,
  type Result,
  type Target,
  type Try,
  textOf,
} from "./operation.js";
import { Pattern } from "./pattern.js";
import type { Policy } from "./policy.js";
import type { Reactor, TimerListener } from "./reactor.js";

export type Pace =
  /** One at a time: begins `every` so long, or at once when the last one took longer. */
  | { readonly kind: "interval"; readonly every: Duration }
  /** So many workers, each pausing after an answer before its next operation. */
  | { readonly kind: "closed"; readonly workers: number; readonly pause: Duration }
  /** Open loop: so many a second whatever becomes of them. */
  | { readonly kind: "rate"; readonly perSecond: number };

/** Which number stands for `{i}` in the key. */
export type Choice =
  /** The operation's own: every key is used once. */
  | { readonly kind: "next" }
  /** That of the last write acknowledged to this client. */
  | { readonly kind: "last" }
  /** Drawn from so many keys, or from those written so far. */
  | { readonly kind: "drawn"; readonly keys: number | undefined };

export interface WorkloadSettings {
  readonly operation: "write" | "read";
  readonly target: Target;
  readonly pace: Pace;
  /** `foo{i}`. */
  readonly key: string;
  readonly value: string;
  readonly choice: Choice;
  /** After the process began. */
  readonly start: Duration;
  /** No operation begins this long after the process began, or later. */
  readonly stop: Duration | undefined;
  readonly count: number | undefined;
  /** Instead of the usual pause, after an operation that did not end `ok`. */
  readonly pauseAfterError: Duration | undefined;
  /** Print a line for each, as the walkthrough's script does. */
  readonly print: boolean;
}

/** The recordings' loop: k<i>=<i>, every 100 ms. */
export const workloadDefaults: WorkloadSettings = {
  operation: "write",
  target: "master",
  pace: { kind: "interval", every: milliseconds(100) },
  key: "k{i}",
  value: "{i}",
  choice: { kind: "next" },
  start: none,
  stop: undefined,
  count: undefined,
  pauseAfterError: undefined,
  print: false,
};

/** What the workloads of one client share. */
export interface Progress {
  /** Numbers the operations of all workloads. */
  operations: number;
  /** The number in the key of the last acknowledged write; -1 before it. */
  lastWritten: number;
}

/** After an operation that failed without asking anybody, in no time at all. */
const leastPause = milliseconds(1);

export class Workload implements TimerListener {
  readonly context: Context;
  readonly settings: WorkloadSettings;
  readonly #policy: Policy;
  readonly #progress: Progress;
  readonly #key: Pattern;
  readonly #value: Pattern;
  readonly #timer: TimerId;
  readonly #workers: Worker[] = [];
  #started = 0;
  #issued = 0;
  #isRunning = false;

  constructor(options: {
    reactor: Reactor;
    name: string;
    policy: Policy;
    progress: Progress;
    settings: WorkloadSettings;
  }) {
    const { reactor, name, settings } = options;
    this.context = reactor.context;
    this.settings = settings;
    this.#policy = options.policy;
    this.#progress = options.progress;
    this.#key = new Pattern(settings.key);
    this.#value = new Pattern(settings.value);
    this.#timer = reactor.timer(name, this);
    for (let i = 0; i < workersOf(settings.pace); i++) {
      this.#workers.push(new Worker(this, reactor, `${name} worker ${i}`));
    }
  }

  start(): void {
    this.#started = this.context.monotonic();
    this.context.arm(this.#timer, this.settings.start);
  }

  timerFired(): void {
    if (!this.#isRunning) {
      this.#isRunning = true;
      for (const worker of this.#workers) worker.begin();
    }
    if (this.settings.pace.kind === "rate") this.#issueDue(this.settings.pace.perSecond);
  }

  /** Begins an operation, unless the workload is over. */
  issue(worker: Worker | undefined): void {
    const i = this.#issued;
    const { stop, count, operation } = this.settings;
    const now = this.context.monotonic();
    if (count !== undefined && i >= count) return;
    if (stop !== undefined && now - this.#started >= stop) return;
    this.#issued++;

    const number = this.#progress.operations;
    this.#progress.operations++;
    const index = this.#choose(i);
    const key = this.#key.fill(index);
    const value = operation === "write" ? this.#value.fill(i) : undefined;
    const run = new Run(this, worker, { number, index, key, value, began: now });
    this.context.note(invoked(run));
    this.#policy.execute(run);
  }

  /** Tells how an operation ended; true when it went well. */
  ended(run: Run, result: Result, server: string | undefined): boolean {
    const micros = this.context.monotonic() - run.began;
    this.context.note(ended(run, result, micros, server));
    const isOk = result.kind !== "failure";
    if (isOk && run.value !== undefined) this.#progress.lastWritten = run.index;
    if (this.settings.print) this.#print(run, result);
    return isOk;
  }

  #print(run: Run, result: Result): void {
    let text: string;
    if (result.kind === "failure") text = `Exception: ${result.type} ${result.text}`;
    else if (run.value !== undefined) text = `set ${run.key} ${run.value}`;
    else text = `get ${run.key} ${textOf(result) ?? "None"}`;
    this.context.note({ kind: "print", text } satisfies RedisNote);
  }

  #choose(i: number): number {
    const { choice } = this.settings;
    switch (choice.kind) {
      case "next":
        return i;
      case "last":
        return Math.max(this.#progress.lastWritten, 0);
      case "drawn":
        return this.context.random.below(
          choice.keys ?? Math.max(this.#progress.lastWritten, 0) + 1,
        );
      default:
        return assertNever(choice);
    }
  }

  /**
   * Operation k of an open loop is due k / rate after the start, however late the timer is: those that
   * have become due begin together.
   */
  #issueDue(perSecond: number): void {
    const origin = this.#started + this.settings.start;
    const elapsed = this.context.monotonic() - origin;
    const due = Math.floor((elapsed * perSecond) / 1_000_000) + 1;
    while (this.#issued < due) {
      const before = this.#issued;
      this.issue(undefined);
      if (this.#issued === before) return;
    }
    const next = Math.ceil((this.#issued * 1_000_000) / perSecond);
    this.context.arm(this.#timer, microseconds(Math.max(next - elapsed, 0)));
  }
}

function workersOf(pace: Pace): number {
  if (pace.kind === "rate") return 0;
  return pace.kind === "closed" ? pace.workers : 1;
}

/** One operation of a workload under way. */
class Run implements Operation, Try {
  readonly number: number;
  /** Stands for `{i}` in the key. */
  readonly index: number;
  readonly key: string;
  readonly value: string | undefined;
  /** Microseconds of the monotonic clock. */
  readonly began: number;
  readonly request: Request;
  readonly #workload: Workload;
  readonly #worker: Worker | undefined;

  constructor(
    workload: Workload,
    worker: Worker | undefined,
    what: { number: number; index: number; key: string; value: string | undefined; began: number },
  ) {
    this.#workload = workload;
    this.#worker = worker;
    this.number = what.number;
    this.index = what.index;
    this.key = what.key;
    this.value = what.value;
    this.began = what.began;
    this.request =
      what.value === undefined ? request("GET", what.key) : request("SET", what.key, what.value);
  }

  get target(): Target {
    return this.#workload.settings.target;
  }

  end(result: Result, server: string | undefined): void {
    const isOk = this.#workload.ended(this, result, server);
    this.#worker?.ended(isOk, this.began);
  }
}

/** One of those who work at a workload one operation at a time. */
class Worker implements TimerListener {
  readonly #workload: Workload;
  readonly #timer: TimerId;

  constructor(workload: Workload, reactor: Reactor, name: string) {
    this.#workload = workload;
    this.#timer = reactor.timer(name, this);
  }

  begin(): void {
    this.#workload.issue(this);
  }

  timerFired(): void {
    this.begin();
  }

  /** An operation that fails may do so in this very call: the next one is left to the timer. */
  ended(isOk: boolean, began: number): void {
    const pause = this.#pause(isOk, began);
    if (isOk && pause === 0) this.begin();
    else this.#workload.context.arm(this.#timer, pause);
  }

  #pause(isOk: boolean, began: number): Duration {
    const { pace, pauseAfterError } = this.#workload.settings;
    if (!isOk && pauseAfterError !== undefined) return pauseAfterError;
    const took = this.#workload.context.monotonic() - began;
    let pause: number = pace.kind === "closed" ? pace.pause : none;
    if (pace.kind === "interval") pause = Math.max(pace.every - took, 0);
    return isOk || pause > 0 || took > 0 ? microseconds(pause) : leastPause;
  }
}
