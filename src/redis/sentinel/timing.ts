/**
 * The periods and limits of Sentinel in milliseconds, with the values that Redis compiles in.
 *
 * From 7.0 on they are variables of the process that SENTINEL DEBUG changes, hence an object for each
 * boot and not constants; the order of its keys is the order in which SENTINEL DEBUG shows them.
 */
import { sentinelDefaults } from "../config/sentinel-settings.js";

export interface Timing {
  infoPeriod: number;
  pingPeriod: number;
  askPeriod: number;
  publishPeriod: number;
  defaultDownAfter: number;
  defaultFailoverTimeout: number;
  tiltTrigger: number;
  tiltPeriod: number;
  replicaReconfTimeout: number;
  minLinkReconnectPeriod: number;
  electionTimeout: number;
  scriptMaxRuntime: number;
  scriptRetryDelay: number;
}

export function defaultTiming(): Timing {
  return {
    infoPeriod: 10_000,
    pingPeriod: 1_000,
    askPeriod: 1_000,
    publishPeriod: 2_000,
    defaultDownAfter: sentinelDefaults.downAfter,
    defaultFailoverTimeout: sentinelDefaults.failoverTimeout,
    tiltTrigger: 2_000,
    tiltPeriod: 30_000,
    replicaReconfTimeout: 10_000,
    minLinkReconnectPeriod: 15_000,
    electionTimeout: 10_000,
    scriptMaxRuntime: 60_000,
    scriptRetryDelay: 30_000,
  };
}

/** The INFO period of a replica that is watched closely; not tunable (`sentinelSendPeriodicCommands()`). */
export const closeInfoPeriod = 1_000;

/** `SENTINEL_MAX_DESYNC`: the random part of failover_start_time. */
export const maxDesync = 1_000;

/** `SENTINEL_MAX_PENDING_COMMANDS`, for each sharer of a link. */
export const maxPendingCommands = 100;

/** `SENTINEL_DEFAULT_SLAVE_PRIORITY`: before INFO tells otherwise. */
export const defaultReplicaPriority = 100;

/** `SENTINEL_HELLO_CHANNEL` */
export const helloChannel = "__sentinel__:hello";
