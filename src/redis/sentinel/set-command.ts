/**
 * SENTINEL SET (`sentinelSetCommand()`): settings of one master, in this Sentinel only. Options take
 * effect one by one with an event each; those before a bad one stay, and are saved.
 */
import type { Call } from "../server/command.js";
import { lowerCase, parseInteger } from "../wire/text.js";
import { error, ok, type Value } from "../wire/value.js";
import { event } from "./event.js";
import { flushConfig, flushReply } from "./flush.js";
import type { Instance } from "./instance.js";
import { scriptAt } from "./script-file.js";
import type { SentinelState } from "./state.js";

export function setCommand(state: SentinelState, call: Call, master: Instance): Value {
  const { args } = call;
  let at = 3;
  while (at < args.length) {
    const typed = args[at] as string;
    const option = lowerCase(typed);
    const values = args.slice(at + 1, at + (option === "rename-command" ? 3 : 2));
    const refusal = setOption(state, master, typed, option, values);
    if (refusal !== undefined) {
      if (at > 3) flushConfig(state);
      return refusal;
    }
    const redacted = option === "auth-pass" && state.behaviour.from70;
    event(state, "#", "+set", master, ` ${typed} ${redacted ? "******" : values.join(" ")}`);
    at += 1 + values.length;
  }
  return at > 3 ? flushReply(state) : ok;
}

/** The error, or undefined when it is set. */
function setOption(
  state: SentinelState,
  master: Instance,
  typed: string,
  option: string,
  values: readonly string[],
): Value | undefined {
  const [value, second] = values;
  if (value === undefined) return unknownOption(typed);
  const invalid = (bad: string): Value =>
    error(`ERR Invalid argument '${bad}' for SENTINEL SET '${typed}'`);
  const number = parseInteger(value);
  switch (option) {
    case "down-after-milliseconds":
      if (number === undefined || number <= 0) return invalid(value);
      master.downAfter = number;
      for (const replica of master.replicas.records) replica.downAfter = number;
      for (const sentinel of master.sentinels.records) sentinel.downAfter = number;
      return undefined;
    case "failover-timeout":
      if (number === undefined || number <= 0) return invalid(value);
      master.failoverTimeout = number;
      return undefined;
    case "parallel-syncs":
      if (number === undefined || number <= 0) return invalid(value);
      master.parallelSyncs = number;
      return undefined;
    case "quorum":
      if (number === undefined || number <= 0) return invalid(value);
      master.quorum = number;
      return undefined;
    case "master-reboot-down-after-period":
      if (!state.behaviour.from70) return unknownOption(typed);
      if (number === undefined || number < 0) return invalid(value);
      master.masterRebootDownAfter = number;
      return undefined;
    case "notification-script":
      if (state.settings.denyScriptsReconfig) return scriptsDenied;
      if (!isScript(state, value)) return noNotificationScript;
      master.notificationScript = value || undefined;
      return undefined;
    case "client-reconfig-script":
      if (state.settings.denyScriptsReconfig) return scriptsDenied;
      if (!isScript(state, value)) return noReconfigScript;
      master.clientReconfigScript = value || undefined;
      return undefined;
    case "auth-pass":
      master.authPass = value || undefined;
      dropConnections(state, master);
      return undefined;
    case "auth-user":
      master.authUser = value || undefined;
      dropConnections(state, master);
      return undefined;
    case "rename-command":
      if (second === undefined) return unknownOption(typed);
      if (value === "" || second === "") return invalid("");
      master.requests.rename(value, second);
      return undefined;
    default:
      return unknownOption(typed);
  }
}

function unknownOption(typed: string): Value {
  return error(`ERR Unknown option or number of arguments for SENTINEL SET '${typed}'`);
}

const scriptsDenied = error(
  "ERR Reconfiguration of scripts path is denied for security reasons. " +
    "Check the deny-scripts-reconfig configuration directive in your Sentinel configuration",
);
const noNotificationScript = error("ERR Notification script seems non existing or non executable");
const noReconfigScript = error(
  "ERR Client reconfiguration script seems non existing or non executable",
);

/** Empty removes the setting. */
function isScript(state: SentinelState, path: string): boolean {
  return path === "" || scriptAt(state.process, path) !== undefined;
}

/** `dropInstanceConnections()`, from 7.0 on: to log in again with what was set. */
function dropConnections(state: SentinelState, master: Instance): void {
  if (!state.behaviour.from70) return;
  state.closeCommand(master.link);
  state.closePubsub(master.link);
  for (const { link } of master.replicas.records) {
    state.closeCommand(link);
    state.closePubsub(link);
  }
}
