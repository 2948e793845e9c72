/**
 * redis.conf to settings (`loadServerConfigFromString()`). Redis stops at the first error; here every
 * problem of a file is found, each in Redis's own words, and the settings are what the rest says.
 */

import type { Version } from "../version.js";
import { lowerCase, splitArguments } from "../wire/text.js";
import { userLineError } from "./acl-users.js";
import { type ConfigFile, type ConfigLine, configLines } from "./config-file.js";
import { type ConfigFiles, includedPaths, openedFiles } from "./config-files.js";
import { defaultSettings } from "./default-settings.js";
import { type Directive, readValue } from "./directive.js";
import { directiveNames, findDirective, raiseWatchdog, storeValue } from "./directives.js";
import type { KnownFile } from "./known-file.js";
import { nearest } from "./nearest.js";
import type { Problem } from "./problem.js";
import type { ServerSettings } from "./settings.js";
import { badDirective, specialSyntax } from "./special-directives.js";
import { unmodelled, unmodelledEviction, unmodelledModule } from "./unmodelled.js";

/** A directive that is accepted and changes nothing in a simulation. */
export interface Ignored {
  readonly where: string;
  readonly directive: string;
}

export interface ParseOptions {
  readonly version: Version;
  /** Where the process is started: what a relative `dir` starts from. */
  readonly directory?: string;
  /** Where `include` finds its files; without them it is refused. */
  readonly files?: ConfigFiles;
  /** What was read before: a file that says the same is not read again. */
  readonly known?: KnownFile | undefined;
  /** Is there such a command? For rename-command; by default every name is believed. */
  isCommand?(name: string): boolean;
}

export interface ParsedRedisConfig {
  readonly settings: ServerSettings;
  readonly problems: readonly Problem[];
  readonly ignored: readonly Ignored[];
  /** Lines that Redis would act on and a simulation does not, or that find nothing here to act on. */
  readonly unmodelled: readonly Problem[];
}

export function parseRedisConfig(file: ConfigFile, options: ParseOptions): ParsedRedisConfig {
  const { known } = options;
  if (known?.isOf(file, options) === true)
    return { settings: known.settings(), problems: [], ignored: [], unmodelled: [] };
  const reader = new ServerLines(defaultSettings(options.version, options.directory), options);
  reader.read(configLines(file));
  for (const { where, args } of reader.sentinelLines) {
    // `sentinel` alone makes no Sentinel here either: the program that is started decides.
    if (args.length === 0) continue;
    reader.report(where, "sentinel directive while not in sentinel mode");
  }
  return reader.finish();
}

/** A line `sentinel ...`, without the word. */
export interface SentinelLine {
  readonly where: string;
  readonly args: readonly string[];
}

/** Reads the lines that mean the same to a redis-server and a Sentinel, and sets aside the others. */
export class ServerLines {
  readonly sentinelLines: SentinelLine[] = [];
  readonly #settings: ServerSettings;
  readonly #options: ParseOptions;
  readonly #problems: Problem[] = [];
  readonly #ignored: Ignored[] = [];
  readonly #unmodelled: Problem[] = [];
  /** Where maxmemory-policy was set last. */
  #evictionAt: string | undefined;
  readonly #renamed = new Map<string, string>();
  readonly #including: string[] = [];
  #hasSave = false;

  constructor(settings: ServerSettings, options: ParseOptions) {
    this.#settings = settings;
    this.#options = options;
  }

  report(where: string, what: string, hint?: string): void {
    this.#problems.push(hint === undefined ? { where, what } : { where, what, hint });
  }

  read(lines: readonly ConfigLine[]): void {
    for (const { where, args } of lines) {
      if (args === undefined) this.report(where, "Unbalanced quotes in configuration line");
      else if (args.length > 0) this.#readLine(where, lowerCase(args[0] ?? ""), args.slice(1));
    }
  }

  finish(): ParsedRedisConfig {
    const settings = this.#settings;
    // createPidFile() at start: a daemon without a pidfile takes the usual one, and rewrites it.
    const { others } = settings;
    const isDaemon =
      others.get("daemonize") === true && (others.get("supervised") ?? "no") === "no";
    if (isDaemon && (others.get("pidfile") ?? "") === "")
      others.set("pidfile", "/var/run/redis.pid");
    raiseWatchdog(settings);
    if (this.#renamed.size > 0) settings.renamedCommands = this.#renamed;
    const eviction =
      this.#evictionAt === undefined ? undefined : unmodelledEviction(this.#evictionAt, settings);
    return {
      settings,
      problems: this.#problems,
      ignored: this.#ignored,
      unmodelled: eviction === undefined ? this.#unmodelled : [...this.#unmodelled, eviction],
    };
  }

  #readLine(where: string, name: string, args: readonly string[]): void {
    const directive = findDirective(name, this.#options.version);
    if (directive !== undefined) this.#readDirective(where, directive, args);
    else if (isDead(name, args.length, this.#options.version)) this.#ignore(where, name);
    else this.#readOther(where, name, args);
  }

  #readDirective(where: string, directive: Directive, written: readonly string[]): void {
    const { version } = this.#options;
    const args = this.#splitSingle(directive, written);
    const refusal =
      directive.kind === "special"
        ? specialSyntax(directive.name).read(this.#settings, args, {
            version,
            from: "file",
            hasSave: this.#hasSave,
          })
        : this.#readOrdinary(directive, args);
    if (directive.name === "save") this.#hasSave = true;
    if (refusal !== undefined) {
      this.report(where, refusal);
      return;
    }
    if (directive.name === "maxmemory-policy") this.#evictionAt = where;
    const { acts, sets } = directive.options;
    if (sets === undefined && acts !== true) this.#ignore(where, directive.name);
    const warning = unmodelled(where, directive.name, args);
    if (warning !== undefined) this.#unmodelled.push(warning);
  }

  #readOrdinary(
    directive: Exclude<Directive, { kind: "special" }>,
    args: readonly string[],
  ): string | undefined {
    const isList = directive.kind === "choice" && directive.combines;
    if (!isList && args.length !== 1) return "wrong number of arguments";
    const read = readValue(directive, args, this.#options.version);
    if ("error" in read) return read.error;
    storeValue(this.#settings, directive, read.value);
    return undefined;
  }

  /** From 7.0 a list may stand in quotes: `save "900 1 300 10"`. */
  #splitSingle(directive: Directive, args: readonly string[]): readonly string[] {
    const isList =
      directive.kind === "special"
        ? !["dir", "notify-keyspace-events"].includes(directive.name)
        : directive.kind === "choice" && directive.combines;
    const [only = ""] = args;
    if (this.#options.version === "6.2" || !isList || args.length !== 1 || only === "") return args;
    return splitArguments(only) ?? args;
  }

  #readOther(where: string, name: string, args: readonly string[]): void {
    if (name === "include" && args.length === 1) {
      this.#include(where, args[0] ?? "");
    } else if (name === "rename-command" && args.length === 2) {
      this.#rename(where, lowerCase(args[0] ?? ""), lowerCase(args[1] ?? ""));
    } else if (name === "user" && args.length >= 1) {
      this.#addUser(where, [name, ...args]);
    } else if (name === "loadmodule" && args.length >= 1) {
      this.#ignore(where, name);
      this.#unmodelled.push(unmodelledModule(where));
    } else if (name === "sentinel") {
      this.sentinelLines.push({ where, args });
    } else if (name.includes(".") && this.#options.version !== "6.2") {
      // A module's own directive; the module that would know it is not loaded.
      if (args.length === 0) this.report(where, "Module config specified without value");
      else this.#ignore(where, name);
    } else {
      this.report(where, badDirective, this.#hintFor(name));
    }
  }

  #addUser(where: string, words: readonly string[]): void {
    const error = userLineError(words, this.#settings, this.#options.version);
    if (error !== undefined) this.report(where, error);
    else this.#settings.users = [...this.#settings.users, words.slice(1).join(" ")];
  }

  #hintFor(name: string): string | undefined {
    const { version } = this.#options;
    const names = directiveNames(version);
    if (names.includes(name)) return undefined;
    const newer = (["7.0", "7.2"] as const).find(
      (later) => findDirective(name, later) !== undefined,
    );
    if (newer !== undefined) return `${name} is new in ${newer}; this node runs ${version}`;
    const close = nearest(name, names);
    return close === undefined ? undefined : `did you mean ${close}?`;
  }

  /** `loadServerConfig()`; 6.2 takes a pattern for the name of a file. */
  #include(where: string, path: string): void {
    const { files, version } = this.#options;
    if (files === undefined) {
      this.report(where, "include is not possible here", "put the lines of that file in this one");
      return;
    }
    const paths = version === "6.2" ? [path] : includedPaths(path, files);
    if (paths.length === 0)
      this.#unmodelled.push({
        where,
        what: `no file is called ${path} here`,
        hint: "this line does nothing",
      });
    for (const file of openedFiles(paths, files)) {
      if (this.#including.includes(file.path)) {
        this.report(where, `'${file.path}' includes itself`);
      } else if (file.text === undefined) {
        this.report(where, `Fatal error, can't open config file '${file.path}'`);
      } else {
        this.#including.push(file.path);
        this.read(configLines(file));
        this.#including.pop();
      }
    }
  }

  #rename(where: string, from: string, to: string): void {
    const isCommand = this.#options.isCommand ?? (() => true);
    const isTaken =
      [...this.#renamed.values()].includes(to) ||
      (isKnown(this.#options, to) && !this.#renamed.has(to));
    if (!isCommand(from) || this.#renamed.has(from)) {
      this.report(where, "No such command in rename-command");
    } else if (to !== "" && to !== from && isTaken) {
      this.report(where, "Target command name already exists");
    } else {
      this.#renamed.set(from, to);
    }
  }

  #ignore(where: string, directive: string): void {
    this.#ignored.push({ where, directive });
  }
}

function isKnown(options: ParseOptions, name: string): boolean {
  return options.isCommand?.(name) ?? false;
}

/** Directives of older versions that are passed over in silence (`deprecated_configs`). */
function isDead(name: string, count: number, version: Version): boolean {
  if (count !== 1) return false;
  if (name === "list-max-ziplist-entries" || name === "list-max-ziplist-value") return true;
  return name === "lua-replicate-commands" && version !== "6.2";
}
