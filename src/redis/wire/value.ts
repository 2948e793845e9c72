/**
 * The values of Redis's protocol, each with its length on the wire known from construction.
 *
 * Nodes hand each other these values, not bytes: nothing is encoded or parsed between our own nodes,
 * and every count of bytes (offsets, backlog, buffers, bandwidth) is still the real one. Strings are
 * binary strings: one char, one byte. `encode.ts` and `parse.ts` turn them into bytes and back.
 */
import type { Payload } from "../../kernel/actor.js";

/** A command as clients send it: an array of bulk strings, kept as the strings. */
export interface Request extends Payload {
  readonly kind: "request";
  readonly args: readonly string[];
}

/** `+OK` */
export interface Status extends Payload {
  readonly kind: "status";
  readonly text: string;
}

/** `-ERR text`; `text` begins with the code and has no dash. */
export interface ErrorReply extends Payload {
  readonly kind: "error";
  readonly text: string;
}

export interface Integer extends Payload {
  readonly kind: "integer";
  readonly value: number;
  /** The exact text where `value` is beyond 2^53. */
  readonly digits?: string;
}

export interface Bulk extends Payload {
  readonly kind: "bulk";
  readonly text: string;
}

/** RESP2 `$-1`, or `*-1` where `array`; RESP3 `_`. */
export interface Null extends Payload {
  readonly kind: "null";
  readonly array: boolean;
}

/**
 * `array` `*`; RESP3 also `map` `%` (items are key, value, key, value), `set` `~` and `push` `>`. In
 * RESP2 all are written as arrays; the maker of a value knows which protocol its client speaks.
 */
export interface Aggregate extends Payload {
  readonly kind: "array" | "map" | "set" | "push";
  readonly items: readonly Value[];
}

/** RESP3 only: `#t`, `,3.14`, `=15\r\ntxt:...`. */
export interface Bool extends Payload {
  readonly kind: "boolean";
  readonly value: boolean;
}
export interface Double extends Payload {
  readonly kind: "double";
  readonly text: string;
}
export interface Verbatim extends Payload {
  readonly kind: "verbatim";
  readonly text: string;
}

export type Value =
  | Request
  | Status
  | ErrorReply
  | Integer
  | Bulk
  | Null
  | Aggregate
  | Bool
  | Double
  | Verbatim;

/**
 * Bytes as they are: an inline command, the newlines that keep a waiting replica alive, `+FULLRESYNC`
 * written straight to a socket, a part of a command in the backlog, anything malformed from outside.
 */
export interface Raw extends Payload {
  readonly kind: "raw";
  readonly bytes: string;
  split(bytes: number): readonly [Raw, Raw];
}

/** Bytes that are counted, carried and never allocated. */
export interface Ballast extends Payload {
  readonly kind: "ballast";
  /** The content of the RDB that they are a part of, and from which byte on; undefined: of none. */
  readonly of: unknown;
  readonly at: number;
  split(bytes: number): readonly [Ballast, Ballast];
}

/** What a Redis connection carries. `rdb.ts` of replication adds the RDB transfer as its own kind. */
export type Segment = Value | Raw | Ballast | RdbPayload;

/**
 * The last part of an RDB under transfer: `content` is the snapshot (replication owns its type), which
 * means something only once all of it is there. Cut, its first part is ballast.
 */
export interface RdbPayload extends Payload {
  readonly kind: "rdb";
  readonly content: unknown;
  /** Which byte of the RDB it begins with. */
  readonly at: number;
  split(bytes: number): readonly [Ballast, RdbPayload];
}

export type Protocol = 2 | 3;

/** Decimal digits of a whole number, with its sign. */
function digits(n: number): number {
  if (n < 0) return 1 + digits(-n);
  let count = 1;
  for (let rest = n; rest >= 10; rest = Math.floor(rest / 10)) count++;
  return count;
}

/** `$5\r\nhello\r\n` */
function bulkLength(text: string): number {
  return 5 + digits(text.length) + text.length;
}

/** `3 + digits(argc) + Σ(5 + digits(n) + n)` (reference: replication.md 4.5). */
export function request(...args: string[]): Request {
  return requestOf(args);
}

/** As `request`; takes the array itself, which must not be changed afterwards. */
export function requestOf(args: readonly string[]): Request {
  let length = 3 + digits(args.length);
  for (let i = 0; i < args.length; i++) length += bulkLength(args[i] as string);
  return { kind: "request", args, length };
}

export function status(text: string): Status {
  return { kind: "status", text, length: text.length + 3 };
}

/** What a client sent may be part of it, but no line break: `addReplyErrorFormat()`. */
export function error(message: string): ErrorReply {
  const text = /[\r\n]/.test(message) ? onOneLine(message) : message;
  return { kind: "error", text, length: text.length + 3 };
}

function onOneLine(message: string): string {
  return message.replace(/[\r\n]+$/, "").replace(/[\r\n]/g, " ");
}

export function integer(value: number): Integer {
  return { kind: "integer", value, length: 3 + digits(value) };
}

/** A 64-bit integer that a number may not hold, from its decimal text. */
export function integerOf(text: string): Integer {
  return { kind: "integer", value: Number(text), digits: text, length: text.length + 3 };
}

export function bulk(text: string): Bulk {
  return { kind: "bulk", text, length: bulkLength(text) };
}

export function array(items: readonly Value[]): Aggregate {
  return aggregate("array", items, items.length);
}

/** `items` alternate keys and values; in RESP2 a flat array. */
export function map(items: readonly Value[], protocol: Protocol): Aggregate {
  return protocol === 3 ? aggregate("map", items, items.length / 2) : array(items);
}

export function set(items: readonly Value[], protocol: Protocol): Aggregate {
  return protocol === 3 ? aggregate("set", items, items.length) : array(items);
}

export function push(items: readonly Value[], protocol: Protocol): Aggregate {
  return protocol === 3 ? aggregate("push", items, items.length) : array(items);
}

function aggregate(kind: Aggregate["kind"], items: readonly Value[], count: number): Aggregate {
  let length = 3 + digits(count);
  for (let i = 0; i < items.length; i++) length += (items[i] as Value).length;
  return { kind, items, length };
}

const nullBulk2: Null = { kind: "null", array: false, length: 5 };
const nullArray2: Null = { kind: "null", array: true, length: 5 };
const null3: Null = { kind: "null", array: false, length: 3 };

export function nullBulk(protocol: Protocol): Null {
  return protocol === 3 ? null3 : nullBulk2;
}

export function nullArray(protocol: Protocol): Null {
  return protocol === 3 ? null3 : nullArray2;
}

export function raw(bytes: string): Raw {
  return {
    kind: "raw",
    bytes,
    length: bytes.length,
    split: (count) => [raw(bytes.slice(0, count)), raw(bytes.slice(count))],
  };
}

export function ballast(length: number): Ballast {
  return part(undefined, 0, length);
}

function part(of: unknown, at: number, length: number): Ballast {
  return {
    kind: "ballast",
    of,
    at,
    length,
    split: (count) => [part(of, at, count), part(of, at + count, length - count)],
  };
}

export function rdbPayload(content: unknown, length: number, at = 0): RdbPayload {
  return {
    kind: "rdb",
    content,
    at,
    length,
    split: (count) => [part(content, at, count), rdbPayload(content, length - count, at + count)],
  };
}

export const ok: Status = status("OK");
export const pong: Status = status("PONG");
