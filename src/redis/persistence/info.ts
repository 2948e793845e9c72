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

  const isAsynchronous = loader.active && loader.asynchronous;
  return (
    `loading:${loader.active && !isAsynchronous ? 1 : 0}\r\n` +
    (from70 ? `async_loading:${isAsynchronous ? 1 : 0}\r\ncurrent_cow_peak:0\r\n` : "") +
    `current_cow_size:0\r\n${from70 ? "current_cow_size_age:0\r\n" : ""}` +
    `current_fork_perc:0.00${from70 ? "" : "%"}\r\n` +
    "current_save_keys_processed:0\r\ncurrent_save_keys_total:0\r\n" +
    `rdb_changes_since_last_save:${persistence.dirty}\r\n` +
    `rdb_bgsave_in_progress:${isSaving ? 1 : 0}\r\n` +
    `rdb_last_save_time:${persistence.lastSave}\r\n` +
    `rdb_last_bgsave_status:${persistence.lastBgsaveOk ? "ok" : "err"}\r\n` +
    `rdb_last_bgsave_time_sec:${persistence.lastSaveSeconds}\r\n` +
    `rdb_current_bgsave_time_sec:${isSaving ? running : -1}\r\n` +
    (from70 ? `rdb_saves:${persistence.saves}\r\n` : "") +
    "rdb_last_cow_size:0\r\n" +
    (from70
      ? `rdb_last_load_keys_expired:${persistence.keysExpiredAtLoad}\r\n` +
        `rdb_last_load_keys_loaded:${persistence.keysLoaded}\r\n`
      : "") +
    `aof_enabled:${aof.state === "off" ? 0 : 1}\r\n` +
    `aof_rewrite_in_progress:${isRewriting ? 1 : 0}\r\n` +
    `aof_rewrite_scheduled:${aof.rewriteScheduled ? 1 : 0}\r\n` +
    `aof_last_rewrite_time_sec:${persistence.lastRewriteSeconds}\r\n` +
    `aof_current_rewrite_time_sec:${isRewriting ? running : -1}\r\n` +
    `aof_last_bgrewrite_status:${aof.lastRewriteOk ? "ok" : "err"}\r\n` +
    (from70
      ? `aof_rewrites:${aof.rewrites}\r\naof_rewrites_consecutive_failures:${persistence.rewriteLimit.failures}\r\n`
      : "") +
    `aof_last_write_status:${aof.lastWriteOk ? "ok" : "err"}\r\n` +
    "aof_last_cow_size:0\r\nmodule_fork_in_progress:0\r\nmodule_fork_last_cow_size:0\r\n" +
    (server.settings.appendonly ? aofText(persistence, from70) : "") +
    (loader.active ? loadingText(persistence, now) : "")
  );
}

function aofText({ aof }: Persistence, from70: boolean): string {
  return (
    `aof_current_size:${aof.bytes}\r\naof_base_size:${aof.baseBytes}\r\n` +
    `aof_pending_rewrite:${aof.rewriteScheduled ? 1 : 0}\r\n` +
    `aof_buffer_length:${aof.pendingBytes}\r\n` +
    (from70 ? "" : "aof_rewrite_buffer_length:0\r\n") +
    "aof_pending_bio_fsync:0\r\naof_delayed_fsync:0\r\n"
  );
}

function loadingText({ loader }: Persistence, now: number): string {
  const { loaded, startedAt = now, total } = loader;
  const elapsed = now - startedAt;
  const percent = total === 0 ? 0 : Math.floor((loaded * 10_000) / total) / 100;
  const eta = elapsed === 0 ? 1 : Math.floor((elapsed * (total - loaded)) / (loaded + 1));
  return (
    `loading_start_time:${startedAt}\r\nloading_total_bytes:${total}\r\n` +
    `loading_rdb_used_mem:0\r\nloading_loaded_bytes:${loaded}\r\n` +
    `loading_loaded_perc:${percent.toFixed(2)}\r\nloading_eta_seconds:${eta}\r\n`
  );
}
