/**
 * The sections of a data server's INFO (`genRedisInfoString()`), with the fields of its version in
 * their order. What no machine is simulated for (allocator, CPU time) has the value of an idle server.
 *
 * Sentinels ask for this every second while something is wrong: text that never changes is made once,
 * and text that seldom does when it does.
 */
import type { ServerSettings } from "../config/settings.js";
import { emptyServerBytes, type Keyspace } from "../keyspace/keyspace.js";
import type { Client } from "./client.js";
import { type InfoSection, runningMode } from "./mode.js";
import type { ServerProcess } from "./process.js";
import type { RedisServer } from "./redis-server.js";
import { type InfoLine, seldomChanging } from "./seldom-changing.js";
import type { Statistics } from "./statistics.js";

export function serverSections(server: RedisServer): readonly InfoSection[] {
  const { process } = server;
  const always = serverText(process, () => server.hz);
  return [
    section("Server", () => always() + shutdownText(server)),
    section(
      "Clients",
      clientsText(process, () => server.replication.connectedReplicas),
    ),
    section("Memory", memoryText(server)),
    section("Persistence", () => server.persistence.infoText()),
    section("Stats", statsText(process, server.keyspace)),
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
  const seldom = seldomChanging([
    ["uptime_in_days", () => Math.floor((process.unixtime - process.startedAt) / 86_400)],
    ["hz", hz],
    ["configured_hz", () => settings.hz],
  ]);
  const tail = seldomChanging([
    ["executable", () => process.executable],
    ["config_file", () => process.configFile?.path ?? ""],
    ["io_threads_active", () => 0],
  ]);
  let head: string | undefined;
  return () => {
    head ??=
      `redis_version:${behaviour.release}\r\nredis_git_sha1:00000000\r\nredis_git_dirty:0\r\n` +
      `redis_build_id:0\r\nredis_mode:${runningMode(process.mode)}\r\n` +
      `os:Linux 5.15.0 x86_64\r\narch_bits:64\r\n${clock}multiplexing_api:epoll\r\n` +
      `atomicvar_api:c11-builtin\r\ngcc_version:12.2.0\r\nprocess_id:${process.pid}\r\nprocess_supervised:no\r\n` +
      `run_id:${process.runId}\r\ntcp_port:${settings.port}\r\nserver_time_usec:`;
    const listeners = behaviour.from72 ? listenersText(settings) : "";
    const uptime = process.unixtime - process.startedAt;
    // LRU_CLOCK(): seconds in 24 bits.
    const lruClock = process.unixtime % 16_777_216;
    return (
      `${head}${context.nowMicroseconds()}\r\nuptime_in_seconds:${uptime}\r\n${seldom()}` +
      `lru_clock:${lruClock}\r\n${tail()}${listeners}`
    );
  };
}

/** `getListensInfoString()` of 7.2; without a bind directive it listens on every address. */
function listenersText({ bind, port }: ServerSettings): string {
  const addresses = bind.length > 0 ? bind : ["*", "-::*"];
  const binds = addresses.map((address) => `,bind=${address}`).join("");
  return `listener0:name=tcp${binds}${port === 0 ? "" : `,port=${port}`}\r\n`;
}

/** Commands that wait for a key are not modelled. */
const blockingKeys: readonly (readonly [string, () => number])[] = [
  ["total_blocking_keys", () => 0],
  ["total_blocking_keys_on_nokey", () => 0],
];

export function clientsText(process: ServerProcess, replicas: () => number): () => string {
  const zero = () => 0;
  return seldomChanging([
    ["connected_clients", () => process.clientCount - replicas()],
    ["cluster_connections", zero],
    ["maxclients", () => process.settings.maxclients],
    ["client_recent_max_input_buffer", zero],
    ["client_recent_max_output_buffer", zero],
    ["blocked_clients", () => process.blockedClients],
    ["tracking_clients", zero],
    ["clients_in_timeout_table", () => clientsWithDeadline(process)],
    ...(process.behaviour.from72 ? blockingKeys : []),
  ]);
}

function clientsWithDeadline(process: ServerProcess): number {
  let count = 0;
  if (process.blockedClients > 0) {
    for (const client of process.clients) if (hasDeadline(client)) count++;
  }
  return count;
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
      const used = emptyServerBytes + memory;
      text =
        `used_memory:${used}\r\nused_memory_human:${human(used)}\r\n` +
        `used_memory_dataset:${memory}\r\nmaxmemory:${maxmemory}\r\n` +
        `maxmemory_human:${human(maxmemory)}\r\nmaxmemory_policy:${maxmemoryPolicy}\r\n`;
    }
    return text;
  };
}

/** `bytesToHuman()` */
function human(bytes: number): string {
  if (bytes < 1_024) return `${bytes}B`;
  if (bytes < 1_048_576) return `${(bytes / 1_024).toFixed(2)}K`;
  if (bytes < 1_073_741_824) return `${(bytes / 1_048_576).toFixed(2)}M`;
  return `${(bytes / 1_073_741_824).toFixed(2)}G`;
}

/** Bytes a second in kilobytes; mostly as many as the last time. */
function kilobytes(): (rate: number) => string {
  let of = 0;
  let text = "0.00";
  return (rate) => {
    if (rate !== of) text = (rate / 1_024).toFixed(2);
    of = rate;
    return text;
  };
}

/** What INFO stats tells of a dataset. */
export type DatasetStats = Pick<Keyspace, "expired" | "hits" | "misses" | "ownExpiries">;

/** What a process without a dataset counts of one. */
export const noDataset: DatasetStats = { expired: 0, hits: 0, misses: 0, ownExpiries: 0 };

/** INFO stats, for both modes. What every command counts is written anew each time, the rest seldom. */
export function statsText(process: ServerProcess, dataset: DatasetStats): () => string {
  const { statistics: stats, behaviour } = process;
  const { from70, from72 } = behaviour;
  const seldom = seldomChanging(seldomStats(process, dataset));
  const inputRate = kilobytes();
  const outputRate = kilobytes();
  return () => {
    const input = stats.inputBytes + stats.replicationInputBytes;
    const output = stats.outputBytes + stats.replicationOutputBytes;
    return (
      `total_connections_received:${stats.connections}\r\ntotal_commands_processed:${stats.commands}\r\n` +
      `instantaneous_ops_per_sec:${stats.rates.operations}\r\ntotal_net_input_bytes:${input}\r\n` +
      `total_net_output_bytes:${output}\r\n` +
      (from70
        ? `total_net_repl_input_bytes:${stats.replicationInputBytes}\r\ntotal_net_repl_output_bytes:${stats.replicationOutputBytes}\r\n`
        : "") +
      `instantaneous_input_kbps:${inputRate(stats.rates.input)}\r\ninstantaneous_output_kbps:${outputRate(stats.rates.output)}\r\n` +
      seldom() +
      `total_reads_processed:${stats.reads}\r\ntotal_writes_processed:${stats.writes}\r\n` +
      (from70 ? threads70 : threads62) +
      (from72 ? eventLoopText(stats) : "")
    );
  };
}

const threads62 = "io_threaded_reads_processed:0\r\nio_threaded_writes_processed:0\r\n";
const threads70 = `${threads62}reply_buffer_shrinks:0\r\nreply_buffer_expands:0\r\n`;

/** New in 7.2, with `genRedisInfoStringACLStats()`; how long its cycles take is not simulated. */
function eventLoopText({ cycles, denied }: Statistics): string {
  return (
    `eventloop_cycles:${cycles}\r\neventloop_duration_sum:0\r\neventloop_duration_cmd_sum:0\r\n` +
    "instantaneous_eventloop_cycles_per_sec:0\r\ninstantaneous_eventloop_duration_usec:0\r\n" +
    `acl_access_denied_auth:${denied.auth}\r\nacl_access_denied_cmd:${denied.command}\r\n` +
    `acl_access_denied_key:${denied.key}\r\nacl_access_denied_channel:${denied.channel}\r\n`
  );
}

function seldomStats(process: ServerProcess, dataset: DatasetStats): readonly InfoLine[] {
  const { statistics: stats, pubsub, behaviour } = process;
  const zero = () => 0;
  const fraction = () => "0.00";
  const lines: readonly (InfoLine | { readonly from70: readonly InfoLine[] })[] = [
    {
      from70: [
        ["instantaneous_input_repl_kbps", fraction],
        ["instantaneous_output_repl_kbps", fraction],
      ],
    },
    ["rejected_connections", () => stats.rejectedConnections],
    ["sync_full", () => stats.syncFull],
    ["sync_partial_ok", () => stats.syncPartialOk],
    ["sync_partial_err", () => stats.syncPartialError],
    ["expired_keys", () => dataset.expired],
    ["expired_stale_perc", fraction],
    ["expired_time_cap_reached_count", zero],
    ["expire_cycle_cpu_milliseconds", zero],
    ["evicted_keys", zero],
    {
      from70: [
        ["evicted_clients", zero],
        ["total_eviction_exceeded_time", zero],
        ["current_eviction_exceeded_time", zero],
      ],
    },
    ["keyspace_hits", () => dataset.hits],
    ["keyspace_misses", () => dataset.misses],
    ["pubsub_channels", () => pubsub.channels.size],
    ["pubsub_patterns", () => pubsub.patterns.size],
    { from70: [["pubsubshard_channels", zero]] },
    ["latest_fork_usec", () => stats.lastForkMicroseconds],
    ["total_forks", () => stats.forks],
    ["migrate_cached_sockets", zero],
    ["slave_expires_tracked_keys", () => dataset.ownExpiries],
    ["active_defrag_hits", zero],
    ["active_defrag_misses", zero],
    ["active_defrag_key_hits", zero],
    ["active_defrag_key_misses", zero],
    {
      from70: [
        ["total_active_defrag_time", zero],
        ["current_active_defrag_time", zero],
      ],
    },
    ["tracking_total_keys", zero],
    ["tracking_total_items", zero],
    ["tracking_total_prefixes", zero],
    ["unexpected_error_replies", () => stats.unexpectedErrorReplies],
    ["total_error_replies", () => stats.errorReplies],
    ["dump_payload_sanitizations", zero],
  ];
  return lines.flatMap((line) => {
    if (!("from70" in line)) return [line];
    return behaviour.from70 ? line.from70 : [];
  });
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
