/**
 * Clients that wait for replicas: WAIT.
 *
 * WAIT asks nobody for anything by itself: it sets a flag, and the next beforeSleep sends one GETACK
 * for all of them. It is never repeated; afterwards only the replicas' own ACKs, once a second, help.
 *
 * Redis: waitCommand(), processClientsWaitingReplicas(), replyToBlockedClientTimedOut().
 */

import { safeInteger } from "../keyspace/integer.js";
import type { Client } from "../server/client.js";
import type { Call } from "../server/command.js";
import { error, integer, type Value } from "../wire/value.js";
import type { DataServer } from "./data-server.js";
import type { Replicas } from "./replicas.js";
import type { Stream } from "./stream.js";

export class Waiters {
  readonly #server: DataServer;
  readonly #stream: Stream;
  readonly #replicas: Replicas;
  /** The latest first (`clients_waiting_acks`). */
  #clients: readonly Client[] = [];
  /** Somebody needs an ACK (`get_ack_from_slaves`). */
  #askForAck = false;

  constructor(server: DataServer, stream: Stream, replicas: Replicas) {
    this.#server = server;
    this.#stream = stream;
    this.#replicas = replicas;
  }

  /** `waitCommand()` */
  wait(call: Call): Value | undefined {
    if (this.#server.replication.isReplica) {
      return error(
        "ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if a replica is configured to be writable (which is not the default) writes to replicas are just local and are not propagated.",
      );
    }
    const replicas = safeInteger(call.args[1] ?? "");
    if (replicas === undefined) return error("ERR value is not an integer or out of range");
    const timeout = safeInteger(call.args[2] ?? "");
    if (timeout === undefined) return error("ERR timeout is not an integer or out of range");
    if (timeout < 0) return error("ERR timeout is negative");

    const { client } = call;
    const offset = client.waitOffset;
    const acknowledged = this.#replicas.acknowledged(offset);
    if (acknowledged >= replicas || client.transaction !== undefined) return integer(acknowledged);

    const deadline = timeout === 0 ? 0 : this.#server.context.now() + timeout;
    this.#server.process.block(client, { kind: "wait", replicas, offset, deadline });
    this.#clients = [client, ...this.#clients.filter((other) => other !== client)];
    this.#askForAck = true;
    return undefined;
  }

  /** Steps 1, 3 and 5 of beforeSleep (reference: replication.md 0.1). */
  beforeSleep(): void {
    if (this.#clients.length > 0) this.#process();
    if (this.#askForAck && !this.#server.process.arePaused()) {
      this.#askForAck = false;
      this.#stream.feedGetAck();
    }
  }

  forget(client: Client): void {
    if (this.#clients.length > 0) this.#clients = this.#clients.filter((other) => other !== client);
  }

  #process(): void {
    const now = this.#server.context.now();
    const { process } = this.#server;
    const still: Client[] = [];
    for (const client of this.#clients) {
      const { blocked } = client;
      if (client.freed || blocked?.kind !== "wait") continue;
      const acknowledged = this.#replicas.acknowledged(blocked.offset);
      // The deadline is looked at only when the loop wakes, and strictly.
      const late = blocked.deadline !== 0 && blocked.deadline < now;
      if (late || acknowledged >= blocked.replicas) process.unblock(client, integer(acknowledged));
      else still.push(client);
    }
    if (still.length !== this.#clients.length) this.#clients = still;
  }
}
