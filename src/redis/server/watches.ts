/**
 * WATCH: which clients want to know that a key was touched (`multi.c`).
 *
 * From 7.0 on a key that had expired when it was watched counts as gone: that it is removed then
 * changes nothing for its watcher.
 */
import type { Database } from "../keyspace/database.js";
import type { Client, WatchedKey } from "./client.js";

export class Watches {
  readonly #watchers = new Map<string, Set<Client>>();

  get isEmpty(): boolean {
    return this.#watchers.size === 0;
  }

  /** `watchForKey()` */
  add(client: Client, watched: WatchedKey): void {
    const { db, key } = watched;
    if (watchedBy(client, db, key) !== undefined) return;
    client.watched.push(watched);
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

  /** The key changed: the next EXEC of its watchers does nothing (`touchWatchedKey()`). */
  touch(database: Database, key: string): void {
    const watchers = this.#watchers.get(nameOf(database.index, key));
    if (watchers === undefined) return;
    const isGone = database.peek(key) === undefined;
    for (const client of watchers) {
      const watched = watchedBy(client, database.index, key);
      if (watched === undefined) continue;
      if (!watched.hadExpired) {
        client.touched = true;
        continue;
      }
      // The loop over the other watchers ends here in Redis too.
      if (!isGone) break;
      watched.hadExpired = false;
    }
  }

  /** Before the database is emptied, or swapped with another (`touchAllWatchedKeysInDb()`). */
  touchAll(emptied: Database, replacedWith: Database | undefined, now: number): void {
    for (const watchers of this.#watchers.values()) {
      for (const client of watchers) {
        for (const watched of client.watched) {
          if (watched.db === emptied.index && replaces(watched, emptied, replacedWith, now)) {
            client.touched = true;
          }
        }
      }
    }
  }
}

/** Whether the watched key is there before or afterwards. */
function replaces(
  watched: WatchedKey,
  emptied: Database,
  replacedWith: Database | undefined,
  now: number,
): boolean {
  const { key } = watched;
  const wasThere = emptied.peek(key) !== undefined;
  const comes = replacedWith !== undefined && replacedWith.peek(key) !== undefined;
  if (!wasThere && !comes) return false;
  const comesExpired =
    comes && watched.hadExpired !== undefined && replacedWith.isOverdue(key, now);
  if (watched.hadExpired) {
    if (!comes) watched.hadExpired = false;
    return comes && !comesExpired;
  }
  if (wasThere || !comesExpired) return true;
  watched.hadExpired = true;
  return false;
}

function watchedBy(client: Client, db: number, key: string): WatchedKey | undefined {
  return client.watched.find((watched) => watched.db === db && watched.key === key);
}

function nameOf(db: number, key: string): string {
  return `${db}:${key}`;
}
