/** What SHA-1 and SHA-256 have in common (FIPS 180-4): a text is worked into a state, block by block. */

const blockWords = 16;

/**
 * Works one block into the state. Its words are the first of the schedule, which has one for each round.
 */
export type Compress = (state: Uint32Array, schedule: Uint32Array) => void;

/** A binary string into the state, which comes back. */
export function digest(
  bytes: string,
  state: Uint32Array,
  rounds: number,
  compress: Compress,
): Uint32Array {
  const words = paddedWords(bytes);
  const schedule = new Uint32Array(rounds);
  for (let at = 0; at < words.length; at += blockWords) {
    schedule.set(words.subarray(at, at + blockWords));
    compress(state, schedule);
  }
  return state;
}

/** In hexadecimal digits. */
export function hexDigits(words: Uint32Array): string {
  return Array.from(words, (word) => word.toString(16).padStart(8, "0")).join("");
}

/** The text, a bit that ends it, zeros, and its length in bits: whole blocks. */
function paddedWords(bytes: string): Uint32Array {
  const { length } = bytes;
  const words = new Uint32Array(Math.ceil((length + 9) / 64) * blockWords);
  for (let i = 0; i < length; i++) put(words, i, bytes.charCodeAt(i));
  put(words, length, 0x80);
  words[words.length - 2] = Math.floor(length / 0x2000_0000);
  words[words.length - 1] = length * 8;
  return words;
}

function put(words: Uint32Array, at: number, byte: number): void {
  const word = at >>> 2;
  words[word] = (words[word] ?? 0) | (byte << (24 - (at & 3) * 8));
}
