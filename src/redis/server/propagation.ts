/**
 * What goes out of the commands that ran (`propagatePendingCommands()` of 7.0; 6.2's `call()` and
 * `execCommandPropagateMulti()`): alone, or between MULTI and EXEC.
 */
import { request, requestOf } from "../wire/value.js";
import type { Call } from "./command.js";
import type { Effects } from "./effects.js";
import type { RedisServer } from "./redis-server.js";

const multi = request("MULTI");
const exec = request("EXEC");

/** `CMD_TOUCHES_ARBITRARY_KEYS`: the expired keys they come across have nothing to do with each other. */
const arbitrary: ReadonlySet<string> = new Set(["randomkey", "scan"]);

/** `call` is of the command that a client sent: EXEC for the writes of a transaction. */
export function propagateEffects(server: RedisServer, effects: Effects, call: Call): void {
  const command = call.command.name;
  const isExec = command === "exec";
  let first = 0;
  let isWrapped: boolean;
  if (server.behaviour.bareSingleWrite) {
    isWrapped = effects.count > 1 && !arbitrary.has(command);
  } else {
    // 6.2: the DEL of an expired key goes out on its own, except from inside a transaction.
    while (!isExec && first < effects.count && effects.isExpired(first)) {
      server.feed(effects.databaseAt(first), effects.commandAt(first));
      first++;
    }
    isWrapped = isExec || effects.count - first > 1;
  }
  if (first === effects.count) return;
  const wrapper = server.behaviour.selectBeforeMulti ? effects.databaseAt(first) : -1;
  if (isWrapped) server.feed(wrapper, multi);
  for (let i = first; i < effects.count; i++) {
    server.feed(effects.databaseAt(i), effects.commandAt(i));
  }
  if (!isWrapped) return;
  if (!server.behaviour.bareSingleWrite) {
    // The client's own EXEC, or `execCommandPropagateExec()`, in the database that it is in by now.
    server.feed(call.client.db, isExec ? requestOf(call.args) : exec);
    return;
  }
  const last = server.behaviour.selectBeforeMulti ? effects.databaseAt(effects.count - 1) : -1;
  server.feed(last, exec);
}
