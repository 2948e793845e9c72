/** What a replica keeps about the stream from its master (reference: replication.md 0.4). */
export interface MasterLink {
  /** Applied: what it acknowledges and what PSYNC continues from. */
  applied: number;
  /** Received, applied or not. */
  received: number;
  replicationId: string;
  /** The master answered with SYNC's old way: no ACKs, no PSYNC ever. */
  prePsync: boolean;
}
