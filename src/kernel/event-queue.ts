/**
 * What is still to happen, ordered by (instant, sequence): of two events at one instant, the one
 * queued first happens first. Ties are defined, never left to the heap.
 *
 * A 4-ary heap over typed arrays of numbers; the events themselves stay where they were put and only
 * their slot numbers move. Nothing is allocated for an entry. Entries are never taken out before
 * their time: whoever no longer wants one ignores it when it comes.
 */
import { assert } from "./assert.js";
import { type Instant, never } from "./time.js";

export class EventQueue<Event> {
  #at = new Float64Array(256);
  #sequence = new Float64Array(256);
  #slot = new Int32Array(256);
  readonly #events: (Event | undefined)[] = [];
  #free = new Int32Array(256);
  #freeCount = 0;
  #length = 0;
  #nextSequence = 0;

  get length(): number {
    return this.#length;
  }

  /** The instant of the next event, `never` if there is none. */
  get next(): Instant {
    return this.#length === 0 ? never : (this.#at[0] as Instant);
  }

  /** The next event, left where it is. */
  get first(): Event | undefined {
    return this.#length === 0 ? undefined : this.#events[this.#slot[0] as number];
  }

  push(at: Instant, event: Event): void {
    if (this.#length === this.#at.length) this.#grow();
    let slot: number;
    if (this.#freeCount > 0) {
      slot = this.#free[--this.#freeCount] as number;
      this.#events[slot] = event;
    } else {
      slot = this.#events.length;
      this.#events.push(event);
    }

    // Sift up. The new entry has the highest sequence of all, so only an earlier instant moves it.
    const ats = this.#at;
    const sequences = this.#sequence;
    const slots = this.#slot;
    let hole = this.#length++;
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      const above = ats[parent] as number;
      if (above <= at) break;
      ats[hole] = above;
      sequences[hole] = sequences[parent] as number;
      slots[hole] = slots[parent] as number;
      hole = parent;
    }
    ats[hole] = at;
    sequences[hole] = this.#nextSequence++;
    slots[hole] = slot;
  }

  /** Takes the next event; there must be one. */
  pop(): Event {
    const slot = this.#slot[0] as number;
    const event = this.#events[slot];
    assert(this.#length > 0 && event !== undefined, "there is an event to take");
    this.#events[slot] = undefined;
    this.#free[this.#freeCount++] = slot;

    const last = --this.#length;
    if (last > 0) {
      const at = this.#at[last] as number;
      this.#sink(last, at, this.#sequence[last] as number, this.#slot[last] as number);
    }
    return event;
  }

  /** As taking the next event, of which there must be one, and queueing it again for `at`. */
  putOff(at: Instant): void {
    this.#sink(this.#length, at, this.#nextSequence++, this.#slot[0] as number);
  }

  /** Puts an entry where it belongs below the root, whose own is gone, among the first `length`. */
  #sink(length: number, at: number, sequence: number, slot: number): void {
    const ats = this.#at;
    const sequences = this.#sequence;
    const slots = this.#slot;
    let hole = 0;
    for (;;) {
      const child = hole * 4 + 1;
      if (child >= length) break;
      let least = child;
      let leastAt = ats[child] as number;
      const end = Math.min(child + 4, length);
      for (let i = child + 1; i < end; i++) {
        const other = ats[i] as number;
        if (
          other < leastAt ||
          (other === leastAt && (sequences[i] as number) < (sequences[least] as number))
        ) {
          least = i;
          leastAt = other;
        }
      }
      if (at < leastAt || (at === leastAt && sequence < (sequences[least] as number))) break;
      ats[hole] = leastAt;
      sequences[hole] = sequences[least] as number;
      slots[hole] = slots[least] as number;
      hole = least;
    }
    ats[hole] = at;
    sequences[hole] = sequence;
    slots[hole] = slot;
  }

  #grow(): void {
    const size = this.#at.length * 2;
    this.#at = copied(this.#at, new Float64Array(size));
    this.#sequence = copied(this.#sequence, new Float64Array(size));
    this.#slot = copied(this.#slot, new Int32Array(size));
    this.#free = copied(this.#free, new Int32Array(size));
  }
}

function copied<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
