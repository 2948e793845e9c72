/**
 * What a replica keeps about the stream from its master (reference: `struct client` of the master).
 *
 * Two offsets, because they answer different questions: `received` is what came off the socket, and
 * `applied` is what the dataset holds, what an ACK says and what PSYNC continues from. Commands of an
 * open transaction lie between the two.
 */
import type { Ring } from "../../kernel/ring.js";
import type { RequestParser } from "../wire/parse-request.js";
import type { Segment } from "../wire/value.js";

export interface MasterLink {
  /** Applied: what it acknowledges and what PSYNC continues from (`reploff`). */
  applied: number;
  /** Received, applied or not (`read_reploff`). */
  received: number;
  replicationId: string;
  /** The master answered with SYNC's old way: no ACKs, no PSYNC ever. */
  prePsync: boolean;
  /** Takes apart what comes as bytes, and holds what is not a whole command yet. */
  parser?: RequestParser;
  /** Received and not yet applied, in order: what sub-replicas get once it is. */
  readonly pending: Ring<Segment>;
  /** How many of them were dealt with: queued in a transaction that is still open. */
  ready: number;
  /** 6.2: the command that a pause holds back was already counted as applied. */
  ahead: boolean;
}

/** A master whose link is gone, kept to continue where it left off (`server.cached_master`). */
export interface CachedMaster {
  replicationId: string;
  readonly applied: number;
  /** The database its stream had selected. */
  readonly db: number;
}
