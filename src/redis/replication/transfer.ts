/**
 * A replica receives its master's dataset and puts it in the place of its own.
 *
 * With repl-diskless-load disabled the RDB goes to a file first and the old dataset is served until
 * all of it is there; then comes the switch, which loads the file while clients get -LOADING. Else it is
 * parsed as it comes (diskless-load.ts).
 *
 * Redis: readSyncBulkPayload(), useDisklessLoad().
 */
import type { CloseReason, ConnectionId } from "../../kernel/actor.js";
import type { RdbFile } from "../persistence/rdb-file.js";
import { RdbProblem } from "../persistence/rdb-reader.js";
import { encode } from "../wire/encode.js";
import { raw, type Segment } from "../wire/value.js";
import type { DataServer } from "./data-server.js";
import { DisklessLoad } from "./diskless-load.js";
import { type History, idLength } from "./history.js";
import { type Destination, errorText, type Link } from "./link.js";
import { ReceivedRdb } from "./received-rdb.js";
import type { Stream } from "./stream.js";
import { diesOf, loadOptions } from "./unloadable-rdb.js";

const newline = raw("\n");
/** What is read of the header at most. */
const lineMax = 1_023;

export class Transfer {
  /** -1 before the header; 0 when an EOF mark ends it (`repl_transfer_size`). */
  size = -1;
  readonly #server: DataServer;
  readonly #link: Link;
  readonly #history: History;
  readonly #stream: Stream;
  #destination: Destination = { replicationId: "", offset: -1 };
  /** The EOF mark, in a diskless transfer of the master's. */
  #mark: string | undefined;
  #received: ReceivedRdb | undefined;
  /** The beginning of a line whose end has not come yet. */
  #line = "";
  /** Straight into memory, without a file. */
  #toParser = false;
  readonly #disklessLoad: DisklessLoad;
  /** All is here and the dataset is being switched: what arrives now waits in the socket. */
  #switching = false;
  #behind: Segment[] = [];
  /** Why the connection ended meanwhile: seen once the dataset is there and the socket is read again. */
  #ended: CloseReason | undefined;
  /** Unix seconds of the last newline sent while flushing and loading. */
  #newlineAt = 0;

  constructor(server: DataServer, link: Link, history: History, stream: Stream) {
    this.#server = server;
    this.#link = link;
    this.#history = history;
    this.#stream = stream;
    this.#disklessLoad = new DisklessLoad(server, link, history);
  }

  begin(destination: Destination): void {
    this.#destination = destination;
    this.#reset();
  }

  get bytesReceived(): number {
    return this.#received?.arrived ?? 0;
  }

  #reset(): void {
    this.size = -1;
    this.#mark = undefined;
    this.#received = undefined;
    this.#line = "";
    this.#toParser = false;
    this.#switching = false;
    this.#behind = [];
    this.#ended = undefined;
  }

  /** `replicationAbortSyncTransfer()` */
  abandon(): void {
    const { persistence } = this.#server;
    if (this.#switching) persistence.loader.stop();
    persistence.incoming.drop();
    this.#reset();
  }

  received(payload: Segment): void {
    this.#server.process.statistics.replicationInputBytes += payload.length;
    this.#take(payload);
  }

  #take(payload: Segment): void {
    if (this.#switching || this.#disklessLoad.isComplete) this.#behind.push(payload);
    else if (this.size === -1) this.#header(payload);
    else if (this.#toParser) this.#parse(payload);
    else this.#body(payload);
  }

  #header(payload: Segment): void {
    const { behaviour, process } = this.#server;
    const bytes = payload.kind === "raw" ? payload.bytes : encode(payload);
    const end = bytes.indexOf("\n");
    if (!behaviour.from70) {
      // 6.2 does not count what comes before the RDB.
      process.statistics.replicationInputBytes -= end === -1 ? bytes.length : end + 1;
    }
    this.#line += end === -1 ? bytes : bytes.slice(0, end);
    if (end === -1 && this.#line.length < lineMax) return;
    const line = this.#line.replace(/\r$/, "");
    this.#line = "";
    if (line.startsWith("-")) {
      process.log("#", `MASTER aborted replication with an error: ${line.slice(1)}`);
      this.#link.cancel(true);
      return;
    }
    if (line === "") {
      this.#link.lastIo = process.unixtime;
    } else if (line.startsWith("$EOF:") && line.length >= 5 + idLength) {
      this.#mark = line.slice(5, 5 + idLength);
      this.size = 0;
      this.#announce("streamed RDB from master with EOF");
    } else if (line.startsWith("$")) {
      this.size = Number.parseInt(line.slice(1), 10);
      this.#announce(`${this.size} bytes from master`);
    } else {
      process.log(
        "#",
        `Bad protocol from MASTER, the first byte is not '$' (we received '${line}'), are you sure the host and port are right?`,
      );
      this.#link.cancel(true);
      return;
    }
    if (end !== -1 && end + 1 < bytes.length) this.#take(raw(bytes.slice(end + 1)));
  }

  #announce(what: string): void {
    this.#toParser = this.#usesDisklessLoad();
    const where = this.#toParser ? "parser" : "disk";
    this.#server.process.log("*", `MASTER <-> REPLICA sync: receiving ${what} to ${where}`);
  }

  /** `useDisklessLoad()` */
  #usesDisklessLoad(): boolean {
    const { keyspace, settings } = this.#server;
    return (
      settings.replDisklessLoad === "swapdb" ||
      (settings.replDisklessLoad === "on-empty-db" && keyspace.size === 0)
    );
  }

  /** Read by the parser, so that INFO counts none of it. */
  #parse(payload: Segment): void {
    if (!this.#disklessLoad.active) {
      this.#disklessLoad.begin({
        size: this.size,
        mark: this.#mark,
        replicationId: this.#destination.replicationId,
        progress: () => this.#pingBack(),
        behind: (rest) => this.#behind.push(rest),
        done: (rdb) => this.#finish(rdb),
      });
    }
    this.#disklessLoad.received(payload);
  }

  #body(payload: Segment): void {
    this.#link.lastIo = this.#server.process.unixtime;
    this.#received ??= new ReceivedRdb(this.size, this.#mark);
    const behind = this.#received.take(payload);
    if (!this.#server.persistence.incoming.grow(this.bytesReceived)) {
      this.#diskIsFull();
      return;
    }
    if (!this.#received.isComplete) return;
    if (behind !== undefined) this.#behind.push(behind);
    this.#switchOver(this.#received);
  }

  #diskIsFull(): void {
    this.#server.process.log(
      "#",
      "Write error or short write writing to the DB dump file needed for MASTER <-> REPLICA synchronization: No space left on device",
    );
    this.#link.cancel(true);
  }

  /** Phase C: flush, load, and go on from there. */
  #switchOver(received: ReceivedRdb): void {
    const { behaviour, keyspace, persistence, process, settings } = this.#server;
    const rdb = received.file(loadOptions(this.#server));
    if (rdb instanceof RdbProblem) {
      if (!diesOf(this.#server, rdb, "disk")) this.#link.cancel(true);
      return;
    }
    if (!persistence.incoming.complete(rdb)) {
      this.#diskIsFull();
      return;
    }
    persistence.stopAof();
    if (!behaviour.eagerFullResync) {
      this.#killRdbChild();
      this.#link.attachToNewMaster();
    }
    process.log("*", "MASTER <-> REPLICA sync: Flushing old data");
    const flushed = settings.replicaLazyFlush ? 0 : keyspace.memory;
    // Bucket by bucket while the old keys are freed here, and not when a thread frees them.
    if (keyspace.size > 0 && flushed > 0) this.#pingBack();
    keyspace.flush();
    process.log("*", "MASTER <-> REPLICA sync: Loading DB in memory");
    if (behaviour.eagerFullResync) this.#killRdbChild();
    const error = persistence.incoming.putInPlace();
    if (error !== undefined) {
      process.log(
        "#",
        `Failed trying to rename the temp DB into ${settings.dbfilename} in MASTER <-> REPLICA synchronization: ${error}`,
      );
      this.#link.cancel(true);
      return;
    }
    this.#switching = true;
    persistence.logOrigin(rdb);
    persistence.loader.start({
      bytes: rdb.bytes,
      keys: rdb.snapshot.keys,
      flushed,
      progress: () => this.#pingBack(),
      done: () => this.#finish(rdb),
    });
  }

  /** It would put its file in the place of the one that was received. */
  #killRdbChild(): void {
    const { persistence, process } = this.#server;
    if (persistence.child !== "rdbDisk" && persistence.child !== "rdbSocket") return;
    process.log(
      "*",
      `Replica is about to load the RDB file received from the master, but there is a pending RDB child running. Killing process ${persistence.childPid} and removing its temp file to avoid any race`,
    );
    persistence.killRdbChild();
  }

  /** `replicationSendNewlineToMaster()`: a sign of life, once a second at most. */
  #pingBack(): void {
    const now = Math.floor(this.#server.context.now() / 1_000);
    const { connection } = this.#link;
    if (now === this.#newlineAt || connection === undefined || this.#ended !== undefined) return;
    this.#newlineAt = now;
    this.#server.context.send(connection, newline);
  }

  #finish(rdb: RdbFile): void {
    const { keyspace, persistence, process, settings } = this.#server;
    const link = this.#link;
    // A replica keeps keys that have expired: only its master may say so.
    keyspace.restore(rdb.snapshot, process.mstime, false);
    if (!this.#toParser) persistence.countLoaded(rdb.snapshot.keys, 0);
    if (!this.#toParser && settings.rdbDelSyncFiles && persistence.disabled) {
      process.log(
        "*",
        "Removing the RDB file obtained from the master. This replica has persistence disabled",
      );
      persistence.removeRdb();
    }
    const ended = this.#ended;
    // A reset takes what was not yet read with it.
    const behind = ended === undefined || ended === "fin" ? this.#behind : [];
    const marked = this.#mark !== undefined;
    const { replicationId, offset } = this.#destination;
    const db = rdb.replication?.streamDb ?? 0;
    this.#reset();

    this.#history.adopt(
      replicationId === "" ? this.#history.id : replicationId,
      Math.max(-1, offset),
      rdb.replication?.digest,
    );
    if (this.#stream.backlog === undefined) this.#stream.createBacklog();
    this.#stream.tellHistory("full");
    process.log("*", "MASTER <-> REPLICA sync: Finished with success");
    const connection = link.connection as ConnectionId;
    link.establish(replicationId, offset, db);
    link.note(true);
    if (marked && ended === undefined) link.acknowledge();
    persistence.restartAof();
    for (const payload of behind) {
      if (link.connection !== connection) return;
      link.received(connection, payload);
    }
    if (ended !== undefined) process.handle({ kind: "closed", connection, why: ended });
  }

  /** While the dataset is switched nobody looks at the connection: what it holds, and its end, come after. */
  outlives(why: CloseReason): boolean {
    if (!this.#switching && !this.#disklessLoad.isComplete) return false;
    this.#ended = why;
    return true;
  }

  /** The connection broke under the transfer. */
  lost(why: CloseReason): void {
    const { process } = this.#server;
    if (this.#disklessLoad.active) {
      this.#disklessLoad.lost(why);
      return;
    }
    if (this.size === -1) {
      process.log("#", `I/O error reading bulk count from MASTER: ${errorText(why)}`);
    } else {
      const text = why === "fin" ? "connection lost" : errorText(why);
      process.log("#", `I/O error trying to sync with MASTER: ${text}`);
    }
    this.#link.cancel(true);
  }
}
