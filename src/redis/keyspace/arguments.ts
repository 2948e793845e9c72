/**
 * What the data commands share: Redis's replies and errors word for word (`shared.*err`), and
 * arguments read as Redis reads them (`getLongLongFromObjectOrReply()` and its kin), which give
 * either the value or the error to answer.
 */
import type { Call } from "../server/command.js";
import { type ErrorReply, error, integer, type Value } from "../wire/value.js";
import { index64 } from "./integer.js";

export const zero = integer(0);
export const one = integer(1);
export const minusOne = integer(-1);
export const minusTwo = integer(-2);

export const wrongType = error("WRONGTYPE Operation against a key holding the wrong kind of value");
export const syntaxError = error("ERR syntax error");
export const noSuchKey = error("ERR no such key");
export const sameObject = error("ERR source and destination objects are the same");
export const indexOutOfRange = error("ERR index out of range");
export const notAnInteger = error("ERR value is not an integer or out of range");
export const overflow = error("ERR increment or decrement would overflow");
export const noSuchDatabase = error("ERR DB index is out of range");

/** Small counts are most replies. */
export function count(value: number): Value {
  return value === 0 ? zero : value === 1 ? one : integer(value);
}

export function wrongArity(call: Call): ErrorReply {
  return error(`ERR wrong number of arguments for '${call.command.name}' command`);
}

export function argument(call: Call, at: number): string {
  return call.args[at] as string;
}

/** `strcasecmp(argument, word) == 0`; `word` in lower case. */
export function says(argument: string | undefined, word: string): boolean {
  return (
    argument !== undefined && argument.length === word.length && argument.toLowerCase() === word
  );
}

export function isError<T>(value: T | ErrorReply): value is ErrorReply {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "error";
}

/** `getLongFromObjectOrReply()`; what lies beyond 2^53 comes as 2^53. */
export function long(text: string): number | ErrorReply {
  return index64(text) ?? notAnInteger;
}

/** `getPositiveLongFromObjectOrReply()`: 0 counts as positive. */
export function positiveLong(call: Call, text: string): number | ErrorReply {
  const value = index64(text);
  if (value !== undefined && value >= 0) return value;
  if (call.behaviour.from70) return error("ERR value is out of range, must be positive");
  if (value === undefined) return notAnInteger;
  return error("ERR value is out of range, value must between 0 and 9223372036854775807");
}

/** `getIntFromObjectOrReply()`: 32 bits; `message` replaces both errors. */
export function int32(text: string, message?: string): number | ErrorReply {
  const value = index64(text);
  if (value !== undefined && value >= -2_147_483_648 && value <= 2_147_483_647) return value;
  if (message !== undefined) return error(message);
  if (value === undefined) return notAnInteger;
  return error("ERR value is out of range, value must between -2147483648 and 2147483647");
}

/** An index as lists and strings take it: negative counts from the end. */
export function fromEnd(index: number, length: number): number {
  return index < 0 ? length + index : index;
}
