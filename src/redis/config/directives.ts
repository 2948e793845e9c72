/**
 * Finding directives: which ones a version knows, by which names, in which order, and what a
 * `ServerSettings` says about each. The only place that reads a setting by the name of its directive.
 */

import type { Version } from "../version.js";
import { lowerCase } from "../wire/text.js";
import {
  type Directive,
  type DirectiveValue,
  defaultOf,
  type OrdinaryDirective,
} from "./directive.js";
import { directiveTable } from "./directive-table.js";
import type { ServerSettings } from "./settings.js";

/** What 6.2 handles behind its table, in the order of configGetCommand(). */
const shownLast62: readonly string[] = [
  "logfile",
  "dir",
  "save",
  "client-output-buffer-limit",
  "unixsocketperm",
  "replicaof",
  "notify-keyspace-events",
  "bind",
  "oom-score-adj-values",
];

/** The same for rewriteConfig(), which also has the lines of users between `save` and `dir`. */
const writtenLast62: readonly string[] = [
  "bind",
  "unixsocketperm",
  "logfile",
  "save",
  "user",
  "dir",
  "replicaof",
  "cluster-config-file",
  "notify-keyspace-events",
  "client-output-buffer-limit",
  "oom-score-adj-values",
];

interface Known {
  readonly byName: ReadonlyMap<string, Directive>;
  /** Names in the order of CONFIG GET. */
  readonly shown: readonly string[];
  /** In the order of CONFIG REWRITE, `user` among them. */
  readonly written: readonly WrittenDirective[];
}

/** What CONFIG REWRITE goes through, looked up beforehand: a Sentinel rewrites its file again and again. */
export interface WrittenDirective {
  readonly name: string;
  /** Undefined for `user`, which is not in the table. */
  readonly directive: Directive | undefined;
  /** Undefined where nothing but CONFIG reads it. */
  readonly field: keyof ServerSettings | undefined;
  /** Undefined where the directive has a syntax of its own. */
  readonly byDefault: DirectiveValue | undefined;
}

function isKnownTo(directive: Directive, version: Version): boolean {
  const { since, until } = directive.options;
  return (since === undefined || since <= version) && (until === undefined || version <= until);
}

function knownTo(version: Version): Known {
  const rows = directiveTable.filter((directive) => isKnownTo(directive, version));
  const byName = new Map<string, Directive>();
  for (const row of rows) {
    byName.set(row.name, row);
    if (row.options.alias !== undefined) byName.set(row.options.alias, row);
  }
  const names = rows.map((row) => row.name);
  const written = (name: string): WrittenDirective => {
    const directive = byName.get(name);
    const isOrdinary = directive !== undefined && directive.kind !== "special";
    const byDefault = isOrdinary ? defaultOf(directive, version) : undefined;
    return { name, directive, field: directive?.options.sets, byDefault };
  };
  if (version !== "6.2") return { byName, shown: names, written: [...names, "user"].map(written) };
  const table = names.filter((name) => !writtenLast62.includes(name));
  return {
    byName,
    shown: [...table, ...shownLast62],
    written: [...table, ...writtenLast62].map(written),
  };
}

const known: Readonly<Record<Version, Known>> = {
  "6.2": knownTo("6.2"),
  "7.0": knownTo("7.0"),
  "7.2": knownTo("7.2"),
};

/** `lookupConfig()`: by either of its names, in any case. */
export function findDirective(name: string, version: Version): Directive | undefined {
  return known[version].byName.get(lowerCase(name));
}

export function shownDirectives(version: Version): readonly string[] {
  return known[version].shown;
}

export function writtenDirectives(version: Version): readonly WrittenDirective[] {
  return known[version].written;
}

/** What a configuration file knows besides the table. */
const onlyInFiles: readonly string[] = [
  "include",
  "rename-command",
  "user",
  "loadmodule",
  "sentinel",
];

/** Every word that a line of redis.conf may begin with. */
export function directiveNames(version: Version): readonly string[] {
  return [...known[version].byName.keys(), ...onlyInFiles];
}

/** The setting of an ordinary directive, or its default. */
export function storedValue(
  settings: ServerSettings,
  directive: OrdinaryDirective,
  version: Version,
): DirectiveValue {
  const field = directive.options.sets;
  if (field !== undefined) return settings[field] as DirectiveValue;
  return settings.others.get(directive.name) ?? defaultOf(directive, version);
}

/** `CONFIG_MIN_HZ`, `CONFIG_MAX_HZ` */
const hzMin = 1;
const hzMax = 500;

export function storeValue(
  settings: ServerSettings,
  directive: OrdinaryDirective,
  value: DirectiveValue,
): void {
  const field = directive.options.sets;
  if (field === undefined) {
    settings.others.set(directive.name, value);
    return;
  }
  // The table's row and the field have the same type: a test reads every default through both.
  const fields = settings as unknown as Record<string, DirectiveValue>;
  fields[field] = field === "hz" ? Math.min(Math.max(Number(value), hzMin), hzMax) : value;
}

/** `applyWatchdogPeriod()`: twice what lies between two runs of serverCron at the least, unless it is off. */
export function raiseWatchdog(settings: ServerSettings): void {
  const period = Number(settings.others.get("watchdog-period") ?? 0);
  const least = Math.floor(1_000 / settings.hz) * 2;
  if (period > 0 && period < least) settings.others.set("watchdog-period", least);
}
