/**
 * ioredis's `SentinelConnector`: finds the server by asking the Sentinels in turn and opens the stream
 * to it. It does not stop asking: after each round in vain it waits a little and begins again.
 */
import type { Address, TimerId } from "../../../kernel/actor.js";
import type { Target } from "../operation.js";
import type { Reactor, TimerListener } from "../reactor.js";
import { FailoverDetector, type FailoverListener } from "./failover-detector.js";
import { backoff, type IoredisOptions } from "./options.js";
import { SentinelIterator } from "./sentinel-iterator.js";
import { type QueryListener, type SentinelAnswer, SentinelQuery } from "./sentinel-query.js";

export interface ConnectorListener extends FailoverListener {
  found(server: Address): void;
  /** `disconnect()` came while it was asking. */
  abandoned(): void;
}

export class SentinelConnector implements QueryListener, TimerListener {
  readonly #reactor: Reactor;
  readonly #options: IoredisOptions;
  readonly #target: Target;
  readonly #listener: ConnectorListener;
  readonly #iterator: SentinelIterator;
  readonly #query: SentinelQuery;
  readonly #detector: FailoverDetector;
  readonly #timer: TimerId;
  #isConnecting = false;
  #retryAttempts = 0;

  constructor(options: {
    reactor: Reactor;
    name: string;
    settings: IoredisOptions;
    sentinels: readonly Address[];
    master: string;
    target: Target;
    listener: ConnectorListener;
  }) {
    this.#reactor = options.reactor;
    this.#options = options.settings;
    this.#target = options.target;
    this.#listener = options.listener;
    this.#iterator = new SentinelIterator(options.sentinels);
    this.#query = new SentinelQuery({ ...options, listener: this });
    this.#detector = new FailoverDetector(
      options.reactor,
      options.name,
      options.settings,
      options.listener,
    );
    this.#timer = options.reactor.timer(`${options.name} sentinel retry`, this);
  }

  connect(): void {
    this.#isConnecting = true;
    this.#retryAttempts = 0;
    this.#connectToNext();
  }

  /** An `answered` that follows finds itself abandoned. */
  disconnect(): void {
    this.#isConnecting = false;
    this.#detector.stop();
  }

  /** Does INFO tell the role that was asked for? If not, the next Sentinel is asked first. */
  check(role: string | undefined): boolean {
    const expected = this.#target === "master" ? "master" : "slave";
    if (role === undefined || role === expected) return true;
    this.#iterator.next();
    this.#iterator.next();
    this.#iterator.reset(true);
    return false;
  }

  /** `initFailoverDetector()`, when the stream is open. */
  connected(): void {
    if (!this.#options.failoverDetector) return;
    this.#iterator.reset(true);
    const sentinels: Address[] = [];
    while (sentinels.length < this.#options.sentinelMaxConnections) {
      const sentinel = this.#iterator.next();
      if (sentinel === undefined) break;
      sentinels.push(sentinel);
    }
    this.#iterator.reset(false);
    this.#detector.start(sentinels);
  }

  answered(answer: SentinelAnswer): void {
    for (const sentinel of answer.sentinels) this.#iterator.add(sentinel);
    if (!this.#isConnecting) this.#listener.abandoned();
    else if (answer.server !== undefined) this.#listener.found(answer.server);
    else this.#connectToNext();
  }

  timerFired(): void {
    this.#connectToNext();
  }

  #connectToNext(): void {
    const sentinel = this.#iterator.next();
    if (sentinel !== undefined) {
      this.#query.ask(sentinel);
      return;
    }
    this.#iterator.reset(false);
    this.#retryAttempts++;
    const { sentinelRetryStep, sentinelRetryMax } = this.#options;
    this.#reactor.context.arm(
      this.#timer,
      backoff(this.#retryAttempts, sentinelRetryStep, sentinelRetryMax),
    );
  }
}
