/**
 * One numbered database: keys, values and expiry times (`struct redisDb`, db.c).
 *
 * Keys live in slots: parallel arrays for key, value and expiry time, and one map from key to slot. A
 * slot never moves and a freed one is taken by the next new key, so that a place in the arrays is a
 * cursor for SCAN that misses nothing, and a snapshot is a copy of three arrays. Everything that
 * walks the keys walks the slots: in the order of insertion, where a new key may take the place of a
 * deleted one (real Redis: in the order of the hash table). A key costs about 66 bytes beside the
 * characters of key and value.
 */
import { type Call, flag } from "../server/command.js";
import { expiryVerb } from "./expiry-time.js";
import type { Keyspace } from "./keyspace.js";
import type { RdbMeter } from "./rdb-meter.js";
import { rdbLengthBytes } from "./rdb-meter.js";
import type { ContainerValue, StoredValue } from "./value.js";

/** No expiry time. */
export const persistent = -1;

/** What a key costs beside its characters and its value's, in bytes. */
const keyOverhead = 64;

/** A database's keys at one instant; slots without a key are undefined in `keys`. */
export interface FrozenDatabase {
  readonly keys: readonly (string | undefined)[];
  readonly values: readonly (StoredValue | undefined)[];
  readonly expiries: readonly number[];
  readonly free: readonly number[];
}

export class Database {
  readonly index: number;
  readonly keyspace: Keyspace;
  #slots = new Map<string, number>();
  #keys: (string | undefined)[] = [];
  #values: (StoredValue | undefined)[] = [];
  #expiries: number[] = [];
  /** Freed slots; the last one freed is taken first. */
  #free: number[] = [];
  /** What a slot's string takes in an RDB, once counted; 0 when it is not known. */
  #rdbBytes: number[] = [];
  #rdbEncoding: unknown;
  /** Keys with an expiry time (the `expires` table), in the order in which they got one. */
  #volatile = new Set<string>();
  /** Estimated time to live of the keys that have one, in ms (INFO keyspace's `avg_ttl`). */
  averageTtl = 0;
  /** Where the active expire cycle stands in it (`expires_cursor`). */
  #cursor: Iterator<string> | undefined;
  /** Keys of a writable replica that got their expiry here (`slaveKeysWithExpire`). */
  readonly #ownExpiries = new Set<string>();

  constructor(index: number, keyspace: Keyspace) {
    this.index = index;
    this.keyspace = keyspace;
  }

  /** All keys, those that have expired and are still there included (DBSIZE). */
  get size(): number {
    return this.#slots.size;
  }
  /** Keys with an expiry time (INFO keyspace's `expires`). */
  get volatileSize(): number {
    return this.#volatile.size;
  }
  get ownExpiries(): number {
    return this.#ownExpiries.size;
  }

  /** `lookupKeyRead()`: undefined too for a key that this caller must see as expired. */
  read(key: string, call: Call): StoredValue | undefined {
    const slot = this.#slots.get(key);
    if (slot !== undefined) {
      const when = this.#expiries[slot] as number;
      if (when === persistent || call.now <= when || !this.#expiredToReader(key, call)) {
        this.keyspace.hits++;
        return this.#values[slot];
      }
    }
    this.keyspace.misses++;
    return undefined;
  }

  /** `lookupKeyWrite()`: an expired key is deleted first, where this node may delete it. */
  write(key: string, call: Call): StoredValue | undefined {
    const slot = this.#slots.get(key);
    if (slot === undefined) return undefined;
    const when = this.#expiries[slot] as number;
    if (when !== persistent && call.now > when) {
      const expired = this.#expireIfNeeded(key, call, true);
      // 6.2 takes what it finds, whatever expireIfNeeded() said.
      if (call.behaviour.from70) return expired ? undefined : this.#values[slot];
      return this.#slots.has(key) ? this.#values[slot] : undefined;
    }
    return this.#values[slot];
  }

  /** Before DEL and in SCAN: true when the key is to be seen as expired. */
  expireIfNeeded(key: string, call: Call): boolean {
    return this.isOverdue(key, call.now) && this.#expireIfNeeded(key, call, false);
  }

  /** `keyIsExpired()`: past its time, whoever asks. */
  isOverdue(key: string, now: number): boolean {
    const when = this.expiry(key);
    return when !== persistent && now > when && !this.keyspace.host.loading;
  }

  /** `lookupKeyReadWithFlags()`: 6.2 shows a replica's expired keys to writes and to its master. */
  #expiredToReader(key: string, call: Call): boolean {
    if (!this.#expireIfNeeded(key, call, false)) return false;
    if (call.behaviour.from70 || !this.keyspace.host.isReplica) return true;
    return !call.fromMaster && (call.command.flags & flag.readonly) !== 0;
  }

  /** `expireIfNeeded()` of a key that is past its time. */
  #expireIfNeeded(key: string, call: Call, writes: boolean): boolean {
    const host = this.keyspace.host;
    if (host.loading) return false;
    if (host.isReplica) {
      if (!call.behaviour.from70) return true;
      if (call.fromMaster) return false;
      if (!writes || host.replicaReadOnly) return true;
    }
    if (!host.expiryPaused) this.expire(key, call);
    return true;
  }

  /** `deleteExpiredKeyAndPropagate()`; its DEL goes ahead of the call's own bytes, if there is one. */
  expire(key: string, call?: Call): void {
    this.delete(key);
    this.keyspace.expired++;
    this.modified(key);
    if (call === undefined) this.keyspace.host.expired(this.index, key);
    else call.expired(this.index, [expiryVerb(call), key]);
  }

  /** The value, expired or not, with no effects. */
  peek(key: string): StoredValue | undefined {
    const slot = this.#slots.get(key);
    return slot === undefined ? undefined : this.#values[slot];
  }

  /**
   * Adds the key or replaces its value; an expiry time stays (`dbAdd()`, `dbOverwrite()`). A
   * container must have been made in the arena of now, which has counted its bytes.
   */
  set<T extends StoredValue>(key: string, value: T): T {
    const arena = this.keyspace.arena;
    const slot = this.#slots.get(key);
    arena.bytes += typeof value === "string" ? value.length : 0;
    if (slot === undefined) {
      const taken = this.#free.pop() ?? this.#keys.length;
      this.#slots.set(key, taken);
      this.#keys[taken] = key;
      this.#values[taken] = value;
      this.#expiries[taken] = persistent;
      this.#rdbBytes[taken] = 0;
      arena.bytes += keyOverhead + key.length;
    } else {
      arena.bytes -= sizeOf(this.#values[slot] as StoredValue);
      this.#values[slot] = value;
      this.#rdbBytes[slot] = 0;
    }
    return value;
  }

  /** As `set`, for a container that was counted elsewhere or not at all: moved, renamed, copied. */
  place(key: string, value: StoredValue): void {
    if (typeof value !== "string") this.keyspace.arena.bytes += value.bytes;
    this.set(key, value);
  }

  /** The container as one that may be changed: itself, or a copy if a snapshot shares it. */
  own<T extends ContainerValue>(key: string, container: T): T {
    const arena = this.keyspace.arena;
    if (container.arena === arena) return container;
    const copy = container.copy(arena) as T;
    const slot = this.#slots.get(key);
    if (slot !== undefined) this.#values[slot] = copy;
    return copy;
  }

  /** `dbDelete()`; false when there was no such key. */
  delete(key: string): boolean {
    const slot = this.#slots.get(key);
    if (slot === undefined) return false;
    const value = this.#values[slot] as StoredValue;
    this.keyspace.arena.bytes -= keyOverhead + key.length + sizeOf(value);
    this.#slots.delete(key);
    this.#keys[slot] = undefined;
    this.#values[slot] = undefined;
    if (this.#expiries[slot] !== persistent) this.#volatile.delete(key);
    this.#expiries[slot] = persistent;
    this.#rdbBytes[slot] = 0;
    this.#free.push(slot);
    return true;
  }

  /** `signalModifiedKey()`. */
  modified(key: string): void {
    this.keyspace.host.modified(this.index, key);
  }

  /** Unix milliseconds, or `persistent`. */
  expiry(key: string): number {
    const slot = this.#slots.get(key);
    return slot === undefined ? persistent : (this.#expiries[slot] as number);
  }

  /** `setExpire()`; the key must exist. A writable replica remembers what its own clients set. */
  setExpiry(key: string, when: number, call: Call): void {
    const slot = this.#slots.get(key);
    if (slot === undefined) return;
    if (this.#expiries[slot] === persistent) this.#volatile.add(key);
    this.#expiries[slot] = when;
    const host = this.keyspace.host;
    if (host.isReplica && !host.replicaReadOnly && !call.fromMaster && this.index <= 63) {
      this.#ownExpiries.add(key);
    }
  }

  /** `removeExpire()`; false when it had none. */
  removeExpiry(key: string): boolean {
    const slot = this.#slots.get(key);
    if (slot === undefined || this.#expiries[slot] === persistent) return false;
    this.#expiries[slot] = persistent;
    this.#volatile.delete(key);
    return true;
  }

  /** Slots in use or free: cursors run from 0 to here. */
  get slotCount(): number {
    return this.#keys.length;
  }
  /** The key in a slot; undefined when it is free. */
  keyAt(slot: number): string | undefined {
    return this.#keys[slot];
  }

  /** The next key with an expiry time, round and round; the database must have one. */
  nextVolatile(): string {
    const next = this.#cursor?.next();
    if (next !== undefined && next.done !== true) return next.value;
    this.#cursor = this.#volatile.values();
    return this.#cursor.next().value as string;
  }

  /** The oldest of the writable replica's own expiring keys, taken from the list. */
  takeOwnExpiry(): string | undefined {
    const oldest = this.#ownExpiries.values().next();
    if (oldest.done === true) return undefined;
    this.#ownExpiries.delete(oldest.value);
    return oldest.value;
  }
  /** Puts it back, as the youngest. */
  keepOwnExpiry(key: string): void {
    this.#ownExpiries.add(key);
  }
  forgetOwnExpiries(): void {
    this.#ownExpiries.clear();
  }

  /** How many keys were removed (`emptyDb()`). */
  flush(): number {
    const removed = this.#slots.size;
    for (let slot = 0; slot < this.#keys.length; slot++) {
      const key = this.#keys[slot];
      if (key === undefined) continue;
      const value = this.#values[slot] as StoredValue;
      this.keyspace.arena.bytes -= keyOverhead + key.length + sizeOf(value);
    }
    this.#take([], [], [], []);
    return removed;
  }

  /** `dbSwapDatabases()`: the keys change places, the databases stay. */
  swap(other: Database): void {
    const keys = this.#keys;
    const values = this.#values;
    const expiries = this.#expiries;
    const free = this.#free;
    this.#take(other.#keys, other.#values, other.#expiries, other.#free);
    other.#take(keys, values, expiries, free);
  }

  freeze(): FrozenDatabase {
    return {
      keys: this.#keys.slice(),
      values: this.#values.slice(),
      expiries: this.#expiries.slice(),
      free: this.#free.slice(),
    };
  }

  thaw(frozen: FrozenDatabase): void {
    this.#take(
      frozen.keys.slice(),
      frozen.values.slice(),
      frozen.expiries.slice(),
      frozen.free.slice(),
    );
  }

  #take(
    keys: (string | undefined)[],
    values: (StoredValue | undefined)[],
    expiries: number[],
    free: number[],
  ): void {
    this.#keys = keys;
    this.#values = values;
    this.#expiries = expiries;
    this.#free = free;
    this.#slots = new Map();
    this.#volatile = new Set();
    this.#cursor = undefined;
    this.averageTtl = 0;
    this.#rdbBytes = new Array<number>(keys.length).fill(0);
    for (let slot = 0; slot < keys.length; slot++) {
      const key = keys[slot];
      if (key === undefined) continue;
      this.#slots.set(key, slot);
      if (expiries[slot] !== persistent) this.#volatile.add(key);
    }
  }

  /** Its part of an RDB: nothing when it is empty (`rdbSaveDb()`). */
  rdbBytes(meter: RdbMeter): number {
    if (this.size === 0) return 0;
    if (this.#rdbEncoding !== meter.encoding) {
      this.#rdbEncoding = meter.encoding;
      this.#rdbBytes.fill(0);
    }
    let bytes = 1 + rdbLengthBytes(this.index);
    bytes += 1 + rdbLengthBytes(this.size) + rdbLengthBytes(this.volatileSize);
    bytes += 9 * this.volatileSize;
    for (let slot = 0; slot < this.#keys.length; slot++) {
      const key = this.#keys[slot];
      if (key === undefined) continue;
      const known = this.#rdbBytes[slot] as number;
      if (known > 0) {
        bytes += known;
        continue;
      }
      const value = this.#values[slot] as StoredValue;
      const counted = meter.entry(key, value);
      if (typeof value === "string") this.#rdbBytes[slot] = counted;
      bytes += counted;
    }
    return bytes;
  }
}

function sizeOf(value: StoredValue): number {
  return typeof value === "string" ? value.length : value.bytes;
}
