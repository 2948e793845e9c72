/**
 * Bytes of a server's replies to values, RESP2 and RESP3, in pieces of any size: for the gateway's
 * outward side and for tests that compare with a real server.
 */
import { parseInteger } from "./text.js";
import {
  type Aggregate,
  array,
  bulk,
  error,
  integer,
  integerOf,
  map,
  nullArray,
  nullBulk,
  push,
  set,
  status,
  type Value,
} from "./value.js";

/** The bytes are not RESP. The connection they came from is of no more use. */
export class ReplyError extends Error {
  override readonly name = "ReplyError";
}

interface Open {
  readonly kind: Aggregate["kind"];
  readonly items: Value[];
  missing: number;
}

export class ReplyParser {
  #buffer = "";
  #at = 0;
  /** Aggregates under way, the innermost last. */
  #open: Open[] = [];

  /** Adds bytes and gives all replies that are whole now. Throws ReplyError. */
  feed(bytes: string): Value[] {
    this.#buffer = this.#buffer.slice(this.#at) + bytes;
    this.#at = 0;
    const whole: Value[] = [];
    for (;;) {
      const value = this.#next();
      if (value === undefined) return whole;
      const reply = this.#close(value);
      if (reply !== undefined) whole.push(reply);
    }
  }

  /** One value that is not an aggregate with items, or undefined until more bytes come. */
  #next(): Value | undefined {
    for (;;) {
      const end = this.#buffer.indexOf("\r\n", this.#at);
      if (end < 0) return undefined;
      const type = this.#buffer[this.#at] ?? "";
      const rest = this.#buffer.slice(this.#at + 1, end);
      const after = end + 2;
      switch (type) {
        case "+":
          return this.#taken(after, status(rest));
        case "-":
          return this.#taken(after, error(rest));
        case ":":
          return this.#taken(after, wholeNumber(rest));
        case "_":
          return this.#taken(after, nullBulk(3));
        case "#":
          return this.#taken(after, { kind: "boolean", value: rest === "t", length: 4 });
        case ",":
          return this.#taken(after, { kind: "double", text: rest, length: rest.length + 3 });
        case "$":
        case "=": {
          const length = count(rest);
          if (length < 0) return this.#taken(after, nullBulk(2));
          if (this.#buffer.length < after + length + 2) return undefined;
          const text = this.#buffer.slice(after, after + length);
          const done = after + length + 2;
          if (type === "$") return this.#taken(done, bulk(text));
          const total = done - this.#at;
          return this.#taken(done, { kind: "verbatim", text: text.slice(4), length: total });
        }
        case "*":
        case "%":
        case "~":
        case ">": {
          const length = count(rest);
          if (length < 0) return this.#taken(after, nullArray(2));
          const kind = kinds[type];
          if (length === 0) return this.#taken(after, closed(kind, []));
          this.#at = after;
          this.#open.push({ kind, items: [], missing: kind === "map" ? length * 2 : length });
          break;
        }
        default:
          throw new ReplyError(`Protocol error, got ${JSON.stringify(type)} as reply type byte`);
      }
    }
  }

  #taken(at: number, value: Value): Value {
    this.#at = at;
    return value;
  }

  /** Puts a value where it belongs; gives the outermost one once it is whole. */
  #close(value: Value): Value | undefined {
    let whole = value;
    for (;;) {
      const open = this.#open.at(-1);
      if (open === undefined) return whole;
      open.items.push(whole);
      open.missing--;
      if (open.missing > 0) return undefined;
      this.#open.pop();
      whole = closed(open.kind, open.items);
    }
  }
}

const kinds = { "*": "array", "%": "map", "~": "set", ">": "push" } as const;

function closed(kind: Aggregate["kind"], items: Value[]): Value {
  switch (kind) {
    case "array":
      return array(items);
    case "map":
      return map(items, 3);
    case "set":
      return set(items, 3);
    case "push":
      return push(items, 3);
  }
}

function wholeNumber(text: string): Value {
  const value = count(text);
  return Number.isSafeInteger(value) ? integer(value) : integerOf(text);
}

function count(text: string): number {
  const value = parseInteger(text);
  if (value === undefined)
    throw new ReplyError(`Protocol error, ${JSON.stringify(text)} is no length`);
  return value;
}
