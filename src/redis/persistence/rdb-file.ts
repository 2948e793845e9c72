/**
 * An RDB file: the dataset at one instant, and where it stands in its history.
 *
 * Inside a run it is never bytes. Its size is what Redis would write, to the byte; the fields of
 * replication are added here, for only a server knows them (`rdbSaveInfoAuxFields()`). rdb-encode.ts
 * writes it for a real server, and rdb-decode.ts makes one of what a real server wrote.
 */
import { emptyServerBytes, type Snapshot } from "../keyspace/keyspace.js";
import { integerBytes } from "../keyspace/rdb-meter.js";
import type { RdbReplicationInfo } from "../replication/replication.js";

export interface RdbFile {
  readonly snapshot: Snapshot;
  /** Of the whole file, in bytes. */
  readonly bytes: number;
  readonly replication: RdbReplicationInfo | undefined;
  /** What it says of where it comes from; of a real server's file some may be missing. */
  readonly release: string | undefined;
  /** Unix seconds. */
  readonly createdAt: number | undefined;
  /** By the whole server, in bytes. */
  readonly usedMemory: number | undefined;
  /** rdbchecksum */
  readonly hasChecksum: boolean;
}

/** What size a snapshot's own count takes for the time of its making: any of ten digits. */
const usualTime = 1_700_000_000;

export function rdbFile(
  snapshot: Snapshot,
  replication: RdbReplicationInfo | undefined,
  { createdAt = usualTime, hasChecksum = true } = {},
): RdbFile {
  let bytes = snapshot.bytes + valueBytes(createdAt) - valueBytes(usualTime);
  for (const [name, value] of replicationFields(replication)) {
    bytes += 2 + name.length + valueBytes(value);
  }
  const { release } = snapshot.encoding;
  const usedMemory = emptyServerBytes + snapshot.memory;
  return { snapshot, bytes, replication, release, createdAt, usedMemory, hasChecksum };
}

/** The auxiliary fields about replication, in Redis's order. */
export function replicationFields(
  replication: RdbReplicationInfo | undefined,
): readonly (readonly [string, string | number])[] {
  if (replication === undefined) return [];
  const { streamDb, replicationId, offset } = replication;
  return [
    ["repl-stream-db", streamDb],
    ["repl-id", replicationId],
    ["repl-offset", offset],
  ];
}

/** A short string; one that is an integer of up to 32 bits is written as one (`rdbTryIntegerEncoding()`). */
function valueBytes(value: string | number): number {
  const text = String(value);
  return integerBytes(text) || 1 + text.length;
}
