/**
 * The clients of a process in the order in which they connected (`server.clients`), and how far the
 * cron's walk round them has come.
 *
 * An array: every cron walks a part of it, and clients come and go seldom. It is copied when one
 * goes, so that a walk under way never skips another.
 */
import type { Client } from "./client.js";

export class ClientList {
  #all: Client[] = [];
  #next = 0;

  get all(): readonly Client[] {
    return this.#all;
  }

  get size(): number {
    return this.#all.length;
  }

  add(client: Client): void {
    this.#all.push(client);
  }

  remove(client: Client): void {
    const place = this.#all.indexOf(client);
    if (place < 0) return;
    this.#all = this.#all.filter((other) => other !== client);
    if (place < this.#next) this.#next--;
  }

  /** Whose turn it is in clientsCron(), which goes round and round; undefined: there is nobody. */
  next(): Client | undefined {
    if (this.#next >= this.#all.length) this.#next = 0;
    const client = this.#all[this.#next];
    if (client !== undefined) this.#next++;
    return client;
  }
}
