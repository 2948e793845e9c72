/**
 * What a sentinel.conf says once it is read: the settings of the Sentinel itself, and for each master
 * its options and what an earlier life left behind (epochs, replicas, other Sentinels). Sentinel copies
 * them into its own records when it starts (`loadSentinelConfigFromQueue()`); nothing here changes later.
 *
 * Absent is `undefined` where Redis keeps a NULL; a number or a flag is always there.
 */
import type { Address } from "../../kernel/actor.js";

/** `known-sentinel <name> <ip> <port> <runid>`; the form without an id is ignored, as in Redis. */
export interface KnownSentinel {
  readonly ip: string;
  readonly port: number;
  readonly runId: string;
}

/** Everything said about one master, `sentinel monitor` first. Times are milliseconds. */
export interface MonitoredMaster {
  readonly name: string;
  /** As written: an address, or a name where resolve-hostnames is on. */
  readonly host: string;
  readonly port: number;
  readonly quorum: number;
  downAfter: number;
  failoverTimeout: number;
  parallelSyncs: number;
  notificationScript: string | undefined;
  clientReconfigScript: string | undefined;
  authPass: string | undefined;
  authUser: string | undefined;
  /** Names as written: Redis compares them without regard to case only when it sends them. */
  readonly renamedCommands: Map<string, string>;
  /** master-reboot-down-after-period, since 7.0; 0 is off. */
  masterRebootDownAfter: number;
  configEpoch: number;
  leaderEpoch: number;
  /** In the order of the file; `ip` as written. */
  readonly knownReplicas: Address[];
  readonly knownSentinels: KnownSentinel[];
}

export interface SentinelSettings {
  /** 40 hexadecimal digits; a Sentinel without one draws one and saves it. */
  myid: string | undefined;
  currentEpoch: number;
  announceIp: string | undefined;
  /** 0: its own port. */
  announcePort: number;
  denyScriptsReconfig: boolean;
  resolveHostnames: boolean;
  announceHostnames: boolean;
  sentinelUser: string | undefined;
  sentinelPass: string | undefined;
  /** By name, in the order of the `monitor` lines. */
  readonly masters: Map<string, MonitoredMaster>;
}

/** `SENTINEL_DEFAULT_*`. */
export const sentinelDefaults = {
  port: 26379,
  downAfter: 30_000,
  failoverTimeout: 180_000,
  parallelSyncs: 1,
  masterRebootDownAfter: 0,
  denyScriptsReconfig: true,
  resolveHostnames: false,
  announceHostnames: false,
} as const;

export function defaultSentinelSettings(): SentinelSettings {
  return {
    myid: undefined,
    currentEpoch: 0,
    announceIp: undefined,
    announcePort: 0,
    denyScriptsReconfig: sentinelDefaults.denyScriptsReconfig,
    resolveHostnames: sentinelDefaults.resolveHostnames,
    announceHostnames: sentinelDefaults.announceHostnames,
    sentinelUser: undefined,
    sentinelPass: undefined,
    masters: new Map(),
  };
}

/** A master as `sentinel monitor` makes it (`createSentinelRedisInstance()`), all else at its default. */
export function monitoredMaster(
  name: string,
  host: string,
  port: number,
  quorum: number,
): MonitoredMaster {
  return {
    name,
    host,
    port,
    quorum,
    downAfter: sentinelDefaults.downAfter,
    failoverTimeout: sentinelDefaults.failoverTimeout,
    parallelSyncs: sentinelDefaults.parallelSyncs,
    notificationScript: undefined,
    clientReconfigScript: undefined,
    authPass: undefined,
    authUser: undefined,
    renamedCommands: new Map(),
    masterRebootDownAfter: sentinelDefaults.masterRebootDownAfter,
    configEpoch: 0,
    leaderEpoch: 0,
    knownReplicas: [],
    knownSentinels: [],
  };
}
