/** Which arguments of a command are keys, and which are channels: what ACL rules are held against. */
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
]);
/** Commands that take keys and values in turn. */
const alternating: ReadonlySet<string> = new Set(["mset", "msetnx"]);
/** Commands with two keys in front. */
const twoKeys: ReadonlySet<string> = new Set(["rename", "renamenx", "copy", "smove", "rpoplpush"]);
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
]);

/** `getKeysFromCommand()` */
export function keysOf(command: Command, args: readonly string[]): readonly string[] {
  const { name } = command;
  if (allKeys.has(name)) return args.slice(1);
  if (alternating.has(name)) return args.filter((_, index) => index % 2 === 1);
  if (twoKeys.has(name)) return args.slice(1, 3);
  if (keyless.has(name) || (command.flags & (flag.write | flag.readonly)) === 0) return [];
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
