/**
 * The link to an instance (`instanceLink`): a connection for commands, one for pub/sub to masters and
 * replicas, and what their traffic says about the other side.
 *
 * `disconnected` means that a connection object is missing, not that TCP is down: it becomes false as
 * soon as Sentinel has begun to connect, and commands are buffered meanwhile. Records of one Sentinel
 * under several masters share a link. What is owed on a connection is hiredis' queue of callbacks: here
 * a ring of small codes, each with the record that asked.
 */
import type { ConnectionId } from "../../kernel/actor.js";
import type { Instance } from "./instance.js";

/** What a reply is for. */
export const callback = {
  /** `sentinelDiscardReplyCallback()` */
  discard: 0,
  /** `sentinelPingReplyCallback()` */
  ping: 1,
  /** `sentinelInfoReplyCallback()` */
  info: 2,
  /** `sentinelPublishReplyCallback()` */
  publish: 3,
  /** `sentinelReceiveIsMasterDownReply()` */
  masterDown: 4,
} as const;

export type Callback = (typeof callback)[keyof typeof callback];

/** Callbacks in the order of their requests; the room doubles when it is full. */
export class CallbackQueue {
  #codes = new Uint8Array(8);
  #records: (Instance | undefined)[] = new Array<undefined>(8).fill(undefined);
  #head = 0;
  length = 0;
  /** Who asked for what `shift` gave last. */
  instance: Instance | undefined = undefined;

  push(code: Callback, instance: Instance): void {
    if (this.length === this.#codes.length) this.#grow();
    const at = (this.#head + this.length) & (this.#codes.length - 1);
    this.#codes[at] = code;
    this.#records[at] = instance;
    this.length++;
  }

  /** The oldest one's code; not to be called on an empty queue. */
  shift(): Callback {
    const at = this.#head;
    this.instance = this.#records[at];
    this.#records[at] = undefined;
    this.#head = (at + 1) & (this.#codes.length - 1);
    this.length--;
    return this.#codes[at] as Callback;
  }

  /** `releaseInstanceLink()`: what this record asked for will be discarded. */
  forget(instance: Instance): void {
    const mask = this.#codes.length - 1;
    for (let i = 0; i < this.length; i++) {
      const at = (this.#head + i) & mask;
      if (this.#records[at] !== instance) continue;
      this.#codes[at] = callback.discard;
      this.#records[at] = undefined;
    }
  }

  /** Empties it and tells how many of the callbacks only counted their reply. */
  clear(): number {
    let discards = 0;
    while (this.length > 0) if (this.shift() === callback.discard) discards++;
    return discards;
  }

  #grow(): void {
    const size = this.#codes.length;
    const codes = new Uint8Array(size * 2);
    const records = new Array<Instance | undefined>(size * 2).fill(undefined);
    for (let i = 0; i < size; i++) {
      const at = (this.#head + i) & (size - 1);
      codes[i] = this.#codes[at] as number;
      records[i] = this.#records[at];
    }
    this.#codes = codes;
    this.#records = records;
    this.#head = 0;
  }
}

export class InstanceLink {
  /** How many records use it. */
  refcount = 1;
  disconnected = true;
  /** Requests without a reply, as Sentinel counts them. */
  pendingCommands = 0;

  /** The connection for commands (`cc`) and the one for pub/sub (`pc`). */
  command: ConnectionId | undefined = undefined;
  pubsub: ConnectionId | undefined = undefined;
  readonly commandCallbacks = new CallbackQueue();
  readonly pubsubCallbacks = new CallbackQueue();
  /** Whose pub/sub connection it is; never shared. */
  subscriber: Instance | undefined = undefined;
  /** This end of the command connection, once it is established. */
  localIp: string | undefined = undefined;

  commandConnectTime = 0;
  pubsubConnectTime = 0;
  pubsubLastActivity = 0;
  lastReconnectTime = 0;

  /** When the first ping without an answer was sent; 0 when all are answered. It starts unanswered. */
  actPingTime: number;
  lastPingTime = 0;
  /** Last acceptable answer to a ping, and last answer at all. */
  lastAvailTime: number;
  lastPongTime: number;

  constructor(now: number) {
    this.actPingTime = now;
    this.lastAvailTime = now;
    this.lastPongTime = now;
  }
}
