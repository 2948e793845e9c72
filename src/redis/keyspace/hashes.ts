/** Commands of hashes (t_hash.c). HINCRBYFLOAT, HRANDFIELD and HSCAN are left out. */
import { type Call, type Command, flag } from "../server/command.js";
import {
  array,
  bulk,
  type ErrorReply,
  error,
  map,
  nullBulk,
  ok,
  type Value,
} from "../wire/value.js";
import {
  argument,
  count,
  isError,
  notAnInteger,
  one,
  overflow,
  wrongArity,
  wrongType,
  zero,
} from "./arguments.js";
import { addInt64 } from "./integer.js";
import { integerReply, parseIncrement } from "./strings.js";
import { HashValue } from "./value.js";

const { write, readonly, denyoom, fast } = flag;

function readHash(call: Call): HashValue | ErrorReply | undefined {
  const value = call.database.read(argument(call, 1), call);
  return value === undefined || value instanceof HashValue ? value : wrongType;
}

function writeHash(call: Call): HashValue | ErrorReply | undefined {
  const key = argument(call, 1);
  const value = call.database.write(key, call);
  if (value === undefined) return undefined;
  return value instanceof HashValue ? call.database.own(key, value) : wrongType;
}

function newHash(call: Call): HashValue {
  return call.database.set(argument(call, 1), new HashValue(call.database.keyspace.arena));
}

function changed(call: Call, changes: number): void {
  call.database.modified(argument(call, 1));
  call.dirty(changes);
}

/** HSET and HMSET are one; only their replies differ. */
function setFields(call: Call): number | ErrorReply {
  if (call.args.length % 2 === 1) return wrongArity(call);
  const found = writeHash(call);
  if (isError(found)) return found;
  const hash = found ?? newHash(call);
  let created = 0;
  for (let i = 2; i < call.args.length; i += 2) {
    if (hash.set(argument(call, i), argument(call, i + 1))) created++;
  }
  changed(call, (call.args.length - 2) / 2);
  return created;
}

function hset(call: Call): Value {
  const created = setFields(call);
  return isError(created) ? created : count(created);
}

function hmset(call: Call): Value {
  const created = setFields(call);
  return isError(created) ? created : ok;
}

function hsetnx(call: Call): Value {
  const found = writeHash(call);
  if (isError(found)) return found;
  const field = argument(call, 2);
  if (found?.has(field)) return zero;
  (found ?? newHash(call)).set(field, argument(call, 3));
  changed(call, 1);
  return one;
}

function hget(call: Call): Value {
  const hash = readHash(call);
  if (isError(hash)) return hash;
  const value = hash?.get(argument(call, 2));
  return value === undefined ? nullBulk(call.client.protocol) : bulk(value);
}

function hmget(call: Call): Value {
  const hash = readHash(call);
  if (isError(hash)) return hash;
  const items: Value[] = [];
  for (let i = 2; i < call.args.length; i++) {
    const value = hash?.get(argument(call, i));
    items.push(value === undefined ? nullBulk(call.client.protocol) : bulk(value));
  }
  return array(items);
}

function hgetall(call: Call): Value {
  const hash = readHash(call);
  if (isError(hash)) return hash;
  const items: Value[] = [];
  for (const [field, value] of hash?.fields ?? []) items.push(bulk(field), bulk(value));
  return map(items, call.client.protocol);
}

function hkeys(call: Call): Value {
  const hash = readHash(call);
  if (isError(hash)) return hash;
  return array(Array.from(hash?.fields.keys() ?? [], bulk));
}

function hvals(call: Call): Value {
  const hash = readHash(call);
  if (isError(hash)) return hash;
  return array(Array.from(hash?.fields.values() ?? [], bulk));
}

function hlen(call: Call): Value {
  const hash = readHash(call);
  return isError(hash) ? hash : count(hash?.size ?? 0);
}

function hexists(call: Call): Value {
  const hash = readHash(call);
  if (isError(hash)) return hash;
  return hash?.has(argument(call, 2)) ? one : zero;
}

function hstrlen(call: Call): Value {
  const hash = readHash(call);
  return isError(hash) ? hash : count(hash?.get(argument(call, 2))?.length ?? 0);
}

/** Stops at the field that empties the hash, as Redis does; what is named after it is not there. */
function hdel(call: Call): Value {
  const hash = writeHash(call);
  if (isError(hash)) return hash;
  if (hash === undefined) return zero;
  let deleted = 0;
  for (let i = 2; i < call.args.length; i++) if (hash.delete(argument(call, i))) deleted++;
  if (hash.size === 0) call.database.delete(argument(call, 1));
  if (deleted > 0) changed(call, deleted);
  return count(deleted);
}

function hincrby(call: Call): Value {
  const increment = parseIncrement(argument(call, 3));
  if (increment === undefined) return notAnInteger;
  const found = writeHash(call);
  if (isError(found)) return found;
  const field = argument(call, 2);
  const sum = addInt64(found?.get(field) ?? "0", increment);
  if (sum === undefined) return error("ERR hash value is not an integer");
  if (sum === "overflow") return overflow;
  (found ?? newHash(call)).set(field, sum);
  changed(call, 1);
  return integerReply(sum);
}

const stored = write | denyoom;

export const hashCommands: readonly Command[] = [
  { name: "hset", arity: -4, flags: stored | fast, run: hset },
  { name: "hsetnx", arity: 4, flags: stored | fast, run: hsetnx },
  { name: "hget", arity: 3, flags: readonly | fast, run: hget },
  { name: "hmset", arity: -4, flags: stored | fast, run: hmset },
  { name: "hmget", arity: -3, flags: readonly | fast, run: hmget },
  { name: "hincrby", arity: 4, flags: stored | fast, run: hincrby },
  { name: "hdel", arity: -3, flags: write | fast, run: hdel },
  { name: "hlen", arity: 2, flags: readonly | fast, run: hlen },
  { name: "hstrlen", arity: 3, flags: readonly | fast, run: hstrlen },
  { name: "hkeys", arity: 2, flags: readonly, run: hkeys },
  { name: "hvals", arity: 2, flags: readonly, run: hvals },
  { name: "hgetall", arity: 2, flags: readonly, run: hgetall },
  { name: "hexists", arity: 3, flags: readonly | fast, run: hexists },
];
