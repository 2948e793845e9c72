/**
 * What a dataset takes as an RDB, in bytes, as the server of a version would write it (rdb.c): the
 * time of a BGSAVE, of a transfer and of a load all follow from it.
 *
 * Exact for what Redis would have packed as we do: limits of packing are those of the default
 * configuration, a long list's nodes are filled from its head (as RPUSH would), and no key carries
 * the idle time that an LRU policy adds.
 */
import { isInt64, safeInteger } from "./integer.js";
import { LzfCompressor } from "./lzf.js";
import { ByteWriter, writeIntset, writeListpack, writeZiplist } from "./packed.js";
import type { RdbEncoding } from "./rdb-encoding.js";
import type { ContainerValue, HashValue, ListValue, SetValue, StoredValue } from "./value.js";

/** `list-max-ziplist-size -2`. */
const listNodeBytes = 8_192;

/** `rdbSaveLen()`. */
export function rdbLengthBytes(length: number): number {
  if (length < 64) return 1;
  if (length < 16_384) return 2;
  return length <= 0xffff_ffff ? 5 : 9;
}

/** `rdbEncodeInteger()`: 0 when it is not written as an integer. */
export function integerBytes(text: string): number {
  if (text.length > 11) return 0;
  const value = safeInteger(text);
  if (value === undefined) return 0;
  if (value >= -128 && value <= 127) return 2;
  if (value >= -32_768 && value <= 32_767) return 3;
  return value >= -2_147_483_648 && value <= 2_147_483_647 ? 5 : 0;
}

/** `rdbSaveAuxField()` of short texts. */
function auxBytes(key: string, value: string): number {
  return 2 + key.length + (integerBytes(value) || 1 + value.length);
}

/** Magic, redis-ver, redis-bits, ctime, used-mem, aof-preamble (7.0: aof-base), EOF and checksum. */
export function rdbFrameBytes(encoding: RdbEncoding, usedMemory: number): number {
  const aof = encoding.version === "6.2" ? "aof-preamble" : "aof-base";
  return (
    9 +
    auxBytes("redis-ver", encoding.release) +
    auxBytes("redis-bits", "64") +
    auxBytes("ctime", "1700000000") +
    auxBytes("used-mem", String(usedMemory)) +
    auxBytes(aof, "0") +
    9
  );
}

export class RdbMeter {
  readonly encoding: RdbEncoding;
  readonly #writer = new ByteWriter();
  #lzf: LzfCompressor | undefined;

  constructor(encoding: RdbEncoding) {
    this.encoding = encoding;
  }

  /** Type, key and value; the opcode and time of an expiry are 9 more (`rdbSaveKeyValuePair()`). */
  entry(key: string, value: StoredValue): number {
    return (
      1 +
      this.string(key) +
      (typeof value === "string" ? this.string(value) : this.#container(value))
    );
  }

  /** `rdbSaveRawString()`. */
  string(text: string): number {
    const asInteger = integerBytes(text);
    if (asInteger > 0) return asInteger;
    if (!this.encoding.compressed || text.length <= 20) {
      return rdbLengthBytes(text.length) + text.length;
    }
    this.#writer.reset();
    this.#writer.text(text);
    return this.#written();
  }

  /** What is in the writer, as a string. */
  #written(): number {
    const length = this.#writer.length;
    if (this.encoding.compressed && length > 20) {
      this.#lzf ??= new LzfCompressor();
      const short = this.#lzf.compress(this.#writer.bytes, length);
      if (short > 0) return 1 + rdbLengthBytes(short) + rdbLengthBytes(length) + short;
    }
    return rdbLengthBytes(length) + length;
  }

  #container(value: ContainerValue): number {
    if (value.rdbBytes === 0 || value.rdbEncoding !== this.encoding) {
      value.rdbBytes = this.#measure(value);
      value.rdbEncoding = this.encoding;
    }
    return value.rdbBytes;
  }

  #measure(value: ContainerValue): number {
    switch (value.type) {
      case "list":
        return this.#list(value);
      case "hash":
        return this.#hash(value);
      default:
        return this.#set(value);
    }
  }

  /** RDB_TYPE_LIST_QUICKLIST; from 7.0 QUICKLIST_2, with a mark for each node's form. */
  #list(list: ListValue): number {
    const zipped = this.encoding.packing === "ziplist";
    let nodes = 0;
    let bytes = 0;
    for (let from = 0; from < list.length; ) {
      const to = nodeEnd(list.items, from, zipped);
      bytes += (zipped ? 0 : 1) + this.#packed(to - from, list.items.slice(from, to));
      nodes++;
      from = to;
    }
    return rdbLengthBytes(nodes) + bytes;
  }

  #packed(count: number, items: Iterable<string>): number {
    if (this.encoding.packing === "ziplist") writeZiplist(this.#writer, count, items);
    else writeListpack(this.#writer, count, items);
    return this.#written();
  }

  #hash(hash: HashValue): number {
    if (hash.packed) {
      const items: string[] = [];
      for (const [field, value] of hash.fields) items.push(field, value);
      return this.#packed(items.length, items);
    }
    let bytes = rdbLengthBytes(hash.size);
    for (const [field, value] of hash.fields) bytes += this.string(field) + this.string(value);
    return bytes;
  }

  #set(set: SetValue): number {
    if (set.form === "intset") {
      writeIntset(this.#writer, set.size, [...set.members()]);
      return this.#written();
    }
    if (set.form === "listpack" && this.encoding.version === "7.2") {
      return this.#packed(set.size, set.members());
    }
    let bytes = rdbLengthBytes(set.size);
    for (const member of set.members()) bytes += this.string(member);
    return bytes;
  }
}

/** Where the quicklist node that begins at `from` ends (`_quicklistNodeAllowInsert()`). */
export function nodeEnd(items: readonly string[], from: number, zipped: boolean): number {
  let bytes = zipped ? 11 : 7;
  let to = from;
  while (to < items.length) {
    const item = items[to] as string;
    const size = item.length;
    const overhead = zipped ? (size < 254 ? 1 : 5) + rdbLengthBytes(size) : 8;
    if (to > from && bytes + size + overhead > listNodeBytes) break;
    bytes += isInt64(item) ? Math.min(size, 9) + 1 : size + (size < 64 ? 2 : 3);
    to++;
  }
  return to;
}
