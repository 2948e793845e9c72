/** The settings of redis-py that matter here, under redis-py's names in camelCase, with its defaults. */
import type { Address } from "../../../kernel/actor.js";
import { type Duration, microseconds } from "../../../kernel/time.js";

/** The arguments of one connection (`Connection.__init__`). */
export interface ConnectionSettings {
  /** How long a read may take; undefined: for ever. */
  readonly socketTimeout: Duration | undefined;
  /** How long connecting may take; undefined: as socketTimeout. */
  readonly socketConnectTimeout: Duration | undefined;
  /** A timeout is tried once more (`Retry(NoBackoff(), 1)`). */
  readonly retryOnTimeout: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly clientName: string | undefined;
  readonly db: number;
  /** The time that the interpreter itself takes for a command. */
  readonly overhead: Duration;
}

export const connectionDefaults: ConnectionSettings = {
  socketTimeout: undefined,
  socketConnectTimeout: undefined,
  retryOnTimeout: false,
  username: undefined,
  password: undefined,
  clientName: undefined,
  db: 0,
  overhead: microseconds(100),
};

/** `Sentinel(sentinels, ...)` with `master_for` and `slave_for`. */
export interface RedisPySettings extends Partial<ConnectionSettings> {
  readonly kind: "redis-py";
  /** Addresses or names, in the order in which they are asked. */
  readonly sentinels: readonly Address[];
  /** The name of the master, `service_name`. */
  readonly master: string;
  /** `sentinel_kwargs`; without it, the Sentinels get the socket timeouts of the servers. */
  readonly sentinelSettings?: Partial<ConnectionSettings>;
  readonly minOtherSentinels?: number;
  /** PING after each connect. */
  readonly checkConnection?: boolean;
  /** How many operations at once, each thread with connections of its own. */
  readonly threads?: number;
}
