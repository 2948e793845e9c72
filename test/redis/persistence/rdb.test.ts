/** RDB files as bytes: what a real server reads and writes, and what becomes of bytes that are none. */
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { debugDigest } from "../../../src/redis/keyspace/debug-digest.js";
import { Keyspace } from "../../../src/redis/keyspace/keyspace.js";
import { HashValue, ListValue, SetValue } from "../../../src/redis/keyspace/value.js";
import { Crc64 } from "../../../src/redis/persistence/crc64.js";
import { RdbBytes } from "../../../src/redis/persistence/rdb-bytes.js";
import { decodeRdb } from "../../../src/redis/persistence/rdb-decode.js";
import { type RdbFile, rdbFile } from "../../../src/redis/persistence/rdb-file.js";
import { RdbProblem } from "../../../src/redis/persistence/rdb-reader.js";
import { type Version, versions } from "../../../src/redis/version.js";

/** A file that redis-server 7.0.15 saved: every form of every type, two databases, LFU, a function. */
const recorded: { readonly digest: string; readonly keys: number; readonly rdb: string } =
  JSON.parse(readFileSync(new URL("../../data/rdb-7.0.15.json", import.meta.url), "utf8"));
const recordedBytes = new Uint8Array(Buffer.from(recorded.rdb, "base64"));

const options = { version: "7.0", databases: 16, checksum: true } as const;
const replication = { replicationId: "0a".repeat(20), offset: 4_711, streamDb: 3, digest: 1 };

function bytesOf(file: RdbFile): Uint8Array {
  return new Uint8Array(Buffer.from(new RdbBytes(file).slice(0, file.bytes), "latin1"));
}

function loaded(
  bytes: Uint8Array,
  version: Version = "7.0",
): { keyspace: Keyspace; file: RdbFile } {
  const file = decodeRdb(bytes, { ...options, version });
  if (file instanceof RdbProblem) throw file;
  const keyspace = new Keyspace(16);
  keyspace.restore(file.snapshot, 0, false);
  return { keyspace, file };
}

function problemOf(bytes: Uint8Array, version: Version = "7.0"): string {
  const file = decodeRdb(bytes, { ...options, version });
  return file instanceof RdbProblem ? `${file.kind}: ${file.message}` : "none";
}

/** With its checksum made good again after a change. */
function signed(bytes: Uint8Array): Uint8Array {
  const crc = new Crc64().update(bytes, 0, bytes.length - 8);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  view.setUint32(bytes.length - 8, crc.low, true);
  view.setUint32(bytes.length - 4, crc.high, true);
  return bytes;
}

const anyText = fc.oneof(
  fc.string({ unit: "binary-ascii", maxLength: 90 }),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => String.fromCharCode(...bytes)),
  fc.maxSafeInteger().map(String),
  fc.integer().map(String),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  fc.tuple(fc.string({ minLength: 1, maxLength: 9 }), fc.nat(200)).map(([a, n]) => a.repeat(n)),
);
const anyValue = fc.oneof(
  fc.record({
    type: fc.constant("string" as const),
    items: fc.array(anyText, { minLength: 1, maxLength: 1 }),
  }),
  fc.record({
    type: fc.constantFrom("list" as const, "set" as const, "hash" as const),
    items: fc.array(anyText, { minLength: 1, maxLength: 40 }),
  }),
  fc.record({
    type: fc.constantFrom("list" as const, "set" as const, "hash" as const),
    items: fc.nat(700).map((n) => Array.from({ length: n + 1 }, (_, i) => `${i * 7 - 300}`)),
  }),
);
const anyDataset = fc.array(
  fc.record({
    database: fc.nat(15),
    key: anyText,
    value: anyValue,
    when: fc.oneof(fc.constant(-1), fc.nat(2_000_000_000_000)),
  }),
  { maxLength: 12 },
);
type AnyDataset = typeof anyDataset extends fc.Arbitrary<infer Value> ? Value : never;

function keyspaceOf(dataset: AnyDataset, version: Version, rdbcompression: boolean): Keyspace {
  const keyspace = new Keyspace(16);
  const { host } = keyspace;
  keyspace.host = { ...host, version, rdbcompression };
  for (const { database, key, value, when } of dataset) {
    const { arena } = keyspace;
    const [first = ""] = value.items;
    let stored: string | ListValue | SetValue | HashValue = first;
    if (value.type === "list") {
      stored = new ListValue(arena);
      for (const item of value.items) stored.push("tail", item);
    } else if (value.type === "set") {
      stored = new SetValue(arena, version === "7.2");
      for (const item of value.items) stored.add(item);
    } else if (value.type === "hash") {
      stored = new HashValue(arena);
      for (const [i, item] of value.items.entries()) stored.set(item, value.items[i ^ 1] ?? "");
    }
    keyspace.databases[database]?.load(key, stored, when);
  }
  return keyspace;
}

describe("an RDB of a real server", () => {
  test("gives the data that it was saved from", () => {
    const { keyspace, file } = loaded(recordedBytes);

    expect(debugDigest(keyspace.databases)).toBe(recorded.digest);
    expect(file.snapshot.keys).toBe(recorded.keys);
    expect(file.bytes).toBe(recordedBytes.length);
    expect(keyspace.databases[0]?.expiry("expiring")).toBe(1_900_000_000_123);
  });

  // rdbLoadRio() of a server that is older than who wrote it.
  test("is refused by an older version", () => {
    expect(problemOf(recordedBytes, "6.2")).toBe("refused: Can't handle RDB format version 10");
  });

  test("is found damaged by its checksum", () => {
    const bytes = recordedBytes.slice();
    bytes[bytes.indexOf(0x70, 400)] = 0x71;

    expect(problemOf(bytes)).toMatch(
      /^corrupt: Internal error in RDB reading offset 0, function at rdb\.c:3216 -> RDB CRC error$/,
    );
    expect(decodeRdb(bytes, { ...options, checksum: false })).not.toBeInstanceOf(RdbProblem);
  });
});

describe("an RDB that we write", () => {
  test("holds the dataset, in every version, and is as long as it was counted to be", () => {
    fc.assert(
      fc.property(
        anyDataset,
        fc.constantFrom(...versions),
        fc.boolean(),
        (dataset, version, compression) => {
          const keyspace = keyspaceOf(dataset, version, compression);
          const file = rdbFile(keyspace.snapshot(), replication);

          const bytes = bytesOf(file);
          const back = loaded(bytes, version);

          expect(bytes.length).toBe(file.bytes);
          expect(debugDigest(back.keyspace.databases)).toBe(debugDigest(keyspace.databases));
          expect(back.file.replication).toEqual({ ...replication, digest: undefined });
          for (const { database, key } of dataset)
            expect(back.keyspace.databases[database]?.expiry(key)).toBe(
              keyspace.databases[database]?.expiry(key),
            );
        },
      ),
      { numRuns: 100 },
    );
  });

  test("is the same bytes in whatever portions it is asked for", () => {
    const keyspace = keyspaceOf([], "7.0", true);
    keyspace.databases[0]?.load("key", "value", -1);
    keyspace.ballast = { keys: 3, bytes: 100_000 };
    const file = rdbFile(keyspace.snapshot(), replication);
    const whole = new RdbBytes(file).slice(0, file.bytes);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1 }), (sizes) => {
        const portions = new RdbBytes(file);
        let text = "";
        for (let i = 0; text.length < file.bytes; i++) {
          const size = Math.min(sizes[i % sizes.length] ?? 1, file.bytes - text.length);
          text += portions.slice(text.length, size);
        }
        expect(text).toBe(whole);
      }),
      { numRuns: 30 },
    );
  });

  // Fields that are not known are passed over: the AUX contract of rdbLoadRio().
  test("has ballast as fields that nobody reads, down to the last byte", () => {
    for (const bytes of [1, 2, 3, 20, 21, 22, 63, 64, 5_000, 17_000_001]) {
      const keyspace = new Keyspace(16);
      keyspace.databases[0]?.load("key", "value", -1);
      keyspace.ballast = { keys: 1, bytes };
      const file = rdbFile(keyspace.snapshot(), undefined);

      const back = loaded(bytesOf(file));

      expect(back.file.bytes).toBe(file.bytes);
      expect(debugDigest(back.keyspace.databases)).toBe(debugDigest(keyspace.databases));
    }
  });
});

describe("bytes that are no RDB, or one no more", () => {
  test("that end too early are cut off, wherever that is", () => {
    for (let length = 9; length < recordedBytes.length; length += 31)
      expect(problemOf(recordedBytes.slice(0, length))).toMatch(/^cut: .*rdb\.c:3240 -> Unexp/);
  });

  test("are refused where they do not begin as one", () => {
    expect(problemOf(new Uint8Array(Buffer.from("HTTP/1.1 200 OK")))).toBe(
      "refused: Wrong signature trying to load DB from file",
    );
    expect(problemOf(new Uint8Array(Buffer.from("REDISxxxx")))).toBe(
      "refused: Can't handle RDB format version 0",
    );
  });

  test("with a value of a type that we do not have say which", () => {
    // A sorted set in a listpack; one database, one key.
    const bytes = Buffer.from("REDIS0010\xfe\x00\x11\x01z\x00\xff\0\0\0\0\0\0\0\0", "latin1");

    expect(problemOf(new Uint8Array(bytes))).toBe(
      "unknown: Internal error in RDB reading offset 0, function at rdb.c:2672 -> Unknown RDB encoding type 17",
    );
  });

  test("with more databases than there are, or one key twice, end the server", () => {
    const many = Buffer.from("REDIS0010\xfe\x10", "latin1");
    const twice = Buffer.from("REDIS0010\x00\x01k\x01v\x00\x01k\x01v", "latin1");

    expect(problemOf(new Uint8Array(many))).toMatch(/^fatal: FATAL: Data file was created with/);
    expect(problemOf(new Uint8Array(twice))).toBe("fatal: RDB has duplicated key 'k' in DB 0");
  });

  test("with a damaged byte anywhere are a dataset or a problem, and nothing else", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(recordedBytes.length - 9), fc.nat(255)), {
          minLength: 1,
          maxLength: 4,
        }),
        (damages) => {
          const bytes = recordedBytes.slice();
          for (const [at, byte] of damages) bytes[at] = byte;
          expect(() => decodeRdb(signed(bytes), options)).not.toThrow();
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test("of any kind behind the magic are a dataset or a problem, and nothing else", () => {
    const magic = [...Buffer.from("REDIS0010")];
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom(...versions),
        (bytes, version) => {
          const all = Uint8Array.from([...magic, ...bytes]);
          expect(() => decodeRdb(all, { ...options, version })).not.toThrow();
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

test("the checksum is the one of crc64.c", () => {
  const digits = new Uint8Array(Buffer.from("123456789"));

  expect(new Crc64().update(digits, 0, 9).toString()).toBe("e9c6d914c4b8d9ca");
});
