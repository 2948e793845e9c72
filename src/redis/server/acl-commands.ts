/** ACL and its subcommands (`aclCommand()`). */
import { cString } from "../wire/text.js";
import {
  array,
  bulk,
  error,
  integer,
  map,
  nullBulk,
  ok,
  status,
  type Value,
} from "../wire/value.js";
import { categories } from "./categories.js";
import { type Call, type Command, flag } from "./command.js";
import { help, subcommandSyntaxError, unknownSubcommand, wrongSubcommandArity } from "./replies.js";

function runAcl(call: Call): Value | undefined {
  const { process, args, client } = call;
  const { acl } = process;
  const count = args.length;
  switch ((args[1] as string).toLowerCase()) {
    case "whoami":
      return count === 2 ? bulk(client.user) : wrongSubcommandArity(call);
    case "setuser":
      return count >= 3 ? setUser(call) : wrongSubcommandArity(call);
    case "deluser": {
      if (count < 3) return wrongSubcommandArity(call);
      const names = args.slice(2);
      if (names.includes("default")) return error("ERR The 'default' user cannot be removed");
      const killsItself = client.account !== undefined && names.includes(client.account.name);
      const removed = integer(names.filter((name) => acl.remove(name, client)).length);
      acl.store();
      if (!killsItself) return removed;
      // CLIENT_CLOSE_AFTER_COMMAND: it still gets its reply.
      process.reply(client, removed);
      client.closeAfterReply = true;
      return undefined;
    }
    case "getuser":
      return count === 3 ? getUser(call) : wrongSubcommandArity(call);
    case "list":
      if (count !== 2) return wrongSubcommandArity(call);
      return array(acl.users.map((user) => bulk(`user ${user.name} ${user.description}`)));
    case "users":
      if (count !== 2) return wrongSubcommandArity(call);
      return array(acl.users.map((user) => bulk(user.name)));
    case "cat": {
      if (count === 2) return array(categories.map((name) => bulk(name)));
      if (count !== 3) return subcommandSyntaxError(call);
      const commands = acl.known.inCategory((args[2] as string).toLowerCase());
      if (commands === undefined)
        return error(`ERR Unknown category '${cString(args[2] as string)}'`);
      return array(commands.map(bulk));
    }
    case "help":
      return array(help(call, helpLines).map(status));
    default:
      return unknownSubcommand(call);
  }
}

/** All rules, or none of them. */
function setUser(call: Call): Value {
  const { acl } = call.process;
  const name = call.args[2] as string;
  if (/[\s\0]/.test(name)) {
    return error("ERR Usernames can't contain spaces or null characters");
  }
  const rules = call.args.slice(3);
  const trial = acl.copyOf(name);
  for (const rule of rules) {
    const problem = trial.apply(rule, acl.known);
    if (problem !== undefined) {
      return error(`ERR Error in ACL SETUSER modifier '${cString(rule)}': ${problem}`);
    }
  }
  const user = acl.create(name);
  for (const rule of rules) user.apply(rule, acl.known);
  acl.changed(user);
  acl.store();
  return ok;
}

function getUser(call: Call): Value {
  const { client, behaviour } = call;
  const { protocol } = client;
  const user = call.process.acl.user(call.args[2] as string);
  if (user === undefined) return nullBulk(protocol);
  const keys = user.keyPatterns;
  const channels = user.channelPatterns;
  const fields: Value[] = [
    bulk("flags"),
    array(user.flags.map(bulk)),
    bulk("passwords"),
    array(user.passwords.map(bulk)),
    bulk("commands"),
    bulk(user.commandRules),
    bulk("keys"),
    behaviour.from70 ? bulk(keys.map((key) => `~${key}`).join(" ")) : array(keys.map(bulk)),
    bulk("channels"),
    behaviour.from70
      ? bulk(channels.map((channel) => `&${channel}`).join(" "))
      : array(channels.map(bulk)),
  ];
  if (behaviour.from70) fields.push(bulk("selectors"), array([]));
  return map(fields, protocol);
}

const helpLines: readonly string[] = [
  "CAT [<category>]",
  "    List all commands that belong to <category>, or all command categories",
  "    when no category is specified.",
  "DELUSER <username> [<username> ...]",
  "    Delete a list of users.",
  "GETUSER <username>",
  "    Get the user's details.",
  "LIST",
  "    Show users details in config file format.",
  "SETUSER <username> <attribute> [<attribute> ...]",
  "    Create or modify a user with the specified attributes.",
  "USERS",
  "    List all the registered usernames.",
  "WHOAMI",
  "    Return the current connection username.",
];

export const aclCommands: readonly Command[] = [
  {
    name: "acl",
    arity: -2,
    flags: flag.admin | flag.noscript | flag.loading | flag.stale,
    run: runAcl,
  },
];
