import { describe, expect, test } from "vitest";
import { RequestParser, type RequestParserOptions } from "../../../src/redis/wire/parse-request.js";

function read(bytes: string, options: Partial<RequestParserOptions> = {}): unknown[] {
  return new RequestParser({ version: "7.0", ...options })
    .feed(bytes)
    .map((parsed) => (parsed.kind === "error" ? parsed.reply : parsed.request.args));
}

describe("an inline command", () => {
  // processInlineBuffer(), sdssplitargs()
  test("is split at blanks, with quotes and escapes", () => {
    expect(read(`set "a b" 'it\\'s' "\\x41\\n"\r\n`)).toEqual([["set", "a b", "it's", "A\n"]]);
    expect(read("PING\nPING\r\n")).toEqual([["PING"], ["PING"]]);
  });

  test("of nothing is a sign of life without arguments", () => {
    expect(read("\r\n\n")).toEqual([[], []]);
  });

  test("with unbalanced quotes ends the connection", () => {
    expect(read('set "a\r\nPING\r\n')).toEqual([
      "ERR Protocol error: unbalanced quotes in request",
    ]);
  });

  test("without an end is refused beyond 64 KiB", () => {
    expect(read("x".repeat(65_536))).toEqual([]);
    expect(read("x".repeat(65_537))).toEqual(["ERR Protocol error: too big inline request"]);
  });
});

// processMultibulkBuffer()
describe("a malformed array", () => {
  test("is answered in Redis's words", () => {
    expect(read("*x\r\n")).toEqual(["ERR Protocol error: invalid multibulk length"]);
    expect(read("*2147483648\r\n")).toEqual(["ERR Protocol error: invalid multibulk length"]);
    expect(read("*1\r\nxy\r\n")).toEqual(["ERR Protocol error: expected '$', got 'x'"]);
    expect(read("*1\r\n$-1\r\n")).toEqual(["ERR Protocol error: invalid bulk length"]);
    expect(read("*1\r\n$536870913\r\n")).toEqual(["ERR Protocol error: invalid bulk length"]);
    expect(read(`*${"1".repeat(65_537)}`)).toEqual([
      "ERR Protocol error: too big mbulk count string",
    ]);
    expect(read(`*1\r\n$${"1".repeat(65_537)}`)).toEqual([
      "ERR Protocol error: too big bulk count string",
    ]);
  });

  test("may have at most 1024 * 1024 arguments in 6.2", () => {
    expect(read("*1048577\r\n", { version: "6.2" })).toEqual([
      "ERR Protocol error: invalid multibulk length",
    ]);
    expect(read("*1048577\r\n")).toEqual([]);
  });

  test("of a client that must authenticate first is cut short from 7.0", () => {
    const authRequired = (): boolean => true;
    expect(read("*11\r\n", { authRequired })).toEqual([
      "ERR Protocol error: unauthenticated multibulk length",
    ]);
    expect(read("*1\r\n$16385\r\n", { authRequired })).toEqual([
      "ERR Protocol error: unauthenticated bulk length",
    ]);
    expect(read("*11\r\n", { authRequired, version: "6.2" })).toEqual([]);
  });

  test("leaves what came before it answered", () => {
    expect(read("PING\r\n*1\r\n$4\r\nPING\r\n*x\r\nPING\r\n")).toEqual([
      ["PING"],
      ["PING"],
      "ERR Protocol error: invalid multibulk length",
    ]);
  });
});

describe("an empty array", () => {
  test("is passed over", () => {
    expect(read("*0\r\n*-1\r\nPING\r\n")).toEqual([["PING"]]);
  });
});

// processInlineBuffer() and processMultibulkBuffer() look for the end of a line with strchr()
describe("a zero byte before the end of a line", () => {
  test("hides that end, and the client waits for one", () => {
    expect(read("GET \0a\r\nPING\r\n")).toEqual([]);
    expect(read("*1\0\r\n$4\r\nPING\r\n")).toEqual([]);
    expect(read(`\0\n${"x".repeat(65_536)}`)).toEqual([
      "ERR Protocol error: too big inline request",
    ]);
  });

  test("is as good as any other within an argument", () => {
    expect(read("*1\r\n$3\r\n\0\r\n\r\n")).toEqual([["\0\r\n"]]);
  });
});
