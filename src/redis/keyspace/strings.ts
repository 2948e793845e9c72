/**
 * Commands of strings (t_string.c); SET, GET and their like have a file of their own. INCRBYFLOAT, LCS
 * and STRALGO are left out: the first prints an 80-bit long double, the others nobody needs here.
 */
import { type Call, type Command, flag } from "../server/command.js";
import {
  array,
  bulk,
  type ErrorReply,
  error,
  integer,
  integerOf,
  nullBulk,
  ok,
  type Value,
} from "../wire/value.js";
import {
  argument,
  count,
  fromEnd,
  isError,
  long,
  notAnInteger,
  one,
  overflow,
  wrongArity,
  wrongType,
  zero,
} from "./arguments.js";
import { addInt64, int64, safeInteger } from "./integer.js";
import { get, setAndGetCommands } from "./set-and-get.js";

const { write, readonly, denyoom, fast } = flag;

/** `proto-max-bulk-len`, at its default. */
const stringMax = 512 * 1024 * 1024;

const emptyBulk = bulk("");
const tooLong = error("ERR string exceeds maximum allowed size (proto-max-bulk-len)");

function getDel(call: Call): Value {
  const key = argument(call, 1);
  const reply = get(call);
  if (reply === wrongType) return reply;
  if (call.database.delete(key)) {
    const lazy = call.process.settings.lazyfreeLazyUserDel && !call.behaviour.from72;
    call.propagate([lazy ? "UNLINK" : "DEL", key]);
    call.database.modified(key);
    call.dirty();
  }
  return reply;
}

function getSet(call: Call): Value {
  const reply = get(call);
  if (reply === wrongType) return reply;
  const key = argument(call, 1);
  const value = argument(call, 2);
  call.database.write(key, call);
  call.database.set(key, value);
  call.database.removeExpiry(key);
  call.database.modified(key);
  call.dirty();
  call.propagate(["SET", key, value]);
  return reply;
}

/** A string that grows beyond what Redis holds, unless our master says so (`checkStringLength()`). */
function exceeds(call: Call, length: number): ErrorReply | undefined {
  if (call.fromMaster || length <= stringMax) return undefined;
  return tooLong;
}

function append(call: Call): Value {
  const key = argument(call, 1);
  const tail = argument(call, 2);
  const before = call.database.write(key, call) ?? "";
  if (typeof before !== "string") return wrongType;
  const refused = before === "" ? undefined : exceeds(call, before.length + tail.length);
  if (refused !== undefined) return refused;
  call.database.set(key, before + tail);
  call.database.modified(key);
  call.dirty();
  return count(before.length + tail.length);
}

function strlen(call: Call): Value {
  const value = call.database.read(argument(call, 1), call) ?? "";
  return typeof value === "string" ? count(value.length) : wrongType;
}

function setRange(call: Call): Value {
  const key = argument(call, 1);
  const offset = long(argument(call, 2));
  const part = argument(call, 3);
  if (isError(offset)) return offset;
  if (offset < 0) return error("ERR offset is out of range");
  const found = call.database.write(key, call);
  const before = found ?? "";
  if (typeof before !== "string") return wrongType;
  if (part === "") return count(before.length);
  const refused = exceeds(call, offset + part.length);
  if (refused !== undefined) return refused;
  const padded = before.padEnd(offset, "\0");
  const value = padded.slice(0, offset) + part + padded.slice(offset + part.length);
  call.database.set(key, value);
  call.database.modified(key);
  call.dirty();
  return count(value.length);
}

function getRange(call: Call): Value {
  const from = long(argument(call, 2));
  if (isError(from)) return from;
  const to = long(argument(call, 3));
  if (isError(to)) return to;
  const value = call.database.read(argument(call, 1), call) ?? "";
  if (typeof value !== "string") return wrongType;
  if (from < 0 && to < 0 && from > to) return emptyBulk;
  const first = Math.max(fromEnd(from, value.length), 0);
  const last = Math.min(Math.max(fromEnd(to, value.length), 0), value.length - 1);
  return first > last ? emptyBulk : bulk(value.slice(first, last + 1));
}

function mget(call: Call): Value {
  const items: Value[] = [];
  for (let i = 1; i < call.args.length; i++) {
    const value = call.database.read(argument(call, i), call);
    items.push(typeof value === "string" ? bulk(value) : nullBulk(call.client.protocol));
  }
  return array(items);
}

function mset(call: Call): Value {
  return msetGeneric(call, ok);
}

function msetNx(call: Call): Value {
  if (call.args.length % 2 === 1) {
    for (let i = 1; i < call.args.length; i += 2) {
      if (call.database.write(argument(call, i), call) !== undefined) return zero;
    }
  }
  return msetGeneric(call, one);
}

function msetGeneric(call: Call, done: Value): Value {
  if (call.args.length % 2 === 0) {
    if (call.behaviour.from70) return wrongArity(call);
    return error("ERR wrong number of arguments for MSET");
  }
  for (let i = 1; i < call.args.length; i += 2) {
    const key = argument(call, i);
    call.database.write(key, call);
    call.database.set(key, argument(call, i + 1));
    call.database.removeExpiry(key);
    call.database.modified(key);
  }
  call.dirty((call.args.length - 1) / 2);
  return done;
}

/** `incrDecrCommand()`. */
function increase(call: Call, increment: bigint | number): Value {
  const key = argument(call, 1);
  const before = call.database.write(key, call) ?? "0";
  if (typeof before !== "string") return wrongType;
  const sum = addInt64(before, increment);
  if (sum === undefined) return notAnInteger;
  if (sum === "overflow") return overflow;
  call.database.set(key, sum);
  call.database.modified(key);
  call.dirty();
  return integerReply(sum);
}

/** A reply beyond 2^53 carries its digits. */
export function integerReply(digits: string): Value {
  const value = safeInteger(digits);
  return value === undefined ? integerOf(digits) : integer(value);
}

function incrBy(call: Call): Value {
  const increment = parseIncrement(argument(call, 2));
  return increment === undefined ? notAnInteger : increase(call, increment);
}

function decrBy(call: Call): Value {
  const decrement = parseIncrement(argument(call, 2));
  if (decrement === undefined) return notAnInteger;
  if (decrement === -9_223_372_036_854_775_808n && call.behaviour.from70) {
    return error("ERR decrement would overflow");
  }
  return increase(call, -decrement);
}

export function parseIncrement(text: string): bigint | number | undefined {
  return safeInteger(text) ?? int64(text);
}

const stored = write | denyoom;

export const stringCommands: readonly Command[] = [
  ...setAndGetCommands,
  { name: "getdel", arity: 2, flags: write | fast, run: getDel },
  { name: "append", arity: 3, flags: stored | fast, run: append },
  { name: "strlen", arity: 2, flags: readonly | fast, run: strlen },
  { name: "setrange", arity: 4, flags: stored, run: setRange },
  { name: "getrange", arity: 4, flags: readonly, run: getRange },
  { name: "substr", arity: 4, flags: readonly, run: getRange },
  { name: "incr", arity: 2, flags: stored | fast, run: (call) => increase(call, 1) },
  { name: "decr", arity: 2, flags: stored | fast, run: (call) => increase(call, -1) },
  { name: "incrby", arity: 3, flags: stored | fast, run: incrBy },
  { name: "decrby", arity: 3, flags: stored | fast, run: decrBy },
  { name: "getset", arity: 3, flags: stored | fast, run: getSet },
  { name: "mget", arity: -2, flags: readonly | fast, run: mget },
  { name: "mset", arity: -3, flags: stored, run: mset },
  { name: "msetnx", arity: -3, flags: stored, run: msetNx },
];
