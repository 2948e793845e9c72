/**
 * Every directive that redis-server 6.2, 7.0 and 7.2 know by itself: name, bounds, default, version, and
 * the field of the settings that it sets. In the order of config.c's table, which CONFIG GET and
 * CONFIG REWRITE follow (7.0 walks a hash table in a random order instead; we keep the table's).
 *
 * A directive without `sets` is accepted, shown and rewritten, and means nothing here. `include`,
 * `rename-command`, `user`, `loadmodule` and `sentinel` are not in config.c's table either: the parsers
 * know them.
 */
import type { Version } from "../version.js";
import {
  type ChoiceDirective,
  type Directive,
  type DirectiveOptions,
  longMax,
  type NumberDirective,
  type SpecialDirective,
  type TextDirective,
  ulongMax,
  type YesNoDirective,
} from "./directive.js";

const intMax = 2_147_483_647;
const uintMax = 4_294_967_295;

const supervisedMode = ["upstart", "systemd", "auto", "no"] as const;
const syslogFacility = [
  "user",
  "local0",
  "local1",
  "local2",
  "local3",
  "local4",
  "local5",
  "local6",
  "local7",
] as const;
const replDisklessLoad = ["disabled", "on-empty-db", "swapdb"] as const;
const loglevel = ["debug", "verbose", "notice", "warning", "nothing"] as const;
const maxmemoryPolicy = [
  "volatile-lru",
  "volatile-lfu",
  "volatile-random",
  "volatile-ttl",
  "allkeys-lru",
  "allkeys-lfu",
  "allkeys-random",
  "noeviction",
] as const;
const aofFsync = ["everysec", "always", "no"] as const;
const oomScoreAdj = ["no", "yes", "relative", "absolute"] as const;
const aclPubsubDefault = ["allchannels", "resetchannels"] as const;
const sanitizeDumpPayload = ["no", "yes", "clients"] as const;
const protectedAction = ["no", "yes", "local"] as const;
const clusterPreferredEndpointType = ["ip", "hostname", "unknown-endpoint"] as const;
const propagationErrorBehavior = ["ignore", "panic", "panic-on-replicas"] as const;
const shutdownOnSig = ["default", "save", "nosave", "now", "force"] as const;
const tlsAuthClients = ["no", "yes", "optional"] as const;

export const directiveTable: readonly Directive[] = [
  yesNo("rdbchecksum", true, { sets: "rdbchecksum", fixed: "always" }),
  yesNo("daemonize", false, { fixed: "always", acts: true }),
  yesNo("io-threads-do-reads", false, { fixed: "always" }),
  yesNo("lua-replicate-commands", true, { until: "6.2" }),
  yesNo("always-show-logo", false, { fixed: "always" }),
  yesNo("protected-mode", true, { sets: "protectedMode" }),
  yesNo("rdbcompression", true, { sets: "rdbcompression" }),
  yesNo("rdb-del-sync-files", false, { sets: "rdbDelSyncFiles" }),
  yesNo("activerehashing", true),
  yesNo("stop-writes-on-bgsave-error", true, { sets: "stopWritesOnBgsaveError" }),
  yesNo("set-proc-title", true, { fixed: "always" }),
  yesNo("dynamic-hz", true, { sets: "dynamicHz" }),
  yesNo("lazyfree-lazy-eviction", false),
  yesNo("lazyfree-lazy-expire", false, { sets: "lazyfreeLazyExpire" }),
  yesNo("lazyfree-lazy-server-del", false),
  yesNo("lazyfree-lazy-user-del", false, { sets: "lazyfreeLazyUserDel" }),
  yesNo("lazyfree-lazy-user-flush", false, { sets: "lazyfreeLazyUserFlush" }),
  yesNo("repl-disable-tcp-nodelay", false, { sets: "replDisableTcpNodelay" }),
  yesNo("repl-diskless-sync", true, { sets: "replDisklessSync", default62: false }),
  yesNo("gopher-enabled", false, { until: "6.2" }),
  yesNo("aof-rewrite-incremental-fsync", true),
  yesNo("no-appendfsync-on-rewrite", false),
  yesNo("cluster-require-full-coverage", true),
  yesNo("rdb-save-incremental-fsync", true),
  yesNo("aof-load-truncated", true),
  yesNo("aof-use-rdb-preamble", true, { sets: "aofUseRdbPreamble" }),
  yesNo("aof-timestamp-enabled", false, { since: "7.0" }),
  yesNo("cluster-replica-no-failover", false, { alias: "cluster-slave-no-failover" }),
  yesNo("replica-lazy-flush", false, { alias: "slave-lazy-flush", sets: "replicaLazyFlush" }),
  yesNo("replica-serve-stale-data", true, {
    alias: "slave-serve-stale-data",
    sets: "replicaServeStaleData",
  }),
  yesNo("replica-read-only", true, { alias: "slave-read-only", sets: "replicaReadOnly" }),
  yesNo("replica-ignore-maxmemory", true, {
    alias: "slave-ignore-maxmemory",
    sets: "replicaIgnoreMaxmemory",
  }),
  yesNo("jemalloc-bg-thread", true),
  yesNo("activedefrag", false),
  yesNo("syslog-enabled", false, { fixed: "always" }),
  yesNo("cluster-enabled", false, { fixed: "always" }),
  yesNo("appendonly", false, { sets: "appendonly", deniedWhileLoading: true }),
  yesNo("cluster-allow-reads-when-down", false),
  yesNo("cluster-allow-pubsubshard-when-down", true, { since: "7.0" }),
  yesNo("crash-log-enabled", true),
  yesNo("crash-memcheck-enabled", true),
  yesNo("use-exit-on-panic", false, { hidden: "from 7.0" }),
  yesNo("disable-thp", true, { fixed: "from 7.0" }),
  yesNo("cluster-allow-replica-migration", true, { since: "7.0" }),
  yesNo("replica-announced", true, { sets: "replicaAnnounced", since: "7.0" }),
  yesNo("latency-tracking", true, { since: "7.0" }),
  yesNo("aof-disable-auto-gc", false, { since: "7.0", hidden: "from 7.2" }),
  yesNo("replica-ignore-disk-write-errors", false, { since: "7.0", acts: true }),
  text("aclfile", "", { fixed: "always", keepsEmpty: true }),
  text("unixsocket", "", { fixed: "always" }),
  text("pidfile", "", { fixed: "always" }),
  text("replica-announce-ip", "", { alias: "slave-announce-ip", sets: "replicaAnnounceIp" }),
  text("masteruser", "", { sets: "masteruser" }),
  text("cluster-announce-ip", ""),
  text("cluster-config-file", "nodes.conf", { fixed: "always", keepsEmpty: true }),
  text("cluster-announce-hostname", "", { since: "7.0", check: isHostName }),
  text("cluster-announce-human-nodename", "", { since: "7.2" }),
  text("syslog-ident", "redis", { fixed: "always", keepsEmpty: true }),
  text("dbfilename", "dump.rdb", {
    sets: "dbfilename",
    isProtected: true,
    keepsEmpty: true,
    check: isFileName("dbfilename"),
  }),
  text("appendfilename", "appendonly.aof", {
    sets: "appendfilename",
    fixed: "always",
    keepsEmpty: true,
    check: isFileName("appendfilename"),
  }),
  text("appenddirname", "appendonlydir", {
    since: "7.0",
    fixed: "always",
    keepsEmpty: true,
    check: isDirName("appenddirname"),
  }),
  text("server_cpulist", "", { fixed: "always" }),
  text("bio_cpulist", "", { fixed: "always" }),
  text("aof_rewrite_cpulist", "", { fixed: "always" }),
  text("bgsave_cpulist", "", { fixed: "always" }),
  text("ignore-warnings", "", { keepsEmpty: true }),
  text("proc-title-template", "{title} {listen-addr} {server-mode}", { keepsEmpty: true }),
  text("bind-source-addr", "", { since: "7.0" }),
  text("logfile", "", { sets: "logfile", fixed: "always", keepsEmpty: true }),
  text("locale-collate", "", { since: "7.2", keepsEmpty: true }),
  text("masterauth", "", { sets: "masterauth" }),
  text("requirepass", "", { sets: "requirepass" }),
  choice("supervised", supervisedMode, "no", { fixed: "always", acts: true }),
  choice("syslog-facility", syslogFacility, "local0", { fixed: "always" }),
  choice("repl-diskless-load", replDisklessLoad, "disabled", {
    sets: "replDisklessLoad",
    deniedWhileLoading: true,
  }),
  choice("loglevel", loglevel.slice(0, 4), "notice", { sets: "loglevel", until: "7.0" }),
  choice("loglevel", loglevel, "notice", { sets: "loglevel", since: "7.2" }),
  choice("maxmemory-policy", maxmemoryPolicy, "noeviction", { sets: "maxmemoryPolicy" }),
  choice("appendfsync", aofFsync, "everysec", { sets: "appendfsync" }),
  choice("oom-score-adj", oomScoreAdj, "no", { synonyms: { relative: "yes" } }),
  choice("acl-pubsub-default", aclPubsubDefault, "resetchannels", {
    default62: "allchannels",
    acts: true,
  }),
  choice("sanitize-dump-payload", sanitizeDumpPayload, "no"),
  choice("enable-protected-configs", protectedAction, "no", {
    since: "7.0",
    fixed: "always",
    acts: true,
  }),
  choice("enable-debug-command", protectedAction, "no", {
    since: "7.0",
    fixed: "always",
    acts: true,
  }),
  choice("enable-module-command", protectedAction, "no", { since: "7.0", fixed: "always" }),
  choice("cluster-preferred-endpoint-type", clusterPreferredEndpointType, "ip", { since: "7.0" }),
  choice("propagation-error-behavior", propagationErrorBehavior, "ignore", { since: "7.0" }),
  choice("shutdown-on-sigint", shutdownOnSig, "default", {
    since: "7.0",
    combines: true,
    sets: "shutdownOnSigint",
  }),
  choice("shutdown-on-sigterm", shutdownOnSig, "default", {
    since: "7.0",
    combines: true,
    sets: "shutdownOnSigterm",
  }),
  whole("databases", 1, intMax, 16, { sets: "databases", fixed: "always" }),
  whole("port", 0, 65_535, 6_379, { sets: "port" }),
  whole("io-threads", 1, 128, 1, { fixed: "always" }),
  whole("auto-aof-rewrite-percentage", 0, intMax, 100, { sets: "autoAofRewritePercentage" }),
  whole("cluster-replica-validity-factor", 0, intMax, 10, {
    alias: "cluster-slave-validity-factor",
  }),
  whole("list-max-ziplist-size", -2_147_483_648, intMax, -2, { until: "6.2" }),
  whole("list-max-listpack-size", -2_147_483_648, intMax, -2, {
    alias: "list-max-ziplist-size",
    since: "7.0",
  }),
  whole("tcp-keepalive", 0, intMax, 300, { sets: "tcpKeepalive" }),
  whole("cluster-migration-barrier", 0, intMax, 1),
  whole("active-defrag-cycle-min", 1, 99, 1),
  whole("active-defrag-cycle-max", 1, 99, 25),
  whole("active-defrag-threshold-lower", 0, 1_000, 10),
  whole("active-defrag-threshold-upper", 0, 1_000, 100),
  whole("lfu-log-factor", 0, intMax, 10),
  whole("lfu-decay-time", 0, intMax, 1),
  whole("replica-priority", 0, intMax, 100, { alias: "slave-priority", sets: "replicaPriority" }),
  whole("repl-diskless-sync-delay", 0, intMax, 5, { sets: "replDisklessSyncDelay" }),
  whole("maxmemory-samples", 1, intMax, 5),
  whole("maxmemory-eviction-tenacity", 0, 100, 10),
  whole("timeout", 0, intMax, 0, { sets: "timeout" }),
  whole("replica-announce-port", 0, 65_535, 0, {
    alias: "slave-announce-port",
    sets: "replicaAnnouncePort",
  }),
  whole("tcp-backlog", 0, intMax, 511, { sets: "tcpBacklog", fixed: "always" }),
  whole("cluster-port", 0, 65_535, 0, { since: "7.0", fixed: "always" }),
  whole("cluster-announce-bus-port", 0, 65_535, 0),
  whole("cluster-announce-port", 0, 65_535, 0),
  whole("cluster-announce-tls-port", 0, 65_535, 0, { since: "7.0" }),
  whole("repl-timeout", 1, intMax, 60, { sets: "replTimeout" }),
  whole("repl-ping-replica-period", 1, intMax, 10, {
    alias: "repl-ping-slave-period",
    sets: "replPingReplicaPeriod",
  }),
  whole("list-compress-depth", 0, intMax, 0),
  whole("rdb-key-save-delay", -2_147_483_648, intMax, 0, { hidden: "from 7.0" }),
  whole("key-load-delay", -2_147_483_648, intMax, 0, { sets: "keyLoadDelay", hidden: "from 7.0" }),
  whole("active-expire-effort", 1, 10, 1),
  whole("hz", 0, intMax, 10, { sets: "hz" }),
  whole("min-replicas-to-write", 0, intMax, 0, {
    alias: "min-slaves-to-write",
    sets: "minReplicasToWrite",
  }),
  whole("min-replicas-max-lag", 0, intMax, 10, {
    alias: "min-slaves-max-lag",
    sets: "minReplicasMaxLag",
  }),
  whole("watchdog-period", 0, intMax, 0, { since: "7.0", hidden: "from 7.0" }),
  whole("shutdown-timeout", 0, intMax, 10, { sets: "shutdownTimeout", since: "7.0" }),
  whole("repl-diskless-sync-max-replicas", 0, intMax, 0, {
    sets: "replDisklessSyncMaxReplicas",
    since: "7.0",
  }),
  whole("maxclients", 1, uintMax, 10_000, { sets: "maxclients" }),
  octal("unixsocketperm", 0, 0o777, 0, { fixed: "always" }),
  whole("socket-mark-id", 0, uintMax, 0, { since: "7.0", fixed: "always" }),
  whole("active-defrag-max-scan-fields", 1, longMax, 1_000),
  whole("slowlog-max-len", 0, longMax, 128),
  whole("acllog-max-len", 0, longMax, 128),
  whole("lua-time-limit", 0, longMax, 5_000, { until: "6.2" }),
  whole("busy-reply-threshold", 0, longMax, 5_000, { alias: "lua-time-limit", since: "7.0" }),
  whole("cluster-node-timeout", 0, longMax, 15_000),
  whole("cluster-ping-interval", 0, longMax, 0, { since: "7.2", hidden: "from 7.0" }),
  whole("slowlog-log-slower-than", -1, longMax, 10_000),
  whole("latency-monitor-threshold", 0, longMax, 0),
  memory("proto-max-bulk-len", 1_048_576, longMax, 536_870_912),
  whole("stream-node-max-entries", 0, longMax, 100),
  memory("repl-backlog-size", 1, longMax, 1_048_576, { sets: "replBacklogSize" }),
  memory("maxmemory", 0, ulongMax, 0, { sets: "maxmemory" }),
  memory("cluster-link-sendbuf-limit", 0, ulongMax, 0, { since: "7.0" }),
  whole("hash-max-ziplist-entries", 0, longMax, 512, { until: "6.2" }),
  whole("hash-max-listpack-entries", 0, longMax, 512, {
    alias: "hash-max-ziplist-entries",
    since: "7.0",
  }),
  whole("set-max-intset-entries", 0, longMax, 512),
  whole("set-max-listpack-entries", 0, longMax, 128, { since: "7.2" }),
  whole("set-max-listpack-value", 0, longMax, 64, { since: "7.2" }),
  whole("zset-max-ziplist-entries", 0, longMax, 128, { until: "6.2" }),
  whole("zset-max-listpack-entries", 0, longMax, 128, {
    alias: "zset-max-ziplist-entries",
    since: "7.0",
  }),
  memory("active-defrag-ignore-bytes", 1, longMax, 104_857_600),
  memory("hash-max-ziplist-value", 0, longMax, 64, { until: "6.2" }),
  memory("hash-max-listpack-value", 0, longMax, 64, {
    alias: "hash-max-ziplist-value",
    since: "7.0",
  }),
  memory("stream-node-max-bytes", 0, longMax, 4_096),
  memory("zset-max-ziplist-value", 0, longMax, 64, { until: "6.2" }),
  memory("zset-max-listpack-value", 0, longMax, 64, {
    alias: "zset-max-ziplist-value",
    since: "7.0",
  }),
  memory("hll-sparse-max-bytes", 0, longMax, 3_000),
  whole("tracking-table-max-keys", 0, longMax, 1_000_000),
  memory("client-query-buffer-limit", 1_048_576, longMax, 1_073_741_824, {
    sets: "clientQueryBufferLimit",
  }),
  memoryOrPercent("maxmemory-clients", -100, longMax, 0, { since: "7.0" }),
  whole("repl-backlog-ttl", 0, longMax, 3_600, { sets: "replBacklogTtl" }),
  memory("auto-aof-rewrite-min-size", 0, longMax, 67_108_864, { sets: "autoAofRewriteMinSize" }),
  whole("loading-process-events-interval-bytes", 1_024, intMax, 2_097_152, {
    since: "7.0",
    sets: "loadingProcessEventsIntervalBytes",
    hidden: "from 7.0",
  }),
  whole("tls-port", 0, 65_535, 0),
  whole("tls-session-cache-size", 0, intMax, 20_480),
  whole("tls-session-cache-timeout", 0, intMax, 300),
  yesNo("tls-cluster", false),
  yesNo("tls-replication", false),
  choice("tls-auth-clients", tlsAuthClients, "yes"),
  yesNo("tls-prefer-server-ciphers", false),
  yesNo("tls-session-caching", true),
  text("tls-cert-file", ""),
  text("tls-key-file", ""),
  text("tls-key-file-pass", "", { since: "7.0" }),
  text("tls-client-cert-file", ""),
  text("tls-client-key-file", ""),
  text("tls-client-key-file-pass", "", { since: "7.0" }),
  text("tls-dh-params-file", ""),
  text("tls-ca-cert-file", ""),
  text("tls-ca-cert-dir", ""),
  text("tls-protocols", ""),
  text("tls-ciphers", ""),
  text("tls-ciphersuites", ""),
  special("dir", { sets: "dir", isProtected: true, deniedWhileLoading: true }),
  special("save", { sets: "save" }),
  special("client-output-buffer-limit", { sets: "clientOutputBufferLimit" }),
  special("oom-score-adj-values"),
  special("notify-keyspace-events"),
  special("bind", { sets: "bind" }),
  special("replicaof", { alias: "slaveof", sets: "replicaof", fixed: "always" }),
  special("latency-tracking-info-percentiles", { since: "7.0" }),
];

function yesNo(
  name: string,
  value: boolean,
  options: DirectiveOptions & { readonly default62?: boolean } = {},
): YesNoDirective {
  return { kind: "yes-no", name, default: value, default62: options.default62 ?? value, options };
}

function number(
  notation: NumberDirective["notation"],
  name: string,
  bounds: readonly [number, number],
  value: number,
  options: DirectiveOptions,
): NumberDirective {
  const [min, max] = bounds;
  return { kind: "number", notation, name, min, max, default: value, options };
}

function whole(
  name: string,
  min: number,
  max: number,
  value: number,
  options: DirectiveOptions = {},
): NumberDirective {
  return number("whole", name, [min, max], value, options);
}

function memory(
  name: string,
  min: number,
  max: number,
  value: number,
  options: DirectiveOptions = {},
): NumberDirective {
  return number("memory", name, [min, max], value, options);
}

function memoryOrPercent(
  name: string,
  min: number,
  max: number,
  value: number,
  options: DirectiveOptions = {},
): NumberDirective {
  return number("memory-or-percent", name, [min, max], value, options);
}

function octal(
  name: string,
  min: number,
  max: number,
  value: number,
  options: DirectiveOptions = {},
): NumberDirective {
  return number("octal", name, [min, max], value, options);
}

interface TextOptions extends DirectiveOptions {
  readonly keepsEmpty?: boolean;
  readonly check?: (value: string, version: Version) => string | undefined;
}

function text(name: string, value: string, options: TextOptions = {}): TextDirective {
  const { keepsEmpty = false, check } = options;
  return { kind: "text", name, default: value, keepsEmpty, check, options };
}

interface ChoiceOptions extends DirectiveOptions {
  readonly default62?: string;
  readonly combines?: boolean;
  readonly synonyms?: Readonly<Record<string, string>>;
}

function choice(
  name: string,
  values: readonly string[],
  value: string,
  options: ChoiceOptions = {},
): ChoiceDirective {
  const { default62 = value, combines = false, synonyms = {} } = options;
  return { kind: "choice", name, values, default: value, default62, combines, synonyms, options };
}

function special(name: string, options: DirectiveOptions = {}): SpecialDirective {
  return { kind: "special", name, options };
}

/** `isValidDBfilename()`, `isValidAOFfilename()`; that it may not be empty is new in 7.0. */
function isFileName(name: string): (value: string, version: Version) => string | undefined {
  return (value, version) => {
    if (value === "" && name !== "dbfilename" && version !== "6.2") return `${name} can't be empty`;
    return isBaseName(value) ? undefined : `${name} can't be a path, just a filename`;
  };
}

/** `isValidAOFdirname()` */
function isDirName(name: string): (value: string) => string | undefined {
  return (value) => {
    if (value === "") return `${name} can't be empty`;
    return isBaseName(value) ? undefined : `${name} can't be a path, just a dirname`;
  };
}

/** `pathIsBaseName()` */
function isBaseName(path: string): boolean {
  return !path.includes("/") && !path.includes("\\");
}

/** `isValidAnnouncedHostname()` */
function isHostName(value: string): string | undefined {
  if (value.length >= 256) return "Hostnames must be less than 256 characters";
  if (/^[A-Za-z0-9.-]*$/.test(value)) return undefined;
  return "Hostnames may only contain alphanumeric characters, hyphens or dots";
}
