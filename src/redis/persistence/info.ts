/**
 * INFO persistence: the lines after its title, in Redis's order (`genRedisInfoString()`).
 *
 * Copy-on-write is not modelled, so its sizes are 0; and a child tells nothing of its progress.
 */
import type { DataServer } from "../replication/data-server.js";
import type { Persistence } from "./persistence.js";

export function persistenceInfo(persistence: Persistence, server: DataServer): string {
  const { aof, child, loader } = persistence;
  const { from70 } = server.behaviour;
  const now = Math.floor(server.context.now() / 1_000);
  const isSaving = child === "rdbDisk" || child === "rdbSocket";
  const isRewriting = child === "aof";
  const running = now - persistence.childStartedAt;

  const lines = [`loading:${loader.active ? 1 : 0}`];
  if (from70) lines.push("async_loading:0", "current_cow_peak:0");
  lines.push("current_cow_size:0");
  if (from70) lines.push("current_cow_size_age:0");
  lines.push(
    from70 ? "current_fork_perc:0.00" : "current_fork_perc:0.00%",
    "current_save_keys_processed:0",
    "current_save_keys_total:0",
    `rdb_changes_since_last_save:${persistence.dirty}`,
    `rdb_bgsave_in_progress:${isSaving ? 1 : 0}`,
    `rdb_last_save_time:${persistence.lastSave}`,
    `rdb_last_bgsave_status:${persistence.lastBgsaveOk ? "ok" : "err"}`,
    `rdb_last_bgsave_time_sec:${persistence.lastSaveSeconds}`,
    `rdb_current_bgsave_time_sec:${isSaving ? running : -1}`,
  );
  if (from70) lines.push(`rdb_saves:${persistence.saves}`);
  lines.push("rdb_last_cow_size:0");
  if (from70) {
    lines.push(
      `rdb_last_load_keys_expired:${persistence.keysExpiredAtLoad}`,
      `rdb_last_load_keys_loaded:${persistence.keysLoaded}`,
    );
  }
  lines.push(
    `aof_enabled:${aof.state === "off" ? 0 : 1}`,
    `aof_rewrite_in_progress:${isRewriting ? 1 : 0}`,
    `aof_rewrite_scheduled:${aof.rewriteScheduled ? 1 : 0}`,
    `aof_last_rewrite_time_sec:${persistence.lastRewriteSeconds}`,
    `aof_current_rewrite_time_sec:${isRewriting ? running : -1}`,
    `aof_last_bgrewrite_status:${aof.lastRewriteOk ? "ok" : "err"}`,
  );
  if (from70) lines.push(`aof_rewrites:${aof.rewrites}`, "aof_rewrites_consecutive_failures:0");
  lines.push(
    `aof_last_write_status:${aof.lastWriteOk ? "ok" : "err"}`,
    "aof_last_cow_size:0",
    "module_fork_in_progress:0",
    "module_fork_last_cow_size:0",
  );
  if (server.settings.appendonly) {
    lines.push(
      `aof_current_size:${aof.bytes}`,
      `aof_base_size:${aof.baseBytes}`,
      `aof_pending_rewrite:${aof.rewriteScheduled ? 1 : 0}`,
      `aof_buffer_length:${aof.pendingBytes}`,
    );
    if (!from70) lines.push("aof_rewrite_buffer_length:0");
    lines.push("aof_pending_bio_fsync:0", "aof_delayed_fsync:0");
  }
  if (loader.active) lines.push(...loadingLines(persistence, now));
  return `${lines.join("\r\n")}\r\n`;
}

function loadingLines({ loader }: Persistence, now: number): readonly string[] {
  const { loaded, startedAt = now, total } = loader;
  const elapsed = now - startedAt;
  const percent = total === 0 ? 0 : Math.floor((loaded * 10_000) / total) / 100;
  const eta = elapsed === 0 ? 1 : Math.floor((elapsed * (total - loaded)) / (loaded + 1));
  return [
    `loading_start_time:${startedAt}`,
    `loading_total_bytes:${total}`,
    "loading_rdb_used_mem:0",
    `loading_loaded_bytes:${loaded}`,
    `loading_loaded_perc:${percent.toFixed(2)}`,
    `loading_eta_seconds:${eta}`,
  ];
}
