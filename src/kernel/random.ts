/**
 * Keyed streams of chance: each consumer draws from a stream of its own, named after it, so that one
 * more draw in one place does not shift the world elsewhere.
 *
 * The generator is Alea: basic arithmetic only, the same on every engine. seedrandom seeds it; it is
 * moved on here, for every segment and every timer draws, and a closure of somebody else's costs more
 * than the draw. seedrandom's main entry is never imported, for it draws from Math.random and loads
 * node:crypto.
 */
import alea from "seedrandom/lib/alea.js";
import { type Duration, microseconds } from "./time.js";

export class RandomStream {
  readonly name: string;
  /** How many draws were made: two runs that part ways part here first. */
  draws = 0;
  #s0 = 0;
  #s1 = 0;
  #s2 = 0;
  #carry = 0;

  /** The stream called `name` of the run with this seed. */
  constructor(seed: string, name: string) {
    this.name = name;
    const { s0, s1, s2, c } = alea(`${seed}/${name}`, { state: true }).state();
    this.#s0 = s0;
    this.#s1 = s1;
    this.#s2 = s2;
    this.#carry = c;
  }

  /** A whole number in [0, bound); one draw. `bound` is at most 2^32. */
  below(bound: number): number {
    this.draws++;
    // Alea's next(), where 2^-32 is 2.3283064365386963e-10.
    const mixed = 2_091_639 * this.#s0 + this.#carry * 2.3283064365386963e-10;
    const carry = mixed | 0;
    const drawn = mixed - carry;
    this.#s0 = this.#s1;
    this.#s1 = this.#s2;
    this.#s2 = drawn;
    this.#carry = carry;
    return Math.floor(drawn * bound);
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
