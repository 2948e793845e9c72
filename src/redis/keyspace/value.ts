/**
 * What a key holds: a string, or a list, hash or set of strings. Integers are kept as the text that
 * clients see.
 *
 * Strings are shared by whoever holds them. Containers are shared too, between a dataset and the
 * snapshots taken of it, and copied by the first who wants to change one: a container belongs to an
 * arena, a dataset takes a new arena with each snapshot, and only what belongs to the arena of now
 * may be changed in place. So a BGSAVE costs nothing for what does not change afterwards.
 */
import { compareIntegers, isInt64 } from "./integer.js";
import type { RdbEncoding } from "./rdb-encoding.js";

/** Who may change a container in place, and how many bytes the dataset takes. */
export class Arena {
  bytes: number;
  constructor(bytes: number) {
    this.bytes = bytes;
  }
}

/** What an element costs beside its characters: a round figure between listpack and hash table. */
const elementOverhead = 16;

abstract class Container {
  readonly arena: Arena;
  /** Part of `arena.bytes`. */
  bytes = 0;
  /** What it takes in an RDB, once somebody asked, and in which encoding; 0 after each change. */
  rdbBytes = 0;
  rdbEncoding: RdbEncoding | undefined;

  constructor(arena: Arena) {
    this.arena = arena;
  }

  protected grew(bytes: number): void {
    this.bytes += bytes;
    this.arena.bytes += bytes;
    this.rdbBytes = 0;
  }
}

export class ListValue extends Container {
  readonly type = "list";
  readonly #items: string[];

  constructor(arena: Arena, items: string[] = []) {
    super(arena);
    this.#items = items;
  }

  get length(): number {
    return this.#items.length;
  }
  get items(): readonly string[] {
    return this.#items;
  }

  push(end: "head" | "tail", item: string): void {
    if (end === "head") this.#items.unshift(item);
    else this.#items.push(item);
    this.grew(item.length + elementOverhead);
  }

  /** The list must not be empty. */
  pop(end: "head" | "tail"): string {
    const item = (end === "head" ? this.#items.shift() : this.#items.pop()) as string;
    this.grew(-item.length - elementOverhead);
    return item;
  }

  replace(at: number, item: string): void {
    this.grew(item.length - (this.#items[at] as string).length);
    this.#items[at] = item;
  }

  insert(at: number, item: string): void {
    this.#items.splice(at, 0, item);
    this.grew(item.length + elementOverhead);
  }

  remove(from: number, count: number): void {
    for (const item of this.#items.splice(from, count)) this.grew(-item.length - elementOverhead);
  }

  copy(arena: Arena): ListValue {
    const copy = new ListValue(arena, this.#items.slice());
    copy.bytes = this.bytes;
    return copy;
  }
}

/** `hash-max-ziplist-entries` and `-value`, at their defaults. */
const packedHashEntries = 512;
const packedHashValue = 64;

export class HashValue extends Container {
  readonly type = "hash";
  readonly #fields: Map<string, string>;
  /** Ziplist or listpack; once a hash table, always one. */
  #packed: boolean;

  constructor(arena: Arena, fields = new Map<string, string>(), packed = true) {
    super(arena);
    this.#fields = fields;
    this.#packed = packed;
  }

  get size(): number {
    return this.#fields.size;
  }
  get packed(): boolean {
    return this.#packed;
  }
  /** In the order in which they were first set (a real hash table has an order of its own). */
  get fields(): ReadonlyMap<string, string> {
    return this.#fields;
  }

  get(field: string): string | undefined {
    return this.#fields.get(field);
  }
  has(field: string): boolean {
    return this.#fields.has(field);
  }

  /** True when the field is new. */
  set(field: string, value: string): boolean {
    const before = this.#fields.get(field);
    this.#fields.set(field, value);
    if (before === undefined) this.grew(field.length + value.length + elementOverhead);
    else this.grew(value.length - before.length);
    if (
      field.length > packedHashValue ||
      value.length > packedHashValue ||
      this.#fields.size > packedHashEntries
    ) {
      this.#packed = false;
    }
    return before === undefined;
  }

  delete(field: string): boolean {
    const before = this.#fields.get(field);
    if (before === undefined) return false;
    this.#fields.delete(field);
    this.grew(-field.length - before.length - elementOverhead);
    return true;
  }

  copy(arena: Arena): HashValue {
    const copy = new HashValue(arena, new Map(this.#fields), this.#packed);
    copy.bytes = this.bytes;
    return copy;
  }
}

/** `set-max-intset-entries`, and 7.2's `set-max-listpack-entries` and `-value`, at their defaults. */
const intsetEntries = 512;
const packedSetEntries = 128;
const packedSetValue = 64;

export type SetForm = "intset" | "listpack" | "hashtable";

export class SetValue extends Container {
  readonly type = "set";
  #members: Set<string>;
  #form: SetForm;
  readonly #knowsListpack: boolean;

  /** `knowsListpack`: 7.2 keeps small sets of strings in a listpack. */
  constructor(
    arena: Arena,
    knowsListpack: boolean,
    members = new Set<string>(),
    form: SetForm = "intset",
  ) {
    super(arena);
    this.#members = members;
    this.#form = form;
    this.#knowsListpack = knowsListpack;
  }

  get size(): number {
    return this.#members.size;
  }
  get form(): SetForm {
    return this.#form;
  }

  has(member: string): boolean {
    return this.#members.has(member);
  }

  /** `setTypeAdd()`; true when it is new. */
  add(member: string): boolean {
    if (this.#members.has(member)) return false;
    if (this.#form === "intset" && !isInt64(member)) {
      this.#members = new Set(this.members());
      this.#form = this.#knowsListpack ? "listpack" : "hashtable";
    }
    this.#members.add(member);
    const size = this.#members.size;
    if (this.#form === "intset") {
      if (size > intsetEntries) {
        this.#members = new Set(this.members());
        this.#form = "hashtable";
      }
    } else if (this.#form === "listpack") {
      if (size > packedSetEntries || member.length > packedSetValue) this.#form = "hashtable";
    }
    this.grew(member.length + elementOverhead);
    return true;
  }

  delete(member: string): boolean {
    if (!this.#members.delete(member)) return false;
    this.grew(-member.length - elementOverhead);
    return true;
  }

  /** An intset sorted by value, the rest as added (a real hash table has an order of its own). */
  members(): Iterable<string> {
    return this.#form === "intset" ? [...this.#members].sort(compareIntegers) : this.#members;
  }

  /** The member at a place in that order. */
  at(place: number): string {
    let left = place;
    for (const member of this.members()) if (left-- === 0) return member;
    return "";
  }

  copy(arena: Arena): SetValue {
    const copy = new SetValue(arena, this.#knowsListpack, new Set(this.#members), this.#form);
    copy.bytes = this.bytes;
    return copy;
  }
}

export type ContainerValue = ListValue | HashValue | SetValue;
export type StoredValue = string | ContainerValue;
export type ValueType = "string" | ContainerValue["type"];

/** `getObjectTypeName()`. */
export function typeOf(value: StoredValue): ValueType {
  return typeof value === "string" ? "string" : value.type;
}
