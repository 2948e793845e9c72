/**
 * What 6.2 writes to its AOF in the place of a relative time to live: the moment at which it ends.
 *
 * Its replicas are sent the time that is left, and count from when they apply it; a file may be read
 * much later. From 7.0 on both get moments, and nothing is left to translate here.
 *
 * Redis 6.2: feedAppendOnlyFile(), catAppendOnlyExpireAtCommand().
 */
import { safeInteger } from "../keyspace/integer.js";
import { type Request, request } from "../wire/value.js";

/** `now`: Unix milliseconds. */
export function withMoments(command: Request, now: number): Request {
  const [name = "", key = "", value = "", option = "", time = ""] = command.args;
  switch (name.toLowerCase()) {
    case "expire":
      return request("PEXPIREAT", key, String(now + number(value) * 1_000));
    case "pexpire":
      return request("PEXPIREAT", key, String(now + number(value)));
    case "expireat":
      return request("PEXPIREAT", key, String(number(value) * 1_000));
    case "set":
      if (option.toLowerCase() !== "px") return command;
      return request(name, key, value, "PXAT", String(now + number(time)));
    default:
      return command;
  }
}

/** The command was executed, so it is a number. */
function number(text: string): number {
  return safeInteger(text) ?? 0;
}
