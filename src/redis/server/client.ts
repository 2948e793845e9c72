/**
 * A connection as redis-server sees it (`struct client`): who it is, what it asked and what it is
 * still owed. The same for an application, a replica, the link to a master and a Sentinel.
 */
import type { Address, ConnectionId } from "../../kernel/actor.js";
import type { ClientType } from "../config/client-type.js";
import type { MasterLink } from "../replication/master-link.js";
import type { ReplicaEntry } from "../replication/replica-entry.js";
import type { RequestParser } from "../wire/parse-request.js";
import type { Protocol, Request, Segment } from "../wire/value.js";
import type { Entry } from "./dispatcher.js";
import { OutputQueue } from "./output-queue.js";
import type { User } from "./user.js";

/** Why a client's next commands wait. */
export type Blocked =
  /**
   * WAIT: until `replicas` have acknowledged `offset`; `deadline` in ms, 0 for never. WAITAOF: until
   * they have it in their AOFs, and, where `local` is 1, we in ours.
   */
  | {
      readonly kind: "wait";
      readonly replicas: number;
      readonly local: number | undefined;
      readonly offset: number;
      readonly deadline: number;
    }
  /** CLIENT PAUSE, FAILOVER, or a graceful shutdown holds the command back. */
  | { readonly kind: "paused" }
  /** SHUTDOWN waits for replicas. */
  | { readonly kind: "shutdown" };

export interface Transaction {
  readonly queue: Request[];
  /** A command was refused while queueing: EXEC answers EXECABORT (`CLIENT_DIRTY_EXEC`). */
  dirty: boolean;
  /** Flags that any of the queued commands has, and flags that all of them have. */
  anyFlags: number;
  allFlags: number;
}

/** A key that was WATCHed. */
export interface WatchedKey {
  readonly db: number;
  readonly key: string;
  /** It was there and past its time when it was watched; undefined in 6.2, which does not look. */
  hadExpired: boolean | undefined;
}

/** CLIENT REPLY: `skip` the next command's reply; `skipping` that command's. */
export type ReplyMode = "on" | "off" | "skipNext" | "skipping";

export interface ClientOptions {
  readonly id: number;
  readonly connection: ConnectionId;
  readonly peer: Address;
  readonly local: Address;
  /** Unix milliseconds. */
  readonly createdAt: number;
}

export class Client {
  // What every cron looks at, and then what every command does, comes first, beside each other in memory.
  readonly connection: ConnectionId;
  /** In the queue of clients to free before the next sleep (`freeClientAsync`). */
  closeAsap = false;
  /** The kernel already told that its connection is gone; the client is freed soon (`freeClientAsync`). */
  disconnected = false;
  /** Set once it asked for SYNC or PSYNC: what replication keeps about this replica. */
  replica: ReplicaEntry | undefined;
  /** Set when this is our link to our master: what replication keeps about the stream. */
  master: MasterLink | undefined;
  /** Channels and patterns together, as pub/sub counts them. */
  subscriptions = 0;
  /** Since when its output is over the soft limit, in Unix seconds; 0: it is not. */
  softLimitSince = 0;
  /** Replies not yet handed to the kernel, in order; and how many bytes they are. */
  readonly output = new OutputQueue();
  /** On the list of clients to write to before the next sleep, and the next on it. */
  pendingWrite = false;
  nextPending: Client | undefined;
  /** A replica whose stream is recorded but not yet sent (waiting for its RDB). */
  outputHeld = false;
  closeAfterReply = false;
  replyMode: ReplyMode = "on";
  protocol: Protocol = 2;
  blocked: Blocked | undefined;
  transaction: Transaction | undefined;
  /** The mode opened this connection (the link to a master): the mode reads it. */
  adopted = false;
  /** Unix seconds, from the cached clock when its bytes were read. */
  lastInteraction: number;
  /** Reads what comes as bytes; made when the first of them come. */
  parser: RequestParser | undefined;
  /** What it called the command it sent last, and what that is: the dispatcher's, who looks here first. */
  lastName = "";
  lastEntry: Entry | undefined;
  lastCommand = "";
  /** The subcommand, where that was a container (`client|list`). */
  lastSubcommand: string | undefined;
  authenticated = false;
  /** The user itself; undefined may do everything. */
  account: User | undefined;
  db = 0;
  /** master_repl_offset after its last command: what its WAIT waits for (`woff`). */
  waitOffset = 0;

  readonly id: number;
  readonly peer: Address;
  readonly local: Address;
  readonly createdAt: number;
  name = "";
  libraryName = "";
  libraryVersion = "";
  /** Name of its ACL user; `(superuser)` for the link to our master. */
  user = "default";
  /** Inside EXEC: what would block answers at once (`CLIENT_DENY_BLOCKING`). */
  denyBlocking = false;
  /** Freed: nothing more may be written to it. */
  freed = false;
  readonly channels = new Set<string>();
  readonly patterns = new Set<string>();
  watched: WatchedKey[] = [];
  /** A watched key was touched: EXEC does nothing (`CLIENT_DIRTY_CAS`). */
  touched = false;
  /** What arrived while it was blocked, in order. */
  waiting: Segment[] = [];
  /** How many bytes of it were read since it was blocked. */
  waitingBytes = 0;
  noEvict = false;
  noTouch = false;

  constructor(options: ClientOptions) {
    this.id = options.id;
    this.connection = options.connection;
    this.peer = options.peer;
    this.local = options.local;
    this.createdAt = options.createdAt;
    this.lastInteraction = Math.floor(options.createdAt / 1_000);
  }

  get outputBytes(): number {
    return this.output.bytes;
  }

  /** `getClientType()`: the class for CLIENT KILL TYPE, CLIENT LIST TYPE and buffer limits. */
  get type(): ClientType {
    if (this.master !== undefined) return "master";
    if (this.replica !== undefined) return "replica";
    return this.subscriptions > 0 ? "pubsub" : "normal";
  }
}
