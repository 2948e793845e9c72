/** Commands of sets (t_set.c). SRANDMEMBER and SSCAN are left out. */
import { type Call, type Command, flag } from "../server/command.js";
import { array, bulk, type ErrorReply, error, nullBulk, set, type Value } from "../wire/value.js";
import {
  argument,
  count,
  isError,
  one,
  positiveLong,
  says,
  syntaxError,
  wrongType,
  zero,
} from "./arguments.js";
import { index64 } from "./integer.js";
import { Arena, SetValue } from "./value.js";

const { write, readonly, denyoom, fast } = flag;

function readSet(call: Call, at: number): SetValue | ErrorReply | undefined {
  const value = call.database.read(argument(call, at), call);
  return value === undefined || value instanceof SetValue ? value : wrongType;
}

/** As one that may be changed. */
function writeSet(call: Call, at: number): SetValue | ErrorReply | undefined {
  const key = argument(call, at);
  const value = call.database.write(key, call);
  if (value === undefined) return undefined;
  return value instanceof SetValue ? call.database.own(key, value) : wrongType;
}

function newSet(call: Call, key: string): SetValue {
  return call.database.set(key, emptySet(call));
}

function emptySet(call: Call): SetValue {
  return new SetValue(call.database.keyspace.arena, call.behaviour.from72);
}

function reply(call: Call, members: Iterable<string>): Value {
  return set(Array.from(members, bulk), call.client.protocol);
}

function sadd(call: Call): Value {
  const found = writeSet(call, 1);
  if (isError(found)) return found;
  const key = argument(call, 1);
  const target = found ?? newSet(call, key);
  let added = 0;
  for (let i = 2; i < call.args.length; i++) if (target.add(argument(call, i))) added++;
  if (added > 0) {
    call.database.modified(key);
    call.dirty(added);
  }
  return count(added);
}

function srem(call: Call): Value {
  const source = writeSet(call, 1);
  if (isError(source)) return source;
  if (source === undefined) return zero;
  const key = argument(call, 1);
  let removed = 0;
  for (let i = 2; i < call.args.length; i++) if (source.delete(argument(call, i))) removed++;
  if (removed > 0) {
    if (source.size === 0) call.database.delete(key);
    call.database.modified(key);
    call.dirty(removed);
  }
  return count(removed);
}

function smove(call: Call): Value {
  const source = writeSet(call, 1);
  const target = writeSet(call, 2);
  if (source === undefined) return zero;
  if (isError(source)) return source;
  if (isError(target)) return target;
  const from = argument(call, 1);
  const to = argument(call, 2);
  const member = argument(call, 3);
  if (from === to) return source.has(member) ? one : zero;
  if (!source.delete(member)) return zero;
  if (source.size === 0) call.database.delete(from);
  call.database.modified(from);
  call.dirty();
  if ((target ?? newSet(call, to)).add(member)) {
    call.database.modified(to);
    call.dirty();
  }
  return one;
}

function smembers(call: Call): Value {
  const source = readSet(call, 1);
  return isError(source) ? source : reply(call, source?.members() ?? []);
}

function sismember(call: Call): Value {
  const source = readSet(call, 1);
  if (isError(source)) return source;
  return source?.has(argument(call, 2)) ? one : zero;
}

function smismember(call: Call): Value {
  const source = readSet(call, 1);
  if (isError(source)) return source;
  return array(call.args.slice(2).map((member) => (source?.has(member) ? one : zero)));
}

function scard(call: Call): Value {
  const source = readSet(call, 1);
  return isError(source) ? source : count(source?.size ?? 0);
}

/** `spopCommand()`: chance goes out as its outcome, SREM (or DEL when the whole set was asked for). */
function spop(call: Call): Value {
  if (call.args.length > 3) return syntaxError;
  const text = call.args[2];
  if (text !== undefined) return spopMany(call, text);
  const source = writeSet(call, 1);
  if (isError(source)) return source;
  if (source === undefined) return nullBulk(call.client.protocol);
  const key = argument(call, 1);
  const member = popMember(call, source);
  if (source.size === 0) call.database.delete(key);
  call.database.modified(key);
  call.dirty();
  call.propagate(["SREM", key, member]);
  return bulk(member);
}

function popMember(call: Call, source: SetValue): string {
  const member = source.at(call.process.context.random.below(source.size));
  source.delete(member);
  return member;
}

/** `spopWithCountCommand()`; 7.2 gathers up to 1,024 members in one SREM. */
function spopMany(call: Call, text: string): Value {
  const wanted = positiveLong(call, text);
  if (isError(wanted)) return wanted;
  const source = writeSet(call, 1);
  if (isError(source)) return source;
  if (source === undefined || wanted === 0) return reply(call, []);
  const key = argument(call, 1);
  if (wanted >= source.size) {
    const all = reply(call, source.members());
    call.dirty(source.size);
    call.database.delete(key);
    call.database.modified(key);
    call.propagate(["DEL", key]);
    return all;
  }
  const popped: string[] = [];
  while (popped.length < wanted) popped.push(popMember(call, source));
  call.database.modified(key);
  call.dirty(wanted);
  const batch = call.behaviour.from72 ? 1_024 : 1;
  const removals: string[][] = [];
  for (let from = 0; from < popped.length; from += batch) {
    removals.push(["SREM", key, ...popped.slice(from, from + batch)]);
  }
  call.propagate(...removals);
  return reply(call, popped);
}

type Sets = readonly (SetValue | undefined)[];

/**
 * The sets named from `from` on; a missing key is an empty set. 6.2's intersections stop at the first
 * missing key and so never see a wrong type behind it.
 */
function setsNamed(
  call: Call,
  from: number,
  to: number,
  stopsAtMissing: boolean,
): Sets | ErrorReply {
  const sets: (SetValue | undefined)[] = [];
  for (let i = from; i < to; i++) {
    const found = readSet(call, i);
    if (isError(found)) return found;
    sets.push(found);
    if (found === undefined && stopsAtMissing) break;
  }
  return sets;
}

/** Walks the smallest set, up to `limit` common members (`sinterGenericCommand()`). */
function intersection(call: Call, sets: Sets, limit = Number.MAX_SAFE_INTEGER): SetValue {
  const result = scratchSet(call);
  const [smallest, ...others] = sets.toSorted((a, b) => (a?.size ?? 0) - (b?.size ?? 0));
  for (const member of smallest?.members() ?? []) {
    if (!others.every((other) => other?.has(member))) continue;
    result.add(member);
    if (result.size >= limit) break;
  }
  return result;
}

function union(call: Call, sets: Sets): SetValue {
  const result = scratchSet(call);
  for (const each of sets) for (const member of each?.members() ?? []) result.add(member);
  return result;
}

function difference(call: Call, sets: Sets): SetValue {
  const result = scratchSet(call);
  const [first, ...others] = sets;
  for (const member of first?.members() ?? []) {
    if (!others.some((other) => other?.has(member))) result.add(member);
  }
  return result;
}

/** A result that no database holds, yet: its bytes are counted when it is stored. */
function scratchSet(call: Call): SetValue {
  return new SetValue(new Arena(0), call.behaviour.from72);
}

type Operation = (call: Call, sets: Sets) => SetValue;

function combine(call: Call, operation: Operation): Value {
  const stops = operation === intersection && !call.behaviour.from70;
  const sets = setsNamed(call, 1, call.args.length, stops);
  return isError(sets) ? sets : reply(call, operation(call, sets).members());
}

/** SINTERSTORE, SUNIONSTORE, SDIFFSTORE: nothing to store deletes the target. */
function combineAndStore(call: Call, operation: Operation): Value {
  const stops = operation === intersection && !call.behaviour.from70;
  const sets = setsNamed(call, 2, call.args.length, stops);
  if (isError(sets)) return sets;
  const { database } = call;
  const key = argument(call, 1);
  const result = operation(call, sets);
  if (result.size > 0) {
    database.write(key, call);
    database.place(key, result.copy(database.keyspace.arena));
    database.removeExpiry(key);
  } else if (!database.delete(key)) {
    return zero;
  }
  database.modified(key);
  call.dirty();
  return count(result.size);
}

function sintercard(call: Call): Value {
  const keys = index64(argument(call, 1));
  if (keys === undefined || keys < 1) return error("ERR numkeys should be greater than 0");
  if (keys > call.args.length - 2) {
    return error("ERR Number of keys can't be greater than number of args");
  }
  let limit = 0;
  for (let i = 2 + keys; i < call.args.length; i += 2) {
    const text = call.args[i + 1];
    if (!says(call.args[i], "limit") || text === undefined) return syntaxError;
    const parsed = index64(text);
    if (parsed === undefined || parsed < 0) return error("ERR LIMIT can't be negative");
    limit = parsed;
  }
  const sets = setsNamed(call, 2, 2 + keys, false);
  if (isError(sets)) return sets;
  return count(intersection(call, sets, limit === 0 ? undefined : limit).size);
}

const stored = write | denyoom;

export const setCommands: readonly Command[] = [
  { name: "sadd", arity: -3, flags: stored | fast, run: sadd },
  { name: "srem", arity: -3, flags: write | fast, run: srem },
  { name: "smove", arity: 4, flags: write | fast, run: smove },
  { name: "sismember", arity: 3, flags: readonly | fast, run: sismember },
  { name: "smismember", arity: -3, flags: readonly | fast, run: smismember },
  { name: "scard", arity: 2, flags: readonly | fast, run: scard },
  { name: "spop", arity: -2, flags: write | fast, run: spop },
  { name: "smembers", arity: 2, flags: readonly, run: smembers },
  { name: "sinter", arity: -2, flags: readonly, run: (call) => combine(call, intersection) },
  { name: "sintercard", arity: -3, flags: readonly, from70: true, run: sintercard },
  {
    name: "sinterstore",
    arity: -3,
    flags: stored,
    run: (call) => combineAndStore(call, intersection),
  },
  { name: "sunion", arity: -2, flags: readonly, run: (call) => combine(call, union) },
  { name: "sunionstore", arity: -3, flags: stored, run: (call) => combineAndStore(call, union) },
  { name: "sdiff", arity: -2, flags: readonly, run: (call) => combine(call, difference) },
  {
    name: "sdiffstore",
    arity: -3,
    flags: stored,
    run: (call) => combineAndStore(call, difference),
  },
];
