/** COMMAND and its subcommands (`commandCommand()`): names, arity and flags of what this process knows. */

import type { Behaviour } from "../version.js";
import { globMatches } from "../wire/glob.js";
import {
  array,
  bulk,
  error,
  integer,
  map,
  nullArray,
  set,
  status,
  type Value,
} from "../wire/value.js";
import { categoriesOf, isBareContainer, subcommandCategories } from "./categories.js";
import { type Call, type Command, flag } from "./command.js";
import { keyRangeOf, keysOf } from "./command-arguments.js";
import type { Entry } from "./dispatcher.js";
import { help, syntaxError, unknownSubcommand, wrongSubcommandArity } from "./replies.js";
import { subcommandsOf } from "./subcommands.js";

function runCommand(call: Call): Value {
  const { process, args, client } = call;
  const { commandTable } = process;
  if (args.length === 1) {
    return array([...commandTable].map(([name, entry]) => describe(call, name, entry)));
  }
  switch ((args[1] as string).toLowerCase()) {
    case "count":
      return args.length === 2 ? integer(commandTable.size) : wrongSubcommandArity(call);
    case "info": {
      const names = args.length === 2 ? [...commandTable.keys()] : args.slice(2);
      return array(
        names.map((name) => {
          const entry = process.lookupCommand(name);
          if (entry === undefined) return nullArray(client.protocol);
          return describe(call, name.toLowerCase(), entry);
        }),
      );
    }
    case "list":
      if (!call.behaviour.from70) return unknownSubcommand(call);
      return listCommands(call);
    case "docs":
      return call.behaviour.from70 ? documentCommands(call) : unknownSubcommand(call);
    case "getkeys":
      return args.length > (call.behaviour.from70 ? 3 : 2)
        ? getKeys(call)
        : wrongSubcommandArity(call);
    case "help":
      return array(help(call, helpLines).map(status));
    default:
      return unknownSubcommand(call);
  }
}

/** `commandListCommand()`: commands, and behind each its subcommands. */
function listCommands(call: Call): Value {
  const { process, args, behaviour } = call;
  const matches = listFilter(args);
  if (matches === undefined) return syntaxError;
  const names: string[] = [];
  for (const [name, { command, flags }] of process.commandTable) {
    if (matches(name, categoriesOf(command, flags, behaviour))) names.push(name);
    for (const each of subcommandsOf(command.name, behaviour, process.mode.name))
      if (matches(each, subcommandCategories(each))) names.push(each);
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
    const [container = "", subcommand] = name.toLowerCase().split("|");
    const entry = process.lookupCommand(container);
    if (entry === undefined) continue;
    const fullNames = subcommandsOf(entry.command.name, call.behaviour, process.mode.name);
    const document = map([bulk("group"), bulk(groupOf(entry, call.behaviour))], client.protocol);
    if (subcommand === undefined) {
      const inner = fullNames.flatMap((each) => [bulk(each), document]);
      const more = inner.length === 0 ? [] : [bulk("subcommands"), map(inner, client.protocol)];
      const fields = [bulk("group"), bulk(groupOf(entry, call.behaviour)), ...more];
      items.push(bulk(container), map(fields, client.protocol));
    } else if (fullNames.includes(`${container}|${subcommand}`)) {
      items.push(bulk(`${container}|${subcommand}`), document);
    }
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

function getKeys(call: Call): Value {
  const args = call.args.slice(2);
  const entry = call.process.lookupCommand(args[0] as string);
  if (entry === undefined) return error("ERR Invalid command specified");
  const { arity } = entry;
  if (arity > 0 ? args.length !== arity : args.length < -arity) {
    return error("ERR Invalid number of arguments specified for command");
  }
  const keys = keysOf(entry.command, args);
  if (keys.length === 0) return error("ERR The command has no key arguments");
  return array(keys.map(bulk));
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
function describe(call: Call, name: string, entry: Entry): Value {
  const { client, behaviour } = call;
  const { command, flags } = entry;
  const keys = keyRangeOf(command);
  // What a container is allowed to do, its subcommands say.
  const known = behaviour.from70 ? flags : flags & ~flag.allowBusy;
  const shown = isBareContainer(command.name, behaviour) ? 0 : known;
  const names = flagNames.filter(([bit]) => (shown & bit) !== 0).map(([, word]) => status(word));
  // Hidden on purpose from 7.0 on, which is where allow_busy begins.
  if (!behaviour.from70 && (flags & flag.mayReplicate) !== 0) names.push(status("may_replicate"));
  const groups = categoriesOf(command, flags, behaviour)
    .slice(1)
    .map((category) => status(`@${category}`));
  const items: Value[] = [
    bulk(name),
    integer(entry.arity),
    set(names, client.protocol),
    integer(keys.first),
    integer(keys.last),
    integer(keys.step),
    set(groups, client.protocol),
  ];
  if (behaviour.from70) items.push(array([]), array([]), array([]));
  return array(items);
}

const helpLines: readonly string[] = [
  "(no subcommand)",
  "    Return details about all Redis commands.",
  "COUNT",
  "    Return the total number of commands in this Redis server.",
  "GETKEYS <full-command>",
  "    Return the keys from a full Redis command.",
  "INFO [<command-name> ...]",
  "    Return details about multiple Redis commands.",
];

export const commandCommands: readonly Command[] = [
  {
    name: "command",
    arity: -1,
    flags: flag.loading | flag.stale,
    run: runCommand,
  },
];
