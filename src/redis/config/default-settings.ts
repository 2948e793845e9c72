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

/** What the directives of more than one value are set to, and what has no directive. */
const specialFields: Pick<
  ServerSettings,
  "bind" | "users" | "dir" | "save" | "replicaof" | "clientOutputBufferLimit"
> = {
  bind: [],
  users: [],
  dir: usualDirectory,
  save: [
    { seconds: 3_600, changes: 1 },
    { seconds: 300, changes: 100 },
    { seconds: 60, changes: 10_000 },
  ],
  replicaof: undefined,
  clientOutputBufferLimit: bufferLimitDefaults,
};

/**
 * The settings of a version, to be copied for each process. A field whose directive is newer than the
 * version has the value that stands for its absence: the default.
 *
 * Settings are read with every step, so all of them must be objects of one shape. One whose fields are
 * put in one by one, by name, becomes a hash table, and one copied with other fields behind it a shape
 * of its own; what JSON.parse makes has its fields in place, and plain copies of it have them there too.
 */
function template(version: Version): ServerSettings {
  const fields = {} as ServerSettings;
  for (const row of directiveTable) {
    if (row.kind === "special" || row.options.sets === undefined) continue;
    const known = findDirective(row.name, version) ?? row;
    if (known.kind !== "special") storeValue(fields, known, defaultOf(known, version));
  }
  const places = { ...specialFields, replicaof: null, renamedCommands: null, others: null };
  const settings = JSON.parse(JSON.stringify({ ...fields, ...places })) as ServerSettings;
  return Object.assign(settings, specialFields);
}

const templates: Readonly<Record<Version, ServerSettings>> = {
  "6.2": template("6.2"),
  "7.0": template("7.0"),
  "7.2": template("7.2"),
};

/** `initServerConfig()` and `initConfigValues()`; `directory` is where the process was started. */
export function defaultSettings(version: Version, directory = usualDirectory): ServerSettings {
  const settings = { ...templates[version] };
  settings.dir = directory;
  settings.renamedCommands = new Map<string, string>();
  settings.others = new Map();
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
