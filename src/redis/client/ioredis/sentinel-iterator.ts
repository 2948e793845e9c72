/**
 * ioredis's `SentinelIterator`: whose turn it is to be asked. The cursor stays where it is after an
 * answer, so the next question goes to the next Sentinel; past the last one, a round is over.
 */
import type { Address } from "../../../kernel/actor.js";

export class SentinelIterator {
  #sentinels: Address[];
  #cursor = 0;

  constructor(sentinels: readonly Address[]) {
    this.#sentinels = [...sentinels];
  }

  /** Undefined: all have had their turn. */
  next(): Address | undefined {
    if (this.#cursor >= this.#sentinels.length) return undefined;
    const sentinel = this.#sentinels[this.#cursor];
    this.#cursor++;
    return sentinel;
  }

  /** Begins a round; with `moveCurrentToFirst`, the list is turned until the current one leads it. */
  reset(moveCurrentToFirst: boolean): void {
    if (moveCurrentToFirst && this.#sentinels.length > 1 && this.#cursor !== 1) {
      // A cursor at 0 turns it by one from the end, as splice(-1) does.
      const at = this.#cursor === 0 ? this.#sentinels.length - 1 : this.#cursor - 1;
      this.#sentinels = [...this.#sentinels.slice(at), ...this.#sentinels.slice(0, at)];
    }
    this.#cursor = 0;
  }

  add(sentinel: Address): void {
    const known = this.#sentinels.some(({ ip, port }) => {
      return ip === sentinel.ip && port === sentinel.port;
    });
    if (!known) this.#sentinels.push(sentinel);
  }
}
