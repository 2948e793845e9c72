/** The fifteen commands that a Sentinel answers (`sentinelcmds`); any other is unknown to it. */
import { aclCommands } from "../server/acl-commands.js";
import { clientCommands } from "../server/client-commands.js";
import { type Call, type Command, type CommandTable, flag } from "../server/command.js";
import { commandCommands } from "../server/command-command.js";
import { auth, hello, ping } from "../server/connection-commands.js";
import { infoCommands } from "../server/info-command.js";
import { subscriptionCommands } from "../server/pubsub-commands.js";
import { shutdownCommands } from "../server/shutdown-command.js";
import { array, bulk, error, integer, type Value } from "../wire/value.js";
import { sentinelCommand } from "./command.js";
import { processHello } from "./hello.js";
import type { SentinelState } from "./state.js";
import { helloChannel } from "./timing.js";

export function sentinelCommands(state: SentinelState): CommandTable {
  const own: readonly Command[] = [
    { ...ping, run: (call) => runPing(state, call) },
    {
      name: "sentinel",
      arity: -2,
      flags: flag.admin,
      run: (call) => sentinelCommand(state, call),
    },
    ...subscriptionCommands,
    {
      name: "publish",
      arity: 3,
      flags: flag.pubsub | flag.fast,
      run: (call) => runPublish(state, call),
    },
    ...infoCommands,
    { name: "role", arity: 1, flags: flag.fast, run: () => runRole(state) },
    ...clientCommands,
    ...shutdownCommands,
    auth,
    hello,
    ...aclCommands,
    ...commandCommands,
  ];
  return new Map(own.map((command) => [command.name, command]));
}

/** 6.2's table of a Sentinel has it without an argument. */
function runPing(state: SentinelState, call: Call): Value | undefined {
  if (call.args.length > 1 && !state.behaviour.from70) return pingArity;
  return ping.run(call);
}

const pingArity = error("ERR wrong number of arguments for 'ping' command");

const one = integer(1);
const onlyHellos = error("ERR Only HELLO messages are accepted by Sentinel instances.");

/** `sentinelPublishCommand()`: how Sentinels hand each other their hellos, whatever becomes of them. */
function runPublish(state: SentinelState, call: Call): Value {
  if (call.args[1] !== helloChannel) return onlyHellos;
  const { hello } = state.hellos.read(call.args[2] as string, state.myid);
  if (hello !== undefined) processHello(state, hello);
  return one;
}

/** `sentinelRoleCommand()` */
function runRole(state: SentinelState): Value {
  const names = state.masters.records.map(({ name }) => bulk(name));
  return array([bulk("sentinel"), array(names)]);
}
