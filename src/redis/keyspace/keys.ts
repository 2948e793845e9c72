/**
 * Commands of keys, whatever they hold (db.c). OBJECT, SORT, DUMP, RESTORE and MIGRATE are left out.
 */

import { type Duration, microseconds } from "../../kernel/time.js";
import { type Call, type Command, flag } from "../server/command.js";
import { globMatches } from "../wire/glob.js";
import {
  array,
  bulk,
  type ErrorReply,
  error,
  nullBulk,
  ok,
  status,
  type Value,
} from "../wire/value.js";
import {
  argument,
  count,
  int32,
  isError,
  long,
  noSuchDatabase,
  noSuchKey,
  one,
  sameObject,
  says,
  syntaxError,
  zero,
} from "./arguments.js";
import { type Database, persistent } from "./database.js";
import { typeOf } from "./value.js";

const { write, readonly, denyoom, fast } = flag;

const types = {
  none: status("none"),
  string: status("string"),
  list: status("list"),
  hash: status("hash"),
  set: status("set"),
};

function del(call: Call): Value {
  const database = call.database;
  let deleted = 0;
  for (let i = 1; i < call.args.length; i++) {
    const key = argument(call, i);
    database.expireIfNeeded(key, call);
    if (!database.delete(key)) continue;
    database.modified(key);
    deleted++;
  }
  if (deleted > 0) call.dirty(deleted);
  return count(deleted);
}

/** EXISTS and TOUCH: a key named twice counts twice. */
function exists(call: Call): Value {
  let found = 0;
  for (let i = 1; i < call.args.length; i++) {
    if (call.database.read(argument(call, i), call) !== undefined) found++;
  }
  return count(found);
}

function type(call: Call): Value {
  const value = call.database.read(argument(call, 1), call);
  return value === undefined ? types.none : types[typeOf(value)];
}

function dbsize(call: Call): Value {
  return count(call.database.size);
}

function keys(call: Call): Value {
  const { database, now } = call;
  const pattern = argument(call, 1);
  const found: Value[] = [];
  for (let slot = 0; slot < database.slotCount; slot++) {
    const key = database.keyAt(slot);
    if (key === undefined || (pattern !== "*" && !globMatches(pattern, key))) continue;
    if (!database.isOverdue(key, now)) found.push(bulk(key));
  }
  return array(found);
}

/** `dbRandomKey()`: one draw, then the next key from there; on a replica it may be an expired one. */
function randomKey(call: Call): Value {
  const { database } = call;
  const slots = database.slotCount;
  for (let tries = 0; database.size > 0; tries++) {
    let slot = call.process.context.random.below(slots);
    while (database.keyAt(slot) === undefined) slot = (slot + 1) % slots;
    const key = database.keyAt(slot) as string;
    const allVolatile = database.size === database.volatileSize;
    const host = database.keyspace.host;
    const giveUp = allVolatile && (host.isReplica || host.expiryPaused) && tries >= 99;
    if (giveUp || !database.expireIfNeeded(key, call)) return bulk(key);
  }
  return nullBulk(call.client.protocol);
}

interface ScanOptions {
  count: number;
  pattern: string | undefined;
  type: string | undefined;
}

/** `scanGenericCommand()`; a cursor is a slot, and no key ever changes its slot. */
function scan(call: Call): Value {
  const cursor = scanCursor(argument(call, 1));
  if (cursor === undefined) return error("ERR invalid cursor");
  const options = scanOptions(call);
  if (isError(options)) return options;

  const { database } = call;
  const found: string[] = [];
  const end = Math.min(database.slotCount, cursor + options.count * 10);
  let slot = Math.min(cursor, database.slotCount);
  while (slot < end && found.length < options.count) {
    const key = database.keyAt(slot++);
    if (key !== undefined) found.push(key);
  }
  const items: Value[] = [];
  for (const key of found) if (scanShows(call, key, options)) items.push(bulk(key));
  return array([bulk(slot < database.slotCount ? String(slot) : "0"), array(items)]);
}

/** `parseScanCursorOrReply()`: `strtoul()` of all of it, of which we give out small numbers only. */
function scanCursor(text: string): number | undefined {
  if (text === "") return 0;
  const digits = /^[+-]?0*([0-9]{1,20})$/.exec(text)?.[1];
  if (digits === undefined) return undefined;
  if (digits.length === 20 && digits > "18446744073709551615") return undefined;
  return Number(digits);
}

function scanOptions(call: Call): ScanOptions | ErrorReply {
  const options: ScanOptions = { count: 10, pattern: undefined, type: undefined };
  for (let i = 2; i < call.args.length; i += 2) {
    const value = call.args[i + 1];
    if (value === undefined) return syntaxError;
    if (says(call.args[i], "count")) {
      const wanted = long(value);
      if (isError(wanted)) return wanted;
      if (wanted < 1) return syntaxError;
      options.count = wanted;
    } else if (says(call.args[i], "match")) {
      options.pattern = value === "*" ? undefined : value;
    } else if (says(call.args[i], "type")) {
      options.type = value.toLowerCase();
    } else {
      return syntaxError;
    }
  }
  return options;
}

function scanShows(call: Call, key: string, options: ScanOptions): boolean {
  if (options.pattern !== undefined && !globMatches(options.pattern, key)) return false;
  if (options.type !== undefined) {
    const value = call.database.read(key, call);
    if ((value === undefined ? "none" : typeOf(value)) !== options.type) return false;
  }
  return !call.database.expireIfNeeded(key, call);
}

function rename(call: Call): Value {
  return renameGeneric(call, false);
}

function renameNx(call: Call): Value {
  return renameGeneric(call, true);
}

function renameGeneric(call: Call, onlyNew: boolean): Value {
  const { database } = call;
  const from = argument(call, 1);
  const to = argument(call, 2);
  const value = database.write(from, call);
  if (value === undefined) return noSuchKey;
  if (from === to) return onlyNew ? zero : ok;
  const expiry = database.expiry(from);
  if (database.write(to, call) !== undefined) {
    if (onlyNew) return zero;
    database.delete(to);
  }
  database.delete(from);
  database.place(to, value);
  if (expiry !== persistent) database.setExpiry(to, expiry, call);
  database.modified(from);
  database.modified(to);
  call.dirty();
  return onlyNew ? one : ok;
}

function databaseOf(call: Call, text: string): Database | ErrorReply {
  const index = int32(text);
  if (isError(index)) return index;
  return call.database.keyspace.databases[index] ?? noSuchDatabase;
}

function move(call: Call): Value {
  const from = call.database;
  const key = argument(call, 1);
  const to = databaseOf(call, argument(call, 2));
  if (isError(to)) return to;
  if (to === from) return sameObject;
  const value = from.write(key, call);
  if (value === undefined) return zero;
  const expiry = from.expiry(key);
  if (to.write(key, call) !== undefined) return zero;
  from.delete(key);
  to.place(key, value);
  if (expiry !== persistent) to.setExpiry(key, expiry, call);
  from.modified(key);
  to.modified(key);
  call.dirty();
  return one;
}

function copy(call: Call): Value {
  const from = call.database;
  const source = argument(call, 1);
  const target = argument(call, 2);
  let to: Database = from;
  let replace = false;
  for (let i = 3; i < call.args.length; i++) {
    const text = call.args[i + 1];
    if (says(call.args[i], "replace")) {
      replace = true;
    } else if (says(call.args[i], "db") && text !== undefined) {
      const database = databaseOf(call, text);
      if (isError(database)) return database;
      to = database;
      i++;
    } else {
      return syntaxError;
    }
  }
  if (to === from && source === target) return sameObject;
  const value = from.read(source, call);
  if (value === undefined) return zero;
  const expiry = from.expiry(source);
  if (to.write(target, call) !== undefined) {
    if (!replace) return zero;
    to.delete(target);
  }
  to.place(target, typeof value === "string" ? value : value.copy(from.keyspace.arena));
  if (expiry !== persistent) to.setExpiry(target, expiry, call);
  to.modified(target);
  call.dirty();
  return one;
}

function swapDb(call: Call): Value {
  const first = int32(argument(call, 1), "ERR invalid first DB index");
  if (isError(first)) return first;
  const second = int32(argument(call, 2), "ERR invalid second DB index");
  if (isError(second)) return second;
  const { keyspace } = call.database;
  const a = keyspace.databases[first];
  const b = keyspace.databases[second];
  if (a === undefined || b === undefined) return noSuchDatabase;
  if (a !== b) {
    keyspace.host.replaced(a, b);
    keyspace.host.replaced(b, a);
    a.swap(b);
  }
  call.dirty();
  return ok;
}

/** `getFlushCommandFlags()`: in the background, or holding up everything for as long as it takes. */
function flushesLazily(call: Call): boolean | ErrorReply {
  const { args } = call;
  if (args.length === 1) return call.process.settings.lazyfreeLazyUserFlush;
  if (args.length === 2 && says(args[1], "async")) return true;
  if (args.length === 2 && says(args[1], "sync")) return false;
  return syntaxError;
}

function flushTime(call: Call, bytes: number): Duration {
  const { machine } = call.process.context;
  return microseconds(Math.floor((bytes * 1_000_000) / machine.flushBytesPerSecond));
}

/** 6.2 says nothing to replicas when there was nothing to remove; 7.0 always does. */
function flushDb(call: Call): Value {
  const lazy = flushesLazily(call);
  if (isError(lazy)) return lazy;
  const { database } = call;
  const before = database.keyspace.memory;
  database.keyspace.host.replaced(database, undefined);
  const removed = database.flush();
  if (!lazy) call.process.context.busy(flushTime(call, before - database.keyspace.memory));
  if (removed > 0) call.dirty(removed);
  if (call.behaviour.from70) call.forcePropagation();
  return ok;
}

function flushAll(call: Call): Value {
  const lazy = flushesLazily(call);
  if (isError(lazy)) return lazy;
  const { keyspace } = call.database;
  const before = keyspace.memory;
  const removed = keyspace.flush();
  if (!lazy) call.process.context.busy(flushTime(call, before));
  const isSaved = keyspace.host.flushedAll();
  if (call.behaviour.from70) {
    // The save that came with it has left nothing unsaved; 6.2 counts on as if there had been none.
    if (removed > 0 && !isSaved) call.dirty(removed);
    call.forcePropagation();
  } else {
    call.dirty(removed + 1);
  }
  return ok;
}

export const keyCommands: readonly Command[] = [
  { name: "del", arity: -2, flags: write, run: del },
  { name: "unlink", arity: -2, flags: write | fast, run: del },
  { name: "exists", arity: -2, flags: readonly | fast, run: exists },
  { name: "touch", arity: -2, flags: readonly | fast, run: exists },
  { name: "type", arity: 2, flags: readonly | fast, run: type },
  { name: "dbsize", arity: 1, flags: readonly | fast, run: dbsize },
  { name: "keys", arity: 2, flags: readonly, run: keys },
  { name: "randomkey", arity: 1, flags: readonly, run: randomKey },
  { name: "scan", arity: -2, flags: readonly, run: scan },
  { name: "rename", arity: 3, flags: write, run: rename },
  { name: "renamenx", arity: 3, flags: write | fast, run: renameNx },
  { name: "move", arity: 3, flags: write | fast, run: move },
  { name: "copy", arity: -3, flags: write | denyoom, run: copy },
  { name: "swapdb", arity: 3, flags: write | fast, run: swapDb },
  { name: "flushdb", arity: -1, flags: write, run: flushDb },
  { name: "flushall", arity: -1, flags: write, run: flushAll },
];
