/**
 * SENTINEL DEBUG, since 7.0 (`sentinelSetDebugConfigParameters()`, `addReplySentinelDebugInfo()`): shows
 * or changes the periods. They count for all masters at once and are not saved; pairs before a bad one
 * stay changed.
 */
import type { Call } from "../server/command.js";
import { lowerCase, parseInteger } from "../wire/text.js";
import { bulk, error, map, ok, type Value } from "../wire/value.js";
import type { SentinelState } from "./state.js";
import type { Timing } from "./timing.js";

const parameters: ReadonlyMap<string, keyof Timing> = new Map<string, keyof Timing>([
  ["info-period", "infoPeriod"],
  ["ping-period", "pingPeriod"],
  ["ask-period", "askPeriod"],
  ["publish-period", "publishPeriod"],
  ["default-down-after", "defaultDownAfter"],
  ["default-failover-timeout", "defaultFailoverTimeout"],
  ["tilt-trigger", "tiltTrigger"],
  ["tilt-period", "tiltPeriod"],
  ["slave-reconf-timeout", "replicaReconfTimeout"],
  ["min-link-reconnect-period", "minLinkReconnectPeriod"],
  ["election-timeout", "electionTimeout"],
  ["script-max-runtime", "scriptMaxRuntime"],
  ["script-retry-delay", "scriptRetryDelay"],
]);

export function debugCommand(state: SentinelState, call: Call): Value {
  const { args } = call;
  if (args.length === 2) return show(state, call);
  for (let at = 2; at < args.length; at += 2) {
    const typed = args[at] as string;
    const parameter = parameters.get(lowerCase(typed));
    const value = args[at + 1];
    if (parameter === undefined || value === undefined) {
      return error(`ERR Unknown option or number of arguments for SENTINEL DEBUG '${typed}'`);
    }
    const period = parseInteger(value);
    if (period === undefined || period <= 0) {
      return error(`ERR Invalid argument '${value}' for SENTINEL DEBUG '${typed}'`);
    }
    state.timing[parameter] = period;
  }
  return ok;
}

function show(state: SentinelState, call: Call): Value {
  const items: Value[] = [];
  for (const [name, parameter] of parameters) {
    items.push(bulk(name.toUpperCase()), bulk(`${state.timing[parameter]}`));
  }
  return map(items, call.client.protocol);
}
