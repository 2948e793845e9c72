/**
 * A law is a claim that every run must keep, folded over its records. A violation is a result of the
 * run, never an exception: it names the instant, the nodes and what disagrees, in a sentence.
 *
 * A law says which records it folds and is shown no others: operations and everyday notes come by the
 * thousand, and what nobody asked for must cost nothing.
 */
import type { RunRecord } from "../../kernel/record.js";
import type { Instant } from "../../kernel/time.js";
import type { RedisNote } from "../../redis/note.js";

export interface Violation {
  readonly law: string;
  readonly at: Instant;
  readonly nodes: readonly string[];
  readonly text: string;
}

/** The kinds of records, and of notes among them. */
export type Folded = Exclude<RunRecord["kind"], "note"> | RedisNote["kind"];

export interface Law {
  /** The claim, as the title of its test. */
  readonly name: string;
  readonly folds: readonly Folded[];
  readonly violations: readonly Violation[];
  record(record: RunRecord): void;
}

/** The note of a record; undefined: it is none. */
export function noteOf(record: RunRecord): RedisNote | undefined {
  return record.kind === "note" ? (record.note as unknown as RedisNote) : undefined;
}
