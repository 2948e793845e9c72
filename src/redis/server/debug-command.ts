/** DEBUG, as far as scenarios use it (`debugCommand()`). From 7.0 on it must be enabled first. */
import { seconds } from "../../kernel/time.js";
import { debugDigest, valueDigest } from "../keyspace/debug-digest.js";
import { array, error, ok, status, type Value } from "../wire/value.js";
import { type Call, type Command, flag } from "./command.js";
import type { RedisServer } from "./redis-server.js";
import { integerArgument, notInteger } from "./replies.js";

/** Made for a server, because its subcommands reach into keyspace and replication. */
export function debugCommands(server: RedisServer): readonly Command[] {
  return [
    {
      name: "debug",
      arity: -2,
      flags: flag.admin | flag.noscript | flag.loading | flag.stale,
      run: (call) => runDebug(server, call),
    },
  ];
}

function runDebug(server: RedisServer, call: Call): Value | undefined {
  const { args, process } = call;
  if (!isAllowed(server, call)) {
    return error(
      'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.',
    );
  }
  switch ((args[1] as string).toLowerCase()) {
    case "sleep": {
      if (args.length !== 3) return unknown(call);
      const time = Number.parseFloat(args[2] as string);
      if (Number.isNaN(time) || time < 0) return ok;
      process.context.busy(seconds(time));
      return ok;
    }
    case "segfault":
      // The log of a crash is left out; the process dies of its signal.
      process.context.exit(-11);
      return undefined;
    case "change-repl-id":
      if (args.length !== 2) return unknown(call);
      process.log("#", "Changing replication IDs after receiving change-repl-id");
      server.replication.changeReplicationId();
      return ok;
    case "populate":
      return args.length >= 3 && args.length <= 5 ? populate(call) : unknown(call);
    case "digest":
      return args.length === 2 ? status(debugDigest(server.keyspace.databases)) : unknown(call);
    case "digest-value":
      return array(args.slice(2).map((key) => status(valueDigest(call.database, key))));
    case "set-active-expire":
      if (args.length !== 3) return unknown(call);
      server.activeExpire = args[2] !== "0";
      return ok;
    default:
      return unknown(call);
  }
}

/** `allowProtectedAction()` */
function isAllowed(server: RedisServer, call: Call): boolean {
  if (!call.behaviour.from70) return true;
  const option = server.settings.others.get("enable-debug-command");
  if (option === "yes") return true;
  const { ip } = call.client.peer;
  return option === "local" && (ip === "127.0.0.1" || ip === "::1");
}

/** `DEBUG POPULATE count [prefix [size]]`: keys that exist already stay as they are. */
function populate(call: Call): Value {
  const [, , countText, prefix = "key", sizeText] = call.args;
  const count = integerArgument(countText);
  const size = sizeText === undefined ? 0 : integerArgument(sizeText);
  if (count === undefined || count < 0 || size === undefined || size < 0) {
    return call.behaviour.from70
      ? error("ERR value is out of range, must be positive")
      : notInteger;
  }
  for (let i = 0; i < count; i++) {
    const key = `${prefix}:${i}`;
    if (call.database.peek(key) !== undefined) continue;
    const value = `value:${i}`;
    const padded = size === 0 ? value : value.slice(0, size).padEnd(size, "\0");
    call.database.set(key, padded);
    call.database.modified(key);
  }
  return ok;
}

function unknown(call: Call): Value {
  const subcommand = (call.args[1] ?? "").slice(0, 128);
  const text = call.behaviour.from70 ? "unknown" : "Unknown";
  return error(
    `ERR ${text} subcommand or wrong number of arguments for '${subcommand}'. Try DEBUG HELP.`,
  );
}
