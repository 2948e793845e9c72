/** MULTI EXEC DISCARD WATCH UNWATCH (`multi.c`). */
import { array, error, nullArray, ok, raw, type Value } from "../wire/value.js";
import { type Call, type Command, flag } from "./command.js";

const transactionFlags =
  flag.noscript | flag.loading | flag.stale | flag.fast | flag.allowBusy | flag.neverQueued;

/** `execCommand()` */
function runExec(call: Call): Value | undefined {
  const { process, client } = call;
  const transaction = client.transaction;
  if (transaction === undefined) return error("ERR EXEC without MULTI");
  // From 7.0 on a watched key that has expired since ends it too.
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
  if (replies.length === transaction.queue.length) return array(replies);
  // SUBSCRIBE to several channels answers several times, and the header still counts commands.
  process.reply(client, raw(`*${transaction.queue.length}\r\n`));
  for (const reply of replies) process.reply(client, reply);
  return undefined;
}

/** `isWatchedKeyExpired()` */
function isWatchedKeyExpired(call: Call): boolean {
  const { client, process } = call;
  for (const { db, key, hadExpired } of client.watched) {
    if (hadExpired !== false) continue;
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
    const { db } = client;
    for (const key of call.args.slice(1)) {
      const hadExpired = call.behaviour.from70 ? call.database.isOverdue(key, call.now) : undefined;
      call.process.watches.add(client, { db, key, hadExpired });
    }
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
  {
    name: "exec",
    arity: 1,
    // How long it takes is up to what was queued.
    flags: transactionFlags & ~(flag.fast | flag.allowBusy),
    run: runExec,
  },
  discard,
  watch,
  unwatch,
];
