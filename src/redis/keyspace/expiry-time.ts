/**
 * Expiry times as commands are given them: seconds or milliseconds, from now or from 1970, signed 64
 * bits in Redis and checked as Redis checks them.
 *
 * A time is kept as a number: exact to 2^53 ms (the year 287396), the nearest double beyond. What is
 * propagated is exact always.
 */
import type { Call } from "../server/command.js";
import { type ErrorReply, error } from "../wire/value.js";
import { notAnInteger } from "./arguments.js";
import { inInt64, int64, safeInteger } from "./integer.js";

export interface TimeUnit {
  readonly seconds: boolean;
  /** Counted from 1970, not from now. */
  readonly absolute: boolean;
}

export const unitOf = {
  ex: { seconds: true, absolute: false },
  px: { seconds: false, absolute: false },
  exat: { seconds: true, absolute: true },
  pxat: { seconds: false, absolute: true },
} as const satisfies Record<string, TimeUnit>;

export interface ExpiryTime {
  /** Unix milliseconds. */
  readonly when: number;
  readonly whenText: string;
  /** As given, in milliseconds: what 6.2 propagates. */
  readonly givenText: string;
}

/** The texts differ: 6.2 names the command without quotes (`addReplyErrorExpireTime()`). */
function invalidExpireTime(call: Call): ErrorReply {
  const name = call.command.name;
  return error(
    call.behaviour.from70
      ? `ERR invalid expire time in '${name}' command`
      : `ERR invalid expire time in ${name}`,
  );
}

/** `positive`: SET and GETEX refuse what is not after 0 (`getExpireMillisecondsOrReply()`). */
export function expiryTime(
  call: Call,
  text: string,
  unit: TimeUnit,
  positive: boolean,
): ExpiryTime | ErrorReply {
  const base = unit.absolute ? 0 : call.now;
  const short = safeInteger(text);
  if (short !== undefined && Math.abs(short) < 4_000_000_000_000) {
    if (positive && short <= 0) return invalidExpireTime(call);
    const given = unit.seconds ? short * 1_000 : short;
    const when = given + base;
    return { when, whenText: String(when), givenText: String(given) };
  }
  const value = int64(text);
  if (value === undefined) return notAnInteger;
  if (positive && value <= 0n) return invalidExpireTime(call);
  if (!positive && !call.behaviour.from70) return wrappedTime(call, value, unit);
  const given = unit.seconds ? value * 1_000n : value;
  const when = given + BigInt(base);
  if (!inInt64(given) || !inInt64(when)) return invalidExpireTime(call);
  return { when: Number(when), whenText: String(when), givenText: String(given) };
}

/**
 * `expireGenericCommand()` of 6.2 looks for an overflow after it has happened, and finds only one that
 * turned the sign of what was given: EXPIRE with 2^63 - 1 seconds is one with -1.
 */
function wrappedTime(call: Call, value: bigint, unit: TimeUnit): ExpiryTime | ErrorReply {
  const base = unit.absolute ? 0n : BigInt(call.now);
  const given = BigInt.asIntN(64, unit.seconds ? value * 1_000n : value);
  const when = BigInt.asIntN(64, given + base);
  const isNegative = value < 0n;
  if (isNegative ? given > 0n : when < 0n) return invalidExpireTime(call);
  return { when: Number(when), whenText: String(when), givenText: String(given) };
}

/** `checkAlreadyExpired()`: only a master deletes at once; a replica waits to be told. */
export function isAlreadyExpired(call: Call, when: number): boolean {
  const host = call.database.keyspace.host;
  return when <= call.now && !host.loading && !host.isReplica;
}

/** DEL or UNLINK: how a key that expired is deleted, here and on replicas. */
export function expiryVerb(call: Call): "DEL" | "UNLINK" {
  return call.process.settings.lazyfreeLazyExpire ? "UNLINK" : "DEL";
}
