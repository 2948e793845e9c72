/**
 * A connection as redis-server sees it (`struct client`): who it is, what it asked and what it is
 * still owed. The same for an application, a replica, the link to a master and a Sentinel.
 */
import type { Address, ConnectionId } from "../../kernel/actor.js";
import type { MasterLink } from "../replication/master-link.js";
import type { ReplicaEntry } from "../replication/replica-entry.js";
import type { Protocol, Request, Segment } from "../wire/value.js";

export type ClientType = "normal" | "replica" | "master" | "pubsub";

/** Why a client's next commands wait. */
export type Blocked =
  /** WAIT: until `replicas` have acknowledged `offset`; `deadline` in ms, 0 for never. */
  | {
      readonly kind: "wait";
      readonly replicas: number;
      readonly offset: number;
      readonly deadline: number;
    }
  /** CLIENT PAUSE, FAILOVER, or a graceful shutdown holds the command back. */
  | { readonly kind: "paused" };

export interface Transaction {
  readonly queue: Request[];
  /** A command was refused while queueing: EXEC answers EXECABORT. */
  dirty: boolean;
}

export interface ClientOptions {
  readonly id: number;
  readonly connection: ConnectionId;
  readonly peer: Address;
  readonly local: Address;
  /** Unix milliseconds. */
  readonly createdAt: number;
}

export class Client {
  readonly id: number;
  readonly connection: ConnectionId;
  readonly peer: Address;
  readonly local: Address;
  readonly createdAt: number;

  name = "";
  libraryName = "";
  libraryVersion = "";
  protocol: Protocol = 2;
  db = 0;
  user = "default";
  authenticated = false;
  lastCommand = "";
  /** Unix seconds, from the cached clock when its bytes were read. */
  lastInteraction: number;

  closeAfterReply = false;
  /** In the queue of clients to free before the next sleep (`freeClientAsync`). */
  closeAsap = false;
  /** Freed: nothing more may be written to it. */
  freed = false;
  transaction: Transaction | undefined;
  readonly channels = new Set<string>();
  readonly patterns = new Set<string>();
  blocked: Blocked | undefined;
  /** What arrived while it was blocked, in order. */
  readonly waiting: Segment[] = [];
  noEvict = false;
  noTouch = false;

  /** Replies not yet handed to the kernel, in order; and how many bytes they are. */
  readonly output: Segment[] = [];
  outputBytes = 0;
  /** On the list of clients to write to before the next sleep. */
  pendingWrite = false;
  /** A replica whose stream is recorded but not yet sent (waiting for its RDB). */
  outputHeld = false;

  /** master_repl_offset after its last command: what its WAIT waits for (`woff`). */
  waitOffset = 0;

  /** Set once it asked for SYNC or PSYNC: what replication keeps about this replica. */
  replica: ReplicaEntry | undefined;
  /** Set when this is our link to our master: what replication keeps about the stream. */
  master: MasterLink | undefined;

  constructor(options: ClientOptions) {
    this.id = options.id;
    this.connection = options.connection;
    this.peer = options.peer;
    this.local = options.local;
    this.createdAt = options.createdAt;
    this.lastInteraction = Math.floor(options.createdAt / 1_000);
  }

  /** `getClientType()`: the class for CLIENT KILL TYPE, CLIENT LIST TYPE and buffer limits. */
  get type(): ClientType {
    if (this.master !== undefined) return "master";
    if (this.replica !== undefined) return "replica";
    return this.channels.size + this.patterns.size > 0 ? "pubsub" : "normal";
  }
}
