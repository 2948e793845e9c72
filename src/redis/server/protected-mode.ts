/** protected-mode: without a password, only the loopback interface may come in (`clientAcceptHandler()`). */
import type { Address } from "../../kernel/actor.js";
import type { Behaviour } from "../version.js";
import { type ErrorReply, error } from "../wire/value.js";
import type { ServerProcess } from "./process.js";

export function protectedModeDenies(process: ServerProcess, peer: Address): boolean {
  const { settings, behaviour, acl } = process;
  if (!settings.protectedMode || !acl.defaultUser.nopass) return false;
  // From 7.0 on a bind address alone no longer opens the door.
  if (!behaviour.from70 && settings.bind.length > 0) return false;
  return !isLoopback(peer.ip);
}

/**
 * Redis knows 127.0.0.1 only, which is also what Linux lets a connection to any other address of
 * 127/8 come from; hosts of a run that is served have such addresses.
 */
function isLoopback(ip: string): boolean {
  return ip.startsWith("127.") || ip === "::1";
}

const advice =
  "In this mode connections are only accepted from the loopback interface. " +
  "If you want to connect from external computers to Redis you may adopt one of the following solutions: " +
  "1) Just disable protected mode sending the command 'CONFIG SET protected-mode no' from the loopback interface by connecting to Redis from the same host the server is running, however MAKE SURE Redis is not publicly accessible from internet if you do so. Use CONFIG REWRITE to make this change permanent. " +
  "2) Alternatively you can just disable the protected mode by editing the Redis configuration file, and setting the protected mode option to 'no', and then restarting the server. " +
  "3) If you started the server manually just for testing, restart it with the '--protected-mode no' option. ";
const note =
  "NOTE: You only need to do one of the above things in order for the server to start accepting connections from the outside.";

const text62 = error(
  "DENIED Redis is running in protected mode because protected mode is enabled, no bind address was specified, no authentication password is requested to clients. " +
    `${advice}4) Setup a bind address or an authentication password. ${note}`,
);
const text70 = error(
  "DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user. " +
    `${advice}4) Setup a an authentication password for the default user. ${note}`,
);

export function protectedModeText(behaviour: Behaviour): ErrorReply {
  return behaviour.from70 ? text70 : text62;
}
