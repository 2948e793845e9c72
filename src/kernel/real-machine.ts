/**
 * The real machine that a simulated one stands for, where it does: its text files are the real ones,
 * so that people and programs find there what nodes write, and the programs that a node starts really
 * run. Everything else of its disk (datasets) stays simulated.
 *
 * A node asks in the middle of a step and gets its answer at once. What is found there is no function
 * of the run's inputs, so each answer is a record, and a replay is answered from those.
 */
import type { ChildId } from "./actor.js";

export type FoundFile =
  | { readonly kind: "text"; readonly text: string }
  /** Its names, those of directories with a slash at their end. */
  | { readonly kind: "directory"; readonly names: readonly string[] };

export interface RealMachine {
  /** What is at this path; undefined: nothing, or nothing that can be read. */
  find(path: string): FoundFile | undefined;
  /** access(X_OK) of a file. */
  canExecute(path: string): boolean;
  /** Answers why it could not be, in the words of strerror(). */
  write(path: string, text: string): string | undefined;
  rename(from: string, to: string): string | undefined;
  remove(path: string): void;
  /** Starts a program; its end comes back as an input. */
  execute(node: string, child: ChildId, args: readonly string[]): void;
  signal(node: string, child: ChildId, signal: number): void;
}
