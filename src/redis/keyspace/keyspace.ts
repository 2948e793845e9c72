/**
 * The dataset of a server: its databases, and the ballast that is counted but never allocated.
 *
 * Ballast stands for keys that nobody looks at: so many keys in so many bytes of RDB. It is part of
 * every snapshot and so of every RDB file, transfer and load, and of the memory in use; a full resync
 * hands it on and FLUSHALL drops it. It is in no database: DBSIZE, KEYS and RESIZEDB know nothing of
 * it.
 */
import type { Version } from "../version.js";
import { Database, type FrozenDatabase } from "./database.js";
import { activeExpireCycle, ExpireState, expireOwnKeys } from "./expire-cycle.js";
import { type RdbEncoding, rdbEncoding } from "./rdb-encoding.js";
import { RdbMeter, rdbFrameBytes } from "./rdb-meter.js";
import { Arena } from "./value.js";

/** All databases at one instant, copied, never changed afterwards. */
export interface Snapshot {
  /** What its RDB takes in bytes, without replication fields: header, keys, ballast, checksum. */
  readonly bytes: number;
  /** In all databases, without ballast. */
  readonly keys: number;
  /** What it takes in memory, ballast included. */
  readonly memory: number;
  readonly ballast: Ballast;
  readonly databases: readonly FrozenDatabase[];
  /** How its RDB is written. */
  readonly encoding: RdbEncoding;
}

export interface Ballast {
  readonly keys: number;
  readonly bytes: number;
}

/** What the dataset asks of the server that holds it, and tells it. */
export interface KeyspaceHost {
  readonly version: Version;
  /** masterhost is set: keys are the master's to expire. */
  readonly isReplica: boolean;
  readonly replicaReadOnly: boolean;
  /** Nothing expires while an RDB or AOF is loaded. */
  readonly loading: boolean;
  /** CLIENT PAUSE or FAILOVER: what has expired is hidden and stays. */
  readonly expiryPaused: boolean;
  readonly rdbcompression: boolean;
  /** The active cycle deleted a key: its DEL (or UNLINK) is propagated (`propagateDeletion()`). */
  expired(database: number, key: string): void;
  /** `signalModifiedKey()`: for WATCH. */
  modified(database: number, key: string): void;
  /** The database is about to be emptied (`signalFlushedDb()`), or to hold what `by` holds now (SWAPDB). */
  replaced(database: Database, by: Database | undefined): void;
  /** FLUSHALL: a running RDB child is killed, and an empty RDB saved; true when it was (`flushAllDataAndResetRDB()`). */
  flushedAll(): boolean;
}

/** A master that nobody follows; what a keyspace has until a server takes it. */
const alone: KeyspaceHost = {
  version: "7.0",
  isReplica: false,
  replicaReadOnly: true,
  loading: false,
  expiryPaused: false,
  rdbcompression: true,
  expired: () => undefined,
  modified: () => undefined,
  replaced: () => undefined,
  flushedAll: () => false,
};

/** What an empty server has allocated, about: it decides how used-mem is written. */
export const emptyServerBytes = 1_900_000;

const emptyDatabase: FrozenDatabase = { keys: [], values: [], expires: new Map(), free: [] };

const noBallast: Ballast = { keys: 0, bytes: 0 };

export class Keyspace {
  readonly databases: readonly Database[];
  host: KeyspaceHost = alone;
  ballast: Ballast = noBallast;
  /** Counters of INFO stats: keyspace_hits, keyspace_misses, expired_keys. */
  hits = 0;
  misses = 0;
  expired = 0;
  /** Some key has, or once had, an expiry time: until then no cycle has anything to look at. */
  hasExpiries = false;
  /** Replaced with each snapshot: what was made before may no longer be changed in place. */
  arena = new Arena(0);
  readonly #expireState = new ExpireState();

  constructor(databases: number) {
    this.databases = Array.from({ length: databases }, (_, index) => new Database(index, this));
  }

  /** Keys in all databases, without ballast. */
  get size(): number {
    let size = 0;
    for (const database of this.databases) size += database.size;
    return size;
  }

  /** What keys, values and ballast take in memory, about. */
  get memory(): number {
    return this.arena.bytes + this.ballast.bytes;
  }

  /** INFO's slave_expires_tracked_keys. */
  get ownExpiries(): number {
    if (!this.hasExpiries) return 0;
    let count = 0;
    for (const database of this.databases) count += database.ownExpiries;
    return count;
  }

  snapshot(): Snapshot {
    const encoding = rdbEncoding(this.host.version, this.host.rdbcompression);
    const meter = new RdbMeter(encoding);
    let bytes = rdbFrameBytes(encoding, emptyServerBytes + this.memory) + this.ballast.bytes;
    for (const database of this.databases) bytes += database.rdbBytes(meter);
    const snapshot = {
      bytes,
      keys: this.size,
      memory: this.memory,
      ballast: this.ballast,
      databases: this.databases.map((database) => database.freeze()),
      encoding,
    };
    this.arena = new Arena(this.arena.bytes);
    return snapshot;
  }

  /** False when it has keys in databases that this server is not configured for: Redis exits. */
  fits(snapshot: Snapshot): boolean {
    return snapshot.databases.every(
      (frozen, index) => index < this.databases.length || frozen.keys.length === frozen.free.length,
    );
  }

  /**
   * Takes the place of what is there. A master drops keys that `now` finds expired; a replica keeps
   * them. The keys dropped, in order: 7.0 feeds their DELs to the backlog (`rdbLoadRio()`).
   */
  restore(
    snapshot: Snapshot,
    now: number,
    dropExpired: boolean,
  ): readonly { readonly database: number; readonly key: string }[] {
    this.arena = new Arena(snapshot.memory - snapshot.ballast.bytes);
    this.ballast = snapshot.ballast;
    const dropped: { database: number; key: string }[] = [];
    for (const database of this.databases) {
      database.forgetOwnExpiries();
      database.thaw(snapshot.databases[database.index] ?? emptyDatabase);
      if (dropExpired) dropOverdue(database, now, dropped);
    }
    return dropped;
  }

  /** `emptyDb(-1)`: how many keys were removed, ballast included. */
  flush(): number {
    let removed = this.ballast.keys;
    this.ballast = noBallast;
    for (const database of this.databases) {
      this.host.replaced(database, undefined);
      removed += database.flush();
      database.forgetOwnExpiries();
    }
    return removed;
  }

  /**
   * A master's periodic hunt for expired keys (`activeExpireCycle()`), `slow` from serverCron and
   * `fast` before each sleep. How many it deleted.
   */
  activeExpireCycle(kind: "slow" | "fast", nowMicroseconds: number, hz: number): number {
    return activeExpireCycle(this, this.#expireState, { kind, nowMicroseconds, hz });
  }

  /** Asked before each sleep, which nearly always has none. */
  get wantsFastCycle(): boolean {
    return this.#expireState.wantsFast;
  }

  /** A writable replica's hunt for keys that expire by its own clients' doing (`expireSlaveKeys()`). */
  expireOwnKeys(now: number): void {
    expireOwnKeys(this, now);
  }
}

function dropOverdue(
  database: Database,
  now: number,
  dropped: { database: number; key: string }[],
): void {
  for (let slot = 0; slot < database.slotCount; slot++) {
    const key = database.keyAt(slot);
    if (key === undefined) continue;
    const when = database.expiry(key);
    if (when === -1 || when >= now) continue;
    database.delete(key);
    dropped.push({ database: database.index, key });
  }
}
