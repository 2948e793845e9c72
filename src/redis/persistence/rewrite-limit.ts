/**
 * Rewrites of the AOF that fail again and again are held back, from 7.0 on: after three in a row the
 * next one waits a minute, then two, then four, up to an hour (`aofRewriteLimited()`). A fork that fails
 * is not counted.
 */
import type { DataServer } from "../replication/data-server.js";

/** AOF_REWRITE_LIMITE_THRESHOLD, AOF_REWRITE_LIMITE_MAX_MINUTES */
const threshold = 3;
const maxMinutes = 60;

export class RewriteLimit {
  /** `stat_aofrw_consecutive_failures` */
  failures = 0;
  readonly #server: DataServer;
  #delayMinutes = 0;
  /** Unix seconds; 0: none is held back. */
  #nextAt = 0;

  constructor(server: DataServer) {
    this.#server = server;
  }

  /** Must a rewrite wait that nobody asked for? */
  holds(): boolean {
    const { behaviour, process } = this.#server;
    if (!behaviour.from70) return false;
    if (this.failures < threshold) {
      this.#delayMinutes = 0;
      this.#nextAt = 0;
      return false;
    }
    if (this.#nextAt !== 0) {
      if (process.unixtime < this.#nextAt) return true;
      this.#nextAt = 0;
      return false;
    }
    this.#delayMinutes = Math.min(
      maxMinutes,
      this.#delayMinutes === 0 ? 1 : this.#delayMinutes * 2,
    );
    this.#nextAt = process.unixtime + this.#delayMinutes * 60;
    process.log(
      "#",
      `Background AOF rewrite has repeatedly failed and triggered the limit, will retry in ${this.#delayMinutes} minutes`,
    );
    return true;
  }
}
