/** Commands of expiry times (expire.c). */
import { type Call, type Command, flag } from "../server/command.js";
import { cString } from "../wire/text.js";
import { type ErrorReply, error, type Value } from "../wire/value.js";
import { argument, count, isError, minusOne, minusTwo, one, says, zero } from "./arguments.js";
import { persistent } from "./database.js";
import { expiryTime, expiryVerb, isAlreadyExpired, type TimeUnit, unitOf } from "./expiry-time.js";

const { write, readonly, fast } = flag;

/** When the expiry is set at all: NX XX GT LT, since 7.0. */
type Condition = "nx" | "xx" | "gt" | "lt";

/** `parseExtendedExpireArgumentsOrReply()`: XX goes with GT or LT, NX with none. */
function parseConditions(call: Call): readonly Condition[] | ErrorReply {
  const conditions: Condition[] = [];
  for (let i = 3; i < call.args.length; i++) {
    const word = call.args[i];
    if (says(word, "nx")) conditions.push("nx");
    else if (says(word, "xx")) conditions.push("xx");
    else if (says(word, "gt")) conditions.push("gt");
    else if (says(word, "lt")) conditions.push("lt");
    else return error(`ERR Unsupported option ${cString(word ?? "")}`);
  }
  const has = (condition: Condition) => conditions.includes(condition);
  if (has("nx") && (has("xx") || has("gt") || has("lt"))) {
    return error("ERR NX and XX, GT or LT options at the same time are not compatible");
  }
  if (has("gt") && has("lt")) {
    return error("ERR GT and LT options at the same time are not compatible");
  }
  return conditions;
}

/** A key without expiry counts as one that expires never. */
function holds(condition: Condition, current: number, when: number): boolean {
  switch (condition) {
    case "nx":
      return current === persistent;
    case "xx":
      return current !== persistent;
    case "gt":
      return current !== persistent && when > current;
    default:
      return current === persistent || when < current;
  }
}

const unconditional: readonly Condition[] = [];

/** `expireGenericCommand()`. */
function expireGeneric(call: Call, unit: TimeUnit): Value {
  const conditions = call.args.length > 3 ? parseConditions(call) : unconditional;
  if (isError(conditions)) return conditions;
  const expiry = expiryTime(call, argument(call, 2), unit, false);
  if (isError(expiry)) return expiry;

  const { database } = call;
  const key = argument(call, 1);
  if (database.write(key, call) === undefined) return zero;
  const current = database.expiry(key);
  for (const condition of conditions) if (!holds(condition, current, expiry.when)) return zero;

  if (isAlreadyExpired(call, expiry.when)) {
    database.delete(key);
    call.propagate([expiryVerb(call), key]);
  } else {
    database.setExpiry(key, expiry.when, call);
    if (call.behaviour.absoluteExpiry) propagateMoment(call, expiry.whenText, unit);
  }
  database.modified(key);
  call.dirty();
  return one;
}

/** PEXPIREAT with the conditions as they were given, or what was sent when it is one already. */
function propagateMoment(call: Call, when: string, unit: TimeUnit): void {
  if (unit === unitOf.pxat) return;
  const args = call.args.slice();
  args[0] = "PEXPIREAT";
  args[2] = when;
  call.propagate(args);
}

/** `ttlGenericCommand()`: -2 no key, -1 no expiry; seconds are rounded to the nearest. */
function ttlGeneric(call: Call, unit: TimeUnit): Value {
  const key = argument(call, 1);
  if (call.database.read(key, call) === undefined) return minusTwo;
  const when = call.database.expiry(key);
  if (when === persistent) return minusOne;
  const left = Math.max(unit.absolute ? when : when - call.now, 0);
  return count(unit.seconds ? Math.floor((left + 500) / 1_000) : left);
}

function persist(call: Call): Value {
  const { database } = call;
  const key = argument(call, 1);
  if (database.write(key, call) === undefined || !database.removeExpiry(key)) return zero;
  database.modified(key);
  call.dirty();
  return one;
}

/** EXPIRE and its like, in this unit. */
function expiring(unit: TimeUnit): Pick<Command, "arity" | "arity62" | "flags" | "run"> {
  return { arity: -3, arity62: 3, flags: write | fast, run: (call) => expireGeneric(call, unit) };
}

/** TTL and its like. */
function telling(unit: TimeUnit): Pick<Command, "arity" | "flags" | "run"> {
  return { arity: 2, flags: readonly | fast, run: (call) => ttlGeneric(call, unit) };
}

export const expiryCommands: readonly Command[] = [
  { name: "expire", ...expiring(unitOf.ex) },
  { name: "expireat", ...expiring(unitOf.exat) },
  { name: "pexpire", ...expiring(unitOf.px) },
  { name: "pexpireat", ...expiring(unitOf.pxat) },
  { name: "ttl", ...telling(unitOf.ex) },
  { name: "pttl", ...telling(unitOf.px) },
  { name: "expiretime", from70: true, ...telling(unitOf.exat) },
  { name: "pexpiretime", from70: true, ...telling(unitOf.pxat) },
  { name: "persist", arity: 2, flags: write | fast, run: persist },
];
