/**
 * SIGTERM and SIGINT (`sigShutdownHandler()`): the handler only takes a note, and the next serverCron acts
 * on it, or whileBlockedCron() where a dataset is being loaded.
 */
import type { ServerProcess } from "./process.js";

export type ShutdownSignal = "TERM" | "INT";

export class Signals {
  readonly #process: ServerProcess;
  /** What a shutdown is due to (`last_sig_received`). */
  #last: ShutdownSignal | undefined;
  #isScheduled = false;

  constructor(process: ServerProcess) {
    this.#process = process;
  }

  received(signal: ShutdownSignal): void {
    const { behaviour, context, mode } = this.#process;
    if (signal === "INT" && this.#last !== undefined) {
      // Interrupted a second time: somebody at a terminal does not want to wait.
      this.#process.log("#", "You insist... exiting now.");
      context.exit(1);
      return;
    }
    if (mode.loading !== true) {
      this.#process.log("#", `Received SIG${signal} scheduling shutdown...`);
    } else if (behaviour.from70) {
      this.#process.log("#", "Received shutdown signal during loading, scheduling shutdown.");
    } else {
      this.#process.log("#", "Received shutdown signal during loading, exiting now.");
      context.exit(0);
      return;
    }
    this.#last = signal;
    this.#isScheduled = true;
  }

  /** The cron is there. */
  heed(): void {
    if (!this.#isScheduled || this.#last === undefined) return;
    this.#isScheduled = false;
    this.#process.mode.terminated(this.#last);
  }

  /** The shutdown has failed, or was aborted. */
  forget(): void {
    this.#last = undefined;
    this.#isScheduled = false;
  }
}
