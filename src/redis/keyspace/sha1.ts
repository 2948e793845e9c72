/** SHA-1 (FIPS 180-4) in whole numbers: what DEBUG DIGEST is made of. */
import { digest } from "../sha.js";

/** The digest of a binary string, as five words of 32 bits. */
export function sha1(bytes: string): Uint32Array {
  const state = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  return digest(bytes, state, 80, compress);
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
