/**
 * redis-py 4.3.4's `Redis` with its connection pool. A program with one thread has one connection in
 * its pool, so the pool is that connection.
 */
import type { Request } from "../../wire/value.js";
import { type Failure, failure, unknown } from "../failure.js";
import type { Result } from "../operation.js";
import type { Blocking } from "../thread.js";
import type { Connection } from "./connection.js";
import { isConnectionError, isTimeoutError } from "./errors.js";

export class Redis {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get server(): string | undefined {
    return this.#connection.server;
  }

  /** `Redis.execute_command()`. */
  *execute(request: Request): Blocking<Result> {
    const connection = this.#connection;
    if (!connection.isConnected || connection.canRead() !== false) {
      const failed = yield* this.#getConnection();
      if (failed !== undefined) return failed;
    }
    let isUnknown = false;
    for (let failures = 0; ; ) {
      const unsent = connection.isConnected
        ? connection.send(request)
        : yield* connection.sendCommand(request);
      const result = unsent ?? (yield* connection.readResponse());
      if (result.kind !== "failure") return result;
      if (unsent === undefined && !result.isReply) isUnknown = true;
      const isTimeout = isTimeoutError(result);
      // _disconnect_raise(): whatever Retry catches closes the connection.
      if (isTimeout || isConnectionError(result)) connection.disconnect();
      failures++;
      if (!isTimeout || failures > connection.retries) {
        return isUnknown ? unknown(result) : result;
      }
    }
  }

  /**
   * `ConnectionPool.get_connection()`: a connection with something to read was closed by the server,
   * or holds an answer that nobody waits for; either way it is made anew.
   */
  *#getConnection(): Blocking<Failure | undefined> {
    const connection = this.#connection;
    let failed = yield* connection.connect();
    if (failed !== undefined) return failed;
    if (connection.canRead() === false) return undefined;
    connection.disconnect();
    failed = yield* connection.connect();
    if (failed !== undefined) return failed;
    const readable = connection.canRead();
    if (readable === false) return undefined;
    return readable === true ? failure("ConnectionError", "Connection not ready") : readable;
  }
}
