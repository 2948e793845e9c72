/** Commands of lists (t_list.c), those that never block. */
import { type Call, type Command, flag } from "../server/command.js";
import {
  array,
  bulk,
  type ErrorReply,
  nullArray,
  nullBulk,
  ok,
  type Value,
} from "../wire/value.js";
import {
  argument,
  count,
  fromEnd,
  indexOutOfRange,
  isError,
  long,
  minusOne,
  noSuchKey,
  positiveLong,
  says,
  syntaxError,
  wrongArity,
  wrongType,
  zero,
} from "./arguments.js";
import { ListValue } from "./value.js";

const { write, readonly, denyoom, fast } = flag;

type End = "head" | "tail";

const emptyArray = array([]);

function readList(call: Call): ListValue | ErrorReply | undefined {
  const value = call.database.read(argument(call, 1), call);
  return value === undefined || value instanceof ListValue ? value : wrongType;
}

/** As one that may be changed. */
function writeList(call: Call, key: string): ListValue | ErrorReply | undefined {
  const value = call.database.write(key, call);
  if (value === undefined) return undefined;
  return value instanceof ListValue ? call.database.own(key, value) : wrongType;
}

function newList(call: Call, key: string): ListValue {
  return call.database.set(key, new ListValue(call.database.keyspace.arena));
}

/** Changed: an empty list is no list (`listElementsRemoved()`). */
function changed(call: Call, key: string, list: ListValue, changes: number): void {
  if (list.length === 0) call.database.delete(key);
  call.database.modified(key);
  call.dirty(changes);
}

function push(call: Call, end: End, onlyExisting: boolean): Value {
  const key = argument(call, 1);
  const found = writeList(call, key);
  if (isError(found)) return found;
  if (found === undefined && onlyExisting) return zero;
  const list = found ?? newList(call, key);
  for (let i = 2; i < call.args.length; i++) list.push(end, argument(call, i));
  changed(call, key, list, call.args.length - 2);
  return count(list.length);
}

/** `popGenericCommand()`: with a count 6.2 answers nothing by a null string, 7.0 by a null array. */
function pop(call: Call, end: End): Value {
  if (call.args.length > 3) return wrongArity(call);
  const key = argument(call, 1);
  const text = call.args[2];
  const { protocol } = call.client;
  const from70 = call.behaviour.from70;
  const wanted = text === undefined ? 1 : positiveLong(call, text);
  if (isError(wanted)) return wanted;
  if (wanted === 0 && !from70) return nullArray(protocol);
  const list = writeList(call, key);
  if (isError(list)) return list;
  if (list === undefined) {
    return text !== undefined && from70 ? nullArray(protocol) : nullBulk(protocol);
  }
  if (wanted === 0) return emptyArray;
  const items: Value[] = [];
  while (items.length < wanted && list.length > 0) items.push(bulk(list.pop(end)));
  changed(call, key, list, items.length);
  return text === undefined ? (items[0] as Value) : array(items);
}

function llen(call: Call): Value {
  const list = readList(call);
  if (isError(list)) return list;
  return count(list?.length ?? 0);
}

function lrange(call: Call): Value {
  const bounds = parseRange(call);
  if (isError(bounds)) return bounds;
  const list = readList(call);
  if (isError(list)) return list;
  if (list === undefined) return emptyArray;
  const { first, end } = within(bounds, list.length);
  return first >= end ? emptyArray : array(list.items.slice(first, end).map(bulk));
}

interface Range {
  readonly from: number;
  readonly to: number;
}

function parseRange(call: Call): Range | ErrorReply {
  const from = long(argument(call, 2));
  if (isError(from)) return from;
  const to = long(argument(call, 3));
  return isError(to) ? to : { from, to };
}

/** The elements that a range means; none when `first` is not below `end`. */
function within(range: Range, length: number): { readonly first: number; readonly end: number } {
  return {
    first: Math.max(fromEnd(range.from, length), 0),
    end: Math.min(fromEnd(range.to, length), length - 1) + 1,
  };
}

function ltrim(call: Call): Value {
  const bounds = parseRange(call);
  if (isError(bounds)) return bounds;
  const key = argument(call, 1);
  const list = writeList(call, key);
  if (isError(list)) return list;
  if (list === undefined) return ok;
  const length = list.length;
  const { first, end } = within(bounds, length);
  const kept = Math.max(end - first, 0);
  if (kept === 0) {
    list.remove(0, length);
  } else {
    list.remove(end, length - end);
    list.remove(0, first);
  }
  changed(call, key, list, length - kept);
  return ok;
}

function lindex(call: Call): Value {
  const list = readList(call);
  if (isError(list)) return list;
  if (list === undefined) return nullBulk(call.client.protocol);
  const index = long(argument(call, 2));
  if (isError(index)) return index;
  const item = list.items[fromEnd(index, list.length)];
  return item === undefined ? nullBulk(call.client.protocol) : bulk(item);
}

function lset(call: Call): Value {
  const key = argument(call, 1);
  const list = writeList(call, key);
  if (isError(list)) return list;
  if (list === undefined) return noSuchKey;
  const index = long(argument(call, 2));
  if (isError(index)) return index;
  const at = fromEnd(index, list.length);
  if (at < 0 || at >= list.length) return indexOutOfRange;
  list.replace(at, argument(call, 3));
  changed(call, key, list, 1);
  return ok;
}

function linsert(call: Call): Value {
  const after = says(call.args[2], "after");
  if (!after && !says(call.args[2], "before")) return syntaxError;
  const key = argument(call, 1);
  const list = writeList(call, key);
  if (isError(list)) return list;
  if (list === undefined) return zero;
  const pivot = list.items.indexOf(argument(call, 3));
  if (pivot < 0) return minusOne;
  list.insert(after ? pivot + 1 : pivot, argument(call, 4));
  changed(call, key, list, 1);
  return count(list.length);
}

/** A negative count removes from the tail on; 0 removes all that are equal. */
function lrem(call: Call): Value {
  const wanted = long(argument(call, 2));
  if (isError(wanted)) return wanted;
  const key = argument(call, 1);
  const item = argument(call, 3);
  const list = writeList(call, key);
  if (isError(list)) return list;
  if (list === undefined) return zero;
  const most = wanted === 0 ? list.length : Math.abs(wanted);
  let removed = 0;
  if (wanted < 0) {
    for (let at = list.length - 1; at >= 0 && removed < most; at--) {
      if (list.items[at] !== item) continue;
      list.remove(at, 1);
      removed++;
    }
  } else {
    for (let at = 0; at < list.length && removed < most; ) {
      if (list.items[at] === item) {
        list.remove(at, 1);
        removed++;
      } else {
        at++;
      }
    }
  }
  if (removed > 0) changed(call, key, list, removed);
  return count(removed);
}

function endOf(word: string | undefined): End | undefined {
  if (says(word, "left")) return "head";
  return says(word, "right") ? "tail" : undefined;
}

function lmove(call: Call): Value {
  const from = endOf(call.args[3]);
  const to = endOf(call.args[4]);
  return from === undefined || to === undefined ? syntaxError : moveItem(call, from, to);
}

function rpoplpush(call: Call): Value {
  return moveItem(call, "tail", "head");
}

/** `lmoveGenericCommand()`; source and target may be one list. */
function moveItem(call: Call, from: End, to: End): Value {
  const sourceKey = argument(call, 1);
  const targetKey = argument(call, 2);
  const source = writeList(call, sourceKey);
  if (isError(source)) return source;
  if (source === undefined) return nullBulk(call.client.protocol);
  const target = writeList(call, targetKey);
  if (isError(target)) return target;
  const item = source.pop(from);
  (target ?? newList(call, targetKey)).push(to, item);
  call.database.modified(targetKey);
  changed(call, sourceKey, source, 1);
  return bulk(item);
}

const stored = write | denyoom;

export const listCommands: readonly Command[] = [
  { name: "rpush", arity: -3, flags: stored | fast, run: (call) => push(call, "tail", false) },
  { name: "lpush", arity: -3, flags: stored | fast, run: (call) => push(call, "head", false) },
  { name: "rpushx", arity: -3, flags: stored | fast, run: (call) => push(call, "tail", true) },
  { name: "lpushx", arity: -3, flags: stored | fast, run: (call) => push(call, "head", true) },
  { name: "linsert", arity: 5, flags: stored, run: linsert },
  { name: "rpop", arity: -2, flags: write | fast, run: (call) => pop(call, "tail") },
  { name: "lpop", arity: -2, flags: write | fast, run: (call) => pop(call, "head") },
  { name: "llen", arity: 2, flags: readonly | fast, run: llen },
  { name: "lindex", arity: 3, flags: readonly, run: lindex },
  { name: "lset", arity: 4, flags: stored, run: lset },
  { name: "lrange", arity: 4, flags: readonly, run: lrange },
  { name: "ltrim", arity: 4, flags: write, run: ltrim },
  { name: "lrem", arity: 4, flags: write, run: lrem },
  { name: "rpoplpush", arity: 3, flags: stored, run: rpoplpush },
  { name: "lmove", arity: 5, flags: stored, run: lmove },
];
