/**
 * A redis-server's settings as its code reads them: one field for each directive that means something
 * here, in the directive's own unit, named as the directive in camelCase. `directives.ts` is the table
 * that connects them with their names, defaults and checks; CONFIG SET changes them at run time.
 */

export interface SaveRule {
  readonly seconds: number;
  readonly changes: number;
}

/** client-output-buffer-limit of one class; 0 is no limit. */
export interface BufferLimit {
  readonly hardBytes: number;
  readonly softBytes: number;
  readonly softSeconds: number;
}

export interface ServerSettings {
  port: number;
  /** As written (a leading `-` makes an address optional); the first is also connected from. Empty: all. */
  bind: readonly string[];
  protectedMode: boolean;
  timeout: number;
  tcpKeepalive: number;
  tcpBacklog: number;
  databases: number;
  maxclients: number;
  hz: number;
  dynamicHz: boolean;

  requirepass: string;
  masterauth: string;
  masteruser: string;
  /** `user` lines, as written, without the word itself. */
  users: readonly string[];
  /** Old name to new name, both lower case; an empty new name disables the command. */
  renamedCommands: ReadonlyMap<string, string>;

  dir: string;
  dbfilename: string;
  save: readonly SaveRule[];
  stopWritesOnBgsaveError: boolean;
  rdbDelSyncFiles: boolean;
  rdbcompression: boolean;
  rdbchecksum: boolean;
  appendonly: boolean;
  appendfsync: "always" | "everysec" | "no";
  appendfilename: string;
  aofUseRdbPreamble: boolean;
  autoAofRewritePercentage: number;
  autoAofRewriteMinSize: number;
  loadingProcessEventsIntervalBytes: number;
  /** Microseconds for each key; negative: one microsecond for every so many keys. */
  keyLoadDelay: number;

  replicaof: { readonly host: string; readonly port: number } | undefined;
  replTimeout: number;
  replPingReplicaPeriod: number;
  replBacklogSize: number;
  replBacklogTtl: number;
  replDisklessSync: boolean;
  replDisklessSyncDelay: number;
  replDisklessSyncMaxReplicas: number;
  replDisklessLoad: "disabled" | "on-empty-db" | "swapdb";
  replDisableTcpNodelay: boolean;
  replicaServeStaleData: boolean;
  replicaReadOnly: boolean;
  replicaPriority: number;
  replicaAnnounced: boolean;
  replicaAnnounceIp: string;
  replicaAnnouncePort: number;
  replicaLazyFlush: boolean;
  replicaIgnoreMaxmemory: boolean;
  minReplicasToWrite: number;
  minReplicasMaxLag: number;
  shutdownTimeout: number;
  /** Words of SHUTDOWN, or `default`. */
  shutdownOnSigint: string;
  shutdownOnSigterm: string;

  clientOutputBufferLimit: {
    readonly normal: BufferLimit;
    readonly replica: BufferLimit;
    readonly pubsub: BufferLimit;
  };
  clientQueryBufferLimit: number;
  lazyfreeLazyExpire: boolean;
  lazyfreeLazyUserDel: boolean;
  lazyfreeLazyUserFlush: boolean;
  maxmemory: number;
  maxmemoryPolicy: string;
  loglevel: "debug" | "verbose" | "notice" | "warning" | "nothing";
  logfile: string;

  /**
   * What was said about directives that have no meaning here, by name (`maxmemory-samples`). Nothing
   * but CONFIG GET and CONFIG REWRITE reads it; what was never said has its default.
   */
  readonly others: Map<string, boolean | number | string>;
}

/** Lists among them are replaced and never changed, so this is a copy through and through. */
export function copyOf(settings: ServerSettings): ServerSettings {
  return { ...settings, others: new Map(settings.others) };
}
