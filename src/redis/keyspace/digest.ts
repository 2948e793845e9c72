/**
 * A digest of a dataset that two equal datasets share, however they came about: every key with its
 * database, value and expiry, whatever the order (the idea of DEBUG DIGEST, in 64 bits).
 */
import { type Database, persistent } from "./database.js";
import type { Keyspace } from "./keyspace.js";
import type { ContainerValue } from "./value.js";

/** Twice 32 bits of FNV-1a, from another start for each half; a text is read in pieces, and none is put together. */
class Hash {
  low = 0;
  high = 0;

  begin(): void {
    this.low = 0x811c_9dc5 | 0;
    this.high = 0x9e37_79b9 | 0;
  }

  add(text: string): void {
    let { low, high } = this;
    for (let i = 0; i < text.length; i++) {
      const char = text.charCodeAt(i);
      low = Math.imul(low ^ char, 0x0100_0193);
      high = Math.imul(high ^ char, 0x0100_0193);
    }
    this.low = low;
    this.high = high;
  }
}

/** A value of more than one element as one text, the elements with their lengths so that no two read the same. */
function describe(value: ContainerValue): string {
  switch (value.type) {
    case "list":
      return `l${value.items.map(measured).join("")}`;
    case "hash":
      return `h${[...value.fields]
        .map(([f, v]) => measured(f) + measured(v))
        .sort()
        .join("")}`;
    default:
      return `m${[...value.members()].map(measured).sort().join("")}`;
  }
}

function measured(text: string): string {
  return `${text.length}:${text}`;
}

/** The sum over all keys, which is the same in whatever order they come. */
interface Sums {
  low: number;
  high: number;
}

function addDatabase(database: Database, hash: Hash, sums: Sums): void {
  const beginning = `${database.index} `;
  for (let slot = 0; slot < database.slotCount; slot++) {
    const key = database.keyAt(slot);
    if (key === undefined) continue;
    const expiry = database.expiry(key);
    const value = database.valueAt(slot) ?? "";
    hash.begin();
    hash.add(beginning);
    if (expiry !== persistent) hash.add(String(expiry));
    hash.add(" ");
    hash.add(String(key.length));
    hash.add(":");
    hash.add(key);
    if (typeof value === "string") {
      hash.add("s");
      hash.add(value);
    } else {
      hash.add(describe(value));
    }
    sums.low = (sums.low + hash.low) | 0;
    sums.high = (sums.high + hash.high) | 0;
  }
}

/** Sixteen hexadecimal digits. */
export function digestOf(keyspace: Keyspace): string {
  const hash = new Hash();
  const sums = { low: 0, high: 0 };
  for (const database of keyspace.databases) addDatabase(database, hash, sums);
  const { keys, bytes } = keyspace.ballast;
  if (keys > 0 || bytes > 0) {
    hash.begin();
    hash.add(`${keys} ${bytes}`);
    sums.low = (sums.low + hash.low) | 0;
  }
  return digits(sums.high) + digits(sums.low);
}

function digits(half: number): string {
  return (half >>> 0).toString(16).padStart(8, "0");
}
