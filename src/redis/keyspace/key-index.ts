/**
 * From a key to its slot: the hash table of a database (dict.c), for as many keys as a run brings.
 *
 * Open addressing over one array of numbers, hash beside slot, so that a search reads one place of
 * memory and looks at a key only when its hash is the same. A Map of 100,000 strings needs several
 * times as long for it, and every collection of garbage walks through it.
 */

/** What `find` says of a key that is not there. */
export const nowhere = -1;

const capacityMin = 16;
/** No entry is ever written to it: the first key makes room first. */
const empty = new Int32Array(2);

export class KeyIndex {
  readonly #keys: readonly (string | undefined)[];
  /** Pairs of a hash and one more than a slot; 0 where there is none. At most half of them are taken. */
  #table = empty;
  #mask = 0;
  #size = 0;
  /** The key looked for last and its hash: a key that is not there is mostly about to be added. */
  #soughtKey = "";
  #soughtHash = hashOf("");

  /** `keys`: the key in each slot, now and later. */
  constructor(keys: readonly (string | undefined)[]) {
    this.#keys = keys;
  }

  get size(): number {
    return this.#size;
  }

  find(key: string): number {
    const table = this.#table;
    const at = this.#place(key);
    return at === nowhere ? nowhere : (table[at + 1] as number) - 1;
  }

  /** The key, which is not there yet, is in this slot from now on. */
  add(key: string, slot: number): void {
    if ((this.#size + 1) * 2 > this.#table.length >> 1) this.#grow();
    this.#size++;
    this.#put(key === this.#soughtKey ? this.#soughtHash : hashOf(key), slot + 1);
  }

  /** The key must be there; those behind it move up, so that no search meets a gap (Knuth's algorithm R). */
  delete(key: string): void {
    const table = this.#table;
    const mask = this.#mask;
    let hole = this.#place(key) >> 1;
    this.#size--;
    for (let next = (hole + 1) & mask; table[next * 2 + 1] !== 0; next = (next + 1) & mask) {
      const home = (table[next * 2] as number) & mask;
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      table[hole * 2] = table[next * 2] as number;
      table[hole * 2 + 1] = table[next * 2 + 1] as number;
      hole = next;
    }
    table[hole * 2 + 1] = 0;
  }

  /** Where the key's pair stands in the table. */
  #place(key: string): number {
    const table = this.#table;
    const mask = this.#mask;
    const hash = hashOf(key);
    this.#soughtKey = key;
    this.#soughtHash = hash;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const entry = table[at * 2 + 1] as number;
      if (entry === 0) return nowhere;
      if (table[at * 2] === hash && this.#keys[entry - 1] === key) return at * 2;
    }
  }

  #put(hash: number, entry: number): void {
    const table = this.#table;
    const mask = this.#mask;
    let at = hash & mask;
    while (table[at * 2 + 1] !== 0) at = (at + 1) & mask;
    table[at * 2] = hash;
    table[at * 2 + 1] = entry;
  }

  #grow(): void {
    const before = this.#table;
    const capacity = Math.max(before.length, capacityMin);
    this.#table = new Int32Array(capacity * 2);
    this.#mask = capacity - 1;
    for (let i = 0; i < before.length; i += 2) {
      const entry = before[i + 1] as number;
      if (entry !== 0) this.#put(before[i] as number, entry);
    }
  }
}

/**
 * FNV-1: the last character comes last, so that keys that count up lie beside each other. The upper
 * half is folded into the lower one, which finds the place.
 */
function hashOf(key: string): number {
  let hash = 0x811c_9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash, 0x0100_0193) ^ key.charCodeAt(i);
  return hash ^ (hash >>> 15);
}
