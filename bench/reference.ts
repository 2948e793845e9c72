/**
 * The yardstick: a binary heap of objects under a hold of 1,000 entries (take the earliest, put one
 * back at a later time). It is never changed, so that a cost given as a multiple of one reference
 * operation means the same on any machine and in any year.
 */

interface Entry {
  readonly at: number;
  readonly sequence: number;
  readonly payload: object;
}

const hold = 1_000;

class Heap {
  readonly #entries: Entry[] = [];

  push(entry: Entry): void {
    const entries = this.#entries;
    entries.push(entry);
    let index = entries.length - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = entries[parent] as Entry;
      if (!isBefore(entry, above)) break;
      entries[index] = above;
      index = parent;
    }
    entries[index] = entry;
  }

  pop(): Entry {
    const entries = this.#entries;
    const first = entries[0] as Entry;
    const last = entries.pop() as Entry;
    const size = entries.length;
    if (size === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= size) break;
      if (child + 1 < size && isBefore(entries[child + 1] as Entry, entries[child] as Entry))
        child++;
      const below = entries[child] as Entry;
      if (!isBefore(below, last)) break;
      entries[index] = below;
      index = child;
    }
    entries[index] = last;
    return first;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.sequence < b.sequence);
}

/** Nanoseconds of one reference operation: the median of several rounds. */
export function referenceNanoseconds(rounds = 7, operations = 1_000_000): number {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const heap = new Heap();
    let state = 12_345;
    const draw = () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return state % 1_000_000;
    };
    let sequence = 0;
    for (let i = 0; i < hold; i++) heap.push({ at: draw(), sequence: sequence++, payload: {} });
    const begin = process.hrtime.bigint();
    for (let i = 0; i < operations; i++) {
      const entry = heap.pop();
      heap.push({ at: entry.at + draw(), sequence: sequence++, payload: entry.payload });
    }
    times.push(Number(process.hrtime.bigint() - begin) / operations);
  }
  times.sort((a, b) => a - b);
  return times[times.length >> 1] as number;
}
