import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { globMatches } from "../../../src/redis/wire/glob.js";
import {
  formatMemory,
  leadingInteger,
  parseInteger,
  parseMemory,
  quote,
  splitArguments,
} from "../../../src/redis/wire/text.js";
import { fromBinary, toBinary } from "../../../src/redis/wire/utf8.js";

const anyBytes = fc.string({
  unit: fc.integer({ min: 1, max: 255 }).map((n) => String.fromCharCode(n)),
});

describe("a quoted text", () => {
  // sdscatrepr(), sdssplitargs()
  test("is split into the one argument it was", () => {
    fc.assert(
      fc.property(fc.array(anyBytes), (args) => {
        expect(splitArguments(args.map(quote).join(" "))).toEqual(args);
      }),
    );
  });

  test("must be closed, and closed by a blank", () => {
    expect(splitArguments('a "b')).toBeUndefined();
    expect(splitArguments('a "b"c')).toBeUndefined();
    expect(splitArguments("a 'b'c")).toBeUndefined();
    expect(splitArguments("")).toEqual([]);
    expect(splitArguments('a""')).toEqual(["a"]);
  });

  test("shows what cannot be printed in hexadecimal", () => {
    expect(quote('\x00é"\\\t')).toBe('"\\x00\\xe9\\"\\\\\\t"');
  });
});

describe("a number", () => {
  // string2ll(), atoi(), memtoull()
  test("is written in one way only where Redis is strict", () => {
    expect(["0", "-5", "9223372036854775807"].map(parseInteger)).toEqual([
      0,
      -5,
      Number("9223372036854775807"),
    ]);
    for (const text of ["", "-", "+1", "01", "-0", " 1", "1x", "9223372036854775808"]) {
      expect(parseInteger(text)).toBeUndefined();
    }
  });

  test("is whatever a text begins with where Redis is not", () => {
    expect([" 12ab", "x", "-3", "+4"].map(leadingInteger)).toEqual([12, 0, -3, 4]);
  });

  test("of bytes takes a unit, of a thousand without b and 1024 with it", () => {
    expect(["1k", "1kB", "2mb", "3G", "7b", "x", "-1"].map(parseMemory)).toEqual([
      1000,
      1024,
      2097152,
      3000000000,
      7,
      undefined,
      undefined,
    ]);
    expect([0, 1024, 1048576, 1073741824, 1500].map(formatMemory)).toEqual([
      "0",
      "1kb",
      "1mb",
      "1gb",
      "1500",
    ]);
  });
});

// stringmatchlen()
describe("a pattern", () => {
  const cases: [pattern: string, text: string, matches: boolean][] = [
    ["*", "anything", true],
    ["*", "", false],
    ["h?llo", "hello", true],
    ["h?llo", "hllo", false],
    ["h[ae]llo", "hallo", true],
    ["h[^e]llo", "hello", false],
    ["h[a-c]llo", "hbllo", true],
    ["h[c-a]llo", "hbllo", true],
    ["h\\*llo", "h*llo", true],
    ["h\\*llo", "hello", false],
    ["a*b*c", "aXXbYYc", true],
    ["a*b*c", "aXXbYY", false],
    ["a**", "a", true],
    ["[abc", "a", true],
    ["[\\]]", "]", true],
    ["__sentinel__:*", "__sentinel__:hello", true],
  ];
  test.each(cases)("%s and %s", (pattern, text, matches) => {
    expect(globMatches(pattern, text)).toBe(matches);
  });

  test("ignores case only where asked to", () => {
    expect(globMatches("MAX*", "maxmemory")).toBe(false);
    expect(globMatches("MAX*", "maxmemory", true)).toBe(true);
    expect(globMatches("[A-C]x", "bX", true)).toBe(true);
  });

  test("with many stars stays fast", () => {
    expect(globMatches(`${"a*".repeat(30)}b`, "a".repeat(60))).toBe(false);
  });
});

describe("text between UTF-16 and bytes", () => {
  test("is encoded as everybody else does", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const bytes = String.fromCharCode(...new TextEncoder().encode(text));
        expect(toBinary(text)).toBe(bytes);
        expect(fromBinary(bytes)).toBe(text);
      }),
    );
  });

  test("survives bytes that are no UTF-8", () => {
    expect(fromBinary("a\xffb\xc3")).toBe("a\ufffdb\ufffd");
    expect(toBinary("\ud800")).toBe("\xef\xbf\xbd");
  });
});
