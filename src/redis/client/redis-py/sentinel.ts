/**
 * redis-py 4.3.4's `Sentinel`: asks the Sentinels in turn, each over a connection that it keeps, and
 * believes the first that answers. The one that named the master is asked first the next time.
 */
import type { Address } from "../../../kernel/actor.js";
import { request, type Value } from "../../wire/value.js";
import { type Failure, failure } from "../failure.js";
import type { Blocking, Thread } from "../thread.js";
import { Connection } from "./connection.js";
import { isConnectionError, isTimeoutError } from "./errors.js";
import { connectionDefaults, type RedisPySettings } from "./options.js";
import { Redis } from "./redis.js";

const sentinelMasters = request("SENTINEL", "MASTERS");

export class Sentinel {
  readonly #sentinels: Redis[];
  readonly #minOtherSentinels: number;

  constructor(thread: Thread, settings: RedisPySettings) {
    // Without sentinel_kwargs, the arguments that begin with socket_ are taken over.
    const options = {
      ...connectionDefaults,
      overhead: settings.overhead ?? connectionDefaults.overhead,
      ...(settings.sentinelSettings ?? {
        socketTimeout: settings.socketTimeout,
        socketConnectTimeout: settings.socketConnectTimeout,
      }),
    };
    this.#sentinels = settings.sentinels.map((address) => {
      return new Redis(new Connection(thread, address, options));
    });
    this.#minOtherSentinels = settings.minOtherSentinels ?? 0;
  }

  /** `discover_master()`. */
  *discoverMaster(service: string): Blocking<Address | Failure> {
    for (let i = 0; i < this.#sentinels.length; i++) {
      const sentinel = this.#sentinels[i] as Redis;
      const masters = yield* sentinel.execute(sentinelMasters);
      if (masters.kind === "failure") {
        if (isConnectionError(masters) || isTimeoutError(masters)) continue;
        return masters;
      }
      const state = items(masters).find((entry) => field(entry, "name") === service);
      if (state === undefined || !this.#checkMasterState(state)) continue;
      this.#sentinels[i] = this.#sentinels[0] as Redis;
      this.#sentinels[0] = sentinel;
      return addressOf(state);
    }
    return failure("MasterNotFoundError", `No master found for '${service}'`);
  }

  /** `check_master_state()`. */
  #checkMasterState(state: Value): boolean {
    const flags = field(state, "flags").split(",");
    if (!flags.includes("master") || isDown(flags)) return false;
    return Number(field(state, "num-other-sentinels")) >= this.#minOtherSentinels;
  }

  /** `discover_slaves()`: the first Sentinel that knows a replica which is not down. */
  *discoverSlaves(service: string): Blocking<readonly Address[]> {
    const ask = request("SENTINEL", "SLAVES", service);
    for (const sentinel of this.#sentinels) {
      const slaves = yield* sentinel.execute(ask);
      if (slaves.kind === "failure") continue;
      const alive = items(slaves).filter((slave) => !isDown(field(slave, "flags").split(",")));
      if (alive.length > 0) return alive.map(addressOf);
    }
    return [];
  }
}

function isDown(flags: readonly string[]): boolean {
  return flags.includes("s_down") || flags.includes("o_down");
}

function addressOf(state: Value): Address {
  return { ip: field(state, "ip"), port: Number(field(state, "port")) };
}

function items(value: Value): readonly Value[] {
  return "items" in value ? value.items : [];
}

/** The value after `name` in a reply that alternates names and values (`pairs_to_dict()`). */
function field(state: Value, name: string): string {
  const pairs = items(state);
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const key = pairs[i];
    const value = pairs[i + 1];
    if (key?.kind === "bulk" && key.text === name && value?.kind === "bulk") return value.text;
  }
  return "";
}
