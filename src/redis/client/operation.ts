/**
 * An operation: one try of the application to write or read a key. It is the only thing a client
 * keeps: about 200 bytes while it is under way or waits for its turn, nothing once it has ended. What
 * became of it is told in a note, and remembering is the observers' affair.
 */
import type { RedisNote } from "../note.js";
import type { Request, Value } from "../wire/value.js";
import type { Failure } from "./failure.js";

/** Where a command is to be carried out. */
export type Target = "master" | "replica";

/** A value that is no error, or why there is none. */
export type Result = Value | Failure;

export interface Operation {
  readonly request: Request;
  readonly target: Target;
  /** Called once, by the policy. `server` is the `ip:port` it spoke to last. */
  end(result: Result, server: string | undefined): void;
}

/** What an operation tries: SET where there is a value, else GET. */
export interface Try {
  /** Counts the client's operations. */
  readonly number: number;
  readonly key: string;
  readonly value: string | undefined;
}

export function invoked({ number, key, value }: Try): RedisNote {
  return { kind: "invoke", i: number, operation: kindOf(value), key, value };
}

/**
 * An operation ends `ok` (it happened), `fail` (it certainly did not) or `info` (nobody knows: the
 * command left and no answer came). A read changes nothing, so one without an answer is a `fail`.
 */
export function ended(
  { number, key, value }: Try,
  result: Result,
  micros: number,
  server: string | undefined,
): RedisNote {
  const isFailed = result.kind === "failure";
  const isUnknown = isFailed && result.isUnknown && value !== undefined;
  return {
    kind: isFailed ? (isUnknown ? "info" : "fail") : "ok",
    i: number,
    operation: kindOf(value),
    key,
    value: value ?? textOf(result),
    micros,
    error: isFailed ? `${result.type}: ${result.text}` : undefined,
    server,
  };
}

/** What a GET brought; undefined: there is no such key. */
export function textOf(result: Result): string | undefined {
  return result.kind === "bulk" ? result.text : undefined;
}

function kindOf(value: string | undefined): "write" | "read" {
  return value === undefined ? "read" : "write";
}
