/**
 * Bytes from outside to requests, as redis-server reads them: `processInputBuffer()` with
 * `processInlineBuffer()` and `processMultibulkBuffer()`. Bytes come in pieces of any size; what is
 * not yet a whole request waits. A protocol error ends the connection, so the parser stays broken.
 */
import type { Version } from "../version.js";
import { parseInteger, splitArguments } from "./text.js";
import { type Request, requestOf } from "./value.js";

export type ParsedRequest =
  /** `inline`: not sent as an array. A request without arguments is only a sign of life. */
  | {
      readonly kind: "request";
      readonly request: Request;
      readonly inline: boolean;
      /** What it took of the stream, with what came before it and meant nothing. */
      readonly bytes: number;
    }
  /** `reply` is what the client is told, `log` what the log says; then the connection is closed. */
  | { readonly kind: "error"; readonly reply: string; readonly log: string };

export interface RequestParserOptions {
  readonly version: Version;
  /** proto-max-bulk-len */
  readonly bulkMax?: number;
  /** The most arguments that a request may have; as many as Redis takes, unless told otherwise. */
  readonly argumentsMax?: number;
  /** From 7.0 (and 6.2.6): a client that has not authenticated may send only little. */
  authRequired?(): boolean;
}

/**
 * What can be put together of a bulk with what comes behind it: V8 has no longer strings. Only the last
 * 64 KiB below proto-max-bulk-len's default are beyond it.
 */
const bulkMost = 536_870_888 - 65_536;
/** About what an argument takes besides its own bytes. */
const argumentOverhead = 16;
/** `PROTO_INLINE_MAX_SIZE` */
const lineMax = 65_536;
const intMax = 2_147_483_647;

export class RequestParser {
  readonly #version: Version;
  readonly #bulkMax: number;
  readonly #argumentsMax: number;
  readonly #authRequired: () => boolean;
  #buffer = "";
  #at = 0;
  /** What came while an argument under way was still far from whole, and its length. */
  readonly #pieces: string[] = [];
  #piecesLength = 0;
  /** Bytes that left the buffer, and where the last request ended in all of them. */
  #dropped = 0;
  #ended = 0;
  /** Arguments still to come of the request under way (`multibulklen`). */
  #missing = 0;
  /** Length of the argument under way (`bulklen`), -1 before it is known. */
  #bulkLength = -1;
  #args: string[] = [];
  #argsLength = 0;
  #broken = false;

  constructor(options: RequestParserOptions) {
    this.#version = options.version;
    this.#bulkMax = options.bulkMax ?? 536_870_912;
    this.#argumentsMax = options.argumentsMax ?? (options.version === "6.2" ? 1_048_576 : intMax);
    this.#authRequired = options.authRequired ?? (() => false);
  }

  /** What has not become a request yet: qbuf of CLIENT LIST. */
  get buffered(): number {
    return this.#buffer.length - this.#at + this.#piecesLength;
  }

  /** What the arguments take of the request that is not whole yet (`argv_len_sum`). */
  get held(): number {
    return this.#argsLength;
  }

  /** The first bytes that have not become anything yet, for the log. */
  beginning(count: number): string {
    const first = this.#buffer.slice(this.#at, this.#at + count);
    return (first + (this.#pieces[0] ?? "")).slice(0, count);
  }

  /** Adds bytes and gives all requests that are whole now, at most one error, which is last. */
  feed(bytes: string): ParsedRequest[] {
    if (this.#broken) return [];
    let fed = bytes;
    if (this.#bulkLength >= 0) {
      // A long argument is put together once, and not again with each piece.
      this.#pieces.push(bytes);
      this.#piecesLength += bytes.length;
      if (this.buffered > bulkMost) return [this.#breaks("invalid bulk length")];
      if (this.buffered < this.#bulkLength + 2) return [];
      fed = this.#pieces.splice(0).join("");
      this.#piecesLength = 0;
    }
    this.#buffer = this.#buffer.slice(this.#at) + fed;
    this.#dropped += this.#at;
    this.#at = 0;
    const parsed: ParsedRequest[] = [];
    while (this.#at < this.#buffer.length) {
      const isArray = this.#missing > 0 || this.#buffer[this.#at] === "*";
      const next = isArray ? this.#array() : this.#inline();
      if (next === "wait") break;
      if (next === "empty") continue;
      parsed.push(next);
      if (next.kind === "error") {
        this.#broken = true;
        break;
      }
    }
    return parsed;
  }

  /** No more than this is ever kept. */
  #breaks(what: string): ParsedRequest {
    this.#broken = true;
    this.#buffer = "";
    this.#pieces.length = 0;
    this.#piecesLength = 0;
    this.#at = 0;
    return broken(what, what);
  }

  /** `strchr()`: where the next one is, unless a zero byte ends the text before it. */
  #find(char: string): number {
    const found = this.#buffer.indexOf(char, this.#at);
    for (let i = this.#at; i < found; i++) if (this.#buffer.charCodeAt(i) === 0) return -1;
    return found;
  }

  #inline(): ParsedRequest | "wait" {
    const newline = this.#find("\n");
    if (newline < 0) {
      if (this.buffered <= lineMax) return "wait";
      return broken("too big inline request", "too big inline request");
    }
    const hasReturn = newline > this.#at && this.#buffer[newline - 1] === "\r";
    const line = this.#buffer.slice(this.#at, hasReturn ? newline - 1 : newline);
    const args = splitArguments(line);
    if (args === undefined) {
      return broken("unbalanced quotes in request", "unbalanced quotes in inline request");
    }
    this.#at = newline + 1;
    return { kind: "request", request: requestOf(args), inline: true, bytes: this.#taken() };
  }

  #array(): ParsedRequest | "wait" | "empty" {
    if (this.#missing === 0) {
      const line = this.#line();
      if (line === undefined) {
        if (!this.#lineTooBig()) return "wait";
        return broken("too big mbulk count string", "too big mbulk count string");
      }
      const count = parseInteger(line.slice(1));
      if (count === undefined || count > this.#argumentsMax) {
        return broken("invalid multibulk length", "invalid mbulk count");
      }
      if (count > 10 && this.#unauthenticated()) {
        return broken("unauthenticated multibulk length", "unauth mbulk count");
      }
      this.#at += line.length + 2;
      if (count <= 0) return "empty";
      this.#missing = count;
      this.#args = [];
    }
    while (this.#missing > 0) {
      if (this.#bulkLength < 0) {
        const error = this.#bulkHeader();
        if (error !== undefined) return error;
      }
      const end = this.#at + this.#bulkLength;
      // The two bytes behind an argument are skipped, whatever they are, as in C.
      if (this.#buffer.length < end + 2) return "wait";
      this.#args.push(this.#buffer.slice(this.#at, end));
      this.#argsLength += this.#bulkLength + argumentOverhead;
      this.#at = end + 2;
      this.#bulkLength = -1;
      this.#missing--;
    }
    this.#argsLength = 0;
    return {
      kind: "request",
      request: requestOf(this.#args),
      inline: false,
      bytes: this.#taken(),
    };
  }

  #taken(): number {
    const before = this.#ended;
    this.#ended = this.#dropped + this.#at;
    return this.#ended - before;
  }

  #bulkHeader(): ParsedRequest | "wait" | undefined {
    const line = this.#line();
    if (line === undefined) {
      if (!this.#lineTooBig()) return "wait";
      return broken("too big bulk count string", "too big bulk count string");
    }
    const first = this.#buffer[this.#at] ?? "";
    if (first !== "$") {
      return broken(`expected '$', got '${first}'`, "expected $ but got something else");
    }
    const length = parseInteger(line.slice(1));
    if (length === undefined || length < 0 || length > this.#bulkMax) {
      return broken("invalid bulk length", "invalid bulk length");
    }
    if (length > 16_384 && this.#unauthenticated()) {
      return broken("unauthenticated bulk length", "unauth bulk length");
    }
    this.#at += line.length + 2;
    this.#bulkLength = length;
    return undefined;
  }

  /** Up to the next `\r`, once the byte behind it is there too. */
  #line(): string | undefined {
    const end = this.#find("\r");
    if (end < 0 || end + 2 > this.#buffer.length) return undefined;
    return this.#buffer.slice(this.#at, end);
  }

  #lineTooBig(): boolean {
    return this.buffered > lineMax && this.#find("\r") < 0;
  }

  #unauthenticated(): boolean {
    return this.#version !== "6.2" && this.#authRequired();
  }
}

function broken(reply: string, log: string): ParsedRequest {
  return { kind: "error", reply: `ERR Protocol error: ${reply}`, log };
}
