/** The settings of a redis-server or Sentinel whose configuration file says nothing. */
import type { Version } from "../version.js";
import { defaultOf } from "./directive.js";
import { directiveTable } from "./directive-table.js";
import { findDirective, storeValue } from "./directives.js";
import { sentinelDefaults } from "./sentinel-settings.js";
import type { ServerSettings } from "./settings.js";
import { bufferLimitDefaults } from "./special-directives.js";

/** Where a process runs that was told nothing else: the working directory of the usual containers. */
const usualDirectory = "/data";

/** `initServerConfig()` and `initConfigValues()`; `directory` is where the process was started. */
export function defaultSettings(version: Version, directory = usualDirectory): ServerSettings {
  const special = {
    bind: [],
    users: [],
    renamedCommands: new Map<string, string>(),
    dir: directory,
    save: [
      { seconds: 3_600, changes: 1 },
      { seconds: 300, changes: 100 },
      { seconds: 60, changes: 10_000 },
    ],
    replicaof: undefined,
    clientOutputBufferLimit: bufferLimitDefaults,
    others: new Map(),
  };
  // The ordinary fields follow from the table; a test holds that none is left out. A field whose
  // directive is newer than the version has the value that stands for its absence: the default.
  const settings = special as unknown as ServerSettings;
  for (const row of directiveTable) {
    if (row.kind === "special" || row.options.sets === undefined) continue;
    const known = findDirective(row.name, version) ?? row;
    if (known.kind !== "special") storeValue(settings, known, defaultOf(known, version));
  }
  return settings;
}

/** `initSentinelConfig()` */
export function defaultSentinelServerSettings(
  version: Version,
  directory?: string,
): ServerSettings {
  const settings = defaultSettings(version, directory);
  settings.port = sentinelDefaults.port;
  settings.protectedMode = false;
  return settings;
}
