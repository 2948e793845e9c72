/** SAVE, BGSAVE, LASTSAVE and BGREWRITEAOF. */
import { type Call, type Command, flag } from "../server/command.js";
import { error, integer, ok, status, type Value } from "../wire/value.js";
import type { Persistence } from "./persistence.js";

const alreadySaving = error("ERR Background save already in progress");
const saveStarted = status("Background saving started");
const saveScheduled = status("Background saving scheduled");
const failed = error("ERR");
const cannotRewrite = error(
  "ERR Can't execute an AOF background rewriting. Please check the server logs for more information.",
);

export function persistenceCommands(persistence: Persistence): readonly Command[] {
  const { admin, fast, loading, noAsyncLoading, noMulti, noscript, stale } = flag;
  return [
    {
      name: "save",
      arity: 1,
      flags: admin | noscript | noMulti | noAsyncLoading,
      flags62: admin | noscript,
      run: () => {
        if (isSaving(persistence)) return alreadySaving;
        persistence.saves++;
        return persistence.save() ? ok : failed;
      },
    },
    {
      name: "bgsave",
      arity: -1,
      flags: admin | noscript | noAsyncLoading,
      flags62: admin | noscript,
      run: (call) => bgsave(persistence, call),
    },
    {
      name: "lastsave",
      arity: 1,
      flags: loading | stale | fast,
      flags62: loading | stale | fast | noscript,
      run: () => integer(persistence.lastSave),
    },
    {
      name: "bgrewriteaof",
      arity: 1,
      flags: admin | noscript | noAsyncLoading,
      flags62: admin | noscript,
      run: (call) => bgrewriteaof(persistence, call),
    },
  ];
}

function isSaving(persistence: Persistence): boolean {
  return persistence.child === "rdbDisk" || persistence.child === "rdbSocket";
}

/** `bgsaveCommand()` */
function bgsave(persistence: Persistence, call: Call): Value {
  const { args, behaviour, client } = call;
  let schedule = false;
  if (args.length > 1) {
    if (args.length !== 2 || args[1]?.toLowerCase() !== "schedule") {
      return error("ERR syntax error");
    }
    schedule = true;
  }
  const inExec = behaviour.from70 && client.transaction !== undefined;
  if (isSaving(persistence)) return alreadySaving;
  if (persistence.child !== "none" || inExec) {
    if (schedule || inExec) {
      persistence.bgsaveScheduled = true;
      return saveScheduled;
    }
    return error(
      "ERR Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE SCHEDULE in order to schedule a BGSAVE whenever possible.",
    );
  }
  return persistence.bgsave("disk") ? saveStarted : failed;
}

/** `bgrewriteaofCommand()` */
function bgrewriteaof(persistence: Persistence, call: Call): Value {
  if (persistence.child === "aof") {
    return error("ERR Background append only file rewriting already in progress");
  }
  const inExec = call.behaviour.from70 && call.client.transaction !== undefined;
  if (persistence.child !== "none" || inExec) {
    persistence.aof.rewriteScheduled = true;
    // Who asks for it does not wait for the limit.
    persistence.rewriteLimit.failures = 0;
    return status("Background append only file rewriting scheduled");
  }
  return persistence.rewriteAof()
    ? status("Background append only file rewriting started")
    : cannotRewrite;
}
