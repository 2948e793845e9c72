/**
 * Users as ACL LIST and CONFIG REWRITE describe them (`ACLDescribeUser()`), from the `user` lines of
 * the file and requirepass. Commands and categories are kept as the rules name them. 7.2 does so too;
 * before, Redis works out an equal set of rules from its bitmap of commands, categories first, and may
 * choose other words for it.
 */

import type { Version } from "../version.js";
import { lowerCase } from "../wire/text.js";
import type { ServerSettings } from "./settings.js";
import { sha256 } from "./sha256.js";

interface User {
  isOn: boolean;
  needsNoPassword: boolean;
  /** `sanitize-payload` or `skip-sanitize-payload`, once it was said. */
  sanitize: string;
  passwords: string[];
  keys: string[];
  channels: string[];
  /** `+@all` or `-@all`, and what was added to and taken from it since. */
  base: "+@all" | "-@all";
  rules: string[];
}

/** The lines without the word `user`, sorted by name as Redis's radix tree has them. */
export function describeUsers(settings: ServerSettings, version: Version): string[] {
  const users = new Map<string, User>([["default", defaultUser(settings.requirepass, version)]]);
  for (const line of settings.users) {
    const [name = "", ...rules] = line.split(" ").filter((word) => word !== "");
    const user = newUser(settings, version);
    // The default user exists already, and is reset first (ACLLoadConfiguredUsers()).
    if (name === "default") applyRule(user, "reset", settings, version);
    for (const rule of rules) applyRule(user, rule, settings, version);
    users.set(name, user);
  }
  const names = [...users.keys()].sort((a, b) => (a < b ? -1 : 1));
  return names.map((name) => {
    const user = users.get(name);
    return user === undefined ? name : `${name} ${describe(user, version)}`;
  });
}

/** `ACLCreateDefaultUser()`, then `ACLUpdateDefaultUserPassword()`. */
function defaultUser(requirepass: string, version: Version): User {
  return {
    isOn: true,
    needsNoPassword: requirepass === "",
    sanitize: usualSanitize(version),
    passwords: requirepass === "" ? [] : [sha256(requirepass)],
    keys: ["~*"],
    channels: ["&*"],
    base: "+@all",
    rules: [],
  };
}

/** `ACLCreateUser()` */
function newUser(settings: ServerSettings, version: Version): User {
  const channels = settings.others.get("acl-pubsub-default") ?? usualChannels(version);
  return {
    isOn: false,
    needsNoPassword: false,
    sanitize: usualSanitize(version),
    passwords: [],
    keys: [],
    channels: channels === "allchannels" ? ["&*"] : [],
    base: "-@all",
    rules: [],
  };
}

/** A new user of 7.2 says so from the beginning. */
function usualSanitize(version: Version): string {
  return version === "7.2" ? "sanitize-payload" : "";
}

function usualChannels(version: Version): string {
  return version === "6.2" ? "allchannels" : "resetchannels";
}

/**
 * What is wrong with a `user` line, `words` being the whole of it (`ACLAppendUserForLoading()`): Redis's
 * text, or undefined. Whether commands and categories exist is not asked, as Redis puts it off too.
 */
export function userLineError(
  words: readonly string[],
  settings: ServerSettings,
  version: Version,
): string | undefined {
  const [, name = "", ...rules] = words;
  const isKnown = settings.users.some((line) => line.split(" ")[0] === name);
  if (isKnown && version !== "6.2") {
    const twice = "Duplicate user found. A user can only be defined once in config files";
    return `Error in user declaration '${name}': ${twice}`;
  }
  const user = newUser(settings, version);
  for (const [i, rule] of rules.entries()) {
    const error = applyRule(user, rule, settings, version);
    if (error === undefined) continue;
    // From 7.0 the word that is blamed stands two places before the guilty one.
    const blamed = version === "6.2" ? rule : words[i];
    return `Error in user declaration '${blamed}': ${error}`;
  }
  return undefined;
}

/** `ACLSetUser()`: one rule; what is wrong with it as `ACLSetUserStringError()` says, or undefined. */
function applyRule(
  user: User,
  rule: string,
  settings: ServerSettings,
  version: Version,
): string | undefined {
  switch (lowerCase(rule)) {
    case "on":
    case "off":
      user.isOn = lowerCase(rule) === "on";
      return undefined;
    case "nopass":
      user.needsNoPassword = true;
      user.passwords = [];
      return undefined;
    case "resetpass":
      user.needsNoPassword = false;
      user.passwords = [];
      return undefined;
    case "sanitize-payload":
    case "skip-sanitize-payload":
      user.sanitize = lowerCase(rule);
      return undefined;
    case "allkeys":
    case "~*":
      user.keys = ["~*"];
      return undefined;
    case "resetkeys":
      user.keys = [];
      return undefined;
    case "allchannels":
    case "&*":
      user.channels = ["&*"];
      return undefined;
    case "resetchannels":
      user.channels = [];
      return undefined;
    case "allcommands":
    case "+@all":
    case "nocommands":
    case "-@all":
      user.base = /^(?:\+|allc)/i.test(rule) ? "+@all" : "-@all";
      user.rules = [];
      return undefined;
    case "reset":
      Object.assign(user, newUser(settings, version), { sanitize: "sanitize-payload" });
      // 6.2's reset takes the channels away whatever acl-pubsub-default says.
      if (version === "6.2") user.channels = [];
      return undefined;
    default:
      return applyPattern(user, rule);
  }
}

/** A rule that carries something behind its first char. */
function applyPattern(user: User, rule: string): string | undefined {
  const rest = rule.slice(1);
  switch (rule[0]) {
    case ">":
      addPassword(user, sha256(rest));
      return undefined;
    case "#":
      if (!/^[0-9a-f]{64}$/.test(rest)) return badDigest;
      addPassword(user, rest);
      return undefined;
    case "<":
    case "!": {
      const gone = rule[0] === "<" ? sha256(rest) : rest;
      if (!user.passwords.includes(gone)) return noSuchPassword;
      user.passwords = user.passwords.filter((password) => password !== gone);
      return undefined;
    }
    case "~":
    case "%":
      if (user.keys[0] === "~*") return uselessAfterAll("allkeys", "resetkeys", "patterns");
      if (!user.keys.includes(rule)) user.keys.push(rule);
      return undefined;
    case "&":
      if (user.channels[0] === "&*") {
        return uselessAfterAll("allchannels", "resetchannels", "channels");
      }
      if (!user.channels.includes(rule)) user.channels.push(rule);
      return undefined;
    case "+":
    case "-": {
      const command = lowerCase(rest);
      user.rules = user.rules.filter((old) => old.slice(1) !== command);
      user.rules.push(`${rule[0]}${command}`);
      return undefined;
    }
    default:
      return "Syntax error";
  }
}

const badDigest =
  "The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters";
const noSuchPassword = "The password you are trying to remove from the user does not exist";

function uselessAfterAll(flag: string, reset: string, list: string): string {
  return (
    `Adding a pattern after the * pattern (or the '${flag}' flag) is not valid and does not have any ` +
    `effect. Try '${reset}' to start with an empty list of ${list}`
  );
}

function addPassword(user: User, digest: string): void {
  user.needsNoPassword = false;
  if (!user.passwords.includes(digest)) user.passwords.push(digest);
}

function describe(user: User, version: Version): string {
  const words = [user.isOn ? "on" : "off"];
  if (user.needsNoPassword) words.push("nopass");
  if (user.sanitize !== "") words.push(user.sanitize);
  words.push(...user.passwords.map((digest) => `#${digest}`), ...user.keys);
  if (version !== "6.2" && user.channels[0] !== "&*") words.push("resetchannels");
  words.push(...user.channels, user.base);
  if (version === "7.2") words.push(...user.rules);
  else
    words.push(...user.rules.filter(isCategory), ...user.rules.filter((rule) => !isCategory(rule)));
  return words.join(" ");
}

function isCategory(rule: string): boolean {
  return rule[1] === "@";
}
