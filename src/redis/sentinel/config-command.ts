/**
 * SENTINEL CONFIG GET and SET (`sentinelConfigGetCommand()`, `sentinelConfigSetCommand()`): the settings
 * of the Sentinel itself. Up to 7.0 one at a time; from 7.2 on many, and all or none are set.
 */
import type { Call } from "../server/command.js";
import { globMatches } from "../wire/glob.js";
import { lowerCase, parseInteger } from "../wire/text.js";
import { bulk, error, map, type Value } from "../wire/value.js";
import { flushReply } from "./flush.js";
import type { SentinelState } from "./state.js";

const loglevels = ["debug", "verbose", "notice", "warning", "nothing"] as const;

interface Option {
  readonly name: string;
  readonly since72?: true;
  get(state: SentinelState): string;
  accepts(value: string): boolean;
  set(state: SentinelState, value: string): void;
}

/** In the order in which CONFIG GET shows them. */
const options: readonly Option[] = [
  {
    name: "resolve-hostnames",
    get: (state) => yesNo(state.settings.resolveHostnames),
    accepts: isYesNo,
    set: (state, value) => {
      state.settings.resolveHostnames = lowerCase(value) === "yes";
    },
  },
  {
    name: "announce-hostnames",
    get: (state) => yesNo(state.settings.announceHostnames),
    accepts: isYesNo,
    set: (state, value) => {
      state.settings.announceHostnames = lowerCase(value) === "yes";
    },
  },
  {
    name: "announce-ip",
    get: (state) => state.settings.announceIp ?? "",
    accepts: () => true,
    set: (state, value) => {
      // An empty one is kept as it is: hellos then begin with nothing.
      state.settings.announceIp = value;
    },
  },
  {
    name: "announce-port",
    get: (state) => `${state.settings.announcePort}`,
    accepts: (value) => {
      const port = parseInteger(value);
      return port !== undefined && port >= 0 && port <= 65535;
    },
    set: (state, value) => {
      state.settings.announcePort = parseInteger(value) ?? 0;
    },
  },
  {
    name: "sentinel-user",
    get: (state) => state.settings.sentinelUser ?? "",
    accepts: () => true,
    set: (state, value) => {
      state.settings.sentinelUser = credential(state, value);
      dropSentinelConnections(state);
    },
  },
  {
    name: "sentinel-pass",
    get: (state) => state.settings.sentinelPass ?? "",
    accepts: () => true,
    set: (state, value) => {
      state.settings.sentinelPass = credential(state, value);
      dropSentinelConnections(state);
    },
  },
  {
    name: "loglevel",
    since72: true,
    get: (state) => state.process.settings.loglevel,
    accepts: (value) => loglevels.some((level) => level === lowerCase(value)),
    set: (state, value) => {
      const level = loglevels.find((known) => known === lowerCase(value));
      if (level !== undefined) state.process.settings.loglevel = level;
    },
  },
];

export function configCommand(state: SentinelState, call: Call): Value {
  const { from72 } = state.behaviour;
  const { length } = call.args;
  if (from72 && length < 4) {
    return error("ERR wrong number of arguments for 'sentinel|config' command");
  }
  const action = lowerCase(call.args[2] as string);
  if (action === "set" && (from72 ? length >= 5 : length === 5)) return set(state, call);
  if (action === "get" && (from72 ? length >= 4 : length === 4)) return get(state, call);
  return error(from72 ? onlyTheseFrom72 : onlyThese);
}

const onlyThese = "ERR Only SENTINEL CONFIG GET <option> / SET <option> <value> are supported.";
const onlyTheseFrom72 =
  "ERR Only SENTINEL CONFIG GET <param> [<param> <param> ...]/ SET <param> <value> [<param> <value> ...] are supported.";

function known(state: SentinelState): readonly Option[] {
  return state.behaviour.from72 ? options : options.filter((option) => option.since72 !== true);
}

/** Each option once, in the order of the patterns. */
function get(state: SentinelState, call: Call): Value {
  const shown = new Set<Option>();
  for (const pattern of call.args.slice(3)) {
    for (const option of known(state)) {
      if (globMatches(pattern, option.name, true)) shown.add(option);
    }
  }
  const items: Value[] = [];
  for (const option of shown) items.push(bulk(option.name), bulk(option.get(state)));
  return map(items, call.client.protocol);
}

function set(state: SentinelState, call: Call): Value {
  const { args } = call;
  const changes = new Map<Option, string>();
  for (let at = 3; at < args.length; at += 2) {
    const typed = args[at] as string;
    const option = known(state).find(({ name }) => name === lowerCase(typed));
    if (option === undefined)
      return error(`ERR Invalid argument '${typed}' to SENTINEL CONFIG SET`);
    if (changes.has(option)) {
      return error(`ERR Duplicate argument '${typed}' to SENTINEL CONFIG SET`);
    }
    const value = args[at + 1];
    if (value === undefined) return error(`ERR Missing argument '${typed}' value`);
    if (!option.accepts(value)) {
      return error(`ERR Invalid value '${value}' to SENTINEL CONFIG SET '${typed}'`);
    }
    changes.set(option, value);
  }
  for (const [option, value] of changes) option.set(state, value);
  return flushReply(state);
}

function yesNo(value: boolean): string {
  return value ? "yes" : "no";
}

function isYesNo(value: string): boolean {
  const word = lowerCase(value);
  return word === "yes" || word === "no";
}

/** From 7.0 on an empty one is none. */
function credential(state: SentinelState, value: string): string | undefined {
  return value === "" && state.behaviour.from70 ? undefined : value;
}

/** `sentinelDropConnections()`: to log in again with what was set. */
function dropSentinelConnections(state: SentinelState): void {
  for (const master of state.masters.records) {
    for (const { link } of master.sentinels.records) {
      if (link.disconnected) continue;
      state.closePubsub(link);
      state.closeCommand(link);
    }
  }
}
