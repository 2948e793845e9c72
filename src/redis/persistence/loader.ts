/**
 * The time in which a dataset is flushed and loaded.
 *
 * Redis does both in one go, and serves its sockets only between one interval of bytes and the next, of
 * 2 MiB unless told otherwise: clients are refused with -LOADING, and no cron runs. What is smaller than
 * that interval blocks the process outright; what is larger goes on in slices of a timer until the time
 * it takes has passed. What is parsed as it comes from a master takes as long as it takes to come, or to
 * parse, whichever is more. For tests, key-load-delay makes each key take longer.
 *
 * Redis: startLoading(), rdbLoadProgressCallback(), processEventsWhileBlocked().
 */
import type { TimerId } from "../../kernel/actor.js";
import { type Duration, microseconds, plus } from "../../kernel/time.js";
import type { DataServer } from "../replication/data-server.js";

/** Slices need not be finer than this to tell a client, or a master, that we live. */
const sliceMin = 20_000;

interface Load {
  /** To be read and parsed. */
  readonly bytes: number;
  readonly keys: number;
  /** In memory, to be freed before. */
  readonly flushed: number;
  /** Between two slices. */
  readonly progress?: () => void;
  readonly done: () => void;
}

/** What is loaded while it arrives. */
interface StreamedLoad {
  /** In memory, to be freed before. */
  readonly flushed: number;
  /** The dataset of before is served meanwhile (from 7.0, with swapdb). */
  readonly asynchronous: boolean;
  /** Nothing came for so long. */
  readonly patience: Duration;
  readonly progress: () => void;
  readonly gaveUp: () => void;
}

export class Loader {
  /** Unix seconds of its start, while it lasts. */
  startedAt: number | undefined;
  total = 0;
  /** What is served is not what is loaded (`async_loading`). */
  asynchronous = false;
  readonly #server: DataServer;
  readonly #timer: TimerId;
  #load: Load | undefined;
  #streamed: StreamedLoad | undefined;
  /** When a streamed load last got something, of the monotonic clock. */
  #fedAt = 0;
  /** Of the monotonic clock, in microseconds. */
  #from = 0;
  #until = 0;
  #arrived = 0;
  #slice: Duration = microseconds(sliceMin);

  constructor(server: DataServer) {
    this.#server = server;
    this.#timer = server.context.timer("loading");
  }

  get active(): boolean {
    return this.#load !== undefined || this.#streamed !== undefined;
  }

  /** How much was read so far, by the time that has passed. */
  get loaded(): number {
    if (this.#streamed !== undefined) return this.#arrived;
    if (this.#load === undefined) return 0;
    const share = (this.#server.context.monotonic() - this.#from) / (this.#until - this.#from);
    return Math.min(this.total, Math.floor(this.total * share));
  }

  start(load: Load): void {
    const { context } = this.#server;
    const interval = this.#interval;
    const time = this.#timeFor(load);
    if (load.bytes <= interval && load.flushed <= interval) {
      context.busy(time);
      load.done();
      return;
    }
    this.#load = load;
    this.total = load.bytes;
    this.startedAt = Math.floor(context.now() / 1_000);
    this.#from = context.monotonic();
    this.#until = this.#from + time;
    this.#sliceFor(load);
    this.#arm();
  }

  /** A load of what is still to come. Ends with `complete` or `stop`. */
  startStreamed(load: StreamedLoad, total: number): void {
    const { context } = this.#server;
    this.#streamed = load;
    this.#arrived = 0;
    this.total = total;
    this.asynchronous = load.asynchronous;
    this.startedAt = Math.floor(context.now() / 1_000);
    this.#from = context.monotonic();
    this.#fedAt = this.#from;
    this.#slice = microseconds(sliceMin);
    context.arm(this.#timer, load.patience);
  }

  /** So many bytes of it arrived. */
  fed(bytes: number): void {
    const { context } = this.#server;
    const interval = this.#interval;
    const before = Math.floor(this.#arrived / interval);
    this.#arrived += bytes;
    this.#fedAt = context.monotonic();
    if (Math.floor(this.#arrived / interval) !== before) this.#streamed?.progress();
  }

  /** All of it arrived: it is loaded when there was time enough to parse it. */
  complete(keys: number, done: () => void): void {
    const streamed = this.#streamed;
    if (streamed === undefined) return;
    const { context } = this.#server;
    const { flushed, progress } = streamed;
    const took = context.monotonic() - this.#from;
    const load: Load = { bytes: this.#arrived, keys, flushed, progress, done };
    const time = this.#timeFor(load);
    const left = Math.max(0, time - took);
    this.#streamed = undefined;
    if (this.#arrived <= this.#interval) {
      this.stop();
      context.busy(microseconds(left));
      done();
      return;
    }
    this.#load = load;
    this.#sliceFor(load);
    this.#until = context.monotonic() + left;
    this.#arm();
  }

  /** The load is given up (its source is gone). */
  stop(): void {
    this.#load = undefined;
    this.#streamed = undefined;
    this.asynchronous = false;
    this.startedAt = undefined;
    this.#server.context.disarm(this.#timer);
  }

  fired(timer: TimerId): boolean {
    if (timer !== this.#timer) return false;
    if (this.#streamed !== undefined) {
      this.#checkPatience(this.#streamed);
      return true;
    }
    const load = this.#load;
    if (load === undefined) return true;
    if (this.#server.context.monotonic() < this.#until) {
      load.progress?.();
      this.#arm();
      return true;
    }
    this.stop();
    load.done();
    return true;
  }

  get #interval(): number {
    return this.#server.settings.loadingProcessEventsIntervalBytes;
  }

  #timeFor(load: Load): Duration {
    const { flushBytesPerSecond } = this.#server.context.machine;
    return plus(duration(load.flushed, flushBytesPerSecond), this.#parsingTimeFor(load));
  }

  #parsingTimeFor({ bytes, keys }: Load): Duration {
    const { context, settings } = this.#server;
    const { keyLoadDelay: delay } = settings;
    // debugDelay(): the shortest sleeps come seldom.
    const slept = delay >= 0 ? keys * delay : Math.floor(keys / -delay);
    return plus(duration(bytes, context.machine.loadBytesPerSecond), microseconds(slept));
  }

  /** From one interval of bytes to the next. */
  #sliceFor(load: Load): void {
    const time = (this.#parsingTimeFor(load) * this.#interval) / load.bytes;
    this.#slice = microseconds(Math.max(sliceMin, Math.ceil(time)));
  }

  #checkPatience(load: StreamedLoad): void {
    const { context } = this.#server;
    const left = this.#fedAt + load.patience - context.monotonic();
    if (left > 0) context.arm(this.#timer, microseconds(left));
    else load.gaveUp();
  }

  #arm(): void {
    const { context } = this.#server;
    const left = Math.max(0, this.#until - context.monotonic());
    context.arm(this.#timer, microseconds(Math.min(left, this.#slice)));
  }
}

/** How long so many bytes take at that speed. */
export function duration(bytes: number, bytesPerSecond: number): Duration {
  return microseconds(Math.ceil((bytes * 1_000_000) / bytesPerSecond));
}
