/**
 * A thread of a program whose calls block, such as a Python script's: a generator that yields where
 * the real one would sit in recv(), connect() or sleep(), and is resumed when one of its sockets
 * changes or its time is up. It looks again at what it waited for, so a resumption for another reason
 * does no harm.
 *
 * The code of a blocking library thereby reads as the library does, line by line; no promise, no
 * callback, and the same order in every run.
 */
import type { TimerId } from "../../kernel/actor.js";
import { assert } from "../../kernel/assert.js";
import type { Duration } from "../../kernel/time.js";
import type { Reactor, TimerListener } from "./reactor.js";
import type { SocketListener } from "./socket.js";

/** What a blocking function returns in the end; it yields while it waits. */
export type Blocking<T> = Generator<undefined, T, undefined>;

export class Thread implements SocketListener, TimerListener {
  readonly reactor: Reactor;
  readonly #timer: TimerId;
  #program: Blocking<void> | undefined;
  #timeIsUp = false;

  constructor(reactor: Reactor, name: string) {
    this.reactor = reactor;
    this.#timer = reactor.timer(name, this);
  }

  get isIdle(): boolean {
    return this.#program === undefined;
  }

  run(program: Blocking<void>): void {
    assert(this.isIdle, "a thread runs one program at a time");
    this.#program = program;
    this.#resume();
  }

  /** From here on `timeIsUp` tells whether so much time has passed; undefined: never. */
  setLimit(delay: Duration | undefined): void {
    this.#timeIsUp = false;
    if (delay !== undefined) this.reactor.context.arm(this.#timer, delay);
  }

  clearLimit(): void {
    this.reactor.context.disarm(this.#timer);
  }

  get timeIsUp(): boolean {
    return this.#timeIsUp;
  }

  *sleep(time: Duration): Blocking<void> {
    this.setLimit(time);
    while (!this.#timeIsUp) yield;
  }

  socketChanged(): void {
    this.#resume();
  }

  timerFired(): void {
    this.#timeIsUp = true;
    this.#resume();
  }

  #resume(): void {
    if (this.#program?.next().done) this.#program = undefined;
  }
}
