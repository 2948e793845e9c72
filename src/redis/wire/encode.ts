/**
 * Values as the bytes that Redis would send. Nodes never need them; the gateway, tests and anything
 * that looks at the wire from outside do. Its length is always the value's own `length`.
 */
import { assertNever } from "../../kernel/assert.js";
import type { Aggregate, Segment, Value } from "./value.js";

/** What stands for a byte of ballast or of an RDB where nobody reads it; rdb-bytes.ts has those of a real one. */
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

/**
 * The same in pieces: a reply of many long values can be longer than any string. Only where it is long
 * is it taken apart.
 */
export function encodePieces(segment: Segment): readonly string[] {
  if (segment.length <= pieceMax || !("items" in segment)) return [encode(segment)];
  return [encodeHead(segment), ...segment.items.flatMap(encodePieces)];
}

/** Far below the longest string of V8, and far above what one write takes. */
const pieceMax = 1024 * 1024;

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
    case "set":
    case "push":
    case "map":
      return encodeHead(value) + value.items.map(encodeValue).join("");
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

function encodeHead({ kind, items }: Aggregate): string {
  return kind === "map" ? `%${items.length / 2}\r\n` : `${marks[kind]}${items.length}\r\n`;
}

const marks = { array: "*", set: "~", push: ">" } as const;
