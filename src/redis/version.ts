/**
 * What differs between the versions of Redis that redsim knows, in one place: a switch for each
 * difference, named for what it decides. Code asks for the behaviour, never for the version.
 *
 * `6.2` is 6.2.1, `7.0` is 7.0.15, `7.2` is 7.2.4 (reference: replication.md 14, sentinel.md 14).
 */

export type Version = "6.2" | "7.0" | "7.2";

export const versions: readonly Version[] = ["6.2", "7.0", "7.2"];

export interface Behaviour {
  /** As INFO's redis_version and HELLO tell it. */
  readonly release: string;
  readonly version: Version;
  /** At least so new; for texts and command tables. */
  readonly from70: boolean;
  readonly from72: boolean;
  /** EXPIRE and SET EX are propagated as absolute times (PEXPIREAT, PXAT). */
  readonly absoluteExpiry: boolean;
  /** MULTI/EXEC is propagated only around two or more commands. */
  readonly bareSingleWrite: boolean;
  /** SELECT goes before MULTI in the stream (7.2: after it). */
  readonly selectBeforeMulti: boolean;
  /** A full resync discards the cached master, the backlog and sub-replicas at +FULLRESYNC, not before the load. */
  readonly eagerFullResync: boolean;
  /** REPLICAOF drops the node's own replicas at once. */
  readonly replicaofDropsReplicas: boolean;
  /** A master that restarts from an RDB keeps its history as replid2. */
  readonly restartKeepsHistory: boolean;
  /** One replication buffer shared by backlog and replicas. */
  readonly sharedReplicationBuffer: boolean;
  /** SHUTDOWN waits for replicas, up to shutdown-timeout. */
  readonly gracefulShutdown: boolean;
  /** INFO's master_link_down_since_seconds is -1 before the first link. */
  readonly linkDownMinusOne: boolean;
  /** The log level of what 7.2 no longer warns of but only tells. */
  readonly formerWarning: "#" | "*";
  /** WAIT's target moves with every command of a client, reads included (7.2: only with writes). */
  readonly readsMoveWaitOffset: boolean;
  /** epoll's timeout is rounded down to a millisecond (`aeApiPoll()`; from 7.0 on up). */
  readonly sleepRoundsDown: boolean;
}

const redis62: Behaviour = {
  release: "6.2.1",
  version: "6.2",
  from70: false,
  from72: false,
  absoluteExpiry: false,
  bareSingleWrite: false,
  selectBeforeMulti: true,
  eagerFullResync: true,
  replicaofDropsReplicas: true,
  restartKeepsHistory: false,
  sharedReplicationBuffer: false,
  gracefulShutdown: false,
  linkDownMinusOne: false,
  formerWarning: "#",
  readsMoveWaitOffset: true,
  sleepRoundsDown: true,
};

const redis70: Behaviour = {
  ...redis62,
  release: "7.0.15",
  version: "7.0",
  from70: true,
  absoluteExpiry: true,
  bareSingleWrite: true,
  eagerFullResync: false,
  replicaofDropsReplicas: false,
  restartKeepsHistory: true,
  sharedReplicationBuffer: true,
  gracefulShutdown: true,
  linkDownMinusOne: true,
  sleepRoundsDown: false,
};

const redis72: Behaviour = {
  ...redis70,
  release: "7.2.4",
  version: "7.2",
  from72: true,
  selectBeforeMulti: false,
  formerWarning: "*",
  readsMoveWaitOffset: false,
};

export const behaviours: Readonly<Record<Version, Behaviour>> = {
  "6.2": redis62,
  "7.0": redis70,
  "7.2": redis72,
};
