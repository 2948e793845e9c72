/**
 * A law is a claim that every run must keep, folded over its records. A violation is a result of the
 * run, never an exception: it names the instant, the nodes and what disagrees, in a sentence.
 */
import type { RunRecord } from "../../kernel/record.js";
import type { Instant } from "../../kernel/time.js";
import type { RedisNote } from "../../redis/note.js";
import type { Fold } from "../fold.js";

export interface Violation {
  readonly law: string;
  /** Microseconds since the run began. */
  readonly at: Instant;
  /** Those that disagree. */
  readonly nodes: readonly string[];
  /** A sentence. */
  readonly text: string;
}

export interface Law extends Fold {
  /** The claim, as the title of its test. */
  readonly name: string;
  readonly violations: readonly Violation[];
}

/** What the records do not tell: of each node its host, and of a server its replica-priority. */
export interface Cluster {
  readonly hosts: ReadonlyMap<string, string>;
  readonly priorities: ReadonlyMap<string, number>;
}

/** What a node said of itself, by its kinds (`event`, `log`, `role`, `command` ...); undefined: another record. */
export function noteOf(record: RunRecord): RedisNote | undefined {
  return record.kind === "note" ? (record.note as unknown as RedisNote) : undefined;
}
