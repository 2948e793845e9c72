/**
 * Where a server stands in which history: two replication ids and an offset.
 *
 * A history is named by an id and ordered by offsets; whoever stands at the same point of the same
 * history has the same data. The second id is the history that this one grew out of, good up to
 * `secondaryOffset`, so that replicas of the old master can go on with the promoted one. Every event
 * that may change them is a method here (reference: replication.md 5.1).
 */
import type { RandomStream } from "../../kernel/random.js";
import type { Segment } from "../wire/value.js";

export const idLength = 40;
export const noId = "0".repeat(idLength);

export class History {
  id: string;
  secondaryId = noId;
  /** The first byte that is no longer common with `secondaryId`; -1 without one. */
  secondaryOffset = -1;
  /** Bytes of the stream so far (`master_repl_offset`). */
  offset = 0;
  /**
   * A rolling digest of the commands up to `offset`. Redis has none: it is what the laws compare, so that
   * two servers that stand at one point are known to have come there by the same commands.
   */
  digest = 0;
  /** What is before came from outside the simulation: the digest says nothing, and is not told. */
  isForeign = false;
  readonly #random: RandomStream;

  constructor(random: RandomStream) {
    this.#random = random;
    this.id = random.hex(idLength);
  }

  /** The digest as others may hear it; undefined: it is none of the whole history. */
  get toldDigest(): number | undefined {
    return this.isForeign ? undefined : this.digest;
  }

  /** `changeReplicationId()` and `clearReplicationId2()`: nobody may continue from the past. */
  startAnew(): void {
    this.change();
    this.clearSecondary();
    this.isForeign = false;
  }

  /** `changeReplicationId()` */
  change(): void {
    this.id = this.#random.hex(idLength);
  }

  /** `clearReplicationId2()` */
  clearSecondary(): void {
    this.secondaryId = noId;
    this.secondaryOffset = -1;
  }

  /**
   * `shiftReplicationId()`: a promotion. A replica asks for the first byte it has not yet received, so
   * a replica that is level with us asks for `offset + 1`, and that is still common history.
   */
  shift(): void {
    this.secondaryId = this.id;
    this.secondaryOffset = this.offset + 1;
    this.change();
  }

  /** The stream goes on by one payload, made here or applied. */
  extend(payload: Segment): void {
    this.offset += payload.length;
    this.digest = folded(this.digest, payload);
  }

  /** A full resync was loaded, or an RDB by a replica at boot: we stand in that history, at that offset. */
  adopt(id: string, offset: number, digest: number | undefined): void {
    this.id = id;
    this.offset = offset;
    this.#take(digest);
    this.clearSecondary();
  }

  /** +CONTINUE with another id: the master was promoted; what we have is its past. */
  rename(past: string, id: string): void {
    this.secondaryId = past;
    this.secondaryOffset = this.offset + 1;
    this.id = id;
  }

  /** From 7.0, a master that restarts with an RDB: its past is what the file says (`loadDataFromDisk()`). */
  restore(past: string, offset: number, digest: number | undefined): void {
    this.secondaryId = past;
    this.secondaryOffset = offset + 1;
    this.offset = offset;
    this.#take(digest);
  }

  #take(digest: number | undefined): void {
    this.digest = digest ?? 0;
    this.isForeign = digest === undefined;
  }
}

/**
 * Length and three characters of each argument tell neighbours apart (k17 and k18), and cost a tenth of
 * what reading all of them would.
 */
function folded(digest: number, payload: Segment): number {
  let h = Math.imul(digest ^ payload.length, 0x85eb_ca6b);
  if (payload.kind === "request") {
    for (const text of payload.args) {
      const { length } = text;
      const ends = text.charCodeAt(length - 1) ^ (text.charCodeAt(length >> 1) << 8);
      h = Math.imul(h ^ ends ^ (text.charCodeAt(0) << 16) ^ (length << 24), 0x0100_0193);
    }
  }
  return h ^ (h >>> 15);
}
