/** MULTI EXEC DISCARD WATCH UNWATCH (`multi.c`). */
import { array, error, nullArray, ok, type Value } from "../wire/value.js";
import { type Call, type Command, flag } from "./command.js";

const transactionFlags =
  flag.noscript | flag.loading | flag.stale | flag.fast | flag.allowBusy | flag.neverQueued;

/** `execCommand()` */
function runExec(call: Call): Value {
  const { process, client } = call;
  const transaction = client.transaction;
  if (transaction === undefined) return error("ERR EXEC without MULTI");
  // An expired key that is watched ends it too.
  const touched = client.touched || isWatchedKeyExpired(call);
  process.unwatch(client);
  if (transaction.dirty || touched) {
    client.transaction = undefined;
    if (!transaction.dirty) return nullArray(client.protocol);
    return error("EXECABORT Transaction discarded because of previous errors.");
  }
  client.denyBlocking = true;
  const replies = process.runQueued(client, transaction);
  client.denyBlocking = false;
  client.transaction = undefined;
  return array(replies);
}

/** `isWatchedKeyExpired()` */
function isWatchedKeyExpired(call: Call): boolean {
  const { client, process } = call;
  for (const { db, key } of client.watched) {
    if (process.mode.databases?.[db]?.isOverdue(key, call.now) === true) return true;
  }
  return false;
}

const multi: Command = {
  name: "multi",
  arity: 1,
  flags: transactionFlags,
  run(call) {
    if (call.client.transaction !== undefined) return error("ERR MULTI calls can not be nested");
    call.client.transaction = { queue: [], dirty: false, anyFlags: 0, allFlags: -1 };
    return ok;
  },
};

const discard: Command = {
  name: "discard",
  arity: 1,
  flags: transactionFlags,
  run(call) {
    if (call.client.transaction === undefined) return error("ERR DISCARD without MULTI");
    call.client.transaction = undefined;
    call.process.unwatch(call.client);
    return ok;
  },
};

/** `watchCommand()` */
const watch: Command = {
  name: "watch",
  arity: -2,
  flags: transactionFlags,
  run(call) {
    const { client } = call;
    if (client.transaction !== undefined) return error("ERR WATCH inside MULTI is not allowed");
    // Once a key was touched, watching more of them changes nothing.
    if (client.touched) return ok;
    for (const key of call.args.slice(1)) call.process.watches.add(client, client.db, key);
    return ok;
  },
};

const unwatch: Command = {
  name: "unwatch",
  arity: 1,
  flags: transactionFlags & ~flag.neverQueued,
  run(call) {
    call.process.unwatch(call.client);
    return ok;
  },
};

export const transactionCommands: readonly Command[] = [
  multi,
  { name: "exec", arity: 1, flags: transactionFlags, run: runExec },
  discard,
  watch,
  unwatch,
];
