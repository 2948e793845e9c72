/**
 * A client's writes under way, by their number.
 *
 * Mostly there is one at a time, and it has a field of its own: a Map out of which all is always taken
 * again makes itself a new table with every few of them.
 */
import type { RedisNote } from "../redis/note.js";

/** How an operation began. */
export type Began = Extract<RedisNote, { kind: "invoke" }>;

export class OpenWrites {
  #sole: Began | undefined;
  readonly #others = new Map<number, Began>();

  began(note: Began): void {
    const isSole = this.#sole === undefined ? this.#others.size === 0 : this.#sole.i === note.i;
    if (isSole) this.#sole = note;
    else this.#others.set(note.i, note);
  }

  ended(i: number): void {
    if (this.#sole?.i === i) this.#sole = undefined;
    else this.#others.delete(i);
  }

  all(): readonly Began[] {
    const others = [...this.#others.values()];
    return this.#sole === undefined ? others : [this.#sole, ...others];
  }
}
