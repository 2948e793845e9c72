/**
 * The policy of a blocking library: so many threads, each doing one operation at a time over a session
 * of its own; an operation that finds them all busy waits for its turn. Threads share nothing, as
 * worker processes do: none of them learns from another that the master has moved.
 */

import { Ring } from "../../kernel/ring.js";
import type { Request } from "../wire/value.js";
import type { Operation, Result, Target } from "./operation.js";
import type { Policy } from "./policy.js";
import type { Reactor } from "./reactor.js";
import { type Blocking, Thread } from "./thread.js";

/** What one thread holds of its library: its connections, and what it believes about the servers. */
export interface Session {
  /** The `ip:port` it spoke to last. */
  readonly server: string | undefined;
  execute(target: Target, request: Request): Blocking<Result>;
}

export class BlockingPolicy implements Policy {
  /** The last to become idle works first, as in redis-py's pool. */
  readonly #idle: Worker[] = [];
  readonly #waiting = new Ring<Operation>();

  constructor(reactor: Reactor, threads: number, open: (thread: Thread) => Session) {
    for (let i = 0; i < threads; i++) {
      const thread = new Thread(reactor, `thread ${i}`);
      this.#idle.push({ thread, session: open(thread) });
    }
  }

  /** Nothing is connected before the first command. */
  start(): void {}

  execute(operation: Operation): void {
    const worker = this.#idle.pop();
    if (worker === undefined) this.#waiting.push(operation);
    else worker.thread.run(this.#work(worker, operation));
  }

  *#work(worker: Worker, first: Operation): Blocking<void> {
    const { session } = worker;
    let operation: Operation | undefined = first;
    while (operation !== undefined) {
      const result: Result = yield* session.execute(operation.target, operation.request);
      operation.end(result, session.server);
      operation = this.#waiting.shift();
    }
    this.#idle.push(worker);
  }
}

interface Worker {
  readonly thread: Thread;
  readonly session: Session;
}
