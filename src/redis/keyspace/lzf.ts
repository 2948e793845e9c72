/**
 * LZF as Redis uses it (`lzf_compress()` with HLOG 16 and VERY_FAST, `lzf_decompress()`): literal runs
 * of up to 32 bytes and references to what came up to 8 KiB before.
 *
 * Redis does not clear its table of positions between calls; here each call begins with nothing known,
 * so that the same bytes always become the same bytes.
 */

const literalMax = 1 << 5;
const offsetMax = 1 << 13;
const referenceMax = (1 << 8) + (1 << 3);

export class LzfCompressor {
  /** What was compressed last; as many bytes of it as `compress` said. */
  output = new Uint8Array(256);
  /** Last position of each hash, counted from the first byte ever seen, plus one. */
  readonly #table = new Int32Array(1 << 16);
  #base = 0;

  /** The compressed length, or 0 when it is not at least four bytes shorter (`lzf_compress()`). */
  compress(input: Uint8Array, size: number): number {
    if (size <= 4) return 0;
    if (this.#base + size > 0x7000_0000) {
      this.#table.fill(0);
      this.#base = 0;
    }
    if (this.output.length < size) this.output = new Uint8Array(2 * size);
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
    const { output } = this;
    let at = 0;
    let written = 1;
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
        if (literals === 0) written--;
        else output[written - literals - 1] = literals - 1;
        if (written + 4 >= outputEnd) return 0;
        const length = matchLength(input, reference, at, reach) - 2;
        at++;
        if (length < 7) {
          output[written++] = (offset >> 8) + (length << 5);
        } else {
          output[written++] = (offset >> 8) + (7 << 5);
          output[written++] = length - 7;
        }
        output[written++] = offset & 0xff;
        literals = 0;
        written++;
        at += length + 1;
        if (at >= end - 2) break;
        at -= 2;
        this.#remember(input, at);
        at++;
        this.#remember(input, at);
        at++;
      } else {
        if (written >= outputEnd) return 0;
        output[written++] = input[at++] as number;
        literals++;
        if (literals === literalMax) {
          output[written - literals - 1] = literals - 1;
          literals = 0;
          written++;
        }
      }
    }

    if (written + 3 > outputEnd) return 0;
    while (at < end) {
      output[written++] = input[at++] as number;
      literals++;
      if (literals === literalMax) {
        output[written - literals - 1] = literals - 1;
        literals = 0;
        written++;
      }
    }
    if (literals === 0) return written - 1;
    output[written - literals - 1] = literals - 1;
    return written;
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

/** `lzf_decompress()`: undefined where the bytes are not LZF or do not become exactly so many. */
export function decompressLzf(input: Uint8Array, size: number): Uint8Array | undefined {
  // No byte of input becomes more than 132 of output.
  if (size > input.length * 132) return undefined;
  const output = new Uint8Array(size);
  let at = 0;
  let written = 0;
  while (at < input.length) {
    const control = input[at++] as number;
    if (control < literalMax) {
      const end = at + control + 1;
      if (end > input.length || written + control + 1 > size) return undefined;
      while (at < end) output[written++] = input[at++] as number;
      continue;
    }
    let length = control >> 5;
    if (length === 7) length += input[at++] ?? 0;
    const low = input[at++];
    if (low === undefined) return undefined;
    let reference = written - ((control & 0x1f) << 8) - low - 1;
    if (reference < 0 || written + length + 2 > size) return undefined;
    // Byte by byte, for the reference may reach into what it writes.
    for (let left = length + 2; left > 0; left--) {
      output[written++] = output[reference++] as number;
    }
  }
  return written === size ? output : undefined;
}
