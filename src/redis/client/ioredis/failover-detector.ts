/**
 * ioredis's `FailoverDetector`: a connection to each Sentinel, subscribed to +switch-master. The first
 * such message, of whatever master, makes the client reconnect; the detector is then done with, and
 * the next connection sets it up anew.
 */
import type { Address, TimerId } from "../../../kernel/actor.js";
import { request, type Value } from "../../wire/value.js";
import type { Reactor, TimerListener } from "../reactor.js";
import { Socket, type SocketListener } from "../socket.js";
import { authRequest } from "./auth.js";
import type { IoredisOptions } from "./options.js";

const subscribe = request("subscribe", "+switch-master");

export interface FailoverListener {
  failoverDetected(): void;
}

export class FailoverDetector {
  readonly #reactor: Reactor;
  readonly #name: string;
  readonly #options: IoredisOptions;
  readonly #listener: FailoverListener;
  readonly #subscriptions: Subscription[] = [];

  constructor(reactor: Reactor, name: string, options: IoredisOptions, listener: FailoverListener) {
    this.#reactor = reactor;
    this.#name = name;
    this.#options = options;
    this.#listener = listener;
  }

  start(sentinels: readonly Address[]): void {
    this.stop();
    for (const [i, sentinel] of sentinels.entries()) {
      let subscription = this.#subscriptions[i];
      if (subscription === undefined) {
        subscription = new Subscription({
          reactor: this.#reactor,
          name: `${this.#name} subscription ${i}`,
          settings: this.#options,
          detector: this,
        });
        this.#subscriptions.push(subscription);
      }
      subscription.start(sentinel);
    }
  }

  /** `cleanup()`. */
  stop(): void {
    for (const subscription of this.#subscriptions) subscription.stop();
  }

  /** Once for each failover: all subscriptions end with it. */
  heard(): void {
    this.stop();
    this.#listener.failoverDetected();
  }
}

class Subscription implements SocketListener, TimerListener {
  readonly #reactor: Reactor;
  readonly #options: IoredisOptions;
  readonly #detector: FailoverDetector;
  /** connectTimeout while it connects, sentinelReconnect while it is down. */
  readonly #timer: TimerId;
  #sentinel: Address | undefined;
  #socket: Socket | undefined;
  #isSubscribed = false;

  constructor(options: {
    reactor: Reactor;
    name: string;
    settings: IoredisOptions;
    detector: FailoverDetector;
  }) {
    this.#reactor = options.reactor;
    this.#options = options.settings;
    this.#detector = options.detector;
    this.#timer = options.reactor.timer(options.name, this);
  }

  start(sentinel: Address): void {
    this.#sentinel = sentinel;
    this.#connect(sentinel);
  }

  stop(): void {
    this.#sentinel = undefined;
    this.#reactor.context.disarm(this.#timer);
    this.#socket?.close();
    this.#socket = undefined;
  }

  socketChanged(socket: Socket): void {
    if (socket !== this.#socket) return;
    if (socket.isOpen && !this.#isSubscribed) this.#opened(socket);
    for (let reply = socket.take(); reply !== undefined; reply = socket.take()) {
      if (isMessage(reply)) {
        this.#detector.heard();
        return;
      }
    }
    if (socket.isClosed) this.#retryLater();
  }

  timerFired(): void {
    if (this.#sentinel === undefined) return;
    if (this.#socket === undefined) {
      this.#connect(this.#sentinel);
      return;
    }
    this.#socket.close();
    this.#retryLater();
  }

  #connect(sentinel: Address): void {
    const ip = this.#reactor.context.resolve(sentinel.ip);
    if (ip === undefined) {
      this.#retryLater();
      return;
    }
    this.#isSubscribed = false;
    this.#socket = new Socket(this.#reactor, { ip, port: sentinel.port }, this);
    this.#reactor.context.arm(this.#timer, this.#options.connectTimeout);
  }

  #opened(socket: Socket): void {
    this.#isSubscribed = true;
    this.#reactor.context.disarm(this.#timer);
    const { sentinelUsername, sentinelPassword } = this.#options;
    const auth = authRequest(sentinelUsername, sentinelPassword);
    if (auth !== undefined) socket.send(auth);
    socket.send(subscribe);
  }

  #retryLater(): void {
    this.#socket = undefined;
    this.#reactor.context.arm(this.#timer, this.#options.sentinelReconnect);
  }
}

/** `message`, the channel, the payload. */
function isMessage(reply: Value): boolean {
  if (!("items" in reply)) return false;
  const kind = reply.items[0];
  return kind?.kind === "bulk" && kind.text === "message";
}
