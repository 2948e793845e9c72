/**
 * The RDB of a full resync as it arrives at a replica, until it is whole: so many bytes of it, or up to
 * the mark that its master said would end it.
 *
 * From a simulated master the dataset itself comes with the last of the bytes, which nobody needs; from
 * a real one only bytes come, and they are kept and read.
 */
import { ByteWriter, binaryText } from "../keyspace/packed.js";
import { decodeRdb, type RdbLoadOptions } from "../persistence/rdb-decode.js";
import type { RdbFile } from "../persistence/rdb-file.js";
import type { RdbProblem } from "../persistence/rdb-reader.js";
import type { Segment } from "../wire/value.js";

export class ReceivedRdb {
  /** Of it, the mark included. */
  arrived = 0;
  isComplete = false;
  readonly #size: number;
  readonly #mark: string | undefined;
  #file: RdbFile | undefined;
  #bytes: ByteWriter | undefined;

  /** `size` counts where there is no mark. */
  constructor(size: number, mark: string | undefined) {
    this.#size = size;
    this.#mark = mark;
  }

  /** What of it lies behind the end of the RDB, and so is the stream's, comes back. */
  take(payload: Segment): Segment | undefined {
    const left = this.#size - this.arrived;
    let own = payload;
    let behind: Segment | undefined;
    if (this.#mark === undefined && payload.kind === "raw" && payload.length > left) {
      [own, behind] = payload.split(left);
    }
    this.arrived += own.length;
    if (own.kind === "rdb") this.#file = own.content as RdbFile;
    else if (own.kind === "raw") {
      this.#bytes ??= new ByteWriter();
      this.#bytes.text(own.bytes);
    }
    this.isComplete =
      this.#mark === undefined ? this.arrived >= this.#size : this.#endsWith(this.#mark);
    return behind;
  }

  #endsWith(mark: string): boolean {
    const { bytes, length } = this.#bytes ?? new ByteWriter();
    return length >= mark.length && binaryText(bytes, length - mark.length, length) === mark;
  }

  /** Once it is complete. */
  file(options: RdbLoadOptions): RdbFile | RdbProblem {
    if (this.#file !== undefined) return this.#file;
    const { bytes, length } = this.#bytes ?? new ByteWriter();
    return decodeRdb(bytes.subarray(0, length - (this.#mark?.length ?? 0)), options);
  }
}
