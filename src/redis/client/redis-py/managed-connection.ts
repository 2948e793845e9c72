/**
 * redis-py 4.3.4's `SentinelConnectionPool` and its `SentinelManagedConnection`: a connection that asks
 * the Sentinels for its address each time it connects, and only then. As long as the socket stands, a
 * client does not hear of a failover; what tells it is the connection closed by the demoted master
 * (CLIENT KILL TYPE normal) or a READONLY answer.
 */
import type { Address } from "../../../kernel/actor.js";
import { request } from "../../wire/value.js";
import { type Failure, failure, refusal } from "../failure.js";
import type { Result, Target } from "../operation.js";
import type { Blocking, Thread } from "../thread.js";
import { Connection } from "./connection.js";
import { isConnectionError, isTimeoutError } from "./errors.js";
import { connectionDefaults, type RedisPySettings } from "./options.js";
import type { Sentinel } from "./sentinel.js";

/** `Connection`'s own default, which is never connected to. */
const localhost: Address = { ip: "localhost", port: 6379 };
const ping = request("PING");

export class SentinelManagedConnection extends Connection {
  readonly #sentinel: Sentinel;
  readonly #service: string;
  readonly #target: Target;
  readonly #checkConnection: boolean;
  /** `slave_rr_counter`. */
  #roundRobin: number | undefined;

  constructor(thread: Thread, sentinel: Sentinel, target: Target, settings: RedisPySettings) {
    super(thread, localhost, { ...connectionDefaults, ...settings });
    this.#sentinel = sentinel;
    this.#service = settings.master;
    this.#target = target;
    this.#checkConnection = settings.checkConnection ?? false;
  }

  override *connect(): Blocking<Failure | undefined> {
    for (let failures = 0; ; ) {
      const failed = yield* this.#connectRetry();
      if (failed === undefined) return undefined;
      failures++;
      const isRetried = isConnectionError(failed) || isTimeoutError(failed);
      if (!isRetried || failures > this.retries) return failed;
    }
  }

  override *readResponse(): Blocking<Result> {
    const result = yield* super.readResponse();
    if (result.kind !== "failure") return result;
    if (result.type !== "ReadOnlyError" || this.#target !== "master") return result;
    this.disconnect();
    return refusal("ConnectionError", "The previous master is now a slave");
  }

  /** `_connect_retry()`. */
  *#connectRetry(): Blocking<Failure | undefined> {
    if (this.isConnected) return undefined;
    if (this.#target === "replica") return yield* this.#connectToSlave();
    const address = yield* this.#sentinel.discoverMaster(this.#service);
    return isAddress(address) ? yield* this.#connectTo(address) : address;
  }

  *#connectTo(address: Address): Blocking<Failure | undefined> {
    this.address = address;
    const failed = yield* super.connect();
    if (failed !== undefined || !this.#checkConnection) return failed;
    const unsent = this.send(ping);
    if (unsent !== undefined) return unsent;
    const reply = yield* this.readResponse();
    if (reply.kind === "failure") return reply;
    if (reply.kind === "status" && reply.text === "PONG") return undefined;
    return failure("ConnectionError", "PING failed");
  }

  /**
   * `rotate_slaves()`: round robin from a drawn start, then the master, then nobody. A replica that
   * does not answer in time ends it, for a TimeoutError is no ConnectionError.
   */
  *#connectToSlave(): Blocking<Failure | undefined> {
    const slaves = yield* this.#sentinel.discoverSlaves(this.#service);
    if (slaves.length > 0) {
      this.#roundRobin ??= this.thread.reactor.context.random.below(slaves.length);
    }
    for (let i = 0; i < slaves.length; i++) {
      this.#roundRobin = ((this.#roundRobin ?? 0) + 1) % slaves.length;
      const failed = yield* this.#connectTo(slaves[this.#roundRobin] as Address);
      if (failed === undefined || !isConnectionError(failed)) return failed;
    }
    const master = yield* this.#sentinel.discoverMaster(this.#service);
    if (isAddress(master)) {
      const failed = yield* this.#connectTo(master);
      if (failed === undefined || !isConnectionError(failed)) return failed;
    } else if (master.type !== "MasterNotFoundError") {
      return master;
    }
    return failure("SlaveNotFoundError", `No slave found for '${this.#service}'`);
  }
}

function isAddress(found: Address | Failure): found is Address {
  return "ip" in found;
}
