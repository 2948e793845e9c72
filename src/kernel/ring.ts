/**
 * A first-in, first-out queue in a circle of slots that only ever grows: neither splice nor a Map
 * nor an emptied array comes near it on the paths that every step takes.
 */
export class Ring<T> {
  #items: (T | undefined)[];
  #head = 0;
  #length = 0;

  /** `capacity` is a power of two. */
  constructor(capacity = 4) {
    this.#items = new Array<T | undefined>(capacity).fill(undefined);
  }

  get length(): number {
    return this.#length;
  }

  push(item: T): void {
    if (this.#length === this.#items.length) this.#grow();
    this.#items[(this.#head + this.#length) & (this.#items.length - 1)] = item;
    this.#length++;
  }

  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const head = this.#head;
    const item = this.#items[head];
    this.#items[head] = undefined;
    this.#head = (head + 1) & (this.#items.length - 1);
    this.#length--;
    return item;
  }

  first(): T | undefined {
    return this.#items[this.#head];
  }

  /** The item that has so many before it. */
  at(index: number): T | undefined {
    if (index >= this.#length) return undefined;
    return this.#items[(this.#head + index) & (this.#items.length - 1)];
  }

  /** Puts `item` where the first one is: what is left of it after a part was taken. */
  replaceFirst(item: T): void {
    this.#items[this.#head] = item;
  }

  /** The `count` items pushed last, in order. */
  lastOnes(count: number): T[] {
    const items: T[] = [];
    for (let i = this.#length - count; i < this.#length; i++) {
      const item = this.#items[(this.#head + i) & (this.#items.length - 1)];
      if (item !== undefined) items.push(item);
    }
    return items;
  }

  clear(): void {
    while (this.#length > 0) this.shift();
  }

  #grow(): void {
    const before = this.#items;
    const size = before.length;
    const items = new Array<T | undefined>(size * 2).fill(undefined);
    for (let i = 0; i < size; i++) items[i] = before[(this.#head + i) & (size - 1)];
    this.#items = items;
    this.#head = 0;
  }
}
