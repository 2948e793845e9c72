/**
 * SET and the commands that are SET in other words, GET, and GETEX, which shares SET's options
 * (`setGenericCommand()`, `parseExtendedStringArgumentsOrReply()`). With a time to live they are the
 * commands whose propagation changed most between versions.
 */
import { type Call, type Command, flag } from "../server/command.js";
import { bulk, type ErrorReply, nullBulk, ok, type Value } from "../wire/value.js";
import { argument, isError, one, says, syntaxError, wrongType, zero } from "./arguments.js";
import {
  type ExpiryTime,
  expiryTime,
  expiryVerb,
  isAlreadyExpired,
  type TimeUnit,
  unitOf,
} from "./expiry-time.js";

const { write, readonly, denyoom, fast } = flag;

export function get(call: Call): Value {
  const value = call.database.read(argument(call, 1), call);
  if (value === undefined) return nullBulk(call.client.protocol);
  return typeof value === "string" ? bulk(value) : wrongType;
}

interface SetOptions {
  readonly condition: "nx" | "xx" | undefined;
  readonly keepTtl: boolean;
  readonly get: boolean;
  readonly persist: boolean;
  readonly expiry: { readonly unit: TimeUnit; readonly text: string } | undefined;
}

const plainSet: SetOptions = {
  condition: undefined,
  keepTtl: false,
  get: false,
  persist: false,
  expiry: undefined,
};

/** `parseExtendedStringArgumentsOrReply()`, of SET and of GETEX. */
function parseOptions(call: Call, from: number, of: "set" | "getex"): SetOptions | ErrorReply {
  if (call.args.length === from) return plainSet;
  const options: { -readonly [K in keyof SetOptions]: SetOptions[K] } = { ...plainSet };
  const forSet = of === "set";
  for (let i = from; i < call.args.length; i++) {
    const word = argument(call, i).toLowerCase();
    // 6.2 does not take NX and GET together.
    const getExcludes = !call.behaviour.from70;
    if (word === "nx" && forSet && options.condition !== "xx" && !(getExcludes && options.get)) {
      options.condition = "nx";
    } else if (word === "xx" && forSet && options.condition !== "nx") {
      options.condition = "xx";
    } else if (word === "get" && forSet && !(getExcludes && options.condition === "nx")) {
      options.get = true;
    } else if (word === "keepttl" && forSet && options.expiry === undefined) {
      options.keepTtl = true;
    } else if (word === "persist" && !forSet && options.expiry === undefined) {
      options.persist = true;
    } else if (word === "ex" || word === "px" || word === "exat" || word === "pxat") {
      const unit = unitOf[word];
      const text = call.args[i + 1];
      const clashes =
        options.keepTtl ||
        options.persist ||
        (options.expiry !== undefined && options.expiry.unit !== unit);
      if (clashes || text === undefined) return syntaxError;
      options.expiry = { unit, text };
      i++;
    } else {
      return syntaxError;
    }
  }
  return options;
}

function set(call: Call): Value {
  const options = parseOptions(call, 3, "set");
  if (isError(options)) return options;
  return setGeneric(call, argument(call, 2), options, ok, undefined);
}

/** `setGenericCommand()`: SET, SETNX, SETEX and PSETEX. */
function setGeneric(
  call: Call,
  value: string,
  options: SetOptions,
  done: Value,
  refused: Value | undefined,
): Value {
  const database = call.database;
  const key = argument(call, 1);
  let expiry: ExpiryTime | undefined;
  if (options.expiry !== undefined) {
    const time = expiryTime(call, options.expiry.text, options.expiry.unit, true);
    if (isError(time)) return time;
    expiry = time;
  }

  let reply = done;
  if (options.get && call.behaviour.from70) {
    reply = get(call);
    if (reply === wrongType) return reply;
  }
  if (options.condition !== undefined) {
    const found = database.write(key, call) !== undefined;
    if (found === (options.condition === "nx")) {
      if (options.get && call.behaviour.from70) return reply;
      return refused ?? nullBulk(call.client.protocol);
    }
  }
  if (options.get && !call.behaviour.from70) {
    reply = get(call);
    if (reply === wrongType) return reply;
  }

  database.write(key, call);
  database.set(key, value);
  if (!options.keepTtl) database.removeExpiry(key);
  database.modified(key);
  call.dirty();
  if (expiry !== undefined && options.expiry !== undefined) {
    database.setExpiry(key, expiry.when, call);
    propagateExpiringSet(call, value, expiry, options.expiry.unit);
  } else if (options.get) {
    call.propagate(call.args.filter((word, i) => i < 3 || !says(word, "get")));
  }
  return reply;
}

/** As a moment (PXAT), or in 6.2 as the time that is left (PX) unless a moment was given. */
function propagateExpiringSet(call: Call, value: string, expiry: ExpiryTime, unit: TimeUnit): void {
  const key = argument(call, 1);
  if (call.behaviour.from72 && unit === unitOf.pxat) return;
  const absolute = call.behaviour.absoluteExpiry || unit.absolute;
  call.propagate([
    "SET",
    key,
    value,
    absolute ? "PXAT" : "PX",
    absolute ? expiry.whenText : expiry.givenText,
  ]);
}

const setNxOptions: SetOptions = { ...plainSet, condition: "nx" };

function setNx(call: Call): Value {
  return setGeneric(call, argument(call, 2), setNxOptions, one, zero);
}

function setEx(call: Call): Value {
  const expiry = { unit: unitOf.ex, text: argument(call, 2) };
  return setGeneric(call, argument(call, 3), { ...plainSet, expiry }, ok, undefined);
}

function psetEx(call: Call): Value {
  const expiry = { unit: unitOf.px, text: argument(call, 2) };
  return setGeneric(call, argument(call, 3), { ...plainSet, expiry }, ok, undefined);
}

/** `getexCommand()`: propagated as what it did to the expiry, or not at all. */
function getEx(call: Call): Value {
  const options = parseOptions(call, 2, "getex");
  if (isError(options)) return options;
  const database = call.database;
  const key = argument(call, 1);
  const value = database.read(key, call);
  if (value === undefined) return nullBulk(call.client.protocol);
  if (typeof value !== "string") return wrongType;
  if (options.expiry !== undefined) {
    const { unit, text } = options.expiry;
    const expiry = expiryTime(call, text, unit, true);
    if (isError(expiry)) return expiry;
    if (unit.absolute && isAlreadyExpired(call, expiry.when)) {
      database.delete(key);
      call.propagate([expiryVerb(call), key]);
    } else {
      database.setExpiry(key, expiry.when, call);
      const absolute = call.behaviour.absoluteExpiry || unit.absolute;
      if (absolute) call.propagate(["PEXPIREAT", key, expiry.whenText]);
      else call.propagate(["PEXPIRE", key, expiry.givenText]);
    }
    database.modified(key);
    call.dirty();
  } else if (options.persist && database.removeExpiry(key)) {
    call.propagate(["PERSIST", key]);
    database.modified(key);
    call.dirty();
  }
  return bulk(value);
}

const stored = write | denyoom;

export const setAndGetCommands: readonly Command[] = [
  { name: "get", arity: 2, flags: readonly | fast, run: get },
  { name: "getex", arity: -2, flags: write | fast, run: getEx },
  { name: "set", arity: -3, flags: stored, run: set },
  { name: "setnx", arity: 3, flags: stored | fast, run: setNx },
  { name: "setex", arity: 4, flags: stored, run: setEx },
  { name: "psetex", arity: 4, flags: stored, run: psetEx },
];
