/**
 * Time without a writable master, as the clients see it: no client that writes has got through since its
 * last acknowledged write. It is told only of clients that change from one to the other.
 */
import type { Instant } from "../kernel/time.js";

/** A client that writes. */
export interface Writer {
  isFailing: boolean;
  /** Of its first write; undefined: this is it. */
  readonly firstAt: Instant | undefined;
  readonly lastAcknowledgedAt: Instant | undefined;
}

export class OutageFold {
  #writers = 0;
  #failing = 0;
  #since: Instant | undefined;
  #total = 0;

  change(writer: Writer, isFailing: boolean, at: Instant): void {
    if (writer.firstAt === undefined) this.#writers++;
    if (isFailing !== writer.isFailing) this.#failing += isFailing ? 1 : -1;
    writer.isFailing = isFailing;
    const isOut = this.#failing === this.#writers;
    if (isOut && this.#since === undefined) this.#since = writer.lastAcknowledgedAt ?? at;
    if (isOut || this.#since === undefined) return;
    this.#total += at - this.#since;
    this.#since = undefined;
  }

  /** Microseconds until `end`. */
  total(end: Instant): number {
    return this.#total + (this.#since === undefined ? 0 : end - this.#since);
  }
}
