/**
 * A law is a claim that every run must keep, folded over its records. A violation is a result of the
 * run, never an exception: it names the instant, the nodes and what disagrees, in a sentence.
 */
import type { RunRecord } from "../../kernel/record.js";
import type { Instant } from "../../kernel/time.js";

export interface Violation {
  readonly law: string;
  readonly at: Instant;
  readonly nodes: readonly string[];
  readonly text: string;
}

export interface Law {
  /** The claim, as the title of its test. */
  readonly name: string;
  readonly violations: readonly Violation[];
  record(record: RunRecord): void;
}
