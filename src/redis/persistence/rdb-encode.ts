/**
 * An RDB as the bytes that Redis of the dataset's version would write (`rdbSaveRio()`): keys in the
 * order of our slots, every value in the packed form that its size asks for.
 *
 * Nothing inside a run needs these bytes; they are written where a real server is to read them. Their
 * number is what the file was counted to have (rdb-meter.ts), and an assertion holds the two together.
 */
import { assert } from "../../kernel/assert.js";
import type { FrozenDatabase } from "../keyspace/database.js";
import { safeInteger } from "../keyspace/integer.js";
import { emptyServerBytes } from "../keyspace/keyspace.js";
import { LzfCompressor } from "../keyspace/lzf.js";
import { ByteWriter, writeIntset, writeListpack, writeZiplist } from "../keyspace/packed.js";
import type { RdbEncoding } from "../keyspace/rdb-encoding.js";
import { integerBytes, nodeEnd } from "../keyspace/rdb-meter.js";
import type { HashValue, ListValue, SetValue, StoredValue } from "../keyspace/value.js";
import { Crc64 } from "./crc64.js";
import { type RdbFile, replicationFields } from "./rdb-file.js";
import { container, opcode, rdbVersion, stringEncoding, type } from "./rdb-format.js";

export interface EncodedRdb {
  /** Magic and auxiliary fields. */
  readonly head: Uint8Array;
  /** Databases, end and checksum; between the two is room for the ballast. */
  readonly tail: Uint8Array;
}

export function encodeRdb(file: RdbFile): EncodedRdb {
  const { snapshot } = file;
  const { ballast, encoding } = snapshot;
  assert(file.createdAt !== undefined, "what is written for a real server was made here");
  const head = new RdbWriter(encoding);
  head.magic();
  head.aux("redis-ver", encoding.release);
  head.aux("redis-bits", "64");
  head.aux("ctime", String(file.createdAt));
  head.aux("used-mem", String(emptyServerBytes + snapshot.memory));
  for (const [name, value] of replicationFields(file.replication)) head.aux(name, String(value));
  head.aux(encoding.version === "6.2" ? "aof-preamble" : "aof-base", "0");

  const tail = new RdbWriter(encoding);
  for (const [index, database] of snapshot.databases.entries()) tail.database(index, database);
  tail.byte(opcode.eof);
  // Nobody computes a checksum over gigabytes of ballast: Redis takes 0 for one that was not made.
  const hasChecksum = file.hasChecksum && ballast.bytes === 0;
  tail.checksum(hasChecksum ? checksumOf(head.bytes, tail.bytes) : undefined);

  const bytes = head.bytes.length + ballast.bytes + tail.bytes.length;
  assert(bytes === file.bytes, `an RDB counted as ${file.bytes} bytes has ${bytes}`);
  return { head: head.bytes, tail: tail.bytes };
}

function checksumOf(...parts: readonly Uint8Array[]): Crc64 {
  const crc = new Crc64();
  for (const part of parts) crc.update(part, 0, part.length);
  return crc;
}

class RdbWriter {
  readonly #encoding: RdbEncoding;
  readonly #out = new ByteWriter();
  /** A packed container, or a string that may be compressed. */
  readonly #packed = new ByteWriter();
  readonly #lzf = new LzfCompressor();

  constructor(encoding: RdbEncoding) {
    this.#encoding = encoding;
  }

  get bytes(): Uint8Array {
    return this.#out.bytes.subarray(0, this.#out.length);
  }

  byte(value: number): void {
    this.#out.byte(value);
  }

  magic(): void {
    this.#out.text(`REDIS${String(rdbVersion[this.#encoding.version]).padStart(4, "0")}`);
  }

  /** `rdbSaveAuxField()`; the only long value is a replication id, whose random digits LZF cannot shorten. */
  aux(name: string, value: string): void {
    this.byte(opcode.aux);
    this.#string(name);
    if (this.#integer(value)) return;
    this.#length(value.length);
    this.#out.text(value);
  }

  /** `rdbSaveDb()`: nothing where it is empty. */
  database(index: number, { keys, values, expires, free }: FrozenDatabase): void {
    const size = keys.length - free.length;
    if (size === 0) return;
    this.byte(opcode.selectDb);
    this.#length(index);
    this.byte(opcode.resizeDb);
    this.#length(size);
    this.#length(expires.size);
    for (const [slot, key] of keys.entries()) {
      const value = values[slot];
      if (key === undefined || value === undefined) continue;
      const when = expires.get(key);
      if (when !== undefined) {
        this.byte(opcode.expireTimeMs);
        this.#out.int64(String(when));
      }
      this.#entry(key, value);
    }
  }

  checksum(crc: Crc64 | undefined): void {
    this.#out.littleEndian(crc?.low ?? 0, 4);
    this.#out.littleEndian(crc?.high ?? 0, 4);
  }

  /** `rdbSaveKeyValuePair()` */
  #entry(key: string, value: StoredValue): void {
    this.byte(this.#typeOf(value));
    this.#string(key);
    if (typeof value === "string") {
      this.#string(value);
      return;
    }
    switch (value.type) {
      case "list":
        this.#list(value);
        break;
      case "hash":
        this.#hash(value);
        break;
      default:
        this.#set(value);
    }
  }

  /** `rdbSaveObjectType()` */
  #typeOf(value: StoredValue): number {
    if (typeof value === "string") return type.string;
    const zipped = this.#encoding.packing === "ziplist";
    switch (value.type) {
      case "list":
        return zipped ? type.listQuicklist : type.listQuicklist2;
      case "hash":
        if (!value.packed) return type.hash;
        return zipped ? type.hashZiplist : type.hashListpack;
      default:
        if (value.form === "intset") return type.setIntset;
        return this.#isPackedSet(value) ? type.setListpack : type.set;
    }
  }

  #isPackedSet(set: SetValue): boolean {
    return set.form === "listpack" && this.#encoding.version === "7.2";
  }

  #list(list: ListValue): void {
    const zipped = this.#encoding.packing === "ziplist";
    const { items } = list;
    let nodes = 0;
    for (let from = 0; from < items.length; from = nodeEnd(items, from, zipped)) nodes++;
    this.#length(nodes);
    for (let from = 0; from < items.length; ) {
      const to = nodeEnd(items, from, zipped);
      if (!zipped) this.#length(container.packed);
      this.#pack(items.slice(from, to));
      from = to;
    }
  }

  #hash(hash: HashValue): void {
    if (hash.packed) {
      this.#pack([...hash.fields].flat());
      return;
    }
    this.#length(hash.size);
    for (const [field, value] of hash.fields) {
      this.#string(field);
      this.#string(value);
    }
  }

  #set(set: SetValue): void {
    const members = [...set.members()];
    if (set.form === "intset") {
      writeIntset(this.#packed, members.length, members);
      this.#blob();
    } else if (this.#isPackedSet(set)) {
      this.#pack(members);
    } else {
      this.#length(members.length);
      for (const member of members) this.#string(member);
    }
  }

  #pack(items: readonly string[]): void {
    if (this.#encoding.packing === "ziplist") writeZiplist(this.#packed, items.length, items);
    else writeListpack(this.#packed, items.length, items);
    this.#blob();
  }

  /** `rdbSaveLen()` */
  #length(length: number): void {
    if (length < 64) this.byte(length);
    else if (length < 16_384) {
      this.byte(0x40 | (length >> 8));
      this.byte(length & 0xff);
    } else {
      // More than 2^32 of anything is more than we can hold.
      this.byte(0x80);
      for (let shift = 24; shift >= 0; shift -= 8) this.byte((length >>> shift) & 0xff);
    }
  }

  /** `rdbSaveRawString()` */
  #string(text: string): void {
    if (this.#integer(text)) return;
    this.#packed.reset();
    this.#packed.text(text);
    this.#blob();
  }

  /** `rdbTryIntegerEncoding()`: false, and nothing is written, where it is none of up to 32 bits. */
  #integer(text: string): boolean {
    const width = integerBytes(text) - 1;
    if (width < 0) return false;
    const { int8, int16, int32 } = stringEncoding;
    this.byte(0xc0 | (width === 1 ? int8 : width === 2 ? int16 : int32));
    this.#out.littleEndian(safeInteger(text) ?? 0, width);
    return true;
  }

  /** What is in the packed writer, as a string: compressed where that is asked for and pays. */
  #blob(): void {
    const { bytes, length } = this.#packed;
    const short = this.#encoding.compressed && length > 20 ? this.#lzf.compress(bytes, length) : 0;
    if (short > 0) {
      this.byte(0xc0 | stringEncoding.lzf);
      this.#length(short);
      this.#length(length);
      this.#out.append(this.#lzf.output, short);
    } else {
      this.#length(length);
      this.#out.append(bytes, length);
    }
  }
}
