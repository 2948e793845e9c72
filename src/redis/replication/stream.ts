/**
 * The replication stream: every byte that the dataset's history is made of, into the backlog and out
 * to the replicas.
 *
 * A master makes the stream; a replica passes on exactly what it applied of its own master's, so that
 * all levels of a cascade have the same bytes at the same offsets. One payload object is shared by the
 * backlog and all outputs: nothing is copied or encoded.
 */

import type { RedisNote } from "../note.js";
import { type Request, request, type Segment } from "../wire/value.js";
import { Backlog } from "./backlog.js";
import type { DataServer } from "./data-server.js";
import type { History } from "./history.js";
import { enforceReplicaLimit } from "./replica-limit.js";
import type { Replicas } from "./replicas.js";

/** In lower case, unlike the PING of a handshake. */
const ping = request("ping");
const getAck = request("REPLCONF", "GETACK", "*");

/**
 * Where two offsets differ in a bit of this, a multiple of 2 KiB lies between them: there every server of
 * a history says where it stands, so that all of them name the same points.
 */
const milestone = ~0x7ff;

export class Stream {
  backlog: Backlog | undefined;
  /** The database that the stream has selected; -1: none, a SELECT comes first (`slaveseldb`). */
  selectedDb = -1;
  readonly #server: DataServer;
  readonly #history: History;
  readonly #replicas: Replicas;
  /** What INFO of 6.2 still shows of a backlog that was freed. */
  #stale = { first: 0, length: 0 };
  /** Where we last said that we stand. */
  #stoodAt = -1;

  constructor(server: DataServer, history: History, replicas: Replicas) {
    this.#server = server;
    this.#history = history;
    this.#replicas = replicas;
  }

  /** `createReplicationBacklog()` */
  createBacklog(): void {
    this.backlog = new Backlog(
      this.#server.settings.replBacklogSize,
      this.#history.offset,
      this.#server.behaviour.sharedReplicationBuffer,
    );
  }

  /** `freeReplicationBacklog()` */
  freeBacklog(): void {
    const backlog = this.backlog;
    if (backlog === undefined) return;
    if (!this.#server.behaviour.sharedReplicationBuffer) {
      this.#stale = { first: backlog.first, length: backlog.length };
    }
    this.backlog = undefined;
  }

  /** First byte and length, as INFO shows them. */
  get extent(): { readonly first: number; readonly length: number } {
    return this.backlog ?? this.#stale;
  }

  resizeBacklog(): void {
    this.backlog?.resize(this.#server.settings.replBacklogSize, this.#replicas.slowest);
  }

  /** From 7.0 beforeSleep() lets go of blocks that replicas pinned. */
  trimBacklog(): void {
    this.backlog?.trim(this.#replicas.slowest);
  }

  /** `replicationFeedSlaves()`; `db` -1 puts no SELECT before it. */
  feed(db: number, command: Request): void {
    if (!this.#takes(this.#server.persistence.aof.state !== "off")) return;
    if (db !== -1 && db !== this.selectedDb) {
      this.#emit(request("SELECT", String(db)));
      this.selectedDb = db;
    }
    this.#emit(command);
  }

  feedPing(): void {
    if (this.#takes(false)) this.#emit(ping);
  }

  feedGetAck(): void {
    if (this.#takes(true)) this.#emit(getAck);
  }

  /** For the laws: how far we have come in the present history. */
  tellStanding(): void {
    const { offset, digest } = this.#history;
    if (offset === this.#stoodAt || this.#history.isForeign) return;
    this.#stoodAt = offset;
    this.#server.context.note({ kind: "stands", offset, digest } satisfies RedisNote);
  }

  /** For the laws: our history is another, or goes on elsewhere. */
  tellHistory(how: Extract<RedisNote, { kind: "history" }>["how"]): void {
    const { id: replicationId, offset, toldDigest: digest } = this.#history;
    this.#stoodAt = offset;
    const note: RedisNote = { kind: "history", how, replicationId, offset, digest };
    this.#server.context.note(note);
  }

  /** `replicationFeedSlavesFromMasterStream()`: what was applied goes on, to the byte. */
  pass(payload: Segment): void {
    this.#emit(payload);
  }

  /**
   * A replica makes no stream of its own; a master without backlog and replicas has nobody to make it
   * for. 7.2 then counts commands instead of bytes, so that WAITAOF has something to compare: those
   * that go to the AOF (`shouldPropagate()`), and every GETACK.
   */
  #takes(counts: boolean): boolean {
    if (this.#server.replication.isReplica) return false;
    if (this.backlog !== undefined || this.#replicas.count > 0) return true;
    if (counts && this.#server.behaviour.from72) this.#history.offset++;
    return false;
  }

  #emit(payload: Segment): void {
    let checkLimits = false;
    if (this.backlog !== undefined) {
      const { offset, digest } = this.#history;
      this.#history.extend(payload);
      checkLimits = this.backlog.append(payload, digest, this.#replicas.slowest);
      if (((offset ^ this.#history.offset) & milestone) !== 0) this.tellStanding();
    }
    const replicas = this.#replicas.list;
    for (let i = 0; i < replicas.length; i++) {
      const client = replicas[i];
      // `canFeedReplicaReplBuffer()`
      if (client === undefined || client.replica.rdbOnly) continue;
      if (client.replica.state === "waitBgsaveStart") continue;
      this.#server.process.reply(client, payload);
      if (checkLimits) enforceReplicaLimit(this.#server, client);
    }
  }
}
