/**
 * What goes out of the commands that ran (`propagatePendingCommands()` of 7.0; 6.2's `call()` and
 * `execCommandPropagateMulti()`): alone, or between MULTI and EXEC.
 */
import type { Effects } from "./effects.js";
import type { RedisServer } from "./redis-server.js";

const multi: readonly string[] = ["MULTI"];
const exec: readonly string[] = ["EXEC"];

/** `isExec`: they are the writes of a transaction. */
export function propagateEffects(server: RedisServer, effects: Effects, isExec: boolean): void {
  let first = 0;
  let isWrapped: boolean;
  if (server.behaviour.bareSingleWrite) {
    isWrapped = effects.count > 1;
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
  const last = server.behaviour.selectBeforeMulti ? effects.databaseAt(effects.count - 1) : -1;
  server.feed(last, exec);
}
