/**
 * Saving what a Sentinel must not forget (`sentinelFlushConfig()`): it writes its state into its own
 * configuration file before it says anything that depends on it. The file is replaced atomically and
 * synced, which holds the process up for as long as the disk takes. That depends on its length alone: of
 * the thousands of contents that a Sentinel of many masters writes while it gets to know them, the text is
 * made only of what somebody reads.
 */
import { LateText } from "../../kernel/disk.js";
import { overwriteConfig } from "../server/overwrite-config.js";
import { error, ok, type Value } from "../wire/value.js";
import { rewriteConfig } from "./rewrite.js";
import type { SentinelState } from "./state.js";

/** False when it could not be saved; the state in memory is the new one all the same. */
export function flushConfig(state: SentinelState): boolean {
  const { process, context, behaviour } = state;
  const { configFile } = process;
  if (configFile === undefined) return false;
  const { path } = configFile;
  const { disk } = context;
  // A text is made of the old content before it is rewritten, if it may be the one that stays.
  const { content, bytes } = disk.mayRefuse
    ? contentOf(rewriteConfig(state, oldContent(disk.read(path))).content())
    : rewriteConfig(state, oldContent(disk.peek(path))).lateContent();
  const why = overwriteConfig(process, path, content, bytes);
  if (why !== undefined) return notSavedBecause(state, why);
  // Up to 7.0 the result is synced once more.
  if (!behaviour.from72) disk.sync(path);
  if (behaviour.from70) process.log("*", "Sentinel new configuration saved on disk");
  state.note({ kind: "rewrote", path });
  return true;
}

function oldContent(content: unknown): string | LateText {
  return typeof content === "string" || content instanceof LateText ? content : "";
}

function contentOf(content: string): { readonly content: string; readonly bytes: number } {
  return { content, bytes: content.length };
}

function notSavedBecause({ process }: SentinelState, why: string): false {
  const warning = "WARNING: Sentinel was not able to save the new configuration on disk!!!";
  process.log("#", `${warning}: ${why}`);
  return false;
}

const notSaved = error("ERR Failed to save config file. Check server logs.");

/** `sentinelFlushConfigAndReply()`: 6.2 says OK whatever happened. */
export function flushReply(state: SentinelState): Value {
  return flushConfig(state) || !state.behaviour.from70 ? ok : notSaved;
}
