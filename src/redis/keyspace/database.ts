/**
 * One numbered database: keys, values and expiry times (`struct redisDb`, db.c).
 *
 * Keys live in slots: parallel arrays for key and value, and an index from key to slot. A slot never
 * moves and a freed one is taken by the next new key, so that a place in the arrays is a cursor for
 * SCAN that misses nothing, and a snapshot is a copy of them. Everything that walks the keys walks the
 * slots: in the order of insertion, where a new key may take the place of a deleted one (real Redis:
 * in the order of the hash table). A key costs about 40 bytes beside the characters of key and value.
 * Only keys with an expiry time have an entry in the table of those.
 */
import { type Call, flag } from "../server/command.js";
import { expiryVerb } from "./expiry-time.js";
import { KeyIndex, nowhere } from "./key-index.js";
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
  readonly expires: ReadonlyMap<string, number>;
  readonly free: readonly number[];
}

export class Database {
  readonly index: number;
  readonly keyspace: Keyspace;
  #keys: (string | undefined)[] = [];
  #slots = new KeyIndex(this.#keys);
  #values: (StoredValue | undefined)[] = [];
  /** Freed slots; the last one freed is taken first. */
  #free: number[] = [];
  /** What a slot's string takes in an RDB: 0 when it is not known, nothing for slots never counted. */
  #rdbBytes: number[] = [];
  #rdbEncoding: unknown;
  /** Unix milliseconds of the keys that have an expiry time, in the order in which they got one. */
  #expires = new Map<string, number>();
  /** Estimated time to live of the keys that have one, in ms (INFO keyspace's `avg_ttl`). */
  averageTtl = 0;
  /** Where the active expire cycle stands in it (`expires_cursor`). */
  #cursor: Iterator<string> | undefined;
  /** Keys of a writable replica that got their expiry here (`slaveKeysWithExpire`). */
  readonly #ownExpiries = new Set<string>();
  /** The key looked for last, and its slot: a command asks for its key several times over. */
  #soughtKey: string | undefined;
  #soughtSlot = nowhere;

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
    return this.#expires.size;
  }
  get ownExpiries(): number {
    return this.#ownExpiries.size;
  }

  #slotOf(key: string): number {
    if (key !== this.#soughtKey) {
      this.#soughtSlot = this.#slots.find(key);
      this.#soughtKey = key;
    }
    return this.#soughtSlot;
  }

  /** `lookupKeyRead()`: undefined too for a key that this caller must see as expired. */
  read(key: string, call: Call): StoredValue | undefined {
    const slot = this.#slotOf(key);
    if (slot !== nowhere) {
      const when = this.expiry(key);
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
    const slot = this.#slotOf(key);
    if (slot === nowhere) return undefined;
    const when = this.expiry(key);
    if (when !== persistent && call.now > when) {
      const expired = this.#expireIfNeeded(key, call, true);
      // 6.2 takes what it finds, whatever expireIfNeeded() said.
      if (call.behaviour.from70) return expired ? undefined : this.#values[slot];
      return this.#slotOf(key) === nowhere ? undefined : this.#values[slot];
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
    const slot = this.#slotOf(key);
    return slot === nowhere ? undefined : this.#values[slot];
  }

  /**
   * Adds the key or replaces its value; an expiry time stays (`dbAdd()`, `dbOverwrite()`). A
   * container must have been made in the arena of now, which has counted its bytes.
   */
  set<T extends StoredValue>(key: string, value: T): T {
    const arena = this.keyspace.arena;
    const slot = this.#slotOf(key);
    arena.bytes += typeof value === "string" ? value.length : 0;
    if (slot === nowhere) {
      const taken = this.#free.pop() ?? this.#keys.length;
      this.#slots.add(key, taken);
      this.#soughtSlot = taken;
      this.#keys[taken] = key;
      this.#values[taken] = value;
      this.#forgetRdbBytes(taken);
      arena.bytes += keyOverhead + key.length;
    } else {
      arena.bytes -= sizeOf(this.#values[slot] as StoredValue);
      this.#values[slot] = value;
      this.#forgetRdbBytes(slot);
    }
    return value;
  }

  /** `dbAddRDBLoad()` and its expiry time; false, and nothing is changed, when it has the key already. */
  load(key: string, value: StoredValue, when: number): boolean {
    if (this.#slotOf(key) !== nowhere) return false;
    this.set(key, value);
    if (when !== persistent) {
      this.#expires.set(key, when);
      this.keyspace.hasExpiries = true;
    }
    return true;
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
    const slot = this.#slotOf(key);
    if (slot !== nowhere) this.#values[slot] = copy;
    return copy;
  }

  /** `dbDelete()`; false when there was no such key. */
  delete(key: string): boolean {
    const slot = this.#slotOf(key);
    if (slot === nowhere) return false;
    const value = this.#values[slot] as StoredValue;
    this.keyspace.arena.bytes -= keyOverhead + key.length + sizeOf(value);
    this.#slots.delete(key);
    this.#soughtSlot = nowhere;
    this.#keys[slot] = undefined;
    this.#values[slot] = undefined;
    this.removeExpiry(key);
    this.#forgetRdbBytes(slot);
    this.#free.push(slot);
    return true;
  }

  /** `signalModifiedKey()`. */
  modified(key: string): void {
    this.keyspace.host.modified(this.index, key);
  }

  /** Unix milliseconds, or `persistent`. */
  expiry(key: string): number {
    return this.#expires.size === 0 ? persistent : (this.#expires.get(key) ?? persistent);
  }

  /** `setExpire()`; the key must exist. A writable replica remembers what its own clients set. */
  setExpiry(key: string, when: number, call: Call): void {
    if (this.#slotOf(key) === nowhere) return;
    this.#expires.set(key, when);
    this.keyspace.hasExpiries = true;
    const host = this.keyspace.host;
    if (host.isReplica && !host.replicaReadOnly && !call.fromMaster && this.index <= 63) {
      this.#ownExpiries.add(key);
    }
  }

  /** `removeExpire()`; false when it had none. */
  removeExpiry(key: string): boolean {
    return this.#expires.size > 0 && this.#expires.delete(key);
  }

  /** Slots in use or free: cursors run from 0 to here. */
  get slotCount(): number {
    return this.#keys.length;
  }
  /** The key in a slot; undefined when it is free. */
  keyAt(slot: number): string | undefined {
    return this.#keys[slot];
  }
  valueAt(slot: number): StoredValue | undefined {
    return this.#values[slot];
  }

  /** The next key with an expiry time, round and round; the database must have one. */
  nextVolatile(): string {
    const next = this.#cursor?.next();
    if (next !== undefined && next.done !== true) return next.value;
    this.#cursor = this.#expires.keys();
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
    this.#take([], [], new Map(), []);
    return removed;
  }

  /** `dbSwapDatabases()`: the keys change places, the databases stay. */
  swap(other: Database): void {
    const keys = this.#keys;
    const values = this.#values;
    const expires = this.#expires;
    const free = this.#free;
    this.#take(other.#keys, other.#values, other.#expires, other.#free);
    other.#take(keys, values, expires, free);
  }

  freeze(): FrozenDatabase {
    return {
      keys: this.#keys.slice(),
      values: this.#values.slice(),
      expires: new Map(this.#expires),
      free: this.#free.slice(),
    };
  }

  thaw(frozen: FrozenDatabase): void {
    if (frozen.expires.size > 0) this.keyspace.hasExpiries = true;
    this.#take(
      frozen.keys.slice(),
      frozen.values.slice(),
      new Map(frozen.expires),
      frozen.free.slice(),
    );
  }

  #take(
    keys: (string | undefined)[],
    values: (StoredValue | undefined)[],
    expires: Map<string, number>,
    free: number[],
  ): void {
    this.#keys = keys;
    this.#values = values;
    this.#expires = expires;
    this.#free = free;
    this.#slots = new KeyIndex(keys);
    this.#soughtKey = undefined;
    this.#cursor = undefined;
    this.averageTtl = 0;
    this.#rdbBytes = [];
    for (let slot = 0; slot < keys.length; slot++) {
      const key = keys[slot];
      if (key !== undefined) this.#slots.add(key, slot);
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
      let counted = this.#rdbBytes[slot] ?? 0;
      if (key !== undefined && counted === 0) {
        const value = this.#values[slot] as StoredValue;
        counted = meter.entry(key, value);
        // A container changes without telling.
        this.#rdbBytes[slot] = typeof value === "string" ? counted : 0;
      } else if (key === undefined) {
        this.#rdbBytes[slot] = 0;
      }
      bytes += counted;
    }
    return bytes;
  }

  /** The string in this slot is another now. */
  #forgetRdbBytes(slot: number): void {
    if (slot < this.#rdbBytes.length) this.#rdbBytes[slot] = 0;
  }
}

function sizeOf(value: StoredValue): number {
  return typeof value === "string" ? value.length : value.bytes;
}
