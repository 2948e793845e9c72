/**
 * What is folded over the records of a run says which kinds it wants and is shown no others: operations
 * and everyday notes come by the thousand, and what nobody asked for must cost nothing.
 */
import type { RunRecord } from "../kernel/record.js";
import type { RedisNote } from "../redis/note.js";

/** The kinds of records, and of notes among them. */
export type Folded = Exclude<RunRecord["kind"], "note"> | RedisNote["kind"];

export interface Fold {
  readonly folds: readonly Folded[];
  record(record: RunRecord): void;
}

/** Shows each record to those who want it, in the order in which they are given. */
export class Folds {
  readonly #byKind = new Map<string, Fold[]>();

  constructor(all: readonly Fold[]) {
    for (const fold of all)
      for (const kind of fold.folds) {
        const folds = this.#byKind.get(kind);
        if (folds === undefined) this.#byKind.set(kind, [fold]);
        else folds.push(fold);
      }
  }

  record(record: RunRecord): void {
    const folds = this.#byKind.get(record.kind === "note" ? record.note.kind : record.kind);
    if (folds === undefined) return;
    for (let i = 0; i < folds.length; i++) (folds[i] as Fold).record(record);
  }
}
