/**
 * COMMAND and its subcommands (`commandCommand()`): names, arity and flags of what this process knows, and
 * from 7.0 on what clients of a cluster are told of keys, of shards and of subcommands.
 */

import type { Behaviour } from "../version.js";
import { globMatches } from "../wire/glob.js";
import {
  array,
  bulk,
  error,
  integer,
  map,
  nullBulk,
  set,
  status,
  type Value,
} from "../wire/value.js";
import { categories, categoriesOf, isBareContainer, subcommandCategories } from "./categories.js";
import { type Call, type Command, flag } from "./command.js";
import { countsKeys, keyRangeOf } from "./command-arguments.js";
import { tipsOf } from "./command-tips.js";
import type { Entry } from "./dispatcher.js";
import { describeKeySpecs, flagsOfKeys } from "./key-specs.js";
import { help, syntaxError, unknownSubcommand, wrongSubcommandArity } from "./replies.js";
import { type Subcommand, subcommandsOf } from "./subcommands.js";

function runCommand(call: Call): Value {
  const { process, args, client } = call;
  const { commandTable } = process;
  if (args.length === 1) {
    return array([...commandTable.values()].map((entry) => describe(call, entry)));
  }
  switch ((args[1] as string).toLowerCase()) {
    case "count":
      return args.length === 2 ? integer(commandTable.size) : wrongSubcommandArity(call);
    case "info": {
      const names = args.length === 2 ? [...commandTable.keys()] : args.slice(2);
      return array(
        names.map((name) => {
          const { entry, subcommand } = lookup(call, name.split("|"));
          if (subcommand !== undefined) return describeSubcommand(call, subcommand);
          if (entry !== undefined) return describe(call, entry);
          return nullBulk(client.protocol);
        }),
      );
    }
    case "list":
      if (!call.behaviour.from70) return unknownSubcommand(call);
      return listCommands(call);
    case "docs":
      return call.behaviour.from70 ? documentCommands(call) : unknownSubcommand(call);
    case "getkeys":
      return takesKeysOf(call) ? getKeys(call) : wrongSubcommandArity(call);
    case "getkeysandflags":
      if (!call.behaviour.from70) return unknownSubcommand(call);
      return takesKeysOf(call) ? getKeys(call, true) : wrongSubcommandArity(call);
    case "help":
      if (args.length !== 2) return wrongSubcommandArity(call);
      return array(help(call, call.behaviour.from70 ? helpLines : helpLines62).map(status));
    default:
      return unknownSubcommand(call);
  }
}

interface Found {
  readonly entry: Entry | undefined;
  /** Of it, where one was asked for and is there. */
  readonly subcommand: Subcommand | undefined;
}

/** `lookupCommandLogic()`: a container is itself only where no subcommand follows. */
function lookup({ process, behaviour }: Call, words: readonly string[]): Found {
  const [name = "", second, ...more] = words;
  const entry = process.lookupCommand(name);
  const none = { entry: undefined, subcommand: undefined };
  if (entry === undefined || second === undefined) return { entry, subcommand: undefined };
  if (!behaviour.from70 || more.length > 0) return none;
  const fullName = `${entry.command.name}|${second.toLowerCase()}`;
  const known = subcommandsOf(entry.command.name, behaviour, process.mode.name);
  const subcommand = known.find((each) => each.fullName === fullName);
  return subcommand === undefined ? none : { entry, subcommand };
}

/** `commandListCommand()`: commands, and behind each its subcommands. */
function listCommands(call: Call): Value {
  const { process, args, behaviour } = call;
  const matches = listFilter(args);
  if (matches === undefined) return syntaxError;
  const names: string[] = [];
  for (const { command, flags } of process.commandTable.values()) {
    const { name } = command;
    if (matches(name, categoriesOf(command, flags, behaviour))) names.push(name);
    for (const each of subcommandsOf(command.name, behaviour, process.mode.name))
      if (matches(each.fullName, subcommandCategories(each))) names.push(each.fullName);
  }
  return array(names.map(bulk));
}

/**
 * `commandDocsCommand()`: of each command the group that it belongs to, and its subcommands. Redis's texts
 * about its commands are not part of this program.
 */
function documentCommands(call: Call): Value {
  const { process, args, client } = call;
  const names = args.length === 2 ? [...process.commandTable.keys()] : args.slice(2);
  const items: Value[] = [];
  for (const name of names) {
    const { entry, subcommand } = lookup(call, name.split("|"));
    if (entry === undefined) continue;
    const group = [bulk("group"), bulk(groupOf(entry, call.behaviour))];
    if (subcommand !== undefined) {
      items.push(bulk(subcommand.fullName), map(group, client.protocol));
      continue;
    }
    const inner = subcommandsOf(entry.command.name, call.behaviour, process.mode.name).flatMap(
      ({ fullName }) => [bulk(fullName), map(group, client.protocol)],
    );
    const more = inner.length === 0 ? [] : [bulk("subcommands"), map(inner, client.protocol)];
    items.push(bulk(entry.command.name), map([...group, ...more], client.protocol));
  }
  return map(items, client.protocol);
}

/** COMMAND_GROUP_STR */
const groups: readonly (readonly [string, string])[] = [
  ["connection", "connection"],
  ["transaction", "transactions"],
  ["pubsub", "pubsub"],
  ["set", "set"],
  ["sortedset", "sorted-set"],
  ["list", "list"],
  ["hash", "hash"],
  ["string", "string"],
  ["keyspace", "generic"],
];

/** Whose group does not follow from their categories. */
const groupExceptions: ReadonlyMap<string, string> = new Map([
  ["sentinel", "sentinel"],
  ["acl", "server"],
  ["client", "connection"],
  ["config", "server"],
  ["pubsub", "pubsub"],
  ["command", "server"],
  ["dbsize", "server"],
  ["flushall", "server"],
  ["flushdb", "server"],
  ["swapdb", "server"],
  ["wait", "generic"],
  ["waitaof", "generic"],
]);

function groupOf({ command, flags }: Entry, behaviour: Behaviour): string {
  const exception = groupExceptions.get(command.name);
  if (exception !== undefined) return exception;
  const categories = categoriesOf(command, flags, behaviour);
  return groups.find(([category]) => categories.includes(category))?.[1] ?? "server";
}

/** FILTERBY; a module is never loaded. Undefined where the words are wrong. */
function listFilter(
  args: readonly string[],
): ((name: string, categories: readonly string[]) => boolean) | undefined {
  if (args.length === 2) return () => true;
  const [, , filterBy = "", kind = "", word = ""] = args;
  if (args.length !== 5 || filterBy.toLowerCase() !== "filterby") return undefined;
  switch (kind.toLowerCase()) {
    case "module":
      return () => false;
    case "aclcat":
      return (_, categories) => categories.includes(word.toLowerCase());
    case "pattern":
      return (name) => globMatches(word, name, true);
    default:
      return undefined;
  }
}

/** At least the command and, from 7.0 to 7.2, one argument of it. */
function takesKeysOf({ args, behaviour }: Call): boolean {
  return args.length > (behaviour.from70 && !behaviour.from72 ? 3 : 2);
}

/** `getKeysSubcommandImpl()` */
function getKeys(call: Call, withFlags = false): Value {
  const { client } = call;
  const args = call.args.slice(2);
  const entry = call.process.lookupCommand(args[0] as string);
  const isContainer = call.behaviour.from70 && entry?.isContainer === true && args.length > 1;
  const isKnown = !isContainer || lookup(call, args.slice(0, 2)).subcommand !== undefined;
  if (entry === undefined || !isKnown) return error("ERR Invalid command specified");
  const { arity, command } = entry;
  const hasKeys = keyRangeOf(command).first > 0 || countsKeys(command);
  if (!hasKeys) return error("ERR The command has no key arguments");
  if (arity > 0 ? args.length !== arity : args.length < -arity) {
    return error("ERR Invalid number of arguments specified for command");
  }
  const keys = flagsOfKeys(command, args, client.protocol);
  const count = countsKeys(command) ? Number(args[1]) : keys.length;
  if (keys.length === 0 || keys.length !== count) {
    return error("ERR Invalid arguments specified for command");
  }
  return array(keys.map(([key, flags]) => (withFlags ? array([bulk(key), flags]) : bulk(key))));
}

/** `addReplyFlagsForCommand()` */
const flagNames: readonly (readonly [number, string])[] = [
  [flag.write, "write"],
  [flag.readonly, "readonly"],
  [flag.denyoom, "denyoom"],
  [flag.admin, "admin"],
  [flag.pubsub, "pubsub"],
  [flag.noscript, "noscript"],
  [flag.loading, "loading"],
  [flag.stale, "stale"],
  [flag.fast, "fast"],
  [flag.noAuth, "no_auth"],
  [flag.noMulti, "no_multi"],
  [flag.noAsyncLoading, "no_async_loading"],
  [flag.allowBusy, "allow_busy"],
];

/** `addReplyCommandInfo()` */
function describe(call: Call, entry: Entry): Value {
  const { behaviour, client, process } = call;
  const { arity, command, flags } = entry;
  const { name } = command;
  // What a container is allowed to do, its subcommands say.
  const known = behaviour.from70 ? flags : flags & ~flag.allowBusy;
  const shown = isBareContainer(name, behaviour) ? 0 : known;
  const words = wordsOf(shown);
  // Hidden on purpose from 7.0 on, which is where allow_busy begins.
  if (!behaviour.from70 && (flags & flag.mayReplicate) !== 0) words.push("may_replicate");
  if (behaviour.from70 && countsKeys(command)) words.push("movablekeys");
  const keys = keyRangeOf(command);
  const items: Value[] = [
    bulk(name),
    integer(arity),
    set(words.map(status), client.protocol),
    integer(keys.first),
    integer(keys.last),
    integer(keys.step),
    describeCategories(call, categoriesOf(command, flags, behaviour)),
  ];
  if (behaviour.from70) {
    const subcommands = subcommandsOf(name, behaviour, process.mode.name);
    items.push(
      describeTips(call, name),
      describeKeySpecs(command, client.protocol),
      subcommands.length === 0
        ? set([], client.protocol)
        : array(subcommands.map((each) => describeSubcommand(call, each))),
    );
  }
  return array(items);
}

/** The same of a subcommand; none of those that are modelled has keys. */
function describeSubcommand(call: Call, subcommand: Subcommand): Value {
  const { protocol } = call.client;
  const { arity, flags, fullName } = subcommand;
  return array([
    bulk(fullName),
    integer(arity),
    set(wordsOf(flags).map(status), protocol),
    integer(0),
    integer(0),
    integer(0),
    describeCategories(call, subcommandCategories(subcommand)),
    describeTips(call, fullName),
    set([], protocol),
    set([], protocol),
  ]);
}

function wordsOf(flags: number): string[] {
  return flagNames.filter(([bit]) => (flags & bit) !== 0).map(([, word]) => word);
}

/** `addReplyCommandCategories()`: in the order of their bits. */
function describeCategories({ client }: Call, found: readonly string[]): Value {
  const names = categories.filter((each) => found.includes(each));
  return set(
    names.map((each) => status(`@${each}`)),
    client.protocol,
  );
}

function describeTips({ behaviour, client }: Call, fullName: string): Value {
  return set(tipsOf(fullName, behaviour).map(bulk), client.protocol);
}

const helpLines62: readonly string[] = [
  "(no subcommand)",
  "    Return details about all Redis commands.",
  "COUNT",
  "    Return the total number of commands in this Redis server.",
  "GETKEYS <full-command>",
  "    Return the keys from a full Redis command.",
  "INFO [<command-name> ...]",
  "    Return details about multiple Redis commands.",
];

const helpLines: readonly string[] = [
  "(no subcommand)",
  "    Return details about all Redis commands.",
  "COUNT",
  "    Return the total number of commands in this Redis server.",
  "LIST",
  "    Return a list of all commands in this Redis server.",
  "INFO [<command-name> ...]",
  "    Return details about multiple Redis commands.",
  "    If no command names are given, documentation details for all",
  "    commands are returned.",
  "DOCS [<command-name> ...]",
  "    Return documentation details about multiple Redis commands.",
  "    If no command names are given, documentation details for all",
  "    commands are returned.",
  "GETKEYS <full-command>",
  "    Return the keys from a full Redis command.",
  "GETKEYSANDFLAGS <full-command>",
  "    Return the keys and the access flags from a full Redis command.",
];

export const commandCommands: readonly Command[] = [
  {
    name: "command",
    arity: -1,
    flags: flag.loading | flag.stale,
    run: runCommand,
  },
];
