/**
 * ACL categories. Most follow from a command's flags, as `ACLSetCommandCategories()` derives them; what
 * kind of data a command is about is a table.
 */
import { type Command, flag } from "./command.js";

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

const words = (text: string): readonly string[] => text.split(" ");

const families: readonly (readonly [string, ReadonlySet<string>])[] = [
  [
    "keyspace",
    new Set(
      words(
        "del unlink exists expire expireat pexpire pexpireat expiretime pexpiretime ttl pttl persist keys scan type rename renamenx move copy randomkey dbsize flushdb flushall swapdb touch object",
      ),
    ),
  ],
  ["set", new Set(words("sadd srem smembers sismember smismember scard spop srandmember smove"))],
  ["sortedset", new Set(words("zadd zrem zscore zcard zrange zincrby zrank"))],
  [
    "list",
    new Set(
      words("lpush rpush lpushx rpushx lpop rpop llen lrange lindex lset lrem ltrim rpoplpush"),
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
  ["blocking", new Set(words("wait waitaof"))],
  [
    "dangerous",
    new Set(words("flushall flushdb swapdb keys info role client latency sort migrate restore")),
  ],
];

/** All categories of a command; every command is of `all`. */
export function categoriesOf(command: Command, flags: number): readonly string[] {
  const found = ["all"];
  const { name } = command;
  for (const [category, names] of families) if (names.has(name)) found.push(category);
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
