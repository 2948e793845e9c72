/** CONFIG GET SET REWRITE RESETSTAT (`configCommand()`). */
import { getDirective, getDirectives, setDirective, setDirectives } from "../config/get-set.js";
import { array, bulk, error, map, ok, status, type Value } from "../wire/value.js";
import { type Call, type Command, flag } from "./command.js";
import { help, syntaxError, unknownSubcommand, wrongSubcommandArity } from "./replies.js";

function runConfig(call: Call): Value {
  const { process, args, behaviour } = call;
  const count = args.length;
  switch ((args[1] as string).toLowerCase()) {
    case "get":
      if (behaviour.from70 ? count < 3 : count !== 3) return wrongSubcommandArity(call);
      return runGet(call);
    case "set":
      if (behaviour.from70 ? count < 4 : count !== 4) return wrongSubcommandArity(call);
      return runSet(call);
    case "rewrite":
      return count === 2 ? runRewrite(call) : wrongSubcommandArity(call);
    case "resetstat":
      if (count !== 2) return wrongSubcommandArity(call);
      process.statistics.reset();
      process.mode.statisticsReset?.();
      return ok;
    case "help":
      return array(help(call, helpLines).map(status));
    default:
      return unknownSubcommand(call);
  }
}

function runGet(call: Call): Value {
  const { process, args, behaviour, client } = call;
  const { settings } = process;
  const master = process.mode.masterLine ?? "";
  const { version } = behaviour;
  const pairs = behaviour.from70
    ? getDirectives(settings, args.slice(2), version, master)
    : getDirective(settings, args[2] as string, version, master);
  const items: Value[] = [];
  for (const [name, value] of pairs) items.push(bulk(name), bulk(value));
  return map(items, client.protocol);
}

function runSet(call: Call): Value {
  const { process, args, behaviour } = call;
  const { settings, mode } = process;
  const { version } = behaviour;
  const names: string[] = [];
  const options = {
    isLoading: mode.loading === true,
    apply: () => mode.configured?.(names),
  };
  let problem: string | undefined;
  if (behaviour.from70) {
    if (args.length % 2 !== 0) return syntaxError;
    const pairs: [string, string][] = [];
    for (let i = 2; i < args.length; i += 2) {
      pairs.push([args[i] as string, args[i + 1] as string]);
      names.push((args[i] as string).toLowerCase());
    }
    problem = setDirectives(settings, pairs, version, options);
  } else {
    const [, , name = "", value = ""] = args;
    names.push(name.toLowerCase());
    problem = setDirective(settings, name, value, version, options);
  }
  if (problem !== undefined) return error(problem);
  if (names.includes("requirepass")) process.acl.setDefaultPassword(settings.requirepass);
  return ok;
}

function runRewrite(call: Call): Value {
  const { process } = call;
  if (process.configFile === undefined) {
    return error("ERR The server is running without a config file");
  }
  if (!process.rewriteConfig()) {
    const why = process.context.disk.error;
    process.log("#", `CONFIG REWRITE failed: ${why}`);
    return error(`ERR Rewriting config file: ${why}`);
  }
  process.log(process.behaviour.formerWarning, "CONFIG REWRITE executed with success.");
  return ok;
}

const helpLines: readonly string[] = [
  "GET <pattern>",
  "    Return parameters matching the glob-like <pattern> and their values.",
  "SET <directive> <value>",
  "    Set the configuration <directive> to <value>.",
  "RESETSTAT",
  "    Reset statistics reported by the INFO command.",
  "REWRITE",
  "    Rewrite the configuration file.",
];

export const configCommands: readonly Command[] = [
  {
    name: "config",
    arity: -2,
    flags: flag.admin | flag.noscript | flag.loading | flag.stale,
    run: runConfig,
  },
];
