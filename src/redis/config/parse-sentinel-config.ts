/**
 * sentinel.conf to settings: the ordinary directives as redis-server reads them, and the `sentinel`
 * lines in three phases whatever their order in the file (`queueSentinelConfig()`,
 * `loadSentinelConfigFromQueue()`): what stands alone, then the masters, then what is said of them.
 */

import type { Version } from "../version.js";
import { lowerCase } from "../wire/text.js";
import { type ConfigFile, configLines } from "./config-file.js";
import { defaultSentinelServerSettings } from "./default-settings.js";
import { directiveNames } from "./directives.js";
import { nearest } from "./nearest.js";
import {
  type Ignored,
  type ParseOptions,
  type SentinelLine,
  ServerLines,
} from "./parse-redis-config.js";
import type { Problem } from "./problem.js";
import { defaultSentinelSettings, type SentinelSettings } from "./sentinel-settings.js";
import { readStatement, sentinelStatements, unrecognized } from "./sentinel-statements.js";
import type { ServerSettings } from "./settings.js";

export interface ParsedSentinelConfig {
  readonly settings: ServerSettings;
  readonly sentinel: SentinelSettings;
  readonly problems: readonly Problem[];
  readonly ignored: readonly Ignored[];
  readonly unmodelled: readonly Problem[];
}

export function parseSentinelConfig(file: ConfigFile, options: ParseOptions): ParsedSentinelConfig {
  const { known } = options;
  const before = known?.isOf(file, options) === true ? known.sentinel() : undefined;
  if (known !== undefined && before !== undefined)
    return {
      settings: known.settings(),
      sentinel: before,
      problems: [],
      ignored: [],
      unmodelled: [],
    };
  const reader = new ServerLines(
    defaultSentinelServerSettings(options.version, options.directory),
    options,
  );
  reader.read(configLines(file));
  const sentinel = defaultSentinelSettings();
  for (const phase of [0, 1, 2]) {
    for (const line of reader.sentinelLines) {
      // `sentinel` alone only says that this is a Sentinel.
      if (line.args.length === 0 || phaseOf(line) !== phase) continue;
      const refusal = readStatement(sentinel, line.args, options.version);
      if (refusal === undefined) continue;
      reader.report(line.where, refusal, hintFor(refusal, line, sentinel, options.version));
    }
  }
  return { sentinel, ...reader.finish() };
}

function phaseOf(line: SentinelLine): 0 | 1 | 2 {
  return sentinelStatements.get(lowerCase(line.args[0] ?? ""))?.phase ?? 2;
}

function hintFor(
  refusal: string,
  line: SentinelLine,
  sentinel: SentinelSettings,
  version: Version,
): string | undefined {
  const [word = ""] = line.args;
  if (refusal === unrecognized) {
    const name = lowerCase(word);
    const statement = sentinelStatements.get(name);
    if (statement?.since !== undefined && version < statement.since) {
      return `${name} is new in ${statement.since}; this node runs ${version}`;
    }
    if (statement !== undefined) {
      const wanted = statement.counts.join(" or ");
      return `${name} takes ${wanted} arguments, here are ${line.args.length - 1}`;
    }
    if (directiveNames(version).includes(name)) return `without the word sentinel: ${name}`;
    const close = nearest(name, sentinelStatements.keys());
    return close === undefined ? undefined : `did you mean ${close}?`;
  }
  if (refusal.startsWith("No such master")) {
    const names = [...sentinel.masters.keys()];
    return names.length === 0 ? "no master is monitored" : `monitored: ${names.join(", ")}`;
  }
  if (refusal.startsWith("Can't resolve")) return "sentinel resolve-hostnames yes allows names";
  return undefined;
}
