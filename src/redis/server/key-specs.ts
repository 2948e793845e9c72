/**
 * Key specifications, as COMMAND tells them from 7.0 on: which arguments of a command are keys, and what it
 * does to each of them (`populateCommandStructure()`, `addReplyCommandKeySpecs()`). Where the keys stand
 * follows from the range that COMMAND told before (`keyRangeOf`); what becomes of them is a table.
 */
import { words } from "../wire/text.js";
import { bulk, integer, map, type Protocol, set, status, type Value } from "../wire/value.js";
import type { Command } from "./command.js";
import { countsKeys, keyRangeOf, keysOf } from "./command-arguments.js";

interface KeySpec {
  /** Of the first key. */
  readonly index: number;
  /** Behind the first, -1 is the last argument of all. Undefined: the first argument counts them. */
  readonly last: number | undefined;
  readonly step: number;
  /** `CMD_KEY_RO` and so on, in the order of `addReplyFlagsForKeyArgs()`. */
  readonly flags: readonly string[];
  readonly notes: string | undefined;
}

/** What the commands do to their keys. */
const uses: readonly (readonly [flags: string, commands: readonly string[]])[] = [
  ["RO", words("exists hexists hlen hstrlen llen scard sismember strlen touch type watch")],
  [
    "RO access",
    words(
      "expiretime get getrange hget hgetall hkeys hmget hvals lindex lrange mget pexpiretime pttl sdiff sinter sintercard smembers smismember substr sunion ttl",
    ),
  ],
  ["RW insert", words("append hsetnx linsert lpush lpushx rpush rpushx sadd")],
  ["RW update", words("expire expireat hmset hset lset persist pexpire pexpireat setrange")],
  ["RW access update", words("decr decrby getex getset hincrby incr incrby move")],
  ["RW access update variable_flags", ["set"]],
  ["RW access delete", words("getdel lpop rpop spop")],
  ["RW delete", words("hdel lrem ltrim srem")],
  ["RM delete", words("del unlink")],
  ["OW update", words("mset psetex setex")],
  ["OW insert", words("msetnx setnx")],
];

/** The same of commands whose first key is another matter than the rest. */
const pairs: readonly (readonly [first: string, rest: string, commands: readonly string[]])[] = [
  ["RO access", "OW update", ["copy"]],
  ["RW access delete", "RW insert", words("lmove rpoplpush smove")],
  ["RW access delete", "OW update", ["rename"]],
  ["RW access delete", "OW insert", ["renamenx"]],
  ["OW update", "RO access", words("sdiffstore sunionstore")],
  ["RW update", "RO access", ["sinterstore"]],
];

const flagsOf: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ...uses.flatMap(([flags, names]) => names.map((name) => [name, [flags]] as const)),
  ...pairs.flatMap(([first, rest, names]) => names.map((name) => [name, [first, rest]] as const)),
]);

const notes: ReadonlyMap<string, string> = new Map([
  ["getex", "RW and UPDATE because it changes the TTL"],
  ["set", "RW and ACCESS due to the optional `GET` argument"],
]);

function keySpecsOf(command: Command): readonly KeySpec[] {
  const { name } = command;
  const { last, step } = keyRangeOf(command);
  const told = flagsOf.get(name) ?? [];
  return told.map((flags, i) => {
    const isAlone = told.length === 1;
    // The first of two is one key; what is behind it goes to the end, or is one too.
    const behind = last === -1 && (isAlone || i === 1) ? -1 : 0;
    return {
      index: i + 1,
      last: countsKeys(command) ? undefined : behind,
      step: Math.max(step, 1),
      flags: words(flags),
      notes: notes.get(name),
    };
  });
}

/** `addReplyCommandKeySpecs()` */
export function describeKeySpecs(command: Command, protocol: Protocol): Value {
  return set(
    keySpecsOf(command).map((spec) => {
      const noted = spec.notes === undefined ? [] : [bulk("notes"), bulk(spec.notes)];
      const flags = describeKeyFlags(spec.flags, protocol);
      const begin = typed("index", [["index", spec.index]], protocol);
      const found = [bulk("find_keys"), findKeys(spec, protocol)];
      const fields = [...noted, bulk("flags"), flags, bulk("begin_search"), begin, ...found];
      return map(fields, protocol);
    }),
    protocol,
  );
}

function findKeys({ last, step }: KeySpec, protocol: Protocol): Value {
  const fields: readonly (readonly [string, number])[] =
    last === undefined
      ? [
          ["keynumidx", 0],
          ["firstkey", 1],
          ["keystep", step],
        ]
      : [
          ["lastkey", last],
          ["keystep", step],
          ["limit", 0],
        ];
  return typed(last === undefined ? "keynum" : "range", fields, protocol);
}

function typed(
  type: string,
  fields: readonly (readonly [string, number])[],
  protocol: Protocol,
): Value {
  const spec = fields.flatMap(([name, value]) => [bulk(name), integer(value)]);
  return map([bulk("type"), bulk(type), bulk("spec"), map(spec, protocol)], protocol);
}

function describeKeyFlags(flags: readonly string[], protocol: Protocol): Value {
  return set(flags.map(status), protocol);
}

/** For COMMAND GETKEYSANDFLAGS (`getKeysFromCommandWithSpecs()`). */
export function flagsOfKeys(
  command: Command,
  args: readonly string[],
  protocol: Protocol,
): readonly (readonly [key: string, flags: Value])[] {
  const specs = keySpecsOf(command);
  return keysOf(command, args).map((key, i) => {
    const told = specs[Math.min(i, specs.length - 1)]?.flags ?? [];
    const flags = told.includes("variable_flags") ? flagsOfSet(args) : told;
    return [key, describeKeyFlags(flags, protocol)];
  });
}

/** `setGetKeys()` */
function flagsOfSet(args: readonly string[]): readonly string[] {
  const reads = args.slice(3).some((each) => each.toLowerCase() === "get");
  return reads ? ["RW", "access", "update"] : ["OW", "update"];
}
