/**
 * The directives with a syntax of their own (`createSpecialConfig` of config.c, and what 6.2 does by
 * hand in loadServerConfigFromString() and configSetCommand()): how each is read, shown and rewritten.
 */
import { assert } from "../../kernel/assert.js";
import type { Version } from "../version.js";
import {
  formatMemory,
  leadingInteger,
  lowerCase,
  parseMemory,
  quote,
  wholeInteger,
} from "../wire/text.js";
import { clientTypeByName } from "./client-type.js";
import { resolvePath } from "./path.js";
import type { Rewrite } from "./rewrite.js";
import type { BufferLimit, SaveRule, ServerSettings } from "./settings.js";

/** How the value came: some syntaxes differ, and so do the errors. */
export interface Reading {
  readonly version: Version;
  readonly from: "file" | "command";
  /** A `save` line was read before: the first one replaces the defaults, the others add. */
  readonly hasSave: boolean;
}

/** `""`: refused, and Redis gives no reason. */
type Refusal = string | undefined;

export interface SpecialSyntax {
  /** Changes the settings, or says why not. */
  read(settings: ServerSettings, args: readonly string[], reading: Reading): Refusal;
  format(settings: ServerSettings, version: Version): string;
  rewrite(rewrite: Rewrite, settings: ServerSettings, version: Version): void;
}

/** The text of a line that fits no directive, and of a wrong argument count of some. */
export const badDirective = "Bad directive or wrong number of arguments";
const wrongCount = "wrong number of arguments";

function countError(reading: Reading): string {
  return reading.version === "6.2" && reading.from === "file" ? badDirective : wrongCount;
}

const dir: SpecialSyntax = {
  read(settings, args, reading) {
    const [path] = args;
    if (args.length !== 1 || path === undefined) return countError(reading);
    settings.dir = resolvePath(settings.dir, path);
    return undefined;
  },
  format: (settings) => settings.dir,
  rewrite(rewrite, settings) {
    rewrite.line("dir", `dir ${quote(settings.dir)}`, true);
  },
};

const save: SpecialSyntax = {
  read(settings, args, reading) {
    if (args.length === 1 && args[0] === "") {
      settings.save = [];
      return undefined;
    }
    if (reading.version === "6.2" && reading.from === "file")
      return readSaveLine62(settings, args, reading);
    const invalid = reading.version === "6.2" ? "" : "Invalid save parameters";
    if (args.length % 2 === 1) return invalid;
    const rules: SaveRule[] = [];
    for (let i = 0; i < args.length; i += 2) {
      const seconds = wholeInteger(args[i] ?? "");
      const changes = wholeInteger(args[i + 1] ?? "");
      if (seconds === undefined || changes === undefined || seconds < 1 || changes < 0)
        return invalid;
      rules.push({ seconds, changes });
    }
    settings.save =
      reading.from === "file" && reading.hasSave ? [...settings.save, ...rules] : rules;
    return undefined;
  },
  format: (settings) => settings.save.map((rule) => `${rule.seconds} ${rule.changes}`).join(" "),
  rewrite(rewrite, settings, version) {
    if (rewrite.isSentinel) {
      rewrite.markProcessed("save");
      return;
    }
    // 6.2 writes nothing for no rules at all, and so has the default ones again after a restart.
    if (settings.save.length === 0 && version !== "6.2") rewrite.line("save", 'save ""', true);
    for (const rule of settings.save) {
      rewrite.line("save", `save ${rule.seconds} ${rule.changes}`, true);
    }
    rewrite.markProcessed("save");
  },
};

/** In a file of 6.2 only two numbers count, read as loosely as atoi() does; anything else is passed over. */
function readSaveLine62(
  settings: ServerSettings,
  args: readonly string[],
  reading: Reading,
): Refusal {
  if (!reading.hasSave) settings.save = [];
  if (args.length !== 2) return undefined;
  const seconds = leadingInteger(args[0] ?? "");
  const changes = leadingInteger(args[1] ?? "");
  if (seconds < 1 || changes < 0) return "Invalid save parameters";
  settings.save = [...settings.save, { seconds, changes }];
  return undefined;
}

type LimitClass = keyof ServerSettings["clientOutputBufferLimit"];

export const bufferLimitDefaults: ServerSettings["clientOutputBufferLimit"] = {
  normal: { hardBytes: 0, softBytes: 0, softSeconds: 0 },
  replica: { hardBytes: 268_435_456, softBytes: 67_108_864, softSeconds: 60 },
  pubsub: { hardBytes: 33_554_432, softBytes: 8_388_608, softSeconds: 60 },
};

const limitClasses: readonly LimitClass[] = ["normal", "replica", "pubsub"];

const clientOutputBufferLimit: SpecialSyntax = {
  read(settings, args, reading) {
    const isLine62 = reading.version === "6.2" && reading.from === "file";
    if (isLine62 && args.length !== 4) return badDirective;
    const refused = (text: string, text62: string): string => {
      if (reading.version !== "6.2") return `${text} in buffer limit configuration.`;
      return reading.from === "file" ? text62 : "";
    };
    if (args.length % 4 !== 0) return refused("Wrong number of arguments", "");
    const limits: Record<LimitClass, BufferLimit> = { ...settings.clientOutputBufferLimit };
    for (let i = 0; i < args.length; i += 4) {
      const name = clientTypeByName(args[i] ?? "");
      if (name === undefined || name === "master")
        return refused("Invalid client class specified", noSuchClass);
      const hardBytes = parseMemory(args[i + 1] ?? "");
      const softBytes = parseMemory(args[i + 2] ?? "");
      const seconds = args[i + 3] ?? "";
      const softSeconds =
        reading.version === "6.2" ? leadingInteger(seconds) : wholeInteger(seconds);
      if (softSeconds !== undefined && softSeconds < 0 && isLine62) {
        return "Negative number of seconds in soft limit is invalid";
      }
      const isValid =
        hardBytes !== undefined && softBytes !== undefined && Number(softSeconds) >= 0;
      // A line of 6.2 takes what is no number of bytes as 0 (memtoll() without its error).
      if (!isValid && !isLine62) return refused("Error in hard, soft or soft_seconds setting", "");
      limits[name] = {
        hardBytes: hardBytes ?? 0,
        softBytes: softBytes ?? 0,
        softSeconds: softSeconds ?? 0,
      };
    }
    settings.clientOutputBufferLimit = limits;
    return undefined;
  },
  format(settings) {
    const limits = settings.clientOutputBufferLimit;
    return limitClasses
      .map((name) => {
        const { hardBytes, softBytes, softSeconds } = limits[name];
        return `${name === "replica" ? "slave" : name} ${hardBytes} ${softBytes} ${softSeconds}`;
      })
      .join(" ");
  },
  rewrite(rewrite, settings) {
    const option = "client-output-buffer-limit";
    for (const name of limitClasses) {
      const limit = settings.clientOutputBufferLimit[name];
      const usual = bufferLimitDefaults[name];
      const isChanged =
        limit.hardBytes !== usual.hardBytes ||
        limit.softBytes !== usual.softBytes ||
        limit.softSeconds !== usual.softSeconds;
      const bytes = `${formatMemory(limit.hardBytes)} ${formatMemory(limit.softBytes)}`;
      rewrite.line(option, `${option} ${name} ${bytes} ${limit.softSeconds}`, isChanged);
    }
  },
};

const noSuchClass =
  "Unrecognized client limit class: the user specified an invalid one, " +
  "or 'master' which has no buffer limits.";

/** `CONFIG_BINDADDR_MAX` */
const addressesMax = 16;
const anyAddress70 = "* -::*";

const bind: SpecialSyntax = {
  read(settings, args, reading) {
    // A command of 6.2 has the same words for too many and for none.
    const isNone62 = args.length === 0 && reading.version === "6.2";
    if (args.length > addressesMax || (isNone62 && reading.from === "command")) {
      const text = "Too many bind addresses specified";
      return reading.version === "6.2" && reading.from === "file" ? text : `${text}.`;
    }
    if (isNone62) return badDirective;
    const isAny = args.join(" ") === "" || args.join(" ") === anyAddress70;
    settings.bind = isAny ? [] : [...args];
    return undefined;
  },
  format(settings, version) {
    if (settings.bind.length === 0 && version !== "6.2") return anyAddress70;
    return settings.bind.join(" ");
  },
  rewrite(rewrite, settings) {
    if (settings.bind.length === 0) rewrite.markProcessed("bind");
    else rewrite.line("bind", `bind ${settings.bind.join(" ")}`, true);
  },
};

const replicaof: SpecialSyntax = {
  read(settings, args, reading) {
    const [host = "", portText = ""] = args;
    if (args.length !== 2) return countError(reading);
    if (lowerCase(host) === "no" && lowerCase(portText) === "one") {
      settings.replicaof = undefined;
      return undefined;
    }
    const port = portText === "" ? 0 : wholeInteger(portText);
    if (port === undefined || port < 0 || port > 65_535) return "Invalid master port";
    settings.replicaof = { host, port };
    return undefined;
  },
  format: (settings) =>
    settings.replicaof === undefined ? "" : `${settings.replicaof.host} ${settings.replicaof.port}`,
  rewrite(rewrite, settings) {
    const master = settings.replicaof;
    if (master === undefined) rewrite.markProcessed("replicaof");
    else rewrite.line("replicaof", `replicaof ${master.host} ${master.port}`, true);
  },
};

const eventClasses: Readonly<Record<Version, string>> = {
  "6.2": "g$lshzxet",
  "7.0": "g$lshzxetdn",
  "7.2": "g$lshzxetdn",
};

/** Classes that `A` stands for; `n` (new keys) and `m` (misses) must be asked for by name. */
const allClasses: Readonly<Record<Version, string>> = {
  "6.2": "g$lshzxet",
  "7.0": "g$lshzxetd",
  "7.2": "g$lshzxetd",
};

const notifyKeyspaceEvents: SpecialSyntax = {
  read(settings, args, reading) {
    const [flags] = args;
    if (args.length !== 1 || flags === undefined) return countError(reading);
    const { version } = reading;
    const known = `A${eventClasses[version]}KEm`;
    if ([...flags].some((flag) => !known.includes(flag))) {
      if (version !== "6.2") return "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.";
      return reading.from === "file" ? "Invalid event class character. Use 'g$lshzxeA'." : "";
    }
    settings.others.set("notify-keyspace-events", canonicalEvents(flags, version));
    return undefined;
  },
  format: (settings) => `${settings.others.get("notify-keyspace-events") ?? ""}`,
  rewrite(rewrite, settings, version) {
    const flags = notifyKeyspaceEvents.format(settings, version);
    const option = "notify-keyspace-events";
    rewrite.line(option, `${option} ${quote(flags)}`, flags !== "");
  },
};

/** `keyspaceEventsFlagsToString()`: in Redis's own order, all classes as `A`. */
function canonicalEvents(flags: string, version: Version): string {
  const all = allClasses[version];
  const isOn = (flag: string): boolean =>
    flags.includes(flag) || (all.includes(flag) && flags.includes("A"));
  const hasAll = [...all].every(isOn);
  const classes = hasAll ? "A" : [...eventClasses[version]].filter(isOn).join("");
  return classes + [..."KEm"].filter(isOn).join("");
}

const oomScoreAdjValues: SpecialSyntax = {
  read(settings, args, reading) {
    if (args.length !== 3) {
      return reading.version === "6.2" && reading.from === "command" ? "" : countError(reading);
    }
    const values = args.map(wholeInteger);
    if (values.some((value) => value === undefined || value < -2_000 || value > 2_000)) {
      return "Invalid oom-score-adj-values, elements must be between -2000 and 2000.";
    }
    settings.others.set("oom-score-adj-values", values.join(" "));
    return undefined;
  },
  format: (settings) => `${settings.others.get("oom-score-adj-values") ?? "0 200 800"}`,
  rewrite(rewrite, settings, version) {
    const values = oomScoreAdjValues.format(settings, version);
    const option = "oom-score-adj-values";
    rewrite.line(option, `${option} ${values}`, values !== "0 200 800");
  },
};

const latencyTrackingInfoPercentiles: SpecialSyntax = {
  read(settings, args) {
    const isNone = args.length === 1 && args[0] === "";
    const percentiles: string[] = [];
    for (const arg of isNone ? [] : args) {
      if (!/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(arg)) {
        return "Invalid latency-tracking-info-percentiles parameters";
      }
      const value = Number(arg);
      if (value < 0 || value > 100) {
        return "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]";
      }
      percentiles.push(value.toFixed(6).replace(/\.?0+$/, ""));
    }
    settings.others.set("latency-tracking-info-percentiles", percentiles.join(" "));
    return undefined;
  },
  format: (settings) =>
    `${settings.others.get("latency-tracking-info-percentiles") ?? "50 99 99.9"}`,
  rewrite(rewrite, settings, version) {
    const percentiles = latencyTrackingInfoPercentiles.format(settings, version);
    const option = "latency-tracking-info-percentiles";
    rewrite.line(option, `${option} ${percentiles === "" ? '""' : percentiles}`, true);
  },
};

const syntaxes: ReadonlyMap<string, SpecialSyntax> = new Map([
  ["dir", dir],
  ["save", save],
  ["client-output-buffer-limit", clientOutputBufferLimit],
  ["bind", bind],
  ["replicaof", replicaof],
  ["notify-keyspace-events", notifyKeyspaceEvents],
  ["oom-score-adj-values", oomScoreAdjValues],
  ["latency-tracking-info-percentiles", latencyTrackingInfoPercentiles],
]);

export function specialSyntax(name: string): SpecialSyntax {
  const syntax = syntaxes.get(name);
  assert(syntax !== undefined, `${name} has a syntax of its own`);
  return syntax;
}
