/**
 * DEBUG DIGEST: the digest of a dataset as Redis computes it, so that a simulated server and a real one
 * can be asked whether they have the same data (`computeDatasetDigest()`, `xorObjectDigest()`).
 *
 * Elements without an order are combined by xor, those with one by a digest of the digest so far.
 */
import { hexDigits } from "../sha.js";
import { type Database, persistent } from "./database.js";
import { sha1 } from "./sha1.js";
import type { StoredValue } from "./value.js";

/** `OBJ_STRING` and so on, as four bytes. */
const typeCodes = {
  string: "\0\0\0\0",
  list: "\0\0\0\u0001",
  set: "\0\0\0\u0002",
  hash: "\0\0\0\u0004",
};
const words = 5;

class Digest {
  #state: Uint32Array = new Uint32Array(words);

  /** `xorDigest()` */
  xor(text: string): void {
    const hash = sha1(text);
    for (let i = 0; i < words; i++) this.#state[i] = (this.#state[i] ?? 0) ^ (hash[i] ?? 0);
  }

  /** `mixDigest()` */
  mix(text: string): void {
    this.xor(text);
    this.#state = sha1(this.bytes);
  }

  get bytes(): string {
    let bytes = "";
    for (const word of this.#state) {
      bytes += String.fromCharCode(
        word >>> 24,
        (word >>> 16) & 0xff,
        (word >>> 8) & 0xff,
        word & 0xff,
      );
    }
    return bytes;
  }

  toString(): string {
    return hexDigits(this.#state);
  }
}

/** Forty hexadecimal digits; zeros for an empty dataset. */
export function debugDigest(databases: readonly Database[]): string {
  const total = new Digest();
  for (const database of databases) {
    if (database.size === 0) continue;
    total.mix(String.fromCharCode(0, 0, database.index >> 8, database.index & 0xff));
    for (let slot = 0; slot < database.slotCount; slot++) {
      const key = database.keyAt(slot);
      const value = database.valueAt(slot);
      if (key === undefined || value === undefined) continue;
      const digest = new Digest();
      digest.mix(key);
      addValue(digest, value, database.expiry(key) !== persistent);
      total.xor(digest.bytes);
    }
  }
  return total.toString();
}

/** DEBUG DIGEST-VALUE: of one value and whether it expires, without its key. */
export function valueDigest(database: Database, key: string): string {
  const digest = new Digest();
  const value = database.peek(key);
  if (value !== undefined) addValue(digest, value, database.expiry(key) !== persistent);
  return digest.toString();
}

function addValue(digest: Digest, value: StoredValue, expires: boolean): void {
  if (typeof value === "string") {
    digest.mix(typeCodes.string);
    digest.mix(value);
  } else {
    digest.mix(typeCodes[value.type]);
    switch (value.type) {
      case "list":
        for (const item of value.items) digest.mix(item);
        break;
      case "hash":
        for (const [field, text] of value.fields) {
          const element = new Digest();
          element.mix(field);
          element.mix(text);
          digest.xor(element.bytes);
        }
        break;
      default:
        for (const member of value.members()) digest.xor(member);
    }
  }
  if (expires) digest.xor("!!expire!!");
}
