/**
 * How short LZF makes a string (`lzf_compress()` with the settings of Redis: HLOG 16, VERY_FAST).
 *
 * Only the length is of interest, so nothing is written: the positions of the output are counted
 * exactly as the compressor would move them, with its literal runs and back references. Redis does
 * not clear its table of positions between calls; here each call begins with nothing known.
 */

const literalMax = 1 << 5;
const offsetMax = 1 << 13;
const referenceMax = (1 << 8) + (1 << 3);

export class LzfMeter {
  /** Last position of each hash, counted from the first byte ever seen, plus one. */
  readonly #table = new Int32Array(1 << 16);
  #base = 0;

  /** The compressed length, or 0 when it is not at least four bytes shorter (`lzf_compress()`). */
  length(input: Uint8Array, size: number): number {
    if (size <= 4) return 0;
    if (this.#base + size > 0x7000_0000) {
      this.#table.fill(0);
      this.#base = 0;
    }
    const length = this.#compress(input, size, size - 4);
    this.#base += size;
    return length;
  }

  #remember(input: Uint8Array, at: number): void {
    this.#table[hash(input, at)] = this.#base + at + 1;
  }

  #compress(input: Uint8Array, end: number, outputEnd: number): number {
    const base = this.#base;
    const table = this.#table;
    let at = 0;
    let output = 1;
    let literals = 0;

    while (at < end - 2) {
      const slot = hash(input, at);
      const reference = (table[slot] as number) - base - 1;
      table[slot] = base + at + 1;
      const offset = at - reference - 1;
      if (
        reference > 0 &&
        offset < offsetMax &&
        input[reference + 2] === input[at + 2] &&
        input[reference] === input[at] &&
        input[reference + 1] === input[at + 1]
      ) {
        const reach = Math.min(end - at - 2, referenceMax);
        if (literals === 0) output--;
        if (output + 4 >= outputEnd) return 0;
        const length = matchLength(input, reference, at, reach) - 2;
        at++;
        output += length < 7 ? 2 : 3;
        literals = 0;
        output++;
        at += length + 1;
        if (at >= end - 2) break;
        at -= 2;
        this.#remember(input, at);
        at++;
        this.#remember(input, at);
        at++;
      } else {
        if (output >= outputEnd) return 0;
        output++;
        at++;
        literals++;
        if (literals === literalMax) {
          literals = 0;
          output++;
        }
      }
    }

    if (output + 3 > outputEnd) return 0;
    while (at < end) {
      output++;
      at++;
      literals++;
      if (literals === literalMax) {
        literals = 0;
        output++;
      }
    }
    return literals === 0 ? output - 1 : output;
  }
}

function hash(input: Uint8Array, at: number): number {
  const h =
    ((input[at] as number) << 16) | ((input[at + 1] as number) << 8) | (input[at + 2] as number);
  return ((h >>> 8) - h * 5) & 0xffff;
}

/** The compressor looks at sixteen bytes before it asks how far it may. */
function matchLength(input: Uint8Array, reference: number, at: number, reach: number): number {
  let length = 2;
  if (reach > 16) {
    for (let i = 0; i < 16; i++) {
      length++;
      if (input[reference + length] !== input[at + length]) return length;
    }
  }
  do length++;
  while (length < reach && input[reference + length] === input[at + length]);
  return length;
}
