/**
 * An RDB file: the dataset at one instant, and where it stands in its history.
 *
 * Its size is what Redis would write, to the byte; the fields of replication are added here, for only
 * a server knows them (`rdbSaveInfoAuxFields()`).
 */
import type { Snapshot } from "../keyspace/keyspace.js";
import type { RdbReplicationInfo } from "../replication/replication.js";

export interface RdbFile {
  readonly snapshot: Snapshot;
  /** Of the whole file, in bytes. */
  readonly bytes: number;
  readonly replication: RdbReplicationInfo | undefined;
}

export function rdbFile(snapshot: Snapshot, replication: RdbReplicationInfo | undefined): RdbFile {
  let { bytes } = snapshot;
  if (replication !== undefined) {
    bytes += auxiliary("repl-stream-db", integerBytes(replication.streamDb));
    bytes += auxiliary("repl-id", 1 + replication.replicationId.length);
    bytes += auxiliary("repl-offset", integerBytes(replication.offset));
  }
  return { snapshot, bytes, replication };
}

/** An opcode, a name with one byte of length, a value. */
function auxiliary(name: string, valueBytes: number): number {
  return 1 + 1 + name.length + valueBytes;
}

/** A string that is an integer of up to 32 bits is written as one (`rdbTryIntegerEncoding()`). */
function integerBytes(value: number): number {
  if (value >= -128 && value <= 127) return 2;
  if (value >= -32_768 && value <= 32_767) return 3;
  if (value >= -2_147_483_648 && value <= 2_147_483_647) return 5;
  return 1 + String(value).length;
}
