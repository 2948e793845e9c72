/**
 * The bytes of an RDB file on their way to a real server, portion by portion as the transfer goes.
 *
 * Ballast is keys that nobody looks at and no database has: outside it is auxiliary fields full of
 * zeros, which Redis reads and forgets (`rdbLoadRio()`: fields it does not know are ignored). So a real
 * replica gets as many bytes as a simulated one, over as long a time, and has the same keys afterwards.
 */
import { binaryText } from "../keyspace/packed.js";
import { type EncodedRdb, encodeRdb } from "./rdb-encode.js";
import type { RdbFile } from "./rdb-file.js";
import { ballastField, opcode } from "./rdb-format.js";

/** A real server allocates each of them whole. */
const fieldMax = 16 * 1_024 * 1_024;
/** Opcode, name, and a length of 32 bits. */
const fieldHead = 1 + 1 + ballastField.length + 5;
/** The shortest that a field without a name can be. */
const fieldMin = 3;

export class RdbBytes {
  readonly #ballast: number;
  readonly #encoded: EncodedRdb;

  constructor(file: RdbFile) {
    this.#ballast = file.snapshot.ballast.bytes;
    this.#encoded = encodeRdb(file);
  }

  /** So many bytes from there on, as a binary string. */
  slice(at: number, length: number): string {
    const { head, tail } = this.#encoded;
    const parts: string[] = [];
    const end = at + length;
    const bytesOf = (bytes: Uint8Array, from: number) => {
      const first = Math.max(at - from, 0);
      const last = Math.min(end - from, bytes.length);
      if (first < last) parts.push(binaryText(bytes, first, last));
    };
    // Ballast too short for a field lies behind the end, where nobody reads.
    const isBehind = this.#ballast < fieldMin;
    const tailAt = head.length + (isBehind ? 0 : this.#ballast);
    bytesOf(head, 0);
    if (!isBehind) this.#ballastBetween(at - head.length, end - head.length, parts);
    bytesOf(tail, tailAt);
    const written = parts.reduce((sum, part) => sum + part.length, 0);
    if (written < length) parts.push("\0".repeat(length - written));
    return parts.join("");
  }

  /** What of the ballast lies between these places in it. */
  #ballastBetween(from: number, to: number, parts: string[]): void {
    const fields = Math.ceil(this.#ballast / fieldMax);
    const usual = Math.floor(this.#ballast / fields);
    let at = 0;
    for (let field = 0; field < fields && at < to; field++) {
      const size = usual + (field < this.#ballast % fields ? 1 : 0);
      const head = headOf(size);
      const first = Math.max(from, at);
      const last = Math.min(to, at + size);
      if (first < last) {
        const text = head.slice(first - at, last - at);
        parts.push(text, "\0".repeat(last - first - text.length));
      }
      at += size;
    }
  }
}

/** What stands before the zeros of an auxiliary field of so many bytes. */
function headOf(size: number): string {
  if (size < fieldHead) return String.fromCharCode(opcode.aux, 0, size - fieldMin);
  const length = size - fieldHead;
  const bytes = [24, 16, 8, 0].map((shift) => (length >>> shift) & 0xff);
  return String.fromCharCode(
    opcode.aux,
    ballastField.length,
    ...[...ballastField].map((letter) => letter.charCodeAt(0)),
    0x80,
    ...bytes,
  );
}
