/**
 * The sections of a data server's INFO (`genRedisInfoString()`), with the fields of its version in
 * their order. What no machine is simulated for (allocator, CPU time) has the value of an idle server.
 *
 * Sentinels ask for this every second while something is wrong: text that never changes is made once.
 */
import type { ServerSettings } from "../config/settings.js";
import type { Client } from "./client.js";
import type { InfoSection } from "./mode.js";
import type { ServerProcess } from "./process.js";
import type { RedisServer } from "./redis-server.js";

export function serverSections(server: RedisServer): readonly InfoSection[] {
  const { process } = server;
  const always = serverText(process, () => server.hz);
  return [
    section("Server", () => always() + shutdownText(server)),
    section("Clients", () => clientsText(process, server.replication.connectedReplicas)),
    section("Memory", memoryText(server)),
    section("Persistence", () => server.persistence.infoText()),
    section("Stats", () => statsText(server)),
    section("Replication", () => server.replication.infoText()),
    section("CPU", () => cpuText),
    section("Modules", () => ""),
    section("Errorstats", () => errorsText(process)),
    section("Cluster", () => "cluster_enabled:0\r\n"),
    section("Keyspace", () => keyspaceText(server)),
  ];
}

function shutdownText(server: RedisServer): string {
  const remaining = server.shutdownRemaining;
  return remaining === undefined ? "" : `shutdown_in_milliseconds:${remaining}\r\n`;
}

export function section(title: string, text: () => string, byDefault = true): InfoSection {
  return { name: title.toLowerCase(), title, byDefault, text };
}

/** INFO server: for both modes, each with its own hz. */
export function serverText(process: ServerProcess, hz: () => number): () => string {
  const { behaviour, settings, context } = process;
  const clock = behaviour.from70 ? "monotonic_clock:POSIX clock_gettime\r\n" : "";
  let head: string | undefined;
  return () => {
    head ??=
      `redis_version:${behaviour.release}\r\nredis_git_sha1:00000000\r\nredis_git_dirty:0\r\n` +
      `redis_build_id:0\r\nredis_mode:${process.mode.name === "sentinel" ? "sentinel" : "standalone"}\r\n` +
      `os:Linux 5.15.0 x86_64\r\narch_bits:64\r\n${clock}multiplexing_api:epoll\r\n` +
      "atomicvar_api:c11-builtin\r\ngcc_version:12.2.0\r\nprocess_id:1\r\nprocess_supervised:no\r\n" +
      `run_id:${process.runId}\r\ntcp_port:${settings.port}\r\nserver_time_usec:`;
    const listeners = behaviour.from72 ? listenersText(settings) : "";
    const uptime = process.unixtime - process.startedAt;
    // LRU_CLOCK(): seconds in 24 bits.
    const lruClock = process.unixtime % 16_777_216;
    return (
      `${head}${context.nowMicroseconds()}\r\nuptime_in_seconds:${uptime}\r\n` +
      `uptime_in_days:${Math.floor(uptime / 86_400)}\r\nhz:${hz()}\r\nconfigured_hz:${settings.hz}\r\n` +
      `lru_clock:${lruClock}\r\nexecutable:/usr/local/bin/redis-server\r\n` +
      `config_file:${process.configFile?.path ?? ""}\r\nio_threads_active:0\r\n` +
      listeners
    );
  };
}

/** `getListensInfoString()` of 7.2; without a bind directive it listens on every address. */
function listenersText({ bind, port }: ServerSettings): string {
  const addresses = bind.length > 0 ? bind : ["*", "-::*"];
  const binds = addresses.map((address) => `,bind=${address}`).join("");
  return `listener0:name=tcp${binds}${port === 0 ? "" : `,port=${port}`}\r\n`;
}

export function clientsText(process: ServerProcess, replicas: number): string {
  const waiting = process.blockedClients;
  let timed = 0;
  if (waiting > 0) for (const client of process.clients) if (hasDeadline(client)) timed++;
  return (
    `connected_clients:${process.clientCount - replicas}\r\ncluster_connections:0\r\n` +
    `maxclients:${process.settings.maxclients}\r\nclient_recent_max_input_buffer:0\r\n` +
    `client_recent_max_output_buffer:0\r\nblocked_clients:${waiting}\r\ntracking_clients:0\r\n` +
    `clients_in_timeout_table:${timed}\r\n`
  );
}

function hasDeadline(client: Client): boolean {
  return client.blocked?.kind === "wait" && client.blocked.deadline !== 0;
}

/** The dataset's own count and the limit; an allocator is not simulated, so its fields are left out. */
function memoryText(server: RedisServer): () => string {
  let of = "";
  let text = "";
  return () => {
    const { memory } = server.keyspace;
    const { maxmemory, maxmemoryPolicy } = server.settings;
    const now = `${memory} ${maxmemory} ${maxmemoryPolicy}`;
    if (now !== of) {
      of = now;
      const used = emptyServer + memory;
      text =
        `used_memory:${used}\r\nused_memory_human:${human(used)}\r\n` +
        `used_memory_dataset:${memory}\r\nmaxmemory:${maxmemory}\r\n` +
        `maxmemory_human:${human(maxmemory)}\r\nmaxmemory_policy:${maxmemoryPolicy}\r\n`;
    }
    return text;
  };
}

/** What a server without data has allocated, about. */
const emptyServer = 1_900_000;

/** `bytesToHuman()` */
function human(bytes: number): string {
  if (bytes < 1_024) return `${bytes}B`;
  if (bytes < 1_048_576) return `${(bytes / 1_024).toFixed(2)}K`;
  if (bytes < 1_073_741_824) return `${(bytes / 1_048_576).toFixed(2)}M`;
  return `${(bytes / 1_073_741_824).toFixed(2)}G`;
}

function kilobytes(bytesPerSecond: number): string {
  return bytesPerSecond === 0 ? "0.00" : (bytesPerSecond / 1_024).toFixed(2);
}

function statsText(server: RedisServer): string {
  const { process, keyspace } = server;
  const { statistics: stats } = process;
  return networkStatsText(process, {
    syncFull: stats.syncFull,
    syncPartialOk: stats.syncPartialOk,
    syncPartialError: stats.syncPartialError,
    expired: keyspace.expired,
    hits: keyspace.hits,
    misses: keyspace.misses,
    ownExpiries: keyspace.ownExpiries,
  });
}

export interface DatasetStats {
  readonly syncFull: number;
  readonly syncPartialOk: number;
  readonly syncPartialError: number;
  readonly expired: number;
  readonly hits: number;
  readonly misses: number;
  readonly ownExpiries: number;
}

/** What a process without a dataset counts of one. */
export const noDataset: DatasetStats = {
  syncFull: 0,
  syncPartialOk: 0,
  syncPartialError: 0,
  expired: 0,
  hits: 0,
  misses: 0,
  ownExpiries: 0,
};

/** INFO stats, for both modes. */
export function networkStatsText(process: ServerProcess, dataset: DatasetStats): string {
  const { statistics: stats, pubsub, behaviour } = process;
  const { from70 } = behaviour;
  const input = stats.inputBytes + stats.replicationInputBytes;
  const output = stats.outputBytes + stats.replicationOutputBytes;
  return (
    `total_connections_received:${stats.connections}\r\ntotal_commands_processed:${stats.commands}\r\n` +
    `instantaneous_ops_per_sec:${stats.operations.rate}\r\ntotal_net_input_bytes:${input}\r\n` +
    `total_net_output_bytes:${output}\r\n` +
    (from70
      ? `total_net_repl_input_bytes:${stats.replicationInputBytes}\r\ntotal_net_repl_output_bytes:${stats.replicationOutputBytes}\r\n`
      : "") +
    `instantaneous_input_kbps:${kilobytes(stats.input.rate)}\r\ninstantaneous_output_kbps:${kilobytes(stats.output.rate)}\r\n` +
    (from70
      ? "instantaneous_input_repl_kbps:0.00\r\ninstantaneous_output_repl_kbps:0.00\r\n"
      : "") +
    `rejected_connections:${stats.rejectedConnections}\r\nsync_full:${dataset.syncFull}\r\n` +
    `sync_partial_ok:${dataset.syncPartialOk}\r\nsync_partial_err:${dataset.syncPartialError}\r\n` +
    `expired_keys:${dataset.expired}\r\nexpired_stale_perc:0.00\r\nexpired_time_cap_reached_count:0\r\n` +
    "expire_cycle_cpu_milliseconds:0\r\nevicted_keys:0\r\n" +
    (from70
      ? "evicted_clients:0\r\ntotal_eviction_exceeded_time:0\r\ncurrent_eviction_exceeded_time:0\r\n"
      : "") +
    `keyspace_hits:${dataset.hits}\r\nkeyspace_misses:${dataset.misses}\r\n` +
    `pubsub_channels:${pubsub.channels.size}\r\npubsub_patterns:${pubsub.patterns.size}\r\n` +
    (from70 ? "pubsubshard_channels:0\r\n" : "") +
    `latest_fork_usec:${stats.lastForkMicroseconds}\r\ntotal_forks:${stats.forks}\r\n` +
    `migrate_cached_sockets:0\r\nslave_expires_tracked_keys:${dataset.ownExpiries}\r\n` +
    "active_defrag_hits:0\r\nactive_defrag_misses:0\r\nactive_defrag_key_hits:0\r\nactive_defrag_key_misses:0\r\n" +
    (from70 ? "total_active_defrag_time:0\r\ncurrent_active_defrag_time:0\r\n" : "") +
    "tracking_total_keys:0\r\ntracking_total_items:0\r\ntracking_total_prefixes:0\r\n" +
    `unexpected_error_replies:${stats.unexpectedErrorReplies}\r\ntotal_error_replies:${stats.errorReplies}\r\n` +
    `dump_payload_sanitizations:0\r\ntotal_reads_processed:${stats.reads}\r\ntotal_writes_processed:${stats.writes}\r\n` +
    "io_threaded_reads_processed:0\r\nio_threaded_writes_processed:0\r\n" +
    (from70 ? "reply_buffer_shrinks:0\r\nreply_buffer_expands:0\r\n" : "")
  );
}

const cpuFields = [
  "used_cpu_sys",
  "used_cpu_user",
  "used_cpu_sys_children",
  "used_cpu_user_children",
];

/** No CPU time is simulated. */
export const cpuText = [...cpuFields, "used_cpu_sys_main_thread", "used_cpu_user_main_thread"]
  .map((field) => `${field}:0.000000\r\n`)
  .join("");

function errorsText(process: ServerProcess): string {
  if (process.statistics.errors.size === 0) return "";
  // As the radix tree has them: by code.
  const codes = [...process.statistics.errors].sort(([a], [b]) => (a < b ? -1 : 1));
  return codes.map(([code, count]) => `errorstat_${code}:count=${count}\r\n`).join("");
}

function keyspaceText(server: RedisServer): string {
  let text = "";
  for (const database of server.keyspace.databases) {
    if (database.size === 0) continue;
    text += `db${database.index}:keys=${database.size},expires=${database.volatileSize},avg_ttl=0\r\n`;
  }
  return text;
}
