/**
 * A digest of a dataset that two equal datasets share, however they came about: every key with its
 * database, value and expiry, whatever the order (the idea of DEBUG DIGEST, in 64 bits).
 */
import { type Database, persistent } from "./database.js";
import type { Keyspace } from "./keyspace.js";
import type { StoredValue } from "./value.js";

/** 32 bits of FNV-1a, from another start for each half. */
function hash(text: string, start: number): number {
  let h = start;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x0100_0193);
  return h >>> 0;
}

/** Values as one text each, elements with their lengths so that no two read the same. */
function describe(value: StoredValue): string {
  if (typeof value === "string") return `s${value}`;
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

function addDatabase(database: Database, sums: { low: number; high: number }): void {
  for (let slot = 0; slot < database.slotCount; slot++) {
    const key = database.keyAt(slot);
    if (key === undefined) continue;
    const expiry = database.expiry(key);
    const value = describe(database.valueAt(slot) ?? "");
    const when = expiry === persistent ? "" : String(expiry);
    const text = `${database.index} ${when} ${measured(key)}${value}`;
    sums.low = (sums.low + hash(text, 0x811c_9dc5)) >>> 0;
    sums.high = (sums.high + hash(text, 0x9e37_79b9)) >>> 0;
  }
}

/** Sixteen hexadecimal digits. */
export function digestOf(keyspace: Keyspace): string {
  const sums = { low: 0, high: 0 };
  for (const database of keyspace.databases) addDatabase(database, sums);
  const { keys, bytes } = keyspace.ballast;
  if (keys > 0 || bytes > 0) sums.low = (sums.low + hash(`${keys} ${bytes}`, 0x811c_9dc5)) >>> 0;
  return sums.high.toString(16).padStart(8, "0") + sums.low.toString(16).padStart(8, "0");
}
