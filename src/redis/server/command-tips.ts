/**
 * What COMMAND tells clients of a cluster and of scripts from 7.0 on: where a command is to be sent, how the
 * answers of many become one, and whose answers are not always the same (`addReplyCommandTips()`).
 */
import type { Behaviour } from "../version.js";
import { words } from "../wire/text.js";

const toAll = "request_policy:all_nodes";
const toShards = "request_policy:all_shards";
const toShardsOfKeys = "request_policy:multi_shard";
const allSucceeded = "response_policy:all_succeeded";
const sum = "response_policy:agg_sum";
const least = "response_policy:agg_min";
const special = "response_policy:special";
const varies = "nondeterministic_output";
const anyOrder = "nondeterministic_output_order";

type Tips = readonly (readonly [tips: readonly string[], commands: readonly string[]])[];

/** Those of every version. */
const always: Tips = [
  [[varies], words("client|info client|list lastsave pttl spop time ttl")],
  [
    [anyOrder],
    words(
      "command command|docs command|info command|list hgetall hkeys hvals sdiff sinter smembers sunion",
    ),
  ],
  [[toAll, allSucceeded], words("client|setinfo config|set")],
  [[toShards, sum], ["dbsize"]],
  [[toShardsOfKeys, sum], words("del exists touch unlink")],
  [[toShards, allSucceeded], words("flushall flushdb ping")],
  [[varies, toShards, special], ["info"]],
  [[toShards, anyOrder], ["keys"]],
  [[toShardsOfKeys], ["mget"]],
  [[toShardsOfKeys, allSucceeded], ["mset"]],
  [[toShards, least], words("wait waitaof")],
];

const only70: Tips = [
  [[toShardsOfKeys, least], ["msetnx"]],
  [[toShards, varies], ["randomkey"]],
  [[varies, "request_policy:special"], ["scan"]],
];

const from72: Tips = [
  [
    [toAll, allSucceeded],
    words("acl|deluser acl|save acl|setuser client|setname config|resetstat config|rewrite"),
  ],
  [[toShards, special, varies], ["randomkey"]],
  [[varies, "request_policy:special", special], ["scan"]],
];

function byName(...tables: readonly Tips[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    tables.flat().flatMap(([tips, names]) => names.map((name) => [name, tips] as const)),
  );
}

const known70 = byName(always, only70);
const known72 = byName(always, from72);

/** Of a command, or a subcommand by its full name. */
export function tipsOf(fullName: string, behaviour: Behaviour): readonly string[] {
  return (behaviour.from72 ? known72 : known70).get(fullName) ?? [];
}
