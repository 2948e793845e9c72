import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encode } from "../../../src/redis/wire/encode.js";
import { ReplyError, ReplyParser } from "../../../src/redis/wire/parse-reply.js";
import { RequestParser } from "../../../src/redis/wire/parse-request.js";
import {
  array,
  ballast,
  bulk,
  error,
  integer,
  integerOf,
  map,
  nullArray,
  nullBulk,
  push,
  raw,
  rdbPayload,
  request,
  requestOf,
  set,
  status,
  type Value,
} from "../../../src/redis/wire/value.js";

const anyBytes = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((n) => String.fromCharCode(n)),
});
const anyLine = fc.string({ unit: "grapheme-ascii" });
const anyReply: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    anyLine.map(status),
    anyLine.map((text) => error(`ERR ${text}`)),
    fc.maxSafeInteger().map(integer),
    fc.constantFrom("9223372036854775807", "-9223372036854775808").map(integerOf),
    anyBytes.map(bulk),
    fc.constantFrom<Value>(nullBulk(2), nullArray(2), nullBulk(3)),
    fc.array(tie("value")).map(array),
    fc.array(tie("value")).map((items) => set(items, 3)),
    fc.array(tie("value")).map((items) => push(items, 3)),
    fc.array(fc.tuple(tie("value"), tie("value"))).map((pairs) => map(pairs.flat(), 3)),
    fc.boolean().map((value): Value => ({ kind: "boolean", value, length: 4 })),
    anyBytes.map((text): Value => {
      const digits = `${text.length + 4}`.length;
      return { kind: "verbatim", text, length: 1 + digits + 2 + 4 + text.length + 2 };
    }),
  ),
})).value;

/** Cuts a text into pieces of the given sizes, over and over. */
function pieces(text: string, sizes: readonly number[]): string[] {
  const cut: string[] = [];
  for (let at = 0, i = 0; at < text.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    cut.push(text.slice(at, at + size));
    at += size;
  }
  return cut;
}

const anySizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });

describe("the bytes of a value", () => {
  test("are as many as the value says", () => {
    fc.assert(fc.property(anyReply, (value) => encode(value).length === value.length));
    fc.assert(
      fc.property(fc.array(anyBytes), (args) => {
        const value = requestOf(args);
        return encode(value).length === value.length;
      }),
    );
    for (const segment of [raw("PING\r\n"), ballast(17), rdbPayload({}, 175)]) {
      expect(encode(segment).length).toBe(segment.length);
    }
  });

  test("are Redis's own", () => {
    expect(encode(request("SET", "k", "v"))).toBe("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n");
    expect(encode(array([integer(-1), nullBulk(2), nullArray(2)]))).toBe(
      "*3\r\n:-1\r\n$-1\r\n*-1\r\n",
    );
    expect(encode(map([bulk("a"), nullBulk(3)], 3))).toBe("%1\r\n$1\r\na\r\n_\r\n");
    expect(encode(map([bulk("a"), nullBulk(2)], 2))).toBe("*2\r\n$1\r\na\r\n$-1\r\n");
  });
});

describe("a reply in pieces of any size", () => {
  test("is read as the value it was", () => {
    fc.assert(
      fc.property(fc.array(anyReply), anySizes, (values, sizes) => {
        const parser = new ReplyParser();
        const read = pieces(values.map(encode).join(""), sizes).flatMap((piece) =>
          parser.feed(piece),
        );
        expect(read.map(encode)).toEqual(values.map(encode));
        expect(read.map((value) => value.length)).toEqual(values.map((value) => value.length));
      }),
    );
  });

  test("that is no RESP is refused", () => {
    expect(() => new ReplyParser().feed("hello\r\n")).toThrow(ReplyError);
    expect(() => new ReplyParser().feed("$x\r\n")).toThrow(ReplyError);
  });
});

describe("a request in pieces of any size", () => {
  test("is read as the arguments it was", () => {
    const anyRequests = fc.array(fc.array(anyBytes, { minLength: 1 }).map(requestOf));
    fc.assert(
      fc.property(anyRequests, anySizes, (requests, sizes) => {
        const parser = new RequestParser({ version: "7.0" });
        const read = pieces(requests.map(encode).join(""), sizes).flatMap((piece) =>
          parser.feed(piece),
        );
        expect(read).toEqual(
          requests.map((one) => ({
            kind: "request",
            request: one,
            inline: false,
            bytes: one.length,
          })),
        );
        expect(parser.buffered).toBe(0);
      }),
    );
  });
});
