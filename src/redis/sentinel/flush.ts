/**
 * Saving what a Sentinel must not forget (`sentinelFlushConfig()`): it writes its state into its own
 * configuration file before it says anything that depends on it. The file is replaced atomically and
 * synced, which holds the process up for as long as the disk takes.
 */
import { error, ok, type Value } from "../wire/value.js";
import { rewriteConfig } from "./rewrite.js";
import type { SentinelState } from "./state.js";

/** False when it could not be saved; the state in memory is the new one all the same. */
export function flushConfig(state: SentinelState): boolean {
  const { process, context, behaviour } = state;
  const { configFile } = process;
  if (configFile === undefined) return false;
  const { path } = configFile;
  const old = context.disk.read(path);
  const text = rewriteConfig(state, typeof old === "string" ? old : "");
  const temporary = `${path}.XXXXXX`;
  if (!context.disk.write(temporary, text, text.length)) {
    context.disk.remove(temporary);
    const why = "No space left on device";
    const warning = "WARNING: Sentinel was not able to save the new configuration on disk!!!";
    process.log("#", `Failed after writing (0) bytes to tmp config file (${why})`);
    process.log("#", `${warning}: ${why}`);
    return false;
  }
  context.disk.sync(temporary);
  context.disk.rename(temporary, path);
  // Up to 7.0 the result is synced once more.
  if (!behaviour.from72) context.disk.sync(path);
  process.log(".", `Rewritten config file (${path}) successfully`);
  if (behaviour.from70) process.log("*", "Sentinel new configuration saved on disk");
  state.note({ kind: "rewrote", path });
  return true;
}

const notSaved = error("ERR Failed to save config file. Check server logs.");

/** `sentinelFlushConfigAndReply()`: 6.2 says OK whatever happened. */
export function flushReply(state: SentinelState): Value {
  return flushConfig(state) || !state.behaviour.from70 ? ok : notSaved;
}
