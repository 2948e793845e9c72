/** The options of ioredis that matter here, under its own names, with the defaults of 5.4. */
import type { Address } from "../../../kernel/actor.js";
import { type Duration, microseconds, milliseconds, seconds } from "../../../kernel/time.js";

export interface IoredisOptions {
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly sentinelUsername: string | undefined;
  readonly sentinelPassword: string | undefined;
  readonly db: number;
  readonly connectTimeout: Duration;
  readonly disconnectTimeout: Duration;
  /** Undefined, the default: a command waits for its answer for ever. */
  readonly commandTimeout: Duration | undefined;
  readonly sentinelCommandTimeout: Duration | undefined;
  /** retryStrategy: `min(times * retryStep, retryMax)`. */
  readonly retryStep: Duration;
  readonly retryMax: Duration;
  /** sentinelRetryStrategy, once all Sentinels have been asked in vain: `min(times * step, max)`. */
  readonly sentinelRetryStep: Duration;
  readonly sentinelRetryMax: Duration;
  /** sentinelReconnectStrategy, for the subscriptions of the failover detector. */
  readonly sentinelReconnect: Duration;
  /** How many reconnections a waiting command survives; undefined: any number (`null`). */
  readonly maxRetriesPerRequest: number | undefined;
  readonly maxLoadingRetryTime: Duration;
  readonly enableReadyCheck: boolean;
  readonly enableOfflineQueue: boolean;
  readonly autoResendUnfulfilledCommands: boolean;
  /** Subscribe to +switch-master on the Sentinels, and reconnect when it comes. */
  readonly failoverDetector: boolean;
  /** Learn of further Sentinels from the one that answered. */
  readonly updateSentinels: boolean;
  readonly sentinelMaxConnections: number;
  /** reconnectOnError as the README shows it for READONLY: not at all, reconnect (1), or also resend (2). */
  readonly reconnectOnReadOnly: "no" | "reconnect" | "resend";
  /** The time that the interpreter itself takes for a command. */
  readonly overhead: Duration;
}

export interface IoredisSettings extends Partial<IoredisOptions> {
  readonly kind: "ioredis";
  /** Addresses or names. */
  readonly sentinels: readonly Address[];
  /** The name of the master. */
  readonly master: string;
}

export const ioredisDefaults: IoredisOptions = {
  username: undefined,
  password: undefined,
  sentinelUsername: undefined,
  sentinelPassword: undefined,
  db: 0,
  connectTimeout: seconds(10),
  disconnectTimeout: seconds(2),
  commandTimeout: undefined,
  sentinelCommandTimeout: undefined,
  retryStep: milliseconds(50),
  retryMax: seconds(2),
  sentinelRetryStep: milliseconds(10),
  sentinelRetryMax: seconds(1),
  sentinelReconnect: seconds(60),
  maxRetriesPerRequest: 20,
  maxLoadingRetryTime: seconds(10),
  enableReadyCheck: true,
  enableOfflineQueue: true,
  autoResendUnfulfilledCommands: true,
  failoverDetector: false,
  updateSentinels: true,
  sentinelMaxConnections: 10,
  reconnectOnReadOnly: "no",
  overhead: microseconds(20),
};

/** `min(times * step, max)`. */
export function backoff(times: number, step: Duration, max: Duration): Duration {
  return microseconds(Math.min(times * step, max));
}
