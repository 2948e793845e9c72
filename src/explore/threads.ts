/** Worker threads, as many as there are cores unless it is said otherwise. */
import { availableParallelism } from "node:os";
import { Tinypool } from "tinypool";
import type { Workers } from "./explore.js";

/**
 * A run makes thousands of small things that die with it or long before: with room for some hundred runs
 * between two collections hardly any of them is looked at.
 */
const youngMegabytes = 64;

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
