/** WATCH: which clients want to know that a key was touched (`touchWatchedKey()`). */
import type { Client } from "./client.js";

export class Watches {
  readonly #watchers = new Map<string, Set<Client>>();

  add(client: Client, db: number, key: string): void {
    if (client.watched.some((known) => known.db === db && known.key === key)) return;
    client.watched.push({ db, key });
    const name = nameOf(db, key);
    const watchers = this.#watchers.get(name);
    if (watchers === undefined) this.#watchers.set(name, new Set([client]));
    else watchers.add(client);
  }

  /** `unwatchAllKeys()` */
  removeAll(client: Client): void {
    client.touched = false;
    if (client.watched.length === 0) return;
    for (const { db, key } of client.watched) {
      const name = nameOf(db, key);
      const watchers = this.#watchers.get(name);
      watchers?.delete(client);
      if (watchers?.size === 0) this.#watchers.delete(name);
    }
    client.watched = [];
  }

  /** The key changed: the next EXEC of its watchers does nothing. */
  touch(db: number, key: string): void {
    if (this.#watchers.size === 0) return;
    const watchers = this.#watchers.get(nameOf(db, key));
    if (watchers === undefined) return;
    for (const client of watchers) client.touched = true;
  }

  /** Any key of that database may have changed (`touchAllWatchedKeysInDb()`). */
  touchDatabase(db: number): void {
    for (const watchers of this.#watchers.values()) {
      for (const client of watchers) {
        if (client.watched.some((watched) => watched.db === db)) client.touched = true;
      }
    }
  }
}

function nameOf(db: number, key: string): string {
  return `${db}:${key}`;
}
