/**
 * Which lines of a log are news for somebody who reads what happened, and how they are told.
 *
 * Redis logs each step of a handshake and of a load. Between two lines that tell the outcome (`asks
 * for synchronization`, `Finished with success`) those add nothing, so they are left to --verbose.
 */

/** What every process logs before it does anything, and the small steps of what other lines tell whole. */
const chatter: readonly RegExp[] = [
  /^oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo$/,
  /^Redis version=/,
  /^Configuration loaded$/,
  /^Server initialized$/,
  /^monotonic clock: /,
  /^Running mode=/,
  // connectWithMaster(), syncWithMaster()
  /^MASTER <-> REPLICA sync started$/,
  /^Non blocking connect for SYNC fired the event\.$/,
  /^Master replied to PING, replication can continue\.\.\.$/,
  /^Partial resynchronization not possible \(no cached master\)$/,
  // replicationCacheMaster(), replicationDiscardCachedMaster()
  /^Caching the disconnected master state\.$/,
  /^Discarding previously cached master state\.$/,
  // rdbSaveBackground(), and what its child says
  /^Background saving started by pid \d+$/,
  /^Background RDB transfer started by pid \d+$/,
  /^DB saved on disk$/,
  /^(Fork CoW for RDB|RDB): /,
  // sentinelFlushConfig()
  /^Sentinel new configuration saved on disk$/,
  // readSyncBulkPayload(), rdbLoadRio()
  /^MASTER <-> REPLICA sync: (Flushing old data|Loading DB in memory)$/,
  /^Loading RDB produced by version /,
  /^RDB (age|memory usage when created) /,
  /^Done loading RDB, keys loaded: /,
];

/** Notice and warning, less what says nothing new. */
export function isNews(level: string, text: string): boolean {
  return (level === "*" || level === "#") && !chatter.some((each) => each.test(text));
}

/** A process that says it is ready as soon as it has started says nothing new. */
export function saysReady(text: string): boolean {
  return text === "Ready to accept connections" || text.startsWith("Ready to accept connections ");
}

/**
 * `catClientInfoString()` in a log line, of which a reader wants who asked and for what; the rest
 * becomes dots.
 */
export function shortened(text: string): string {
  return text.replace(
    /'id=\d+ (addr=\S+) .*?(name=\S*) .*?(cmd=\S+).*?'/,
    (_, address: string, name: string, command: string) =>
      `'... ${address} ... ${name} ... ${command} ...'`,
  );
}
