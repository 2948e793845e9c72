/** PING ECHO AUTH HELLO SELECT QUIT RESET TIME: about the connection itself. */
import { cString } from "../wire/text.js";
import {
  array,
  bulk,
  type ErrorReply,
  error,
  integer,
  map,
  ok,
  pong,
  status,
  type Value,
} from "../wire/value.js";
import { badClientName, isClientName } from "./client-commands.js";
import { type Call, type Command, flag } from "./command.js";
import { runningMode } from "./mode.js";
import { integerArgument, notInteger, syntaxError } from "./replies.js";

const wrongPassword = error("WRONGPASS invalid username-password pair or user is disabled.");
/** `getIntFromObjectOrReply()` */
const [intMin, intMax] = [-2_147_483_648, 2_147_483_647];
const notInt = error(`ERR value is out of range, value must between ${intMin} and ${intMax}`);
const subscribedPong = array([bulk("pong"), bulk("")]);

/** `pingCommand()` */
function runPing(call: Call): Value {
  const { client, args } = call;
  if (args.length > 2) return error("ERR wrong number of arguments for 'ping' command");
  if (client.protocol === 2 && client.subscriptions > 0) {
    const message = args[1];
    return message === undefined ? subscribedPong : array([bulk("pong"), bulk(message)]);
  }
  return args[1] === undefined ? pong : bulk(args[1]);
}

/** `authCommand()` */
function runAuth(call: Call): Value {
  const { process, client, args } = call;
  if (args.length > 3) return syntaxError;
  const [, first = "", second] = args;
  if (second === undefined && process.acl.defaultUser.nopass) {
    return error(
      "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?",
    );
  }
  const name = second === undefined ? "default" : first;
  return process.acl.authenticate(client, name, second ?? first) ? ok : wrongPassword;
}

/** `helloCommand()` */
function runHello(call: Call): Value {
  const { process, client, args } = call;
  let protocol = client.protocol;
  if (args.length >= 2) {
    const asked = integerArgument(args[1]);
    if (asked === undefined) {
      return error("ERR Protocol version is not an integer or out of range");
    }
    if (asked !== 2 && asked !== 3) return error("NOPROTO unsupported protocol version");
    protocol = asked;
  }
  // Until 7.0 an option is obeyed as it is met; 7.2 reads all of them first.
  const { from72 } = call.behaviour;
  let account: readonly [string, string] | undefined;
  let clientName: string | undefined;
  for (let i = 2; i < args.length; i++) {
    const option = args[i] as string;
    const more = args.length - 1 - i;
    if (option.toUpperCase() === "AUTH" && more >= 2) {
      account = [args[i + 1] as string, args[i + 2] as string];
      if (!from72 && !process.acl.authenticate(client, ...account)) return wrongPassword;
      i += 2;
    } else if (option.toUpperCase() === "SETNAME" && more >= 1) {
      clientName = args[i + 1] as string;
      if (!isClientName(clientName, call.behaviour)) return badClientName;
      if (!from72) client.name = clientName;
      i += 1;
    } else {
      return error(`ERR Syntax error in HELLO option '${cString(option)}'`);
    }
  }
  if (from72 && account !== undefined && !process.acl.authenticate(client, ...account)) {
    return wrongPassword;
  }
  if (!client.authenticated) {
    const option = from72 ? "HELLO <proto> AUTH <user> <pass>" : "HELLO AUTH <user> <pass>";
    return error(
      `NOAUTH HELLO must be called with the client already authenticated, otherwise the ${option} option can be used to authenticate the client and select the RESP protocol version at the same time`,
    );
  }
  if (clientName !== undefined) client.name = clientName;
  client.protocol = protocol;
  const fields: Value[] = [
    bulk("server"),
    bulk("redis"),
    bulk("version"),
    bulk(call.behaviour.release),
    bulk("proto"),
    integer(protocol),
    bulk("id"),
    integer(client.id),
    bulk("mode"),
    bulk(runningMode(process.mode)),
  ];
  const role = process.mode.role;
  if (role !== undefined) fields.push(bulk("role"), bulk(role));
  fields.push(bulk("modules"), array([]));
  return map(fields, protocol);
}

/** `selectCommand()` */
function runSelect(call: Call): Value {
  const index = integerArgument(call.args[1]);
  if (index === undefined) return notInteger;
  if (index < intMin || index > intMax) return notInt;
  const count = call.process.mode.databases?.length ?? 0;
  if (index < 0 || index >= count) return error("ERR DB index is out of range");
  call.client.db = index;
  return ok;
}

/** `securityWarningCommand()`, a command of 6.2's table; from 7.0 on its name is enough. */
function runSecurityWarning({ process, client }: Call): undefined {
  process.abortCrossProtocol(client);
  return undefined;
}

/** `resetCommand()` */
function runReset(call: Call): Value {
  const { process, client } = call;
  const refusal = resetRefusal(call);
  if (refusal !== undefined) return refusal;
  client.transaction = undefined;
  process.unwatch(client);
  process.pubsub.unsubscribeAll(client);
  client.db = 0;
  client.protocol = 2;
  client.account = process.acl.defaultUser;
  client.user = "default";
  client.authenticated = !process.acl.authRequired;
  client.name = "";
  client.replyMode = "on";
  client.noEvict = false;
  client.noTouch = false;
  return status("RESET");
}

function resetRefusal(call: Call): ErrorReply | undefined {
  const { client } = call;
  if (client.replica === undefined && client.master === undefined) return undefined;
  return error("ERR can only reset normal client connections");
}

export const ping: Command = {
  name: "ping",
  arity: -1,
  // From 7.0 on a replica that must not serve stale data refuses it; while loading, all do.
  flags: flag.fast | flag.pubsubContext,
  flags62: flag.fast | flag.stale | flag.pubsubContext,
  run: runPing,
};

export const auth: Command = {
  name: "auth",
  arity: -2,
  flags: flag.noAuth | flag.noscript | flag.loading | flag.stale | flag.fast | flag.allowBusy,
  run: runAuth,
};

export const hello: Command = {
  name: "hello",
  arity: -1,
  flags: flag.noAuth | flag.noscript | flag.loading | flag.stale | flag.fast | flag.allowBusy,
  run: runHello,
};

const echo: Command = {
  name: "echo",
  arity: 2,
  flags: flag.fast | flag.loading | flag.stale,
  flags62: flag.fast,
  run: (call) => bulk(call.args[1] as string),
};

const select: Command = {
  name: "select",
  arity: 2,
  flags: flag.loading | flag.stale | flag.fast,
  run: runSelect,
};

const quit: Command = {
  name: "quit",
  arity: -1,
  flags:
    flag.noAuth |
    flag.noscript |
    flag.loading |
    flag.stale |
    flag.fast |
    flag.allowBusy |
    flag.pubsubContext |
    flag.neverQueued,
  run(call) {
    call.process.reply(call.client, ok);
    call.client.closeAfterReply = true;
    return undefined;
  },
};

const reset: Command = {
  name: "reset",
  arity: 1,
  flags:
    flag.noscript |
    flag.loading |
    flag.stale |
    flag.fast |
    flag.noAuth |
    flag.allowBusy |
    flag.pubsubContext |
    flag.neverQueued,
  flags62:
    flag.noscript | flag.loading | flag.stale | flag.fast | flag.pubsubContext | flag.neverQueued,
  run: runReset,
};

/** `timeCommand()`: gettimeofday, not the cached clock. */
const time: Command = {
  name: "time",
  arity: 1,
  flags: flag.loading | flag.stale | flag.fast,
  run(call) {
    const micros = call.process.context.nowMicroseconds();
    const seconds = Math.floor(micros / 1_000_000);
    return array([bulk(`${seconds}`), bulk(`${micros - seconds * 1_000_000}`)]);
  },
};

const post: Command = {
  name: "post",
  arity: -1,
  flags: flag.loading | flag.stale | flag.readonly,
  until62: true,
  run: runSecurityWarning,
};

const host: Command = { ...post, name: "host:" };

/** All of a data server; a Sentinel takes ping, auth and hello. */
export const connectionCommands: readonly Command[] = [
  ping,
  echo,
  auth,
  hello,
  select,
  quit,
  reset,
  time,
  post,
  host,
];
