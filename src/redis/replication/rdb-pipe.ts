/**
 * A diskless transfer: the child serialises into a pipe, and the parent hands what it reads to all
 * receivers alike.
 *
 * If one of them cannot take what it is given, nobody gets more until it has: the slowest replica sets
 * the pace. The child may exit only when the last byte was taken. What the child has serialised is
 * handed on in a few portions, as many as matter for the timing, not in 16 KiB reads.
 *
 * Redis: rdbSaveToSlavesSockets(), rdbPipeReadHandler(), rdbPipeWriteHandler().
 */
import type { TimerId } from "../../kernel/actor.js";
import { type Duration, microseconds } from "../../kernel/time.js";
import type { RdbFile } from "../persistence/rdb-file.js";
import { type Ballast, type RdbPayload, raw, rdbPayload } from "../wire/value.js";
import type { DataServer } from "./data-server.js";
import { idLength } from "./history.js";
import type { ReplicaClient } from "./replicas.js";

/** What an idle socket takes, whatever its window. */
export const takenAtOnce = 16_384;
/** Into how many portions a serialisation is cut; a short one is one, and none is very large. */
const portionsUsual = 32;
const portionMin = 10_000;
const portionBytesMax = 64 * 1_024 * 1_024;

export class RdbPipe {
  readonly #server: DataServer;
  readonly #timer: TimerId;
  #receivers: readonly ReplicaClient[] = [];
  #rest: RdbPayload | undefined;
  #bytes = 0;
  #mark = "";
  #portionBytes = 0;
  #portionTime: Duration = microseconds(0);
  /** The child has written the next portion. */
  #ready = false;

  constructor(server: DataServer) {
    this.#server = server;
    this.#timer = server.context.timer("rdb pipe");
  }

  get active(): boolean {
    return this.#receivers.length > 0;
  }

  /** The child was forked and takes `work` to serialise it all. */
  start(rdb: RdbFile, receivers: readonly ReplicaClient[], work: Duration): void {
    const { context } = this.#server;
    this.#mark = context.random.hex(idLength);
    this.#receivers = receivers;
    this.#bytes = rdb.bytes;
    this.#rest = rdbPayload(rdb, rdb.bytes);
    const portions = Math.max(
      1,
      Math.min(portionsUsual, Math.floor(work / portionMin)),
      Math.ceil(rdb.bytes / portionBytesMax),
    );
    this.#portionBytes = Math.ceil(rdb.bytes / portions);
    this.#portionTime = microseconds(Math.floor(work / portions));
    this.#ready = false;
    context.arm(this.#timer, this.#portionTime);
  }

  /** The child was killed or failed: nothing more is sent. */
  stop(): void {
    this.#receivers = [];
    this.#rest = undefined;
    this.#server.context.disarm(this.#timer);
  }

  fired(timer: TimerId): boolean {
    if (timer !== this.#timer) return false;
    this.#ready = true;
    this.#pump();
    return true;
  }

  /** A receiver's socket took all it was given (`rdbPipeWriteHandler()`). */
  drained(client: ReplicaClient): boolean {
    if (!this.#receivers.includes(client)) return false;
    client.replica.lastPartialWrite = 0;
    this.#pump();
    return true;
  }

  /** A receiver is gone (`rdbPipeWriteHandlerConnRemoved()`). */
  gone(client: ReplicaClient): void {
    if (!this.#receivers.includes(client)) return;
    this.#receivers = this.#receivers.filter((receiver) => receiver !== client);
    if (this.#receivers.length > 0) {
      this.#pump();
      return;
    }
    this.#server.process.log(
      "#",
      "Diskless rdb transfer, last replica dropped, killing fork child.",
    );
    this.stop();
    this.#server.persistence.killRdbChild();
  }

  #pump(): void {
    if (!this.#ready || !this.active || this.#someoneIsBehind()) return;
    if (this.#rest === undefined) this.#finish();
    else this.#handOn(this.#rest);
  }

  #handOn(rest: RdbPayload): void {
    const { context, process } = this.#server;
    const isFirst = rest.length === this.#bytes;
    const isLast = rest.length <= this.#portionBytes;
    const [portion, behind]: readonly [Ballast | RdbPayload, RdbPayload | undefined] = isLast
      ? [rest, undefined]
      : rest.split(this.#portionBytes);
    this.#rest = behind;
    const isTakenAtOnce = portion.length <= takenAtOnce;
    const before = isFirst ? raw(`$EOF:${this.#mark}\r\n`) : undefined;
    const after = isLast ? raw(this.#mark) : undefined;
    for (const client of this.#receivers) {
      if (client.disconnected) continue;
      for (const part of [before, portion, after]) {
        if (part === undefined) continue;
        context.send(client.connection, part);
        process.statistics.replicationOutputBytes += part.length;
      }
    }
    if (isLast && isTakenAtOnce) {
      this.#finish();
      return;
    }
    // What the sockets take of more than that they take at the end of this iteration, so even after the
    // last portion it takes another one to see that all is gone.
    this.#ready = false;
    context.arm(this.#timer, isLast ? microseconds(1) : this.#portionTime);
  }

  #someoneIsBehind(): boolean {
    const { context, process } = this.#server;
    let behind = false;
    for (const client of this.#receivers) {
      if (client.disconnected || context.unsent(client.connection) === 0) continue;
      behind = true;
      if (client.replica.lastPartialWrite === 0) client.replica.lastPartialWrite = process.unixtime;
    }
    return behind;
  }

  #finish(): void {
    const count = this.#receivers.length;
    this.stop();
    this.#server.process.log(
      this.#server.behaviour.formerWarning,
      `Diskless rdb transfer, done reading from pipe, ${count} replicas still up.`,
    );
    this.#server.persistence.socketChildMayExit();
  }
}
