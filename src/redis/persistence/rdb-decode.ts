/**
 * An RDB that a real server wrote, as the dataset that it holds (`rdbLoadRio()`): all that 6.2 to 7.2
 * write for strings, lists, hashes and sets, and what older ones wrote.
 *
 * Sorted sets, streams and modules' values we do not have: a file with one of them is refused with the
 * words that Redis has for a type it does not know. Functions are passed over.
 */
import { persistent } from "../keyspace/database.js";
import { Keyspace } from "../keyspace/keyspace.js";
import { binaryText, littleEndian } from "../keyspace/packed.js";
import { rdbEncoding } from "../keyspace/rdb-encoding.js";
import { readIntset, readListpack, readZiplist, readZipmap } from "../keyspace/unpack.js";
import { HashValue, ListValue, SetValue, type StoredValue } from "../keyspace/value.js";
import type { RdbReplicationInfo } from "../replication/replication.js";
import type { Version } from "../version.js";
import { Crc64 } from "./crc64.js";
import type { RdbFile } from "./rdb-file.js";
import { container, opcode, rdbVersion, type } from "./rdb-format.js";
import { RdbProblem, RdbReader, type ReportedAt } from "./rdb-reader.js";

export interface RdbLoadOptions {
  /** Of the server that reads. */
  readonly version: Version;
  /** How many it is configured to have. */
  readonly databases: number;
  /** rdbchecksum */
  readonly checksum: boolean;
}

/** The file, or why it cannot be loaded. */
export function decodeRdb(bytes: Uint8Array, options: RdbLoadOptions): RdbFile | RdbProblem {
  try {
    return new RdbDecoder(bytes, options).file();
  } catch (error) {
    if (error instanceof RdbProblem) return error;
    throw error;
  }
}

const magicLength = 9;
const idLength = 40;
/** Since which format a file ends with a checksum. */
const checksumSince = 5;
/** The last type of the format that a version knows. */
const lastType: Readonly<Record<Version, number>> = { "6.2": 15, "7.0": 19, "7.2": 21 };

class RdbDecoder {
  readonly #reader: RdbReader;
  readonly #options: RdbLoadOptions;
  readonly #keyspace: Keyspace;
  readonly #fields = new Map<string, string>();

  constructor(bytes: Uint8Array, options: RdbLoadOptions) {
    this.#reader = new RdbReader(bytes, options.version);
    this.#options = options;
    this.#keyspace = new Keyspace(options.databases);
  }

  file(): RdbFile {
    const format = this.#magic();
    this.#entries();
    const reader = this.#reader;
    const end = reader.at;
    if (format >= checksumSince) this.#checksum(end, reader.take(8));
    const keyspace = this.#keyspace;
    const bytes = reader.bytes.length;
    return {
      snapshot: {
        bytes,
        keys: keyspace.size,
        memory: keyspace.memory,
        ballast: keyspace.ballast,
        databases: keyspace.databases.map((database) => database.freeze()),
        encoding: rdbEncoding(this.#options.version, true),
      },
      bytes,
      replication: this.#replication(),
      release: this.#fields.get("redis-ver"),
      createdAt: wholeNumber(this.#fields.get("ctime")),
      usedMemory: wholeNumber(this.#fields.get("used-mem")),
      hasChecksum: format >= checksumSince,
    };
  }

  #magic(): number {
    const text = binaryText(this.#reader.take(magicLength));
    if (!text.startsWith("REDIS")) {
      throw new RdbProblem("refused", "Wrong signature trying to load DB from file");
    }
    const format = Number.parseInt(text.slice(5), 10);
    if (!(format >= 1 && format <= rdbVersion[this.#options.version])) {
      throw new RdbProblem("refused", `Can't handle RDB format version ${format || 0}`);
    }
    return format;
  }

  #entries(): void {
    const reader = this.#reader;
    let database = this.#database(0);
    let when: number = persistent;
    for (;;) {
      const code = reader.byte();
      switch (code) {
        case opcode.eof:
          return;
        case opcode.expireTime:
          when = (reader.littleEndian(4) | 0) * 1_000;
          break;
        case opcode.expireTimeMs:
          when = reader.int64();
          break;
        case opcode.freq:
          reader.byte();
          break;
        case opcode.idle:
          reader.length();
          break;
        case opcode.selectDb:
          database = this.#database(reader.length());
          break;
        case opcode.resizeDb:
          reader.length();
          reader.length();
          break;
        case opcode.aux: {
          const name = reader.string();
          this.#fields.set(name.toLowerCase(), reader.string());
          break;
        }
        case opcode.function2:
          if (this.#options.version === "6.2") throw reader.unknownType(code);
          reader.string();
          break;
        case opcode.functionPreRelease:
        case opcode.moduleAux:
          throw new RdbProblem(
            "fatal",
            code === opcode.moduleAux
              ? "The RDB file contains AUX module data I can't load: no matching module"
              : "Failed loading library, Pre-release function format not supported.",
          );
        default: {
          const key = reader.string();
          const value = this.#value(code);
          // Redis passes over what is empty, which it should never have written.
          if (value !== undefined && !database.load(key, value, when)) {
            throw new RdbProblem(
              "fatal",
              `RDB has duplicated key '${key}' in DB ${database.index}`,
            );
          }
          when = persistent;
        }
      }
    }
  }

  #database(index: number) {
    const database = this.#keyspace.databases[index];
    if (database !== undefined) return database;
    throw new RdbProblem(
      "fatal",
      `FATAL: Data file was created with a Redis server configured to handle more than ${this.#options.databases} databases. Exiting`,
    );
  }

  /** `rdbLoadObject()`; undefined: it is empty. */
  #value(code: number): StoredValue | undefined {
    const reader = this.#reader;
    if (code > lastType[this.#options.version]) throw reader.unknownType(code);
    switch (code) {
      case type.string:
        return reader.string();
      case type.list:
        return this.#list(this.#strings(reader.length()));
      case type.listZiplist:
        return this.#list(this.#unpacked(readZiplist, "listZiplist", "List ziplist"));
      case type.listQuicklist:
        return this.#quicklist(false);
      case type.listQuicklist2:
        return this.#quicklist(true);
      case type.set:
        return this.#set(this.#strings(reader.length()));
      case type.setIntset:
        return this.#set(this.#unpacked(readIntset, "intset", "Intset"));
      case type.setListpack:
        return this.#set(this.#unpacked(readListpack, "setListpack", "Set listpack"));
      case type.hash:
        return this.#hash(this.#strings(2 * reader.length()), "hash", "");
      case type.hashZipmap:
        return this.#hash(this.#unpacked(readZipmap, "zipmap", "Zipmap"), "zipmap", "Zipmap");
      case type.hashZiplist:
        return this.#packedHash(readZiplist, "hashZiplist", "Hash ziplist");
      case type.hashListpack:
        return this.#packedHash(readListpack, "hashListpack", "Hash listpack");
      default:
        throw reader.unknownType(code);
    }
  }

  #strings(count: number): string[] {
    const strings: string[] = [];
    for (let i = 0; i < count; i++) strings.push(this.#reader.string());
    return strings;
  }

  #unpacked(
    read: (bytes: Uint8Array) => string[] | undefined,
    at: ReportedAt,
    what: string,
  ): string[] {
    const items = read(this.#reader.blob());
    if (items === undefined) throw this.#reader.corrupt(at, `${what} integrity check failed.`);
    return items;
  }

  #quicklist(hasContainers: boolean): StoredValue | undefined {
    const reader = this.#reader;
    const items: string[] = [];
    for (let nodes = reader.length(); nodes > 0; nodes--) {
      const form = hasContainers ? reader.length() : container.packed;
      if (form === container.plain) items.push(reader.string());
      else if (form !== container.packed) {
        throw reader.corrupt("quicklist", "Quicklist integrity check failed.");
      } else {
        const node = hasContainers
          ? this.#unpacked(readListpack, "quicklistListpack", "Listpack")
          : this.#unpacked(readZiplist, "quicklistZiplist", "Ziplist");
        for (const item of node) items.push(item);
      }
    }
    return this.#list(items);
  }

  #list(items: string[]): StoredValue | undefined {
    if (items.length === 0) return undefined;
    const list = new ListValue(this.#keyspace.arena);
    for (const item of items) list.push("tail", item);
    return list;
  }

  #set(members: string[]): StoredValue | undefined {
    if (members.length === 0) return undefined;
    const set = new SetValue(this.#keyspace.arena, this.#options.version === "7.2");
    for (const member of members) {
      if (!set.add(member)) throw this.#reader.corrupt("set", "Duplicate set members detected");
    }
    return set;
  }

  #packedHash(
    read: (bytes: Uint8Array) => string[] | undefined,
    at: ReportedAt,
    what: string,
  ): StoredValue | undefined {
    return this.#hash(this.#unpacked(read, at, what), at, what);
  }

  /** Fields and values in turn. A packed one with a field twice, or one without a value, is none. */
  #hash(items: string[], at: ReportedAt, what: string): StoredValue | undefined {
    if (items.length === 0) return undefined;
    const reason =
      what === "" ? "Duplicate hash fields detected" : `${what} integrity check failed.`;
    if (items.length % 2 === 1) throw this.#reader.corrupt(at, reason);
    const hash = new HashValue(this.#keyspace.arena);
    for (let i = 0; i < items.length; i += 2) {
      if (!hash.set(items[i] as string, items[i + 1] as string)) {
        throw this.#reader.corrupt(at, reason);
      }
    }
    return hash;
  }

  #checksum(end: number, written: Uint8Array): void {
    if (!this.#options.checksum || written.every((byte) => byte === 0)) return;
    const found = new Crc64();
    found.low = littleEndian(written, 0, 4);
    found.high = littleEndian(written, 4, 4);
    const expected = new Crc64().update(this.#reader.bytes, 0, end);
    if (expected.low !== found.low || expected.high !== found.high) {
      throw this.#reader.corrupt("checksum", "RDB CRC error");
    }
  }

  #replication(): RdbReplicationInfo | undefined {
    const replicationId = this.#fields.get("repl-id");
    if (replicationId?.length !== idLength) return undefined;
    return {
      replicationId,
      offset: wholeNumber(this.#fields.get("repl-offset")) ?? -1,
      streamDb: wholeNumber(this.#fields.get("repl-stream-db")) ?? 0,
      digest: undefined,
    };
  }
}

/** atoi(3) of a field. */
function wholeNumber(text: string | undefined): number | undefined {
  const value = Number.parseInt(text ?? "", 10);
  return Number.isSafeInteger(value) ? value : undefined;
}
