/**
 * How Redis 7.0 and later keep the stream: a list of blocks shared by the backlog and all replicas.
 *
 * Only the sizes of the blocks matter here, for they decide how much history survives: whole blocks
 * go, from the oldest, while what is left is still more than repl-backlog-size and no replica has yet
 * to send anything of them. So a backlog is at least its size once it was filled, is longer by up to a
 * block, and grows without bound behind a slow replica (reference: replication.md 4.6).
 *
 * Redis 7.0: feedReplicationBuffer(), incrementalTrimReplicationBacklog().
 */
import type { Segment } from "../wire/value.js";

/** PROTO_REPLY_CHUNK_BYTES */
const chunkBytes = 16_384;
/** sizeof(replBufBlock) before its bytes. */
const blockHeader = 40;
/** What a block costs beside its bytes: a node of the list, and its own header. */
const blockOverhead = 24 + blockHeader;

/** What the allocator really gives for more than 16 KiB: four size classes a doubling (jemalloc). */
function allocated(bytes: number): number {
  let group = chunkBytes;
  while (group * 2 < bytes) group *= 2;
  const step = group / 4;
  return Math.ceil(bytes / step) * step;
}

export class BlockChain {
  /** Sizes of the blocks, oldest first, in `#sizes[#head]` to the end. */
  #sizes: number[] = [];
  #head = 0;
  /** Bytes still free in the newest block. */
  #room = 0;

  get count(): number {
    return this.#sizes.length - this.#head;
  }

  /** Room for `payload` at the end; true when that took a new block. */
  append(payload: Segment, backlogSize: number): boolean {
    if (payload.length <= this.#room) {
      this.#room -= payload.length;
      return false;
    }
    if (payload.kind === "request" && payload.length > chunkBytes) {
      // Redis feeds piece by piece, and a block is as long as the piece that begins it.
      this.#feed(3 + String(payload.args.length).length, backlogSize);
      for (let i = 0; i < payload.args.length; i++) {
        const { length } = payload.args[i] as string;
        this.#feed(3 + String(length).length, backlogSize);
        this.#feed(length, backlogSize);
        this.#feed(2, backlogSize);
      }
    } else {
      this.#feed(payload.length, backlogSize);
    }
    return true;
  }

  #feed(bytes: number, backlogSize: number): void {
    let rest = bytes - Math.min(this.#room, bytes);
    this.#room -= bytes - rest;
    while (rest > 0) {
      const limit = Math.max(Math.floor(backlogSize / 16), chunkBytes);
      const size =
        allocated(Math.min(Math.max(rest, chunkBytes), limit) + blockHeader) - blockHeader;
      const used = Math.min(size, rest);
      this.#sizes.push(size);
      this.#room = size - used;
      rest -= used;
    }
  }

  /**
   * What a replica that has yet to send `unsent` bytes holds of them: from the beginning of the block
   * in which it stands to the end of the newest, full or not (`getClientOutputBufferMemoryUsage()`). So
   * even one that is level has a block.
   */
  memoryBehind(unsent: number): number {
    let left = unsent;
    let used = 0;
    for (let i = this.#sizes.length - 1; i >= this.#head; i--) {
      const size = this.#sizes[i] as number;
      used += size + blockOverhead;
      left -= i === this.#sizes.length - 1 ? size - this.#room : size;
      if (left <= 0) break;
    }
    return used;
  }

  /**
   * How many bytes of a history of `length` may go from its beginning, at most `most` blocks of them.
   * `unsent` is how far the slowest replica lags: its bytes are still to be read out of the blocks.
   */
  trim(length: number, backlogSize: number, unsent: number, most: number): number {
    let freed = 0;
    for (let blocks = 0; blocks < most && this.count > 1; blocks++) {
      const first = this.#sizes[this.#head] as number;
      const rest = length - freed - first;
      if (rest <= backlogSize || rest < unsent) break;
      this.#head++;
      freed += first;
    }
    if (this.#head > 64 && this.#head * 2 > this.#sizes.length) {
      this.#sizes = this.#sizes.slice(this.#head);
      this.#head = 0;
    }
    return freed;
  }
}
