/**
 * The client that knows nothing of Sentinels: it keeps the address it was given for ever and connects
 * to it again after each loss. It is redis-py's plain `Redis(host, port)`.
 */
import type { Address } from "../../kernel/actor.js";
import type { Request } from "../wire/value.js";
import type { Session } from "./blocking-policy.js";
import type { Result, Target } from "./operation.js";
import { Connection } from "./redis-py/connection.js";
import { type ConnectionSettings, connectionDefaults } from "./redis-py/options.js";
import { Redis } from "./redis-py/redis.js";
import type { Blocking, Thread } from "./thread.js";

export interface NaiveSettings extends Partial<ConnectionSettings> {
  readonly kind: "naive";
  /** An ip or a name. */
  readonly master: Address;
  /** Where reads from a replica go; without it, to the master. */
  readonly replica?: Address;
  readonly threads?: number;
}

export class NaiveSession implements Session {
  readonly #master: Redis;
  readonly #replica: Redis;
  #last: Redis | undefined;

  constructor(thread: Thread, settings: NaiveSettings) {
    const options = { ...connectionDefaults, ...settings };
    this.#master = new Redis(new Connection(thread, settings.master, options));
    this.#replica =
      settings.replica === undefined
        ? this.#master
        : new Redis(new Connection(thread, settings.replica, options));
  }

  get server(): string | undefined {
    return this.#last?.server;
  }

  execute(target: Target, request: Request): Blocking<Result> {
    this.#last = target === "master" ? this.#master : this.#replica;
    return this.#last.execute(request);
  }
}
