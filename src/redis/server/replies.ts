/** Replies that many commands share, with Redis's texts (`createSharedObjects()`). */
import { cString, parseInteger } from "../wire/text.js";
import {
  bulk,
  type ErrorReply,
  error,
  integer,
  type Protocol,
  type Value,
  type Verbatim,
} from "../wire/value.js";
import type { Call } from "./command.js";

export const syntaxError = error("ERR syntax error");
export const notInteger = error("ERR value is not an integer or out of range");
export const zero = integer(0);
export const one = integer(1);

/** `addReplySubcommandSyntaxError()` and, from 7.0 on, `commandCheckExistence()`. */
export function unknownSubcommand(call: Call): ErrorReply {
  const container = call.command.name.toUpperCase();
  const subcommand = cString(call.args[1] ?? "");
  if (call.behaviour.from70) {
    return error(`ERR unknown subcommand '${subcommand.slice(0, 128)}'. Try ${container} HELP.`);
  }
  return error(
    `ERR Unknown subcommand or wrong number of arguments for '${subcommand}'. Try ${container} HELP.`,
  );
}

/**
 * `addReplySubcommandSyntaxError()`: the table lets any number of arguments pass, the subcommand
 * itself does not.
 */
export function subcommandSyntaxError(call: Call): ErrorReply {
  if (!call.behaviour.from70) return unknownSubcommand(call);
  const container = call.command.name.toUpperCase();
  const subcommand = cString(call.args[1] ?? "").slice(0, 128);
  return error(
    `ERR unknown subcommand or wrong number of arguments for '${subcommand}'. Try ${container} HELP.`,
  );
}

/** A subcommand that exists, with too few or too many arguments. */
export function wrongSubcommandArity(call: Call): ErrorReply {
  if (!call.behaviour.from70) return unknownSubcommand(call);
  const name = `${call.command.name}|${(call.args[1] ?? "").toLowerCase()}`;
  return error(`ERR wrong number of arguments for '${name}' command`);
}

/** `addReplyVerbatim()` with the format `txt`: in RESP2 a bulk string. */
export function verbatim(text: string, protocol: Protocol): Value {
  if (protocol === 2) return bulk(text);
  const reply: Verbatim = { kind: "verbatim", text, length: bulk(`txt:${text}`).length };
  return reply;
}

/** `addReplyHelp()` */
export function help(call: Call, lines: readonly string[]): readonly string[] {
  const name = call.command.name.toUpperCase();
  const head = `${name} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`;
  return [head, ...lines, "HELP", `    ${call.behaviour.from72 ? "Print" : "Prints"} this help.`];
}

/** A whole number in decimal, as `getLongLongFromObject()` takes it, or undefined. */
export function integerArgument(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseInteger(text);
}
