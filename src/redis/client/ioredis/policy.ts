/** An application on ioredis: a client with role master, and one with role slave if it reads there. */
import type { Operation } from "../operation.js";
import type { Policy } from "../policy.js";
import type { Reactor } from "../reactor.js";
import type { IoredisSettings } from "./options.js";
import { Ioredis } from "./redis.js";

export class IoredisPolicy implements Policy {
  readonly #reactor: Reactor;
  readonly #settings: IoredisSettings;
  readonly #master: Ioredis;
  #replica: Ioredis | undefined;

  constructor(reactor: Reactor, settings: IoredisSettings) {
    this.#reactor = reactor;
    this.#settings = settings;
    this.#master = new Ioredis(reactor, "master", settings);
  }

  start(): void {
    this.#master.connect();
  }

  execute(operation: Operation): void {
    if (operation.target === "master") {
      this.#master.execute(operation);
      return;
    }
    if (this.#replica === undefined) {
      this.#replica = new Ioredis(this.#reactor, "replica", this.#settings);
      this.#replica.connect();
    }
    this.#replica.execute(operation);
  }
}
