/**
 * The bytes of an RDB, read from front to back: lengths and strings, the two things that all else is
 * made of (`rdbLoadLenByRef()`, `rdbGenericLoadStringObject()`).
 *
 * Whatever is not as it should be is thrown as an `RdbProblem`, which only `decodeRdb` catches: what a
 * stranger sends is no bug of ours, and nobody between here and there could make anything of it.
 */
import { decompressLzf } from "../keyspace/lzf.js";
import { binaryText, littleEndian } from "../keyspace/packed.js";
import type { Version } from "../version.js";
import { stringEncoding } from "./rdb-format.js";

/**
 * `refused` it is no RDB, or one of a newer Redis; `cut` it ends too early; `unknown` it has values of a
 * type that this server does not have; `corrupt` its bytes contradict themselves; `fatal` Redis exits
 * without looking further.
 */
export type RdbProblemKind = "refused" | "cut" | "unknown" | "corrupt" | "fatal";

export class RdbProblem extends Error {
  override readonly name = "RdbProblem";
  readonly kind: RdbProblemKind;

  constructor(kind: RdbProblemKind, text: string) {
    super(text);
    this.kind = kind;
  }
}

/** Where rdb.c reports what: `__LINE__` is part of the text. */
const lines = {
  length: { "6.2": 232, "7.0": 237, "7.2": 245 },
  lzf: { "6.2": 411, "7.0": 413, "7.2": 421 },
  string: { "6.2": 527, "7.0": 529, "7.2": 536 },
  set: { "6.2": 1_615, "7.0": 1_828, "7.2": 1_961 },
  hash: { "6.2": 1_784, "7.0": 2_018, "7.2": 2_151 },
  quicklist: { "6.2": 1_810, "7.0": 2_047, "7.2": 2_180 },
  quicklistListpack: { "6.2": 1_810, "7.0": 2_070, "7.2": 2_203 },
  quicklistZiplist: { "6.2": 1_810, "7.0": 2_080, "7.2": 2_213 },
  zipmap: { "6.2": 1_841, "7.0": 2_129, "7.2": 2_265 },
  listZiplist: { "6.2": 1_892, "7.0": 2_187, "7.2": 2_323 },
  intset: { "6.2": 1_905, "7.0": 2_212, "7.2": 2_348 },
  setListpack: { "6.2": 2_231, "7.0": 2_672, "7.2": 2_362 },
  hashZiplist: { "6.2": 1_933, "7.0": 2_273, "7.2": 2_430 },
  hashListpack: { "6.2": 2_231, "7.0": 2_299, "7.2": 2_456 },
  type: { "6.2": 2_231, "7.0": 2_672, "7.2": 2_845 },
  checksum: { "6.2": 2_610, "7.0": 3_216, "7.2": 3_341 },
  end: { "6.2": 2_624, "7.0": 3_240, "7.2": 3_365 },
} as const satisfies Record<string, Record<Version, number>>;

export type ReportedAt = keyof typeof lines;

/** What `rdbReportError()` logs, without what it makes of it. */
export function rdbReport(
  version: Version,
  at: ReportedAt,
  loaded: number,
  reason: string,
): string {
  return `Internal error in RDB reading offset ${loaded}, function at rdb.c:${lines[at][version]} -> ${reason}`;
}

/** How much of it was read is looked up every so many bytes (`loading_process_events_interval_bytes`). */
const interval = 2 * 1_024 * 1_024;

export class RdbReader {
  readonly bytes: Uint8Array;
  readonly version: Version;
  at = 0;

  constructor(bytes: Uint8Array, version: Version) {
    this.bytes = bytes;
    this.version = version;
  }

  byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw this.cut();
    this.at++;
    return byte;
  }

  /** The next so many, not copied. */
  take(count: number): Uint8Array {
    const end = this.at + count;
    if (end > this.bytes.length) throw this.cut();
    const taken = this.bytes.subarray(this.at, end);
    this.at = end;
    return taken;
  }

  /** An integer of up to 48 bits, the lowest byte first. */
  littleEndian(count: number): number {
    return littleEndian(this.take(count), 0, count);
  }

  /** Milliseconds in 64 bits with a sign. */
  int64(): number {
    const low = this.littleEndian(4);
    const high = this.littleEndian(4) | 0;
    return high * 0x1_0000_0000 + low;
  }

  /** A length; what is written there instead of one makes no sense here. */
  length(): number {
    const { value, isEncoding } = this.#lengthOrEncoding();
    if (isEncoding) throw this.corrupt("length", "Unknown length encoding 3 in rdbLoadLen()");
    return value;
  }

  /** A string of whatever encoding, as its bytes. */
  blob(): Uint8Array {
    const { value, isEncoding } = this.#lengthOrEncoding();
    if (!isEncoding) return this.take(value);
    if (value === stringEncoding.lzf) return this.#compressed();
    const text = this.#integer(value);
    return Uint8Array.from(text, (digit) => digit.charCodeAt(0));
  }

  string(): string {
    const { value, isEncoding } = this.#lengthOrEncoding();
    if (!isEncoding) return binaryText(this.take(value));
    return value === stringEncoding.lzf ? binaryText(this.#compressed()) : this.#integer(value);
  }

  #lengthOrEncoding(): { readonly value: number; readonly isEncoding: boolean } {
    const first = this.byte();
    const low = first & 0x3f;
    switch (first >> 6) {
      case 0:
        return { value: low, isEncoding: false };
      case 1:
        return { value: (low << 8) | this.byte(), isEncoding: false };
      case 3:
        return { value: low, isEncoding: true };
      default:
        break;
    }
    if (first === 0x80) return { value: this.#bigEndian32(), isEncoding: false };
    if (first === 0x81) {
      const high = this.#bigEndian32();
      return { value: high * 0x1_0000_0000 + this.#bigEndian32(), isEncoding: false };
    }
    throw this.corrupt("length", "Unknown length encoding 2 in rdbLoadLen()");
  }

  #bigEndian32(): number {
    let value = 0;
    for (let i = 0; i < 4; i++) value = value * 256 + this.byte();
    return value;
  }

  /** `rdbLoadIntegerObject()` */
  #integer(encoding: number): string {
    switch (encoding) {
      case stringEncoding.int8:
        return String((this.byte() << 24) >> 24);
      case stringEncoding.int16:
        return String((this.littleEndian(2) << 16) >> 16);
      case stringEncoding.int32:
        return String(this.littleEndian(4) | 0);
      default:
        throw this.corrupt("string", `Unknown RDB string encoding type ${encoding}`);
    }
  }

  /** `rdbLoadLzfStringObject()` */
  #compressed(): Uint8Array {
    const short = this.length();
    const length = this.length();
    const text = decompressLzf(this.take(short), length);
    if (text === undefined) throw this.corrupt("lzf", "Invalid LZF compressed string");
    return text;
  }

  corrupt(at: ReportedAt, reason: string): RdbProblem {
    return new RdbProblem("corrupt", this.#report(at, reason));
  }

  unknownType(type: number): RdbProblem {
    return new RdbProblem("unknown", this.#report("type", `Unknown RDB encoding type ${type}`));
  }

  cut(): RdbProblem {
    return new RdbProblem("cut", this.#report("end", "Unexpected EOF reading RDB file"));
  }

  #report(at: ReportedAt, reason: string): string {
    const loaded = Math.floor(this.at / interval) * interval;
    return rdbReport(this.version, at, loaded, reason);
  }
}
