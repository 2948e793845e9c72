/**
 * Values as the bytes that Redis would send. Nodes never need them; the gateway, tests and anything
 * that looks at the wire from outside do. Its length is always the value's own `length`.
 */
import { assertNever } from "../../kernel/assert.js";
import type { Segment, Value } from "./value.js";

/** What a ballast or RDB byte looks like outside: nothing reads them, so any byte will do. */
const filler = "\0";

export function encode(segment: Segment): string {
  switch (segment.kind) {
    case "raw":
      return segment.bytes;
    case "ballast":
    case "rdb":
      return filler.repeat(segment.length);
    default:
      return encodeValue(segment);
  }
}

function encodeValue(value: Value): string {
  switch (value.kind) {
    case "request":
      return `*${value.args.length}\r\n${value.args.map(encodeBulk).join("")}`;
    case "status":
      return `+${value.text}\r\n`;
    case "error":
      return `-${value.text}\r\n`;
    case "integer":
      return `:${value.digits ?? value.value}\r\n`;
    case "bulk":
      return encodeBulk(value.text);
    case "null":
      // RESP3 has one null for all; the shorter length tells which protocol its maker spoke.
      if (value.length === 3) return "_\r\n";
      return value.array ? "*-1\r\n" : "$-1\r\n";
    case "array":
      return `*${value.items.length}\r\n${encodeItems(value.items)}`;
    case "set":
      return `~${value.items.length}\r\n${encodeItems(value.items)}`;
    case "push":
      return `>${value.items.length}\r\n${encodeItems(value.items)}`;
    case "map":
      return `%${value.items.length / 2}\r\n${encodeItems(value.items)}`;
    case "boolean":
      return value.value ? "#t\r\n" : "#f\r\n";
    case "double":
      return `,${value.text}\r\n`;
    case "verbatim":
      return `=${value.text.length + 4}\r\ntxt:${value.text}\r\n`;
    default:
      return assertNever(value);
  }
}

function encodeBulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}

function encodeItems(items: readonly Value[]): string {
  return items.map(encodeValue).join("");
}
