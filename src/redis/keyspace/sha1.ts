/** SHA-1 (FIPS 180-4) in whole numbers: what DEBUG DIGEST is made of. */

/** The digest of a binary string, as five words of 32 bits. */
export function sha1(bytes: string): Uint32Array {
  const blocks = Math.ceil((bytes.length + 9) / 64);
  const words = new Uint32Array(blocks * 16);
  for (let i = 0; i < bytes.length; i++) put(words, i, bytes.charCodeAt(i));
  put(words, bytes.length, 0x80);
  words[words.length - 2] = Math.floor(bytes.length / 0x2000_0000);
  words[words.length - 1] = bytes.length * 8;

  const state = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  const schedule = new Uint32Array(80);
  for (let block = 0; block < blocks; block++) {
    schedule.set(words.subarray(block * 16, block * 16 + 16));
    compress(state, schedule);
  }
  return state;
}

function put(words: Uint32Array, at: number, byte: number): void {
  const word = at >>> 2;
  words[word] = (words[word] ?? 0) | (byte << (24 - (at & 3) * 8));
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** One block, whose 16 words are the first of `w`, into the state. */
function compress(state: Uint32Array, w: Uint32Array): void {
  for (let i = 16; i < 80; i++) {
    const mixed = (w[i - 3] ?? 0) ^ (w[i - 8] ?? 0) ^ (w[i - 14] ?? 0) ^ (w[i - 16] ?? 0);
    w[i] = rotate(mixed, 1);
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
  for (let i = 0; i < 80; i++) {
    const next = (rotate(a, 5) + round(i, b, c, d) + e + (w[i] ?? 0)) | 0;
    e = d;
    d = c;
    c = rotate(b, 30);
    b = a;
    a = next;
  }
  const worked = [a, b, c, d, e];
  for (let i = 0; i < 5; i++) state[i] = (state[i] ?? 0) + (worked[i] ?? 0);
}

/** The function of this round and its constant. */
function round(i: number, b: number, c: number, d: number): number {
  if (i < 20) return ((b & c) | (~b & d)) + 0x5a827999;
  if (i < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (i < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}
