/**
 * What a stand-in must know of its configuration before it joins (`loadServerConfig()`): where it
 * listens, where its log goes, and whether there is a mistake, which Redis tells on stderr. Its node
 * in the simulation reads the same text again by itself.
 */
import { accessSync, constants, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { namesInFolder } from "../cli/folder.js";
import type { ConfigFile } from "../redis/config/config-file.js";
import { type ParseOptions, parseRedisConfig } from "../redis/config/parse-redis-config.js";
import { parseSentinelConfig } from "../redis/config/parse-sentinel-config.js";
import type { ServerSettings } from "../redis/config/settings.js";
import { behaviours, type Version } from "../redis/version.js";
import { fromBinary, toBinary } from "../redis/wire/utf8.js";
import type { CommandLine } from "./command-line.js";
import { errorText } from "./error-text.js";

export interface Configuration {
  /** Its file, an absolute path; undefined: it has none. */
  readonly path: string | undefined;
  /** What counts besides the file, as lines. */
  readonly options: string;
  /** Both together, as they were read. */
  readonly whole: ConfigFile;
  readonly settings: ServerSettings;
}

/** Why it does not start: a line of the log, or a text for stderr. */
export type Refusal = { readonly log: string } | { readonly stderr: string };

interface Sources {
  readonly commandLine: CommandLine;
  /** All of stdin, as a binary string. */
  readonly stdin: string;
  /** Where it was started. */
  readonly directory: string;
  readonly version: Version;
}

export function readConfiguration(sources: Sources): Configuration | Refusal {
  const { commandLine, stdin, directory, version } = sources;
  const { config, isSentinel } = commandLine;
  const path = config === undefined ? undefined : resolve(directory, config);
  let text = "";
  if (path !== undefined) {
    try {
      text = readFileSync(path, "latin1");
    } catch (error) {
      return { log: `Fatal error, can't open config file '${path}': ${errorText(error)}` };
    }
  }
  const options = [stdin, toBinary(commandLine.options)].filter((part) => part !== "").join("\n");
  // As it is put together for the node: an empty last line is none.
  const whole: ConfigFile = { path: path ?? "", text: `${text}\n${options}` };
  const parse: ParseOptions = {
    version,
    directory: toBinary(directory),
    files: {
      read: (name) => textOf(resolve(directory, fromBinary(name))),
      list: (name) => namesInFolder(resolve(directory, fromBinary(name))).map(toBinary),
    },
  };
  const { settings, problems } = isSentinel
    ? parseSentinelConfig(whole, parse)
    : parseRedisConfig(whole, parse);
  const [first] = problems;
  if (first !== undefined) return { stderr: fatal(whole, first.where, first.what, version) };
  const refusal = isSentinel ? sentinelRefusal(path, version) : undefined;
  return refusal === undefined ? { path, options, whole, settings } : { log: refusal };
}

/** `loaderr` of `loadServerConfigFromString()` */
export function fatal(
  { path, text }: ConfigFile,
  where: string,
  what: string,
  version: Version,
): string {
  const [, file = "", number = "0"] = /^(.*):(\d+)$/s.exec(where) ?? [];
  const lines = (file === path ? text : (textOf(file) ?? "")).split("\n");
  const line = (lines[Number(number) - 1] ?? "").replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
  const place = `Reading the configuration file, at line ${number}\n>>> '${fromBinary(line)}'\n`;
  return fatalText(`${place}${what}`, version);
}

/** The same of what is no line's fault. */
export function fatalText(what: string, version: Version): string {
  return `\n*** FATAL CONFIG FILE ERROR (Redis ${behaviours[version].release}) ***\n${what}\n`;
}

/** The line of the last directive of this name: what is to blame where its value cannot be. */
export function lineOf({ path, text }: ConfigFile, directive: string): string {
  const lines = text.split("\n");
  const at = lines.findLastIndex((line) => line.trimStart().toLowerCase().startsWith(directive));
  return `${path}:${at + 1}`;
}

/** `sentinelCheckConfigFile()`, and what 6.2 had for it. */
function sentinelRefusal(path: string | undefined, version: Version): string | undefined {
  if (path === undefined) {
    const space = version === "6.2" ? "  " : " ";
    return `Sentinel needs config file on disk to save state.${space}Exiting...`;
  }
  try {
    accessSync(path, constants.W_OK);
    return undefined;
  } catch (error) {
    return `Sentinel config file ${path} is not writable: ${errorText(error)}. Exiting...`;
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined;
  }
}
