/** CLIENT and its subcommands (`clientCommand()`). */
import { assertNever } from "../../kernel/assert.js";
import { type ClientType, clientTypeByName } from "../config/client-type.js";
import type { Behaviour } from "../version.js";
import { cString } from "../wire/text.js";
import {
  array,
  bulk,
  type ErrorReply,
  error,
  integer,
  nullBulk,
  ok,
  status,
  type Value,
} from "../wire/value.js";
import type { Client } from "./client.js";
import { describeClient, endpoint } from "./client-info.js";
import { type Call, type Command, flag } from "./command.js";
import {
  help,
  integerArgument,
  notInteger,
  one,
  subcommandSyntaxError,
  syntaxError,
  unknownSubcommand,
  verbatim,
  wrongSubcommandArity,
  zero,
} from "./replies.js";

const visible = /^[!-~]*$/;

export const badClientName = error(
  "ERR Client names cannot contain spaces, newlines or special characters.",
);

/** `validateClientName()`; the empty one takes the name away. */
export function isClientName(name: string, behaviour: Behaviour): boolean {
  // From 7.2 on (validateClientAttr()) a NUL ends what is looked at.
  return visible.test(behaviour.from72 ? cString(name) : name);
}

/** `clientSetNameOrReply()` */
function setName({ client, behaviour }: Call, name: string): Value {
  if (!isClientName(name, behaviour)) return badClientName;
  client.name = name;
  return ok;
}

function runClient(call: Call): Value | undefined {
  const { process, client, args, behaviour } = call;
  const count = args.length;
  switch ((args[1] as string).toLowerCase()) {
    case "id":
      return count === 2 ? integer(client.id) : wrongSubcommandArity(call);
    case "info":
      if (count !== 2) return wrongSubcommandArity(call);
      return verbatim(`${describeClient(process, client)}\n`, client.protocol);
    case "list":
      return runList(call);
    case "kill":
      return runKill(call);
    case "getname":
      if (count !== 2) return wrongSubcommandArity(call);
      return client.name === "" ? nullBulk(client.protocol) : bulk(client.name);
    case "setname":
      return count === 3 ? setName(call, args[2] as string) : wrongSubcommandArity(call);
    case "setinfo":
      if (!behaviour.from72) return unknownSubcommand(call);
      return count === 4 ? runSetInfo(call) : wrongSubcommandArity(call);
    case "pause":
      if (count < 3) return wrongSubcommandArity(call);
      return count <= 4 ? runPause(call) : subcommandSyntaxError(call);
    case "unpause":
      if (count !== 2) return wrongSubcommandArity(call);
      process.unpauseClients("client");
      return ok;
    case "reply":
      return count === 3 ? runReply(call) : wrongSubcommandArity(call);
    case "unblock":
      if (count < 3) return wrongSubcommandArity(call);
      return count <= 4 ? runUnblock(call) : subcommandSyntaxError(call);
    case "no-evict":
      if (!behaviour.from70) return unknownSubcommand(call);
      return runSwitch(call, (on) => {
        client.noEvict = on;
      });
    case "no-touch":
      // A Sentinel has no keys to touch.
      if (!behaviour.from72 || process.mode.name === "sentinel") return unknownSubcommand(call);
      return runSwitch(call, (on) => {
        client.noTouch = on;
      });
    case "getredir":
      return count === 2 ? integer(-1) : wrongSubcommandArity(call);
    case "help":
      return array(help(call, helpLines(behaviour)).map(status));
    default:
      return unknownSubcommand(call);
  }
}

function unknownType(name: string): ErrorReply {
  return error(`ERR Unknown client type '${cString(name)}'`);
}

function runList(call: Call): Value {
  const { process, args, client } = call;
  let lines = "";
  const option = args[2]?.toLowerCase();
  if (option === "type" && args.length === 4) {
    const type = clientTypeByName(args[3] as string);
    if (type === undefined) return unknownType(args[3] as string);
    for (const other of process.clients) {
      if (other.type === type) lines += `${describeClient(process, other)}\n`;
    }
  } else if (option === "id" && args.length > 3) {
    for (const text of args.slice(3)) {
      const id = integerArgument(text);
      if (id === undefined) return error("ERR Invalid client ID");
      const other = process.clientById(id);
      if (other !== undefined) lines += `${describeClient(process, other)}\n`;
    }
  } else if (args.length === 2) {
    for (const other of process.clients) lines += `${describeClient(process, other)}\n`;
  } else {
    return syntaxError;
  }
  return verbatim(lines, client.protocol);
}

interface KillFilter {
  address?: string;
  localAddress?: string;
  type?: ClientType;
  id?: number;
  user?: string;
  skipMe: boolean;
}

function runKill(call: Call): Value | undefined {
  const { process, args, client } = call;
  const oldStyle = args.length === 3;
  let filter: KillFilter = { skipMe: true };
  if (oldStyle) filter = { address: args[2] as string, skipMe: false };
  else if (args.length > 3) {
    const problem = readKillFilter(call, filter);
    if (problem !== undefined) return problem;
  } else return call.behaviour.from70 ? wrongSubcommandArity(call) : syntaxError;

  let killed = 0;
  let killsItself = false;
  for (const other of [...process.clients]) {
    if (!matches(filter, other)) continue;
    if (other === client) {
      if (filter.skipMe) continue;
      killsItself = true;
    } else {
      process.freeClient(other);
    }
    killed++;
  }
  const reply = oldStyle ? (killed === 0 ? error("ERR No such client") : ok) : integer(killed);
  if (!killsItself) return reply;
  // Marked only once its own reply is in the queue.
  process.reply(client, reply);
  client.closeAfterReply = true;
  return undefined;
}

function matches(filter: KillFilter, client: Client): boolean {
  if (filter.address !== undefined && endpoint(client.peer) !== filter.address) return false;
  if (filter.localAddress !== undefined && endpoint(client.local) !== filter.localAddress) {
    return false;
  }
  if (filter.type !== undefined && client.type !== filter.type) return false;
  if (filter.id !== undefined && client.id !== filter.id) return false;
  return filter.user === undefined || client.user === filter.user;
}

function readKillFilter(call: Call, filter: KillFilter): ErrorReply | undefined {
  const { process, args } = call;
  for (let i = 2; i < args.length; i += 2) {
    const value = args[i + 1];
    if (value === undefined) return syntaxError;
    switch ((args[i] as string).toLowerCase()) {
      case "id": {
        const id = integerArgument(value);
        if (id === undefined) {
          return call.behaviour.from70
            ? error("ERR client-id should be greater than 0")
            : notInteger;
        }
        if (call.behaviour.from70 && id < 1) return error("ERR client-id should be greater than 0");
        filter.id = id;
        break;
      }
      case "type": {
        const type = clientTypeByName(value);
        if (type === undefined) return unknownType(value);
        filter.type = type;
        break;
      }
      case "addr":
        filter.address = value;
        break;
      case "laddr":
        filter.localAddress = value;
        break;
      case "user":
        if (process.acl.user(value) === undefined)
          return error(`ERR No such user '${cString(value)}'`);
        filter.user = value;
        break;
      case "skipme":
        if (value.toLowerCase() !== "yes" && value.toLowerCase() !== "no") return syntaxError;
        filter.skipMe = value.toLowerCase() === "yes";
        break;
      default:
        return syntaxError;
    }
  }
  return undefined;
}

function runPause(call: Call): Value {
  const { process, args } = call;
  const mode = args[3]?.toLowerCase() ?? "all";
  if (mode !== "all" && mode !== "write") {
    return error("ERR CLIENT PAUSE mode must be WRITE or ALL");
  }
  const timeout = integerArgument(args[2]);
  if (timeout === undefined) return error("ERR timeout is not an integer or out of range");
  if (timeout < 0) return error("ERR timeout is negative");
  process.pauseClients("client", mode, process.mstime + timeout);
  return ok;
}

function runReply(call: Call): Value | undefined {
  const { client } = call;
  switch ((call.args[2] as string).toLowerCase()) {
    case "on":
      client.replyMode = "on";
      return ok;
    case "off":
      client.replyMode = "off";
      return undefined;
    case "skip":
      if (client.replyMode !== "off") client.replyMode = "skipNext";
      return undefined;
    default:
      return syntaxError;
  }
}

function runUnblock(call: Call): Value {
  const { process, args } = call;
  const reason = args[3]?.toLowerCase() ?? "timeout";
  if (reason !== "timeout" && reason !== "error") {
    return error("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
  }
  const id = integerArgument(args[2]);
  if (id === undefined) return notInteger;
  const target = process.clientById(id);
  if (target?.blocked === undefined) return zero;
  switch (target.blocked.kind) {
    case "wait":
      if (reason === "error") {
        process.unblock(target, error("UNBLOCKED client unblocked via CLIENT UNBLOCK"));
      } else {
        process.mode.blockedTimedOut?.(target);
      }
      return one;
    case "paused":
    case "shutdown":
      // Postponed commands and SHUTDOWN have no timeout to fall back to.
      return zero;
    default:
      return assertNever(target.blocked);
  }
}

function runSetInfo(call: Call): Value {
  const { client, args } = call;
  const [, , option = "", value = ""] = args;
  const kind = option.toLowerCase();
  if (kind !== "lib-name" && kind !== "lib-ver") {
    return error(`ERR Unrecognized option '${cString(option)}'`);
  }
  if (!visible.test(cString(value))) {
    return error(`ERR ${option} cannot contain spaces, newlines or special characters.`);
  }
  if (kind === "lib-name") client.libraryName = value;
  else client.libraryVersion = value;
  return ok;
}

function runSwitch(call: Call, set: (on: boolean) => void): Value {
  if (call.args.length !== 3) return wrongSubcommandArity(call);
  const word = (call.args[2] as string).toLowerCase();
  if (word !== "on" && word !== "off") return syntaxError;
  set(word === "on");
  return ok;
}

/** `clientHelpCommand()`, without the tracking of keys. */
function helpLines({ from70, from72 }: Behaviour): readonly string[] {
  return [
    "GETREDIR",
    "    Return the client ID we are redirecting to when tracking is enabled.",
    "GETNAME",
    "    Return the name of the current connection.",
    "ID",
    "    Return the ID of the current connection.",
    "INFO",
    "    Return information about the current client connection.",
    "KILL <ip:port>",
    "    Kill connection made from <ip:port>.",
    "KILL <option> <value> [<option> <value> [...]]",
    "    Kill connections. Options are:",
    "    * ADDR (<ip:port>|<unixsocket>:0)",
    "      Kill connections made from the specified address",
    "    * LADDR (<ip:port>|<unixsocket>:0)",
    "      Kill connections made to specified local address",
    `    * TYPE (${from70 ? "NORMAL|MASTER|REPLICA|PUBSUB" : "normal|master|replica|pubsub"})`,
    "      Kill connections by type.",
    "    * USER <username>",
    "      Kill connections authenticated by <username>.",
    "    * SKIPME (YES|NO)",
    "      Skip killing current connection (default: yes).",
    "LIST [options ...]",
    "    Return information about client connections. Options:",
    "    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)",
    "      Return clients of specified type.",
    "UNPAUSE",
    "    Stop the current client pause, resuming traffic.",
    "PAUSE <timeout> [WRITE|ALL]",
    `    Suspend all, or just write, clients for <${from70 ? "timeout" : "timout"}> milliseconds.`,
    "REPLY (ON|OFF|SKIP)",
    "    Control the replies sent to the current connection.",
    "SETNAME <name>",
    "    Assign the name <name> to the current connection.",
    ...(from72 ? setInfoHelp : []),
    "UNBLOCK <clientid> [TIMEOUT|ERROR]",
    "    Unblock the specified blocked client.",
    ...(from70 ? noEvictHelp : []),
    ...(from72 ? noTouchHelp : []),
  ];
}

const setInfoHelp = [
  "SETINFO <option> <value>",
  "    Set client meta attr. Options are:",
  "    * LIB-NAME: the client lib name.",
  "    * LIB-VER: the client lib version.",
];
const noEvictHelp = ["NO-EVICT (ON|OFF)", "    Protect current client connection from eviction."];
const noTouchHelp = ["NO-TOUCH (ON|OFF)", "    Will not touch LRU/LFU stats when this mode is on."];

export const clientCommands: readonly Command[] = [
  {
    name: "client",
    arity: -2,
    flags: flag.admin | flag.noscript | flag.loading | flag.stale,
    run: runClient,
  },
];
