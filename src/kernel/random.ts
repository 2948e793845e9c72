/**
 * Keyed streams of chance: each consumer draws from a stream of its own, named after it, so that one
 * more draw in one place does not shift the world elsewhere.
 *
 * The generator is seedrandom's Alea: basic arithmetic only, the same on every engine. Its main entry
 * is never imported, for it draws from Math.random and loads node:crypto.
 */
import alea from "seedrandom/lib/alea.js";
import { type Duration, microseconds } from "./time.js";

export class RandomStream {
  readonly name: string;
  /** How many draws were made: two runs that part ways part here first. */
  draws = 0;
  readonly #next: () => number;

  /** The stream called `name` of the run with this seed. */
  constructor(seed: string, name: string) {
    this.name = name;
    this.#next = alea(`${seed}/${name}`);
  }

  /** A whole number in [0, bound); one draw. `bound` is at most 2^32. */
  below(bound: number): number {
    this.draws++;
    return Math.floor(this.#next() * bound);
  }

  /** A whole number in [min, max], both included; one draw. */
  between(min: number, max: number): number {
    return min + this.below(max - min + 1);
  }

  /** A duration in [min, max], both included; one draw. */
  duration(min: Duration, max: Duration): Duration {
    return microseconds(this.between(min, max));
  }

  /** True once in `n` times; one draw, always. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  /** `digits` lower-case hexadecimal digits, as in run ids and replication ids; one draw each. */
  hex(digits: number): string {
    let text = "";
    for (let i = 0; i < digits; i++) text += "0123456789abcdef"[this.below(16)];
    return text;
  }
}
