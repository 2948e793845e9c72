/**
 * The packed forms of small containers, byte by byte as Redis lays them out: ziplist (6.2),
 * listpack (7.0) and intset. An RDB holds them as strings, and how short LZF makes those depends on
 * every byte.
 */
import { isInt64, safeInteger } from "./integer.js";

/** As many characters as a function is called with at most. */
const textMax = 4_096;

/** Bytes that grow; used again for one value after the other. */
export class ByteWriter {
  bytes = new Uint8Array(256);
  length = 0;

  reset(): void {
    this.length = 0;
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.#grow();
    this.bytes[this.length++] = value;
  }

  /** Binary strings: one char, one byte. */
  text(text: string): void {
    while (this.length + text.length > this.bytes.length) this.#grow();
    for (let i = 0; i < text.length; i++) this.bytes[this.length + i] = text.charCodeAt(i);
    this.length += text.length;
  }

  /** The first `count` of these. */
  append(bytes: Uint8Array, count: number): void {
    while (this.length + count > this.bytes.length) this.#grow();
    this.bytes.set(count === bytes.length ? bytes : bytes.subarray(0, count), this.length);
    this.length += count;
  }

  littleEndian(value: number, count: number): void {
    let rest = value;
    for (let i = 0; i < count; i++) {
      this.byte(rest & 0xff);
      rest = Math.floor(rest / 256);
    }
  }

  int64(text: string): void {
    let rest = BigInt.asUintN(64, BigInt(text));
    for (let i = 0; i < 8; i++) {
      this.byte(Number(rest & 0xffn));
      rest >>= 8n;
    }
  }

  /** Overwrites four bytes written before. */
  patch32(at: number, value: number): void {
    for (let i = 0; i < 4; i++) this.bytes[at + i] = (value >>> (8 * i)) & 0xff;
  }

  #grow(): void {
    const bytes = new Uint8Array(this.bytes.length * 2);
    bytes.set(this.bytes);
    this.bytes = bytes;
  }
}

/** A number of so many bytes, at most 6, the lowest first. */
export function littleEndian(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = count - 1; i >= 0; i--) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
}

/** The bytes from `from` up to `to` as a binary string. */
export function binaryText(bytes: Uint8Array, from = 0, to = bytes.length): string {
  if (to - from <= textMax) return String.fromCharCode(...bytes.subarray(from, to));
  const parts: string[] = [];
  for (let at = from; at < to; at += textMax) {
    parts.push(String.fromCharCode(...bytes.subarray(at, Math.min(at + textMax, to))));
  }
  return parts.join("");
}

/** Bytes that a two's complement of the value takes, among those the forms know; 8 beyond 2^53. */
function integerWidth(value: number | undefined): 1 | 2 | 3 | 4 | 8 {
  if (value === undefined) return 8;
  if (value >= -128 && value <= 127) return 1;
  if (value >= -32_768 && value <= 32_767) return 2;
  if (value >= -8_388_608 && value <= 8_388_607) return 3;
  return value >= -2_147_483_648 && value <= 2_147_483_647 ? 4 : 8;
}

/** `ziplistPush()` of each: u32 bytes, u32 tail, u16 count, entries, 0xff. */
export function writeZiplist(writer: ByteWriter, count: number, items: Iterable<string>): void {
  writer.reset();
  writer.littleEndian(0, 8);
  writer.littleEndian(Math.min(count, 0xffff), 2);
  let previous = 0;
  let tail = 10;
  for (const item of items) {
    const from = writer.length;
    tail = from;
    if (previous < 254) writer.byte(previous);
    else {
      writer.byte(254);
      writer.littleEndian(previous, 4);
    }
    writeZiplistEntry(writer, item);
    previous = writer.length - from;
  }
  writer.byte(0xff);
  writer.patch32(0, writer.length);
  writer.patch32(4, tail);
}

/** `zipTryEncoding()`, `zipStoreEntryEncoding()`. */
function writeZiplistEntry(writer: ByteWriter, item: string): void {
  if (item.length < 32 && isInt64(item)) {
    const value = safeInteger(item);
    const width = integerWidth(value);
    if (value !== undefined && value >= 0 && value <= 12) writer.byte(0xf1 + value);
    else if (value === undefined || width === 8) {
      writer.byte(0xe0);
      writer.int64(item);
    } else {
      writer.byte(width === 1 ? 0xfe : width === 2 ? 0xc0 : width === 3 ? 0xf0 : 0xd0);
      writer.littleEndian(value, width);
    }
    return;
  }
  const length = item.length;
  if (length <= 0x3f) writer.byte(length);
  else if (length <= 0x3fff) {
    writer.byte(0x40 | (length >> 8));
    writer.byte(length & 0xff);
  } else {
    writer.byte(0x80);
    for (let shift = 24; shift >= 0; shift -= 8) writer.byte((length >>> shift) & 0xff);
  }
  writer.text(item);
}

/** `lpAppend()` of each: u32 bytes, u16 count, entries, 0xff. */
export function writeListpack(writer: ByteWriter, count: number, items: Iterable<string>): void {
  writer.reset();
  writer.littleEndian(0, 4);
  writer.littleEndian(Math.min(count, 0xffff), 2);
  for (const item of items) {
    const from = writer.length;
    writeListpackEntry(writer, item);
    writeBackLength(writer, writer.length - from);
  }
  writer.byte(0xff);
  writer.patch32(0, writer.length);
}

/** `lpEncodeGetType()`. */
function writeListpackEntry(writer: ByteWriter, item: string): void {
  if (item.length < 21 && isInt64(item)) {
    const value = safeInteger(item);
    const width = integerWidth(value);
    if (value !== undefined && value >= 0 && value <= 127) writer.byte(value);
    else if (value !== undefined && value >= -4_096 && value <= 4_095) {
      const bits = value < 0 ? value + 8_192 : value;
      writer.byte((bits >> 8) | 0xc0);
      writer.byte(bits & 0xff);
    } else if (value === undefined || width === 8) {
      writer.byte(0xf4);
      writer.int64(item);
    } else {
      writer.byte(width <= 2 ? 0xf1 : width === 3 ? 0xf2 : 0xf3);
      writer.littleEndian(value, Math.max(width, 2));
    }
    return;
  }
  const length = item.length;
  if (length < 64) writer.byte(0x80 | length);
  else if (length < 4_096) {
    writer.byte(0xe0 | (length >> 8));
    writer.byte(length & 0xff);
  } else {
    writer.byte(0xf0);
    writer.littleEndian(length, 4);
  }
  writer.text(item);
}

/** `lpEncodeBacklen()`: seven bits a byte, the last byte first, all but the first byte marked. */
function writeBackLength(writer: ByteWriter, length: number): void {
  let groups = 1;
  for (let limit = 127; length > limit && groups < 5; limit = limit * 128 + 127) groups++;
  for (let group = groups - 1; group >= 0; group--) {
    const bits = (length >>> (7 * group)) & 127;
    writer.byte(group === groups - 1 ? bits : bits | 128);
  }
}

/** u32 width, u32 count, the members sorted; each as wide as the widest. */
export function writeIntset(writer: ByteWriter, count: number, members: Iterable<string>): void {
  writer.reset();
  let width = 2;
  for (const member of members) {
    const own = integerWidth(safeInteger(member));
    width = Math.max(width, own === 3 ? 4 : own);
  }
  writer.littleEndian(width, 4);
  writer.littleEndian(count, 4);
  for (const member of members) {
    if (width === 8) writer.int64(member);
    else writer.littleEndian(Number(member), width);
  }
}
