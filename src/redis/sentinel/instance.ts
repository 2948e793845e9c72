/**
 * What a Sentinel knows about one instance (`sentinelRedisInstance`): a master it monitors, a replica or
 * another Sentinel of that master. The three kinds share one record, as in Redis; the kind is a flag.
 *
 * Times are wall-clock milliseconds and 0 means never, which is why a node's clock never starts near 0.
 */
import type { SentinelAddress } from "./address.js";
import type { HelloMemo } from "./hello.js";
import type { ListedReplicas } from "./info.js";
import { InstanceTable } from "./instance-table.js";
import { InstanceLink } from "./link.js";
import type { MasterLines } from "./master-lines.js";
import type { Requests } from "./requests.js";
import { defaultReplicaPriority, type Timing } from "./timing.js";

/** Bits of `Instance.flags` (`SRI_*`). */
export const flag = {
  master: 1 << 0,
  replica: 1 << 1,
  sentinel: 1 << 2,
  subjectivelyDown: 1 << 3,
  objectivelyDown: 1 << 4,
  /** On another Sentinel's record: it says that the master is down. */
  masterDown: 1 << 5,
  failoverInProgress: 1 << 6,
  promoted: 1 << 7,
  reconfSent: 1 << 8,
  reconfInProgress: 1 << 9,
  reconfDone: 1 << 10,
  forceFailover: 1 << 11,
  scriptKillSent: 1 << 12,
  /** From 7.0: the master's run id changed and it has not answered PONG since. */
  masterReboot: 1 << 13,
} as const;

export type Role = typeof flag.master | typeof flag.replica;

/** Steps of a failover, in their order (`SENTINEL_FAILOVER_STATE_*`). */
export const failoverState = {
  none: 0,
  waitStart: 1,
  selectReplica: 2,
  sendReplicaofNoOne: 3,
  waitPromotion: 4,
  reconfReplicas: 5,
  updateConfig: 6,
} as const;

export type FailoverState = (typeof failoverState)[keyof typeof failoverState];

export interface InstanceOptions {
  readonly kind: typeof flag.master | typeof flag.replica | typeof flag.sentinel;
  readonly name: string;
  readonly address: SentinelAddress;
  readonly quorum: number;
  /** The master it belongs to; none for a master. */
  readonly master: Instance | undefined;
  readonly requests: Requests;
  readonly timing: Timing;
  readonly tableSeed: number;
  readonly now: number;
}

export class Instance {
  readonly name: string;
  flags: number;
  address: SentinelAddress;
  /** From INFO; of another Sentinel, from its hello or the configuration file. */
  runId: string | undefined = undefined;
  link: InstanceLink;
  /** The commands sent to it, under the names that the master's rename-command gives them. */
  readonly requests: Requests;
  /** Its master, or undefined when it is one. */
  readonly master: Instance | undefined;

  /** Last hello that was acknowledged, and last one heard from this Sentinel. */
  lastPubTime: number;
  lastHelloTime: number;
  lastMasterDownReplyTime: number;
  /** When the last SDOWN and ODOWN began; they stay when it ends. */
  subjectivelyDownSince = 0;
  objectivelyDownSince = 0;
  downAfter: number;

  /** Nothing is due for it before this moment (quiet.ts) of `SentinelState.uptime`. */
  quietUntil = -1;

  infoRefresh = 0;
  info: string | undefined = undefined;
  /** 0 before the first INFO that names none: no role at all. */
  roleReported: Role | 0;
  roleReportedTime: number;
  replicaConfChangeTime: number;

  // A master.
  readonly replicas: InstanceTable;
  readonly sentinels: InstanceTable;
  quorum: number;
  parallelSyncs = 1;
  failoverTimeout: number;
  masterRebootDownAfter = 0;
  masterRebootSince = 0;
  authPass: string | undefined = undefined;
  authUser: string | undefined = undefined;
  notificationScript: string | undefined = undefined;
  clientReconfigScript: string | undefined = undefined;
  configEpoch = 0;
  /** Its latest vote for this master; on another Sentinel's record, the vote that it reported. */
  leader: string | undefined = undefined;
  leaderEpoch = 0;
  failoverEpoch = 0;
  failoverState: FailoverState = failoverState.none;
  failoverStateChangeTime = 0;
  failoverStartTime = 0;
  failoverDelayLogged = 0;
  promotedReplica: Instance | undefined = undefined;
  hello: HelloMemo | undefined = undefined;
  /** What the file last said of it. */
  written: MasterLines | undefined = undefined;
  /** What INFO listed last. */
  listed: ListedReplicas | undefined = undefined;
  /** The address last said in a `names` note. */
  named: SentinelAddress | undefined = undefined;

  // A replica.
  masterLinkDownTime = 0;
  replicaPriority = defaultReplicaPriority;
  replicaAnnounced = true;
  reconfSentTime = 0;
  replicaMasterHost: string | undefined = undefined;
  replicaMasterPort = 0;
  replicaMasterLinkUp = false;
  replicaReplOffset = 0;

  constructor(options: InstanceOptions) {
    const { kind, master, now } = options;
    this.name = options.name;
    this.flags = kind;
    this.address = options.address;
    this.quorum = options.quorum;
    this.master = master;
    this.requests = options.requests;
    this.link = new InstanceLink(now);
    this.lastPubTime = now;
    this.lastHelloTime = now;
    this.lastMasterDownReplyTime = now;
    this.downAfter = master?.downAfter ?? options.timing.defaultDownAfter;
    this.failoverTimeout = options.timing.defaultFailoverTimeout;
    this.roleReported = kind === flag.sentinel ? 0 : kind;
    this.roleReportedTime = now;
    this.replicaConfChangeTime = now;
    this.replicas = new InstanceTable(options.tableSeed);
    this.sentinels = new InstanceTable(options.tableSeed);
  }

  /** The master this record is about: itself when it is one. */
  get monitored(): Instance {
    return this.master ?? this;
  }

  get isMaster(): boolean {
    return (this.flags & flag.master) !== 0;
  }

  get isReplica(): boolean {
    return (this.flags & flag.replica) !== 0;
  }

  get isSentinel(): boolean {
    return (this.flags & flag.sentinel) !== 0;
  }

  /** Any of these flags. */
  is(flags: number): boolean {
    return (this.flags & flags) !== 0;
  }

  set(flags: number): void {
    this.flags |= flags;
  }

  clear(flags: number): void {
    this.flags &= ~flags;
  }
}

/** `sentinelRedisInstanceTypeStr()`: the word for its kind in events. */
export function kindText(instance: Instance): "master" | "slave" | "sentinel" {
  if (instance.isMaster) return "master";
  return instance.isReplica ? "slave" : "sentinel";
}

/**
 * `sentinelGetCurrentMasterAddress()`: where the master is as far as others are told. Once the promoted
 * replica has acknowledged its role that is the replica, although the record still has the old address.
 */
export function currentMasterAddress(master: Instance): SentinelAddress {
  const promoted = master.promotedReplica;
  return master.is(flag.failoverInProgress) &&
    promoted !== undefined &&
    master.failoverState >= failoverState.reconfReplicas
    ? promoted.address
    : master.address;
}

/** `sentinelRedisInstanceNoDownFor()`: counted from when the last SDOWN or ODOWN began. */
export function noDownFor(instance: Instance, period: number, now: number): boolean {
  const latest = Math.max(instance.subjectivelyDownSince, instance.objectivelyDownSince);
  return latest === 0 || now - latest > period;
}
