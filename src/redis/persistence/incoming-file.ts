/**
 * The file that a replica writes what its master sends to, until it takes the place of dump.rdb
 * (`readSyncBulkPayload()`). It goes to the disk piece by piece, so that little is left for the last fsync.
 */
import { assert } from "../../kernel/assert.js";
import type { DataServer } from "../replication/data-server.js";
import { inDirectory } from "./append-only-file.js";
import type { RdbFile } from "./rdb-file.js";

/** `REPL_MAX_WRITTEN_BEFORE_FSYNC` */
const bytesBeforeSync = 8 * 1_024 * 1_024;

export class IncomingFile {
  readonly #server: DataServer;
  /** Undefined while nothing of it is on the disk. */
  #path: string | undefined;
  /** How much of it is. */
  #bytes = 0;

  constructor(server: DataServer) {
    this.#server = server;
  }

  /** So many bytes in all have come (`rdb_fsync_range()`). False: the disk is full. */
  grow(bytes: number): boolean {
    const { disk } = this.#server.context;
    if (bytes - this.#bytes < bytesBeforeSync) return true;
    this.#path ??= this.#temporaryPath();
    this.#bytes = bytes;
    if (!disk.write(this.#path, undefined, bytes)) return false;
    disk.sync(this.#path);
    return true;
  }

  /** `replicationAbortSyncTransfer()` */
  drop(): void {
    if (this.#path !== undefined) this.#server.context.disk.remove(this.#path);
    this.#forget();
  }

  /** All of it has come. False: the disk is full. */
  complete(rdb: RdbFile): boolean {
    this.#path ??= this.#temporaryPath();
    return this.#server.context.disk.write(this.#path, rdb, rdb.bytes);
  }

  /** It takes the place of dump.rdb: fsync, then rename. Answers why it could not. */
  putInPlace(): string | undefined {
    const { context, persistence } = this.#server;
    const { disk } = context;
    assert(this.#path !== undefined, "a file is complete before it takes a place");
    disk.sync(this.#path);
    if (!disk.rename(this.#path, persistence.rdbPath)) return disk.error;
    this.#forget();
    return undefined;
  }

  #temporaryPath(): string {
    const { process, settings } = this.#server;
    return inDirectory(settings.dir, `temp-${process.unixtime}.${process.pid}.rdb`);
  }

  #forget(): void {
    this.#path = undefined;
    this.#bytes = 0;
  }
}
