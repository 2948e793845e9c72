/** Worker threads, as many as there are cores unless it is said otherwise. */
import { availableParallelism } from "node:os";
import { Tinypool } from "tinypool";
import type { Workers } from "./explore.js";

/**
 * A run makes hundreds of thousands of small things, and nearly all of them die with it at the latest. With room
 * for several whole runs between two collections, little is copied that is about to die: a fifth more runs a second.
 */
const youngMegabytes = 192;

export class Threads implements Workers {
  readonly count: number;
  readonly #pool: Tinypool;

  /** 0: one for each core. */
  constructor(jobs: number) {
    this.count = jobs > 0 ? jobs : availableParallelism();
    this.#pool = new Tinypool({
      filename: new URL("./worker.js", import.meta.url).href,
      minThreads: this.count,
      maxThreads: this.count,
      resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes },
    });
  }

  readonly batch: Workers["batch"] = (batch) => this.#pool.run(batch, { name: "runBatch" });

  readonly shrink: Workers["shrink"] = (task) => this.#pool.run(task, { name: "runShrink" });

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}
