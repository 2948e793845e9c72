import { describe, expect, test } from "vitest";
import { formatReply } from "../../../src/redis/client/format-reply.js";
import {
  array,
  bulk,
  error,
  integer,
  map,
  nullArray,
  nullBulk,
  ok,
  set,
  type Value,
} from "../../../src/redis/wire/value.js";

const master = array([
  bulk("master"),
  integer(3_129),
  array([array([bulk("127.0.0.1"), bulk("6380"), bulk("3129")])]),
]);

// redis-cli 7.0: cliFormatReplyTTY().
describe("a reply on redis-cli's terminal", () => {
  const printed: readonly (readonly [string, Value, string])[] = [
    ["a status", ok, "OK"],
    ["an integer", integer(-1), "(integer) -1"],
    ["a string in quotes", bulk('a"b\\\n\x00\xe9'), '"a\\"b\\\\\\n\\x00\\xe9"'],
    ["nil", nullBulk(2), "(nil)"],
    ["a nil array", nullArray(2), "(nil)"],
    ["an error", error("ERR syntax error"), "(error) ERR syntax error"],
    ["an empty array", array([]), "(empty array)"],
    [
      "nested arrays, each under its number",
      master,
      '1) "master"\n2) (integer) 3129\n3) 1) 1) "127.0.0.1"\n      2) "6380"\n      3) "3129"',
    ],
    [
      "a map",
      map([bulk("role"), bulk("master"), bulk("slaves"), array([bulk("a"), bulk("b")])], 3),
      '1# "role" => "master"\n2# "slaves" => \n   1) "a"\n   2) "b"',
    ],
    ["a set", set([bulk("a"), bulk("b")], 3), '1~ "a"\n2~ "b"'],
    ["an empty map", map([], 3), "(empty hash)"],
  ];

  test.each(printed)("shows %s", (_what, reply, text) => {
    expect(formatReply(["X"], reply)).toBe(text);
  });

  test("is as wide as the largest number needs", () => {
    const ten = array(Array.from({ length: 10 }, (_, i) => integer(i)));

    const lines = formatReply(["LRANGE", "l", "0", "-1"], ten).split("\n");

    expect(lines[0]).toBe(" 1) (integer) 0");
    expect(lines[9]).toBe("10) (integer) 9");
  });

  // cliSendCommand(): output_raw.
  test("is INFO's text as it is, and an error without its mark", () => {
    const text = "# Replication\r\nrole:master\r\n";

    expect(formatReply(["info", "replication"], bulk(text))).toBe("# Replication\r\nrole:master");
    expect(formatReply(["INFO"], error("NOAUTH Authentication required."))).toBe(
      "NOAUTH Authentication required.",
    );
  });
});
