/**
 * CONFIG GET and CONFIG SET over the settings (`configGetCommand()`, `configSetCommand()`). What a
 * change sets in motion (a new port, a smaller backlog) is the server's to do afterwards.
 */

import type { Version } from "../version.js";
import { globMatches } from "../wire/glob.js";
import { cString, lowerCase } from "../wire/text.js";
import { type Directive, formatValue, readValue } from "./directive.js";
import {
  findDirective,
  raiseWatchdog,
  shownDirectives,
  storedValue,
  storeValue,
} from "./directives.js";
import { copyOf, type ServerSettings } from "./settings.js";
import { specialSyntax } from "./special-directives.js";

/** The value as CONFIG GET shows it. */
function shownValue(settings: ServerSettings, directive: Directive, version: Version): string {
  if (directive.kind === "special") return specialSyntax(directive.name).format(settings, version);
  return formatValue(directive, storedValue(settings, directive, version));
}

/**
 * CONFIG GET with one pattern: names and values. `master` is the present `host port` of a replica, ""
 * for a master: REPLICAOF and failovers change it, the settings only know what the file said.
 */
export function getDirective(
  settings: ServerSettings,
  pattern: string,
  version: Version,
  master: string,
): [name: string, value: string][] {
  return getDirectives(settings, [pattern], version, master);
}

/** CONFIG GET as 7.0 has it, with several patterns; each name is told once. */
export function getDirectives(
  settings: ServerSettings,
  patterns: readonly string[],
  version: Version,
  master: string,
): [name: string, value: string][] {
  const found = new Map<string, string>();
  const show = (name: string, directive: Directive): void => {
    if (found.has(lowerCase(name))) return;
    const isMaster = directive.name === "replicaof";
    found.set(lowerCase(name), isMaster ? master : shownValue(settings, directive, version));
    names.push(name);
  };
  const names: string[] = [];
  for (const pattern of patterns) {
    if (version !== "6.2" && !/[[*?]/.test(pattern)) {
      // From 7.0 a plain name is looked up, and answered as it was asked.
      const directive = findDirective(pattern, version);
      if (directive !== undefined) show(pattern, directive);
      continue;
    }
    for (const name of shownDirectives(version)) {
      const directive = findDirective(name, version);
      if (directive === undefined || isHidden(directive, version)) continue;
      for (const match of matching(directive, pattern, version)) show(match, directive);
    }
  }
  return names.map((name) => [name, found.get(lowerCase(name)) ?? ""]);
}

function isHidden(directive: Directive, version: Version): boolean {
  const { hidden } = directive.options;
  return hidden === "from 7.0" ? version !== "6.2" : hidden === "from 7.2" && version === "7.2";
}

/** The names of a directive that a pattern asks for. */
function matching(directive: Directive, pattern: string, version: Version): readonly string[] {
  const { name, options } = directive;
  const { alias } = options;
  const isNamed = globMatches(pattern, name, true);
  const isAlias = alias !== undefined && globMatches(pattern, alias, true);
  // 6.2 tells its master once, by the old name if the pattern fits that.
  if (version === "6.2" && name === "replicaof" && isAlias) return [alias];
  const names = isNamed ? [name] : [];
  return isAlias ? [...names, alias] : names;
}

/** A directive whose new value cannot be put into effect. */
export interface Unapplied {
  readonly name: string;
  readonly why: string;
}

export interface SetOptions {
  /** The dataset is being loaded: some directives wait. */
  readonly isLoading?: boolean;
  /** Puts the new values into effect; where it cannot, they are what they were. */
  readonly apply?: () => Unapplied | undefined;
}

/** CONFIG SET of one directive: undefined, or Redis's error with its code. */
export function setDirective(
  settings: ServerSettings,
  name: string,
  value: string,
  version: Version,
  options: SetOptions = {},
): string | undefined {
  if (version !== "6.2") return setDirectives(settings, [[name, value]], version, options);
  const directive = findDirective(name, version);
  if (directive === undefined || !isChangeable62(directive)) {
    return `ERR Unsupported CONFIG parameter: ${cString(name)}`;
  }
  const before = copyOf(settings);
  let refusal = change(settings, directive, value, version);
  if (refusal === undefined) {
    refusal = options.apply?.()?.why;
    if (refusal === undefined) return undefined;
    restore(settings, before);
  }
  if (directive.name === "bind") return `ERR ${refusal}`;
  const reason = refusal === "" ? "" : ` - ${refusal}`;
  return `ERR Invalid argument '${cString(value)}' for CONFIG SET '${cString(name)}'${reason}`;
}

/** 6.2 speaks of what cannot be changed as if it did not exist; some of 7.0's table it set in files only. */
function isChangeable62(directive: Directive): boolean {
  return directive.options.fixed !== "always";
}

/** CONFIG SET of several directives, all or none of them (7.0 and later). */
export function setDirectives(
  settings: ServerSettings,
  pairs: readonly (readonly [name: string, value: string])[],
  version: Version,
  options: SetOptions = {},
): string | undefined {
  const directives: Directive[] = [];
  let refused: string | undefined;
  for (const [name] of pairs) {
    const directive = findDirective(name, version);
    if (directive === undefined) {
      refused ??= `ERR Unknown option or number of arguments for CONFIG SET - '${cString(name)}'`;
      continue;
    }
    if (refused !== undefined) continue;
    const isTwice = pairs.slice(0, directives.length).some((pair) => isSameEntry(pair[0], name));
    const why = whyNot(settings, directive, isTwice, version);
    if (why !== undefined) refused = failed(name, why);
    else if (options.isLoading && directive.options.deniedWhileLoading) refused = loadingError;
    directives.push(directive);
  }
  if (refused !== undefined) return refused;

  const before = copyOf(settings);
  for (const [i, directive] of directives.entries()) {
    const [name = "", value = ""] = pairs[i] ?? [];
    const refusal = change(settings, directive, value, version);
    if (refusal === undefined) continue;
    restore(settings, before);
    return failed(lowerCase(name), refusal);
  }
  const unapplied = options.apply?.();
  if (unapplied === undefined) return undefined;
  restore(settings, before);
  return failed(unapplied.name, unapplied.why);
}

const loadingError = "LOADING Redis is loading the dataset in memory";

function failed(name: string, why: string): string {
  const reason = why === "" ? "" : ` - ${why}`;
  return `ERR CONFIG SET failed (possibly related to argument '${cString(name)}')${reason}`;
}

function whyNot(
  settings: ServerSettings,
  directive: Directive,
  isTwice: boolean,
  version: Version,
): string | undefined {
  if (directive.options.fixed !== undefined) return "can't set immutable config";
  // `local` asks whether the client is on this machine; an operator of ours always is.
  const allowed = settings.others.get("enable-protected-configs") ?? "no";
  if (directive.options.isProtected && allowed === "no" && version !== "6.2") {
    return "can't set protected config";
  }
  return isTwice ? "duplicate parameter" : undefined;
}

/** An alias is an entry of its own in `configs` (`registerConfigValue()`), by its own name. */
function isSameEntry(name: string, other: string): boolean {
  return lowerCase(name) === lowerCase(other);
}

/** `performInterfaceSet()` */
function change(
  settings: ServerSettings,
  directive: Directive,
  value: string,
  version: Version,
): string | undefined {
  const isList =
    directive.kind === "special"
      ? !["dir", "notify-keyspace-events"].includes(directive.name)
      : directive.kind === "choice" && directive.combines;
  // sdssplitlen() makes nothing, not one empty word, of an empty value.
  const args = isList ? (value === "" ? [] : value.split(" ")) : [value];
  if (directive.kind === "special") {
    const reading = { version, from: "command", hasSave: false } as const;
    return specialSyntax(directive.name).read(settings, args, reading);
  }
  const read = readValue(directive, args, version);
  if ("error" in read) return read.error;
  storeValue(settings, directive, read.value);
  if (directive.name === "watchdog-period") raiseWatchdog(settings);
  raiseBacklog(settings, directive);
  return undefined;
}

/** `CONFIG_REPL_BACKLOG_MIN_SIZE` holds for CONFIG SET alone: resizeReplicationBacklog(). */
function raiseBacklog(settings: ServerSettings, directive: Directive): void {
  if (directive.name !== "repl-backlog-size") return;
  settings.replBacklogSize = Math.max(settings.replBacklogSize, 16_384);
}

function restore(settings: ServerSettings, before: ServerSettings): void {
  settings.others.clear();
  for (const [name, value] of before.others) settings.others.set(name, value);
  Object.assign(settings, before, { others: settings.others });
}
