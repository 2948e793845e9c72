/**
 * The replication backlog: the newest part of the stream, kept for replicas that come back.
 *
 * It holds the stream's own payloads, not bytes: a replica that comes back was fed whole commands, so
 * it continues at the beginning of one, and gets the very objects that the others got. Whoever asks
 * for a byte inside a command gets the tail of its encoding. All counts are in real bytes.
 *
 * Redis 6.2: createReplicationBacklog(), feedReplicationBacklog(), addReplyReplicationBacklog(). The
 * ring of 6.2 keeps exactly its size; the blocks of 7.0 keep at least as much (block-chain.ts).
 */
import { assert } from "../../kernel/assert.js";
import { encode } from "../wire/encode.js";
import { raw, type Segment } from "../wire/value.js";
import { BlockChain } from "./block-chain.js";

/** CONFIG_REPL_BACKLOG_MIN_SIZE */
const minimumBacklogSize = 16_384;
/** REPL_BACKLOG_TRIM_BLOCKS_PER_CALL, and ten times as many in beforeSleep(). */
const blocksPerAppend = 64;
const blocksPerSleep = 640;

export class Backlog {
  /** repl-backlog-size, at least 16 KiB. */
  #size: number;
  /** Offset of the first byte it still has (`first_off`). */
  #first: number;
  /** Bytes it has (`histlen`). */
  #length = 0;
  #blocks: BlockChain | undefined;

  /** A ring of entries whose capacity is a power of two: payload and offset of its first byte. */
  #payloads: (Segment | undefined)[] = new Array<Segment | undefined>(64);
  #starts: number[] = new Array<number>(64).fill(0);
  /** The history's digest before each. */
  #digests: number[] = new Array<number>(64).fill(0);
  #mask = 63;
  #head = 0;
  #count = 0;

  /** Empty, to continue after `offset`. `shared`: kept in the blocks of 7.0. */
  constructor(size: number, offset: number, shared: boolean) {
    this.#size = Math.max(size, minimumBacklogSize);
    this.#first = offset + 1;
    this.#blocks = shared ? new BlockChain() : undefined;
  }

  get first(): number {
    return this.#first;
  }

  get length(): number {
    return this.#length;
  }

  /** Is everything from `offset` on still here? The byte that comes next counts as here. */
  covers(offset: number): boolean {
    return offset >= this.#first && offset <= this.#first + this.#length;
  }

  /**
   * `slowest` says how many bytes the slowest replica has yet to send; asked only when history may go.
   * `digest` is the history's before this payload.
   * True when Redis looks at the limits of the replicas' output: always, or with a new block.
   */
  append(payload: Segment, digest: number, slowest: () => number): boolean {
    if (this.#count > this.#mask) this.#grow();
    const at = (this.#head + this.#count) & this.#mask;
    this.#payloads[at] = payload;
    this.#starts[at] = this.#first + this.#length;
    this.#digests[at] = digest;
    this.#count++;
    this.#length += payload.length;

    if (this.#blocks === undefined) {
      if (this.#length > this.#size) this.#forget(this.#length - this.#size);
      return true;
    }
    if (!this.#blocks.append(payload, this.#size)) return false;
    if (this.#length > this.#size) {
      this.#forget(this.#blocks.trim(this.#length, this.#size, slowest(), blocksPerAppend));
    }
    return true;
  }

  /** From 7.0 also before each sleep: replicas that caught up let go of blocks. */
  trim(slowest: () => number): void {
    if (this.#blocks === undefined || this.#length <= this.#size || this.#blocks.count <= 1) return;
    this.#forget(this.#blocks.trim(this.#length, this.#size, slowest(), blocksPerSleep));
  }

  /** Hands out what the stream holds from `offset` on, in order. */
  replay(offset: number, send: (payload: Segment) => void): void {
    assert(this.covers(offset), "only what the backlog covers is replayed");
    for (let i = 0; i < this.#count; i++) {
      const at = (this.#head + i) & this.#mask;
      const payload = this.#payloads[at] as Segment;
      const start = this.#starts[at] as number;
      if (start >= offset) {
        send(payload);
      } else if (start + payload.length > offset) {
        send(raw(encode(payload).slice(offset - start)));
      }
    }
  }

  /** The history's digest before the payload that begins at `offset`; undefined: none begins there. */
  digestBefore(offset: number): number | undefined {
    for (let i = this.#count - 1; i >= 0; i--) {
      const at = (this.#head + i) & this.#mask;
      const start = this.#starts[at] as number;
      if (start === offset) return this.#digests[at];
      if (start < offset) return undefined;
    }
    return undefined;
  }

  /** From 7.0: what a replica with so much yet to send holds of the shared blocks. */
  memoryBehind(unsent: number): number {
    return this.#blocks?.memoryBehind(unsent) ?? unsent;
  }

  /** CONFIG SET repl-backlog-size: 6.2 begins an empty one, 7.0 keeps what it may (`resizeReplicationBacklog()`). */
  resize(size: number, slowest: () => number): void {
    const bounded = Math.max(size, minimumBacklogSize);
    if (bounded === this.#size) return;
    this.#size = bounded;
    if (this.#blocks === undefined) this.#forget(this.#length);
    else this.trim(slowest);
  }

  #forget(bytes: number): void {
    this.#first += bytes;
    this.#length -= bytes;
    while (this.#count > 0) {
      const payload = this.#payloads[this.#head] as Segment;
      if ((this.#starts[this.#head] as number) + payload.length > this.#first) break;
      this.#payloads[this.#head] = undefined;
      this.#head = (this.#head + 1) & this.#mask;
      this.#count--;
    }
  }

  #grow(): void {
    const capacity = (this.#mask + 1) * 2;
    const payloads = new Array<Segment | undefined>(capacity);
    const starts = new Array<number>(capacity).fill(0);
    const digests = new Array<number>(capacity).fill(0);
    for (let i = 0; i < this.#count; i++) {
      const at = (this.#head + i) & this.#mask;
      payloads[i] = this.#payloads[at];
      starts[i] = this.#starts[at] as number;
      digests[i] = this.#digests[at] as number;
    }
    this.#payloads = payloads;
    this.#starts = starts;
    this.#digests = digests;
    this.#mask = capacity - 1;
    this.#head = 0;
  }
}
