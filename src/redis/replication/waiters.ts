/**
 * Clients that wait for replicas: WAIT, and from 7.2 on WAITAOF.
 *
 * They ask nobody for anything by themselves: they set a flag, and the next beforeSleep sends one
 * GETACK for all of them. It is never repeated; afterwards only the replicas' own ACKs, once a second,
 * help.
 *
 * Redis: waitCommand(), waitaofCommand(), processClientsWaitingReplicas(),
 * replyToBlockedClientTimedOut().
 */

import { safeInteger } from "../keyspace/integer.js";
import type { RedisNote } from "../note.js";
import type { Blocked, Client } from "../server/client.js";
import type { Call } from "../server/command.js";
import { array, type ErrorReply, error, integer, type Value } from "../wire/value.js";
import type { DataServer } from "./data-server.js";
import type { Replicas } from "./replicas.js";
import type { Stream } from "./stream.js";

type Wait = Extract<Blocked, { readonly kind: "wait" }>;
/** What is waited for: at this offset, so many replicas, and with WAITAOF our own AOF. */
type Target = Pick<Wait, "replicas" | "local" | "offset">;

/** At which offset somebody was told of how many replicas. */
interface Released {
  readonly offset: number;
  readonly count: number;
}

const notAnInteger = error("ERR value is not an integer or out of range");
const notZeroOrOne = error("ERR value is out of range, value must between 0 and 1");
const noAof = error("ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.");

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
    if (replicas === undefined) return notAnInteger;
    const timeout = timeoutOf(call.args[2]);
    if (typeof timeout !== "number") return timeout;
    const { client } = call;
    return this.#begin(client, { replicas, local: undefined, offset: client.waitOffset }, timeout);
  }

  /** `waitaofCommand()` */
  waitAof(call: Call): Value | undefined {
    const local = safeInteger(call.args[1] ?? "");
    if (local === undefined) return notAnInteger;
    if (local < 0 || local > 1) return notZeroOrOne;
    const replicas = safeInteger(call.args[2] ?? "");
    if (replicas === undefined) return notAnInteger;
    if (replicas < 0) return error("ERR value is out of range, must be positive");
    const timeout = timeoutOf(call.args[3]);
    if (typeof timeout !== "number") return timeout;
    if (this.#server.replication.isReplica) {
      return error(
        "ERR WAITAOF cannot be used with replica instances. Please also note that writes to replicas are just local and are not propagated.",
      );
    }
    if (local > 0 && !this.#server.settings.appendonly) return noAof;
    const { client } = call;
    return this.#begin(client, { replicas, local, offset: client.waitOffset }, timeout);
  }

  /** Answers at once what needs no waiting, or must not wait. */
  #begin(client: Client, target: Target, timeout: number): Value | undefined {
    const { context, process } = this.#server;
    if (this.#isReached(target) || client.transaction !== undefined) return this.answer(target);
    const deadline = timeout === 0 ? 0 : context.now() + timeout;
    process.block(client, { kind: "wait", deadline, ...target });
    this.#clients = [client, ...this.#clients.filter((other) => other !== client)];
    this.#askForAck = true;
    return undefined;
  }

  #isReached(target: Target): boolean {
    return this.#count(target) >= target.replicas && this.#local(target) >= (target.local ?? 0);
  }

  #count({ local, offset }: Target): number {
    if (local === undefined) return this.#replicas.acknowledged(offset);
    return this.#replicas.fsynced(offset);
  }

  #local({ offset }: Target): number {
    return this.#server.persistence.aof.fsyncedOffset >= offset ? 1 : 0;
  }

  /** What who waited for this is told now, however far it has come. */
  answer(target: Target): Value {
    return this.#told(target, this.#count(target));
  }

  #told(target: Target, replicas: number): Value {
    const { local, offset } = target;
    if (local !== undefined) return array([integer(this.#local(target)), integer(replicas)]);
    this.#server.context.note({ kind: "waited", offset, replicas } satisfies RedisNote);
    return integer(replicas);
  }

  /** Steps 1 and 3 of beforeSleep (reference: replication.md 0.1). */
  beforeSleep(): void {
    if (this.#clients.length === 0) return;
    this.#giveUp();
    this.#release();
    const still = this.#clients.filter(({ blocked, freed }) => !freed && blocked?.kind === "wait");
    if (still.length !== this.#clients.length) this.#clients = still;
  }

  /** `handleBlockedClientsTimeout()`: looked at only when the loop wakes, strictly, the earliest first. */
  #giveUp(): void {
    const { context, process } = this.#server;
    const now = context.now();
    const late: { readonly client: Client; readonly wait: Wait }[] = [];
    for (const client of this.#clients) {
      const { blocked } = client;
      if (client.freed || blocked?.kind !== "wait") continue;
      if (blocked.deadline !== 0 && blocked.deadline < now) late.push({ client, wait: blocked });
    }
    late.sort((a, b) => a.wait.deadline - b.wait.deadline || a.client.id - b.client.id);
    for (const { client, wait } of late) process.unblock(client, this.answer(wait));
  }

  /**
   * `processClientsWaitingReplicas()`: who waits for less than somebody who was just released is told
   * the same number, without counting; it may be fewer than there are.
   */
  #release(): void {
    const { process, settings } = this.#server;
    let released: Released | undefined;
    let releasedAof: Released | undefined;
    for (const client of this.#clients) {
      const { blocked } = client;
      if (client.freed || blocked?.kind !== "wait") continue;
      const { local, offset, replicas } = blocked;
      if (local === 1 && !settings.appendonly) {
        process.unblock(client, noAof);
        continue;
      }
      const before = local === undefined ? released : releasedAof;
      let count: number;
      if (before !== undefined && before.offset >= offset && before.count >= replicas) {
        ({ count } = before);
      } else {
        count = this.#count(blocked);
        if (count < replicas) continue;
        // An offset of 0 is nobody's.
        const now = offset === 0 ? undefined : { offset, count };
        if (local === undefined) released = now;
        else releasedAof = now;
      }
      if (this.#local(blocked) < (local ?? 0)) continue;
      process.unblock(client, this.#told(blocked, count));
    }
  }

  /** Step 5: one GETACK for all who began to wait in this iteration; a pause puts it off. */
  askForAcks(): void {
    if (!this.#askForAck || this.#server.process.arePaused()) return;
    this.#askForAck = false;
    this.#stream.feedGetAck();
  }

  forget(client: Client): void {
    if (this.#clients.length > 0) this.#clients = this.#clients.filter((other) => other !== client);
  }
}

/** `getTimeoutFromObjectOrReply()`, in milliseconds; 0: for ever. */
function timeoutOf(text = ""): number | ErrorReply {
  const timeout = safeInteger(text);
  if (timeout === undefined) return error("ERR timeout is not an integer or out of range");
  return timeout < 0 ? error("ERR timeout is negative") : timeout;
}
