/**
 * ACL categories. Most follow from a command's flags, as `ACLSetCommandCategories()` derives them; what
 * kind of data a command is about is a table.
 */
import type { Behaviour } from "../version.js";
import { words } from "../wire/text.js";
import { type Command, flag } from "./command.js";
import type { Subcommand } from "./subcommands.js";

/** In the order of ACL CAT. */
export const categories = [
  "keyspace",
  "read",
  "write",
  "set",
  "sortedset",
  "list",
  "hash",
  "string",
  "bitmap",
  "hyperloglog",
  "geo",
  "stream",
  "pubsub",
  "admin",
  "fast",
  "slow",
  "blocking",
  "dangerous",
  "connection",
  "transaction",
  "scripting",
] as const;

const known: ReadonlySet<string> = new Set(categories);

export function isCategory(name: string): boolean {
  return name === "all" || known.has(name);
}

const families: readonly (readonly [string, ReadonlySet<string>])[] = [
  [
    "keyspace",
    new Set(
      words(
        "del unlink exists expire expireat pexpire pexpireat expiretime pexpiretime ttl pttl persist keys scan type rename renamenx move copy randomkey dbsize flushdb flushall swapdb touch object",
      ),
    ),
  ],
  [
    "set",
    new Set(
      words(
        "sadd srem smembers sismember smismember scard spop srandmember smove sinter sintercard sinterstore sunion sunionstore sdiff sdiffstore",
      ),
    ),
  ],
  ["sortedset", new Set(words("zadd zrem zscore zcard zrange zincrby zrank"))],
  [
    "list",
    new Set(
      words(
        "lpush rpush lpushx rpushx lpop rpop llen lrange lindex linsert lset lrem ltrim rpoplpush lmove",
      ),
    ),
  ],
  [
    "hash",
    new Set(
      words("hset hmset hsetnx hget hmget hgetall hdel hlen hexists hkeys hvals hincrby hstrlen"),
    ),
  ],
  [
    "string",
    new Set(
      words(
        "set get getset getdel getex setnx setex psetex append strlen incr decr incrby decrby incrbyfloat mget mset msetnx setrange getrange substr",
      ),
    ),
  ],
  [
    "connection",
    new Set(
      words(
        "auth client command echo hello ping quit reset select wait waitaof readonly readwrite",
      ),
    ),
  ],
  ["transaction", new Set(words("multi exec discard watch unwatch"))],
  [
    "dangerous",
    new Set(words("flushall flushdb swapdb keys info role lastsave client sort migrate restore")),
  ],
];

/** In 6.2 these are about the keyspace, or about nothing, and not about the connection. */
const keyspace62: ReadonlySet<string> = new Set(["select", "wait"]);
const unconnected62: ReadonlySet<string> = new Set(["select", "wait", "quit"]);
/** Of `admin` without its flag, in 6.2 LASTSAVE alone. */
const admin: ReadonlySet<string> = new Set(["lastsave", "role"]);

/** The categories of a subcommand (`populateCommandStructure()` of 7.0 and later). */
export function subcommandCategories({ fullName, flags }: Subcommand): readonly string[] {
  const found = ["all"];
  if ((flags & flag.pubsub) !== 0) found.push("pubsub");
  if ((flags & flag.admin) !== 0) found.push("admin", "dangerous");
  if (fullName.startsWith("client|") || fullName.startsWith("command|")) found.push("connection");
  found.push("slow");
  return found;
}

const containers: ReadonlySet<string> = new Set(["client", "config", "acl", "pubsub"]);

/** Is all that may be said of it said of its subcommands? */
export function isBareContainer(name: string, { from70 }: Behaviour): boolean {
  return from70 && containers.has(name);
}

/** All categories of a command; every command is of `all`. */
export function categoriesOf(
  command: Command,
  flags: number,
  behaviour: Behaviour,
): readonly string[] {
  const { name } = command;
  if (isBareContainer(name, behaviour)) return ["all", "slow"];
  const found = ["all"];
  for (const [category, names] of families) {
    if (!behaviour.from70 && category === "connection" && unconnected62.has(name)) continue;
    if (names.has(name)) found.push(category);
  }
  if (!behaviour.from70 && keyspace62.has(name)) found.push("keyspace");
  if (admin.has(name) && (behaviour.from70 || name === "lastsave")) found.push("admin");
  const isScript = name === "eval" || name === "evalsha";
  if ((flags & flag.write) !== 0) found.push("write");
  // Scripts are read-only to no one.
  if ((flags & flag.readonly) !== 0 && !isScript) found.push("read");
  if ((flags & flag.admin) !== 0) {
    found.push("admin");
    if (!found.includes("dangerous")) found.push("dangerous");
  }
  if ((flags & flag.pubsub) !== 0) found.push("pubsub");
  found.push((flags & flag.fast) === 0 ? "slow" : "fast");
  return found;
}
