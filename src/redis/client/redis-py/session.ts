/** What a thread that uses redis-py's Sentinel support holds: `Sentinel`, `master_for`, `slave_for`. */
import type { Address } from "../../../kernel/actor.js";
import type { Request } from "../../wire/value.js";
import type { Session } from "../blocking-policy.js";
import type { Failure } from "../failure.js";
import type { Result, Target } from "../operation.js";
import type { Blocking, Thread } from "../thread.js";
import { SentinelManagedConnection } from "./managed-connection.js";
import type { RedisPySettings } from "./options.js";
import { Redis } from "./redis.js";
import { Sentinel } from "./sentinel.js";

export class RedisPySession implements Session {
  readonly #service: string;
  readonly #sentinel: Sentinel;
  readonly #master: Redis;
  readonly #replica: Redis;
  #last: Redis | undefined;

  constructor(thread: Thread, settings: RedisPySettings) {
    const sentinel = new Sentinel(thread, settings);
    this.#service = settings.master;
    this.#sentinel = sentinel;
    this.#master = new Redis(new SentinelManagedConnection(thread, sentinel, "master", settings));
    this.#replica = new Redis(new SentinelManagedConnection(thread, sentinel, "replica", settings));
  }

  get server(): string | undefined {
    return this.#last?.server;
  }

  execute(target: Target, request: Request): Blocking<Result> {
    this.#last = target === "master" ? this.#master : this.#replica;
    return this.#last.execute(request);
  }

  discoverMaster(): Blocking<Address | Failure> {
    return this.#sentinel.discoverMaster(this.#service);
  }

  discoverSlaves(): Blocking<readonly Address[]> {
    return this.#sentinel.discoverSlaves(this.#service);
  }
}
