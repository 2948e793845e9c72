/**
 * A TCP socket as a client program holds it: it connects, is open, is closed. What arrived stays until
 * its owner takes it, as in the receive buffer of an operating system: a blocking program finds it when
 * it next reads, an event-driven one is told at once. What came before the end is still read after it.
 */
import type { Address, CloseReason, ConnectionId, Payload } from "../../kernel/actor.js";
import { Ring } from "../../kernel/ring.js";
import { error, type Segment, status, type Value } from "../wire/value.js";
import type { Reactor } from "./reactor.js";

export interface SocketListener {
  /** It opened, something arrived, or it was closed: look at it. */
  socketChanged(socket: Socket): void;
}

export class Socket {
  readonly id: ConnectionId;
  /** `ip:port` of the peer. */
  readonly peer: string;
  readonly #reactor: Reactor;
  readonly #listener: SocketListener;
  readonly #replies = new Ring<Value>();
  #state: "connecting" | "open" | "closed" = "connecting";
  #why: CloseReason = "fin";

  /** Begins to connect. */
  constructor(reactor: Reactor, to: Address, listener: SocketListener) {
    this.#reactor = reactor;
    this.#listener = listener;
    this.peer = `${to.ip}:${to.port}`;
    this.id = reactor.context.connect(to);
    reactor.register(this);
  }

  get isConnecting(): boolean {
    return this.#state === "connecting";
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  get isClosed(): boolean {
    return this.#state === "closed";
  }

  /** Why it is closed; `fin` as well after our own close. */
  get why(): CloseReason {
    return this.#why;
  }

  get hasReply(): boolean {
    return this.#replies.length > 0;
  }

  send(payload: Payload): void {
    if (this.#state === "open") this.#reactor.context.send(this.id, payload);
  }

  /** The next reply, if one is there. */
  take(): Value | undefined {
    return this.#replies.shift();
  }

  /** Closes it; the owner hears nothing more of it. */
  close(how: "fin" | "reset" = "fin"): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#reactor.unregister(this);
    this.#reactor.context.close(this.id, how);
  }

  opened(): void {
    this.#state = "open";
    this.#listener.socketChanged(this);
  }

  received(payload: Payload): void {
    const reply = asReply(payload as Segment);
    if (reply === undefined) return;
    this.#replies.push(reply);
    this.#listener.socketChanged(this);
  }

  closed(why: CloseReason): void {
    this.#state = "closed";
    this.#why = why;
    this.#reactor.unregister(this);
    this.#listener.socketChanged(this);
  }
}

/**
 * A server writes some refusals straight to the socket before there is a client to answer
 * (`acceptCommonHandler()`: "-ERR max number of clients reached", protected mode): raw bytes, one line.
 */
function asReply(segment: Segment): Value | undefined {
  switch (segment.kind) {
    case "raw": {
      const line = segment.bytes.endsWith("\r\n") ? segment.bytes.slice(0, -2) : segment.bytes;
      if (line.startsWith("-")) return error(line.slice(1));
      return line.startsWith("+") ? status(line.slice(1)) : undefined;
    }
    case "ballast":
    case "rdb":
      return undefined;
    default:
      return segment;
  }
}
