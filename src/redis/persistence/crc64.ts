/**
 * CRC-64 in the variant that ends an RDB (crc64.c: polynomial 0xad93d23594c935a9, reflected, from 0,
 * nothing inverted), in two halves of 32 bits.
 */

/** The polynomial with its bits reflected. */
const polynomialHigh = 0x95ac_9329;
const polynomialLow = 0xac4b_c9b5;

export class Crc64 {
  readonly #highs = new Uint32Array(256);
  readonly #lows = new Uint32Array(256);
  high = 0;
  low = 0;

  constructor() {
    for (let byte = 0; byte < 256; byte++) {
      let high = 0;
      let low = byte;
      for (let bit = 0; bit < 8; bit++) {
        const isOdd = (low & 1) === 1;
        low = (low >>> 1) | ((high & 1) << 31);
        high >>>= 1;
        if (!isOdd) continue;
        high ^= polynomialHigh;
        low ^= polynomialLow;
      }
      this.#highs[byte] = high;
      this.#lows[byte] = low;
    }
  }

  /** Goes on over the bytes from `from` up to `to`. */
  update(bytes: Uint8Array, from: number, to: number): this {
    let { high, low } = this;
    for (let at = from; at < to; at++) {
      const slot = (low ^ (bytes[at] as number)) & 0xff;
      low = ((low >>> 8) | ((high & 0xff) << 24)) ^ (this.#lows[slot] as number);
      high = (high >>> 8) ^ (this.#highs[slot] as number);
    }
    this.high = high >>> 0;
    this.low = low >>> 0;
    return this;
  }

  /** As Redis's log shows it: `%llx`. */
  toString(): string {
    const { high, low } = this;
    return high === 0 ? low.toString(16) : high.toString(16) + low.toString(16).padStart(8, "0");
  }
}
