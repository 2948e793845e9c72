/** CONFIG REWRITE of a redis-server, and the part of it that a Sentinel's own flush begins with. */

import type { Version } from "../version.js";
import { describeUsers } from "./acl-users.js";
import { type DirectiveValue, rewrittenValue } from "./directive.js";
import { type WrittenDirective, writtenDirectives } from "./directives.js";
import { Rewrite } from "./rewrite.js";
import type { ServerSettings } from "./settings.js";
import { specialSyntax } from "./special-directives.js";

type Master = ServerSettings["replicaof"];

/** `rewriteConfig()`: the new text of the file. `replicaof` is the master at present, if there is one. */
export function rewriteServerConfig(
  oldText: string,
  settings: ServerSettings,
  replicaof: Master,
  version: Version,
): string {
  const rewrite = new Rewrite({ version }).begin(oldText);
  rewriteServerOptions(rewrite, settings, replicaof, version);
  return rewrite.content();
}

/** Every option of the table, and the users. */
export function rewriteServerOptions(
  rewrite: Rewrite,
  settings: ServerSettings,
  replicaof: Master,
  version: Version,
): void {
  const present = settings.replicaof === replicaof ? settings : { ...settings, replicaof };
  for (const written of writtenDirectives(version)) {
    if (written.name === "user") rewriteUsers(rewrite, settings, version);
    else rewriteOption(rewrite, written, present, version);
  }
  // rewriteConfigLoadmoduleOption(): from 7.0 the modules that are loaded are written, and none are.
  if (version !== "6.2") rewrite.markProcessed("loadmodule");
}

/** Of two hundred options a file has a few: one at its default that is not in the file changes nothing. */
function rewriteOption(
  rewrite: Rewrite,
  { name, directive, field, byDefault }: WrittenDirective,
  settings: ServerSettings,
  version: Version,
): void {
  if (directive === undefined) return;
  if (directive.kind === "special" || byDefault === undefined) {
    specialSyntax(name).rewrite(rewrite, settings, version);
    return;
  }
  const value =
    field === undefined
      ? (settings.others.get(name) ?? byDefault)
      : (settings[field] as DirectiveValue);
  if (value === byDefault && !rewrite.mentions(name)) return;
  const text = rewrittenValue(directive, value);
  if (text === undefined) rewrite.markProcessed(name);
  else rewrite.line(name, `${name} ${text}`, value !== byDefault);
}

/** `rewriteConfigUserOption()`: all users, the default one too, unless they have a file of their own. */
function rewriteUsers(rewrite: Rewrite, settings: ServerSettings, version: Version): void {
  const hasFile = (settings.others.get("aclfile") ?? "") !== "";
  const users = hasFile ? [] : describeUsers(settings, version);
  for (const user of users) rewrite.line("user", `user ${user}`, true);
  rewrite.markProcessed("user");
}
