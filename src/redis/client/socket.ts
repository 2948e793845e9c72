/**
 * A TCP socket as a client program holds it: it connects, is open, is closed. What arrived stays until
 * its owner takes it, as in the receive buffer of an operating system: a blocking program finds it when
 * it next reads, an event-driven one is told at once. What came before the end is still read after it.
 */
import type { Address, CloseReason, ConnectionId, Payload } from "../../kernel/actor.js";
import { Ring } from "../../kernel/ring.js";
import { ReplyError, ReplyParser } from "../wire/parse-reply.js";
import type { Segment, Value } from "../wire/value.js";
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
  #parser: ReplyParser | undefined;
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
    const segment = payload as Segment;
    switch (segment.kind) {
      case "raw":
        this.#read(segment.bytes);
        break;
      case "ballast":
      case "rdb":
        break;
      default:
        this.#replies.push(segment);
        this.#listener.socketChanged(this);
    }
  }

  /**
   * Bytes: of a real server, or a refusal that is written straight to the socket before there is a client
   * to answer (`acceptCommonHandler()`: "-ERR max number of clients reached", protected mode).
   */
  #read(bytes: string): void {
    this.#parser ??= new ReplyParser();
    let replies: readonly Value[];
    try {
      replies = this.#parser.feed(bytes);
    } catch (error) {
      if (!(error instanceof ReplyError)) throw error;
      this.#reactor.context.close(this.id, "reset");
      this.closed("reset");
      return;
    }
    if (replies.length === 0) return;
    for (const reply of replies) this.#replies.push(reply);
    this.#listener.socketChanged(this);
  }

  closed(why: CloseReason): void {
    this.#state = "closed";
    this.#why = why;
    this.#reactor.unregister(this);
    this.#listener.socketChanged(this);
  }
}
