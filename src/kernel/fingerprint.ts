/**
 * A run in 64 bits: every step and every note folded into two 32-bit halves with integer arithmetic.
 * The same with and without observers, and on every engine. Two runs with one fingerprint are taken
 * to be the same run.
 */
import type { Note } from "./actor.js";

export class Fingerprint {
  #high = 0x5bd1e995 | 0;
  #low = 0x1b873593 | 0;

  /** A whole number; above 32 bits the upper part counts too. */
  number(value: number): void {
    const low = value | 0;
    let high = this.#high ^ low;
    high = Math.imul(high ^ (high >>> 15), 0x85ebca6b);
    this.#high = high;
    const mixed = Math.imul(this.#low ^ high, 0xc2b2ae35);
    this.#low = ((mixed ^ (mixed >>> 13)) + low) | 0;
    if (low !== value) this.#upper(value);
  }

  /** One step: an input handed to a node. */
  step(at: number, node: number, kind: number, connection: number, length: number): void {
    this.number(at);
    this.number((node << 5) ^ kind);
    this.number(Math.imul(connection, 0x9e3779b1) ^ length);
  }

  /** Its length, then each char as number() would take it, the halves kept out of memory meanwhile. */
  text(value: string): void {
    this.number(value.length);
    let high = this.#high;
    let low = this.#low;
    for (let i = 0; i < value.length; i++) {
      const char = value.charCodeAt(i);
      high ^= char;
      high = Math.imul(high ^ (high >>> 15), 0x85ebca6b);
      const mixed = Math.imul(low ^ high, 0xc2b2ae35);
      low = ((mixed ^ (mixed >>> 13)) + char) | 0;
    }
    this.#high = high;
    this.#low = low;
  }

  note(at: number, node: number, note: Note): void {
    this.number(at);
    this.number(node);
    const fields = Object.keys(note);
    // Beside their names, for a value that is looked up by its name costs more than its folding.
    const values = Object.values(note);
    for (let i = 0; i < fields.length; i++) {
      const value = values[i];
      this.text(fields[i] as string);
      // A mark for the type first: "" is not 0.
      if (typeof value === "string") {
        this.number(1);
        this.text(value);
      } else if (typeof value === "number") {
        this.number(2);
        this.#real(value);
      } else {
        this.number(value === undefined ? 3 : 4 + Number(value));
      }
    }
  }

  /** 16 hexadecimal digits. */
  toString(): string {
    return digits(this.#high) + digits(this.#low);
  }

  #upper(value: number): void {
    if (Number.isSafeInteger(value)) this.number(Math.floor(value / 0x1_0000_0000) | 0);
  }

  /** Notes may hold fractions, and numbers that are none; their text tells them apart. */
  #real(value: number): void {
    if (Number.isSafeInteger(value)) this.number(value);
    else this.text(String(value));
  }
}

/** By byte: toString(16) of a number above 31 bits divides doubles, and every second is told with one. */
const pairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function digits(half: number): string {
  return fourDigits(half >>> 16) + fourDigits(half & 0xffff);
}

function fourDigits(quarter: number): string {
  return `${pairs[quarter >> 8]}${pairs[quarter & 0xff]}`;
}
