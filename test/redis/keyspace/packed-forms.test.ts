/** The packed forms of containers and LZF: what is written is read back, and what is damaged is seen. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decompressLzf, LzfCompressor } from "../../../src/redis/keyspace/lzf.js";
import {
  ByteWriter,
  writeIntset,
  writeListpack,
  writeZiplist,
} from "../../../src/redis/keyspace/packed.js";
import {
  readIntset,
  readListpack,
  readZiplist,
  readZipmap,
} from "../../../src/redis/keyspace/unpack.js";

const anyItem = fc.oneof(
  fc.string({ unit: "binary-ascii", maxLength: 80 }),
  fc.nat(20_000).map((length) => "x".repeat(length)),
  fc.integer().map(String),
  fc.integer({ min: -200, max: 200 }).map(String),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
);
const anyItems = fc.array(anyItem, { maxLength: 30 });

const forms = [
  ["ziplist", writeZiplist, readZiplist],
  ["listpack", writeListpack, readListpack],
] as const;

function written(write: (typeof forms)[number][1], items: readonly string[]): Uint8Array {
  const writer = new ByteWriter();
  write(writer, items.length, items);
  return writer.bytes.slice(0, writer.length);
}

const bytes = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));

describe.each(forms)("a %s", (_, write, read) => {
  test("is read back as it was written", () => {
    fc.assert(
      fc.property(anyItems, (items) => {
        expect(read(written(write, items))).toEqual(items);
      }),
      { numRuns: 300 },
    );
  });

  test("that is damaged or cut off is other items or none, and never an accident", () => {
    fc.assert(
      fc.property(anyItems, fc.nat(), fc.nat(255), fc.nat(), (items, at, byte, length) => {
        const damaged = written(write, items);
        damaged[at % damaged.length] = byte;
        expect(() => read(damaged)).not.toThrow();
        expect(read(written(write, items).slice(0, length % damaged.length))).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });
});

describe("an intset", () => {
  test("is read back, whatever its width, and must be sorted", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { minLength: 1 }),
        fc.constantFrom(1n, 2n ** 31n, 2n ** 47n),
        (numbers, divisor) => {
          const members = [...new Set(numbers.map((number) => number / divisor))]
            .sort((a, b) => (a < b ? -1 : 1))
            .map(String);
          const writer = new ByteWriter();
          writeIntset(writer, members.length, members);
          expect(readIntset(writer.bytes.slice(0, writer.length))).toEqual(members);
        },
      ),
    );
    expect(readIntset(bytes("\x02\0\0\0\x02\0\0\0\x05\0\x01\0"))).toBeUndefined();
    expect(readIntset(bytes("\x03\0\0\0\x01\0\0\0\x05\0\x01"))).toBeUndefined();
  });
});

describe("a zipmap", () => {
  // zipmap.c: "\x02\x03foo\x03\x00bar\x05hello\x05\x00world\xff"
  test("of Redis 2.4 is read, with the free bytes behind a value", () => {
    const map = bytes("\x02\x03foo\x03\x02barXX\x05hello\x05\x00world\xff");

    expect(readZipmap(map)).toEqual(["foo", "bar", "hello", "world"]);
    expect(readZipmap(map.slice(0, -1))).toBeUndefined();
  });
});

describe("LZF", () => {
  const anyBytes = fc.oneof(
    fc.uint8Array({ maxLength: 600 }),
    fc
      .array(fc.constantFrom(...Buffer.from("abcabcdX")), { maxLength: 3_000 })
      .map((each) => Uint8Array.from(each)),
    fc
      .tuple(fc.nat(255), fc.nat(20_000))
      .map(([byte, length]) => new Uint8Array(length).fill(byte)),
  );

  test("gives back what it has made shorter, one after the other by the same compressor", () => {
    const compressor = new LzfCompressor();
    fc.assert(
      fc.property(anyBytes, (input) => {
        const length = compressor.compress(input, input.length);
        if (length === 0) return;
        expect(length).toBeLessThanOrEqual(input.length - 4);
        const short = compressor.output.slice(0, length);
        const back = decompressLzf(short, input.length);
        expect(back !== undefined && Buffer.from(back).equals(input)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("of damaged or cut bytes, or for another length, is none", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(5_000), (input, length) => {
        const output = decompressLzf(input, length);
        expect(output === undefined || output.length === length).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});
