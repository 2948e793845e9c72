/**
 * Who has something to be written, and the writing of it before each sleep.
 *
 * The list is last in, first out: for a write the client's +OK is queued first and the replicas' bytes
 * after it, so the replicas, the last attached first, get theirs before the client its reply
 * (`clientInstallWriteHandler()`, `handleClientsWithPendingWrites()`).
 */
import type { Context } from "../../kernel/actor.js";
import type { Segment } from "../wire/value.js";
import type { Client } from "./client.js";
import type { Statistics } from "./statistics.js";

/** What a socket takes at once, whatever its window. */
const closingReplyMax = 16 * 1_024;

export class Writer {
  readonly #context: Context;
  readonly #statistics: Statistics;
  #pending: Client | undefined;

  constructor(context: Context, statistics: Statistics) {
    this.#context = context;
    this.#statistics = statistics;
  }

  /** Puts a client on the list, if it is not there. */
  install(client: Client): void {
    if (client.pendingWrite) return;
    client.pendingWrite = true;
    client.nextPending = this.#pending;
    this.#pending = client;
  }

  /** Writes what is queued, at this second; `finished` is told of clients that only waited for that. */
  writePending(unixtime: number, finished: (client: Client) => void): void {
    let client = this.#pending;
    this.#pending = undefined;
    while (client !== undefined) {
      const next: Client | undefined = client.nextPending;
      client.nextPending = undefined;
      client.pendingWrite = false;
      if (!client.closeAsap && !client.outputHeld && !client.disconnected) {
        // Being written to is a sign of life, too.
        client.lastInteraction = unixtime;
        if (this.#write(client)) finished(client);
      }
      client = next;
    }
  }

  /** True when the client is to be closed now; a long reply is waited for, until `drained`. */
  #write(client: Client): boolean {
    const { output, connection } = client;
    const first = output.first;
    if (first === undefined) return false;
    const { others, bytes } = output;
    const isBacklogged = client.closeAfterReply && this.#context.unsent(connection) > 0;
    this.#statistics.writes++;
    if (client.replica === undefined) this.#statistics.outputBytes += bytes;
    else this.#statistics.replicationOutputBytes += bytes;
    output.clear();
    this.#context.send(connection, first);
    if (others !== undefined) {
      for (let i = 0; i < others.length; i++) this.#context.send(connection, others[i] as Segment);
    }
    return client.closeAfterReply && !isBacklogged && bytes <= closingReplyMax;
  }
}
