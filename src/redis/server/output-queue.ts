/**
 * Replies of one client that were not yet handed to the kernel, in order.
 *
 * Nearly always there is one: the first lives in a slot of its own, and only a pipeline or a stream
 * makes an array for the others. `addReply()`'s static buffer and block list, in Redis.
 */
import type { Segment } from "../wire/value.js";

export class OutputQueue implements Iterable<Segment> {
  /** How many bytes wait here. */
  bytes = 0;
  #first: Segment | undefined;
  #rest: Segment[] | undefined;

  get length(): number {
    if (this.#first === undefined) return 0;
    return this.#rest === undefined ? 1 : 1 + this.#rest.length;
  }

  push(segment: Segment): void {
    this.bytes += segment.length;
    if (this.#first === undefined) this.#first = segment;
    else if (this.#rest === undefined) this.#rest = [segment];
    else this.#rest.push(segment);
  }

  clear(): void {
    this.bytes = 0;
    this.#first = undefined;
    this.#rest = undefined;
  }

  *[Symbol.iterator](): Iterator<Segment> {
    if (this.#first !== undefined) yield this.#first;
    if (this.#rest !== undefined) yield* this.#rest;
  }

  /** The first in the queue, and those behind it: drained without an iterator by who writes them. */
  get first(): Segment | undefined {
    return this.#first;
  }

  get others(): readonly Segment[] | undefined {
    return this.#rest;
  }
}
