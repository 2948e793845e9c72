/**
 * The process of a node: one for each boot. It holds what an iteration of its event loop works on:
 * ready connections, timers, children, what was sent; and when it can run at all.
 *
 * The inputs it hands to its actor are made once and reused, as the contract says; all of them, and
 * the notices, are of one shape, so that a node's `switch` on them is never polymorphic.
 */
import type {
  Actor,
  Address,
  ChildId,
  CloseReason,
  ConnectionId,
  Payload,
  TimerId,
} from "./actor.js";
import type { Child } from "./child.js";
import type { Connection } from "./connection.js";
import type { Node } from "./node.js";
import type { RandomStream } from "./random.js";
import { Ring } from "./ring.js";
import { never } from "./time.js";
import type { Timer } from "./timer.js";

const nowhere: Address = { ip: "0.0.0.0", port: 0 };
const nothing: Payload = { length: 0 };

/** What happens to a process apart from its connections and timers. */
export type Notice =
  | { readonly kind: "started" }
  | { readonly kind: "signalled"; readonly signal: "TERM" | "INT" }
  | { readonly kind: "childExited"; readonly child: ChildId; readonly code: number };

/** An input with the fields of all of them; its kind says which ones mean something. */
class ReusedInput<Kind extends string> {
  readonly kind: Kind;
  connection = 0 as ConnectionId;
  local = nowhere;
  peer = nowhere;
  payload = nothing;
  why: CloseReason = "fin";
  timer = 0 as TimerId;
  child = 0 as ChildId;
  code = 0;
  readonly signal = "TERM";

  constructor(kind: Kind) {
    this.kind = kind;
  }
}

export class Process {
  readonly kind = "process";
  readonly node: Node;
  readonly boot: number;
  readonly random: RandomStream;
  readonly lateness: RandomStream;
  actor: Actor | undefined;
  isAlive = true;
  /** It, or an image of it, has its connections open. */
  holdsConnections = true;
  /** SIGSTOP. */
  isStopped = false;
  isStarved = false;

  /** Inside an iteration, and for how long it has been busy in it. */
  isRunning = false;
  spent = 0;
  busyUntil = 0;
  /** Where its entry stands in the queue; -1 for none. */
  wakeAt = -1;
  /** Once it was paused: how much of its busy time was left. */
  busyLeft = 0;
  /** Set once it has called exit. */
  exitCode: number | undefined;

  readonly notices = new Ring<Notice>();
  readonly ready = new Ring<Connection>();
  readonly outgoing = new Ring<Connection>();
  readonly connections: (Connection | undefined)[] = [];
  /** Ids that are free below the end of `connections`. */
  holes = 0;
  /** Connections established and not yet accepted. */
  backlog = 0;
  readonly timers: Timer[] = [];
  /** No timer is due before this; some of them may be later than it says. */
  earliestDue: number = never;
  readonly children: Child[] = [];

  readonly opened = new ReusedInput("opened");
  readonly accepted = new ReusedInput("accepted");
  readonly dialled = new ReusedInput("dialled");
  readonly received = new ReusedInput("received");
  readonly closed = new ReusedInput("closed");
  readonly drained = new ReusedInput("drained");
  readonly fired = new ReusedInput("fired");
  readonly settled = new ReusedInput("settled");

  constructor(node: Node, boot: number, random: RandomStream, lateness: RandomStream) {
    this.node = node;
    this.boot = boot;
    this.random = random;
    this.lateness = lateness;
  }

  get isPaused(): boolean {
    return this.isStopped || this.isStarved;
  }

  /** Is there a child that has its connections, too? */
  get hasImage(): boolean {
    return this.children.some(({ isAlive, isImage }) => isAlive && isImage);
  }

  /** Has anything come up that an iteration would take care of? */
  hasWork(at: number): boolean {
    return (
      this.ready.length > 0 ||
      this.notices.length > 0 ||
      this.outgoing.length > 0 ||
      this.exitCode !== undefined ||
      this.earliestDue <= at
    );
  }

  /** The lowest free id, as for file descriptors. */
  register(connection: Connection): void {
    let id = this.connections.length;
    if (this.holes > 0) {
      id = this.connections.indexOf(undefined);
      this.holes--;
    }
    this.connections[id] = connection;
    connection.id = id as ConnectionId;
  }

  /** The connection's end here is no more; its id is free again. */
  forget(connection: Connection): void {
    connection.phase = "closed";
    if (this.connections[connection.id] !== connection) return;
    this.connections[connection.id] = undefined;
    this.holes++;
  }

  markReady(connection: Connection): void {
    if (connection.isReady) return;
    connection.isReady = true;
    this.ready.push(connection);
  }
}
