/**
 * The file that a replica writes what its master sends to, until it takes the place of dump.rdb
 * (`readSyncBulkPayload()`). It goes to the disk piece by piece, so that little is left for the last fsync.
 */
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

  /** It takes the place of dump.rdb: fsync, then rename. False: the disk is full. */
  complete(rdb: RdbFile): boolean {
    const { context, persistence } = this.#server;
    const { disk } = context;
    const path = this.#path ?? this.#temporaryPath();
    if (!disk.write(path, rdb, rdb.bytes)) return false;
    disk.sync(path);
    disk.rename(path, persistence.rdbPath);
    this.#forget();
    return true;
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
