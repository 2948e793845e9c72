/**
 * The records of one kind by name: the masters of a Sentinel, the replicas or the Sentinels of a master.
 *
 * Redis keeps them in hash tables whose order depends on a seed drawn when the process starts, and that
 * order decides the order of events. Here too: records are sorted by a hash of their name under the
 * boot's seed, so the order differs from Sentinel to Sentinel and boot to boot, is the same for the same
 * names as long as the process lives, and walking it is walking an array.
 */
import type { Instance } from "./instance.js";

export class InstanceTable {
  /** In table order. Never changed in place: a walk under way keeps the records it began with. */
  records: readonly Instance[] = [];
  readonly #seed: number;
  readonly #byName = new Map<string, Instance>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  get size(): number {
    return this.records.length;
  }

  get(name: string): Instance | undefined {
    return this.#byName.get(name);
  }

  add(instance: Instance): void {
    this.#byName.set(instance.name, instance);
    const place = tablePlace(this.#seed, instance.name);
    const records = this.records.slice();
    let from = 0;
    let to = records.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const { name } = records[middle] as Instance;
      if (tablePlace(this.#seed, name) > place) to = middle;
      else from = middle + 1;
    }
    records.splice(from, 0, instance);
    this.records = records;
  }

  remove(instance: Instance): void {
    this.#byName.delete(instance.name);
    this.records = this.records.filter((other) => other !== instance);
  }

  clear(): void {
    this.#byName.clear();
    this.records = [];
  }
}

/** Where a name stands among others under this seed: 32 bits, well mixed (FNV-1a, then Murmur's finish). */
export function tablePlace(seed: number, name: string): number {
  let hash = seed ^ 0x811c9dc5;
  for (let i = 0; i < name.length; i++) {
    hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
