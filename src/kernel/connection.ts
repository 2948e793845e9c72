/**
 * One end of a TCP connection: what its process has sent, what the kernel holds, what has arrived.
 *
 * Bytes pass through four places: `unsent` (the process's own output buffer), `held` (taken by the
 * socket but stalled; empty on a healthy path), under way, and unread at the peer. The last two share
 * one ring at the receiving end: a segment is only the number of payloads that its arrival makes
 * readable, so a healthy segment allocates nothing. In flight is everything taken and not yet read.
 */
import type { Address, CloseReason, ConnectionId, DialAnswer, Payload } from "./actor.js";
import type { Host } from "./host.js";
import type { Link } from "./network.js";
import type { Process } from "./process.js";
import { Ring } from "./ring.js";
import type { Action } from "./schedule.js";
import type { Duration } from "./time.js";

export type Phase = "connecting" | "open" | "closed";

/** What a segment under way carries if it is not a number of payloads. */
export const segmentFin = -1;
export const segmentReset = -2;
/** The last step of the handshake: there is something to accept. */
export const segmentAccept = -3;

/** Something was sent that is not acknowledged: the state of retransmission, kept only while it lasts. */
export interface Stall {
  /** When the next retransmission is due; an entry that comes at another instant is stale. */
  due: number;
  timeout: Duration;
  retransmissions: number;
  /** Only acknowledgements are missing: the data passes. */
  isOneWay: boolean;
}

export class Connection {
  readonly kind = "connection";
  // What every segment touches comes first, beside each other in memory.
  readonly process: Process;
  readonly host: Host;
  /** Undefined where nobody has that address. */
  readonly remoteHost: Host | undefined;
  /** -1 until accepted. */
  id: ConnectionId;
  phase: Phase = "connecting";
  peer: Connection | undefined;
  out: Link | undefined;
  back: Link | undefined;

  /** What comes to be told, in this order. */
  isToAccept = false;
  isToOpen = false;
  ended: CloseReason | undefined;
  isToDrain = false;
  /** Waits in the process's ring of ready connections. */
  isReady = false;

  // Receiving: payloads readable, then payloads under way, in one ring.
  readonly inbox = new Ring<Payload>();
  readable = 0;
  readonly underway = new Ring<number>();
  lastArrival = 0;
  /** Entries in the queue whose segments were called back, and when those come that were not. */
  calledBack = 0;
  readonly arrivals: number[] = [];
  lastHeard = 0;

  // Sending.
  readonly unsent = new Ring<Payload>();
  unsentBytes = 0;
  inFlight = 0;
  /** Waits in the process's ring of connections that sent something in this iteration. */
  isOutgoing = false;
  wantsDrained = false;
  /** Nothing that is sent from now on gets anywhere. */
  isBroken = false;

  // Trouble.
  stall: Stall | undefined;
  /** The host's boot it belongs to. */
  readonly hostBoot: number;
  readonly local: Address;
  readonly remote: Address;
  readonly held = new Ring<Payload>();
  isAcceptHeld = false;
  isFinHeld = false;
  keepaliveDeadline = 0;
  /** When keepalive's first unanswered probe was or will be sent; 0 while the path is whole. */
  firstProbe = 0;

  // Connecting.
  dialedAt = -1;
  attempts = 0;
  /** The end of whoever stands for the outside: it is told of the dial, and decides. */
  strangersEnd: Connection | undefined;
  /** What it has decided. */
  answer: DialAnswer | undefined;

  // Made once, when first needed.
  retransmission: Action | undefined;
  windowOpening: Action | undefined;
  isWindowOpening = false;

  constructor(options: {
    readonly process: Process;
    readonly id: ConnectionId;
    readonly local: Address;
    readonly remote: Address;
    readonly remoteHost: Host | undefined;
    readonly out: Link | undefined;
    readonly back: Link | undefined;
  }) {
    this.process = options.process;
    this.host = options.process.node.host;
    this.hostBoot = this.host.boots;
    this.id = options.id;
    this.local = options.local;
    this.remote = options.remote;
    this.remoteHost = options.remoteHost;
    this.out = options.out;
    this.back = options.back;
  }

  /** Nobody is behind this end any more: closed by its process, or the process is gone with all its images. */
  get isGone(): boolean {
    return this.phase === "closed" || !this.process.holdsConnections;
  }

  /** The machine is off, or was: its kernel knows nothing of this connection. */
  get isForgotten(): boolean {
    return !this.host.isUp || this.host.boots !== this.hostBoot;
  }

  /** Either a segment or its acknowledgement would vanish without an answer. */
  get isSilent(): boolean {
    const { out, back, remoteHost } = this;
    return out?.verdict === "drop" || back?.verdict === "drop" || remoteHost?.isUp !== true;
  }

  /**
   * What is sent is answered with RST: by a firewall, by a machine that was rebooted, or by one whose
   * process closed its end, and whose word of it never arrived and never will.
   */
  get isDisowned(): boolean {
    const { out, peer } = this;
    if (out?.verdict === "reject" || peer?.isForgotten === true) return true;
    const isEndUnheard = this.ended === undefined && this.underway.length === 0;
    return peer?.isGone === true && peer.stall === undefined && isEndUnheard;
  }
}
