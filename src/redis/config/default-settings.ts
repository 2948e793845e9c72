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

type OrdinaryFields = Omit<
  ServerSettings,
  | "bind"
  | "users"
  | "renamedCommands"
  | "dir"
  | "save"
  | "replicaof"
  | "clientOutputBufferLimit"
  | "others"
>;

/**
 * The fields that follow from the table, all of them; a test holds that none is left out. A field whose
 * directive is newer than the version has the value that stands for its absence: the default.
 *
 * An object whose fields are put in one by one, by name, becomes a hash table, and settings are read
 * with every step: what JSON.parse makes has its fields in place, and copies of it have too.
 */
function ordinaryFields(version: Version): OrdinaryFields {
  const fields = {} as ServerSettings;
  for (const row of directiveTable) {
    if (row.kind === "special" || row.options.sets === undefined) continue;
    const known = findDirective(row.name, version) ?? row;
    if (known.kind !== "special") storeValue(fields, known, defaultOf(known, version));
  }
  return JSON.parse(JSON.stringify(fields)) as OrdinaryFields;
}

const ordinary: Readonly<Record<Version, OrdinaryFields>> = {
  "6.2": ordinaryFields("6.2"),
  "7.0": ordinaryFields("7.0"),
  "7.2": ordinaryFields("7.2"),
};

/** `initServerConfig()` and `initConfigValues()`; `directory` is where the process was started. */
export function defaultSettings(version: Version, directory = usualDirectory): ServerSettings {
  return {
    ...ordinary[version],
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
