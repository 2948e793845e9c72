/**
 * repl-diskless-load: a replica parses its master's dataset as it comes, without a file.
 *
 * The old dataset goes before the first byte is parsed, or, with swapdb, is kept until the last: 6.2
 * puts it aside and back again when the load fails; from 7.0 on the new one is loaded beside it, and
 * where both are points of one history the old one is served meanwhile (async_loading).
 *
 * Redis reads the socket blocking here and serves others every 2 MiB; this replica serves them all the
 * time, with the same answers.
 *
 * Redis: readSyncBulkPayload() with use_diskless_load, disklessLoadMakeBackup(), rdbLoadRio().
 */
import type { CloseReason } from "../../kernel/actor.js";
import { seconds } from "../../kernel/time.js";
import type { Snapshot } from "../keyspace/keyspace.js";
import type { RdbFile } from "../persistence/rdb-file.js";
import { RdbProblem, rdbReport } from "../persistence/rdb-reader.js";
import type { Segment } from "../wire/value.js";
import type { DataServer } from "./data-server.js";
import type { History } from "./history.js";
import { errorText, type Link } from "./link.js";
import { ReceivedRdb } from "./received-rdb.js";
import { diesOf, loadOptions, logCut, logFailure } from "./unloadable-rdb.js";

interface Stream {
  /** Without a mark; 0 with one. */
  readonly size: number;
  readonly mark: string | undefined;
  /** Of the history that it is a point of. */
  readonly replicationId: string;
  readonly progress: () => void;
  /** Something came that lies behind the end of the RDB. */
  readonly behind: (payload: Segment) => void;
  readonly done: (rdb: RdbFile) => void;
}

export class DisklessLoad {
  readonly #server: DataServer;
  readonly #link: Link;
  readonly #history: History;
  #stream: Stream | undefined;
  #received: ReceivedRdb | undefined;
  #complete = false;
  /** 6.2 with swapdb: what to go back to. */
  #backup: Snapshot | undefined;

  constructor(server: DataServer, link: Link, history: History) {
    this.#server = server;
    this.#link = link;
    this.#history = history;
  }

  get active(): boolean {
    return this.#stream !== undefined;
  }

  /** All is there, and not yet parsed to its end: what comes now is the stream. */
  get isComplete(): boolean {
    return this.#complete;
  }

  /** The first bytes behind the header are there: from here on there is only forward, or an empty dataset. */
  begin(stream: Stream): void {
    const { behaviour, keyspace, persistence, process, settings } = this.#server;
    const swaps = settings.replDisklessLoad === "swapdb";
    this.#stream = stream;
    this.#received = new ReceivedRdb(stream.size, stream.mark);
    let flushed = 0;
    if (behaviour.eagerFullResync) {
      process.log("*", "MASTER <-> REPLICA sync: Flushing old data");
      persistence.stopAof();
      if (swaps) this.#backup = keyspace.snapshot();
      flushed = this.#flush();
    } else {
      persistence.stopAof();
      persistence.killRdbChild();
      if (!swaps) {
        this.#link.attachToNewMaster();
        process.log("*", "MASTER <-> REPLICA sync: Flushing old data");
        flushed = this.#flush();
      }
    }
    process.log("*", "MASTER <-> REPLICA sync: Loading DB in memory");
    persistence.loader.startStreamed(
      {
        flushed: swaps ? 0 : flushed,
        asynchronous: behaviour.from70 && swaps && this.#history.id === stream.replicationId,
        patience: seconds(settings.replTimeout),
        progress: stream.progress,
        gaveUp: () => this.lost("timeout"),
      },
      stream.size,
    );
  }

  /** What the flush of the old dataset took off the memory, if it is done in the foreground. */
  #flush(): number {
    const { keyspace, settings } = this.#server;
    const flushed = settings.replicaLazyFlush ? 0 : keyspace.memory;
    if (keyspace.size > 0 && !settings.replicaLazyFlush) this.#stream?.progress();
    keyspace.flush();
    return flushed;
  }

  received(payload: Segment): void {
    const stream = this.#stream;
    const received = this.#received;
    if (stream === undefined || received === undefined) return;
    const { loader } = this.#server.persistence;
    const behind = received.take(payload);
    loader.fed(payload.length - (behind?.length ?? 0));
    if (!received.isComplete) return;
    const rdb = received.file(loadOptions(this.#server));
    if (rdb instanceof RdbProblem) {
      this.#stream = undefined;
      loader.stop();
      if (!diesOf(this.#server, rdb, "socket")) this.#giveUp();
      return;
    }
    this.#complete = true;
    if (behind !== undefined) stream.behind(behind);
    this.#server.persistence.logOrigin(rdb);
    loader.complete(rdb.snapshot.keys, () => this.#loaded(stream, rdb));
  }

  #loaded(stream: Stream, rdb: RdbFile): void {
    const { behaviour, persistence, process, settings } = this.#server;
    this.#stream = undefined;
    this.#complete = false;
    this.#backup = undefined;
    const swaps = settings.replDisklessLoad === "swapdb" && behaviour.from70;
    persistence.countLoaded(rdb.snapshot.keys, 0);
    if (swaps) {
      this.#link.attachToNewMaster();
      process.log("*", "MASTER <-> REPLICA sync: Swapping active DB with loaded DB");
      process.log("*", "MASTER <-> REPLICA sync: Discarding old DB in background");
    }
    if (behaviour.from70) persistence.dirty++;
    stream.done(rdb);
  }

  /** The stream ended before the dataset did, or stood still for repl-timeout. */
  lost(why: CloseReason): void {
    const { behaviour, persistence } = this.#server;
    const offset = persistence.loader.loaded;
    persistence.loader.stop();
    this.#stream = undefined;
    const report = rdbReport(behaviour.version, "end", offset, "Unexpected EOF reading RDB file");
    logCut(this.#server, report, "socket");
    logFailure(this.#server, "socket", errorText(why));
    this.#giveUp();
  }

  #giveUp(): void {
    const { behaviour, keyspace, process, settings } = this.#server;
    this.#link.cancel(true);
    if (settings.replDisklessLoad !== "swapdb") {
      keyspace.flush();
    } else if (behaviour.from70) {
      process.log("*", "MASTER <-> REPLICA sync: Discarding temporary DB in background");
    } else if (this.#backup !== undefined) {
      keyspace.restore(this.#backup, process.mstime, false);
      this.#backup = undefined;
    }
  }
}
