/** Which arguments of a command are keys, and which are channels: what ACL rules are held against. */
import { parseInteger } from "../wire/text.js";
import { type Command, flag } from "./command.js";

/** Commands whose every argument is a key. */
const allKeys: ReadonlySet<string> = new Set([
  "del",
  "unlink",
  "exists",
  "touch",
  "mget",
  "watch",
  "sinter",
  "sunion",
  "sdiff",
  "sinterstore",
  "sunionstore",
  "sdiffstore",
]);
/** Commands that take keys and values in turn. */
const alternating: ReadonlySet<string> = new Set(["mset", "msetnx"]);
/** Commands with two keys in front. */
const twoKeys: ReadonlySet<string> = new Set([
  "rename",
  "renamenx",
  "copy",
  "smove",
  "rpoplpush",
  "lmove",
]);
/** Commands that read or write the dataset without naming a key. */
const keyless: ReadonlySet<string> = new Set([
  "flushall",
  "flushdb",
  "swapdb",
  "dbsize",
  "keys",
  "scan",
  "randomkey",
  "wait",
  "post",
  "host:",
]);

/** Which arguments are keys, as COMMAND tells it: -1 is the last of all. */
export interface KeyRange {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

const noKeys: KeyRange = { first: 0, last: 0, step: 0 };

/** `populateCommandLegacyRangeSpec()`; what depends on a count (SINTERCARD) is in no range. */
export function keyRangeOf(command: Command): KeyRange {
  const { name } = command;
  if (allKeys.has(name)) return { first: 1, last: -1, step: 1 };
  if (alternating.has(name)) return { first: 1, last: -1, step: 2 };
  if (twoKeys.has(name)) return { first: 1, last: 2, step: 1 };
  if (countsKeys(command) || !takesKey(command)) return noKeys;
  return { first: 1, last: 1, step: 1 };
}

/** Its first argument says how many keys follow. */
export function countsKeys({ name }: Command): boolean {
  return name === "sintercard";
}

function takesKey({ name, flags }: Command): boolean {
  return !keyless.has(name) && (flags & (flag.write | flag.readonly)) !== 0;
}

/** `getKeysFromCommand()` */
export function keysOf(command: Command, args: readonly string[]): readonly string[] {
  const { name } = command;
  if (allKeys.has(name)) return args.slice(1);
  if (alternating.has(name)) return args.filter((_, index) => index % 2 === 1);
  if (twoKeys.has(name)) return args.slice(1, 3);
  // genericGetKeys(): the count goes before the keys.
  if (countsKeys(command)) return args.slice(2, 2 + (parseInteger(args[1] ?? "") ?? 0));
  if (!takesKey(command)) return [];
  return args.slice(1, 2);
}

export function channelsOf(command: Command, args: readonly string[]): readonly string[] {
  switch (command.name) {
    case "publish":
      return args.slice(1, 2);
    case "subscribe":
    case "psubscribe":
      return args.slice(1);
    default:
      return [];
  }
}
