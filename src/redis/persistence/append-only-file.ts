/**
 * The AOF: the dataset as a log of commands.
 *
 * The log is kept as the commands themselves. What is on the disk is a prefix of it: written before
 * any client hears of its write, so it survives a kill of the process, and durable as far as it was
 * fsynced, so a power loss may take the rest. The fsync of `everysec` is a thread's, and costs nobody time.
 *
 * Redis: feedAppendOnlyFile(), flushAppendOnlyFile(), startAppendOnly(), stopAppendOnly(),
 * rewriteAppendOnlyFileBackground(), backgroundRewriteDoneHandler(), loadAppendOnlyFile().
 */
import type { Snapshot } from "../keyspace/keyspace.js";
import type { DataServer } from "../replication/data-server.js";
import { type Request, request, requestOf } from "../wire/value.js";
import { withMoments } from "./aof-command.js";
import { replayCommands } from "./aof-replay.js";

export interface AofCommand {
  readonly db: number;
  readonly args: readonly string[];
}

/** As it lies on the disk: what a rewrite left, and the first `length` of the commands since. */
interface AofContent {
  readonly base: Snapshot | undefined;
  /** Of the base alone, in bytes. */
  readonly baseBytes: number;
  readonly commands: readonly AofCommand[];
  readonly length: number;
}

/** `aof_state` */
type AofState = "off" | "on" | "waitRewrite";

export class AppendOnlyFile {
  state: AofState = "off";
  lastWriteOk = true;
  lastRewriteOk = true;
  rewrites = 0;
  rewriteScheduled = false;
  /** Its commands are being executed at boot. */
  isReplaying = false;
  /** Bytes of the file, and of what it had when the last rewrite was done (`aof_rewrite_base_size`). */
  bytes = 0;
  baseBytes = 0;
  /**
   * The replication offset up to which all is fsynced (7.2: `fsynced_reploff`), for WAITAOF and FACK;
   * -1 without an AOF. A thread's fsync is seen in the iteration after the one that asked for it.
   */
  fsyncedOffset = -1;
  readonly #server: DataServer;
  #base: Snapshot | undefined;
  #snapshotBytes = 0;
  /** Only ever appended to, so that what lies on the disk stays what it is. */
  #commands: AofCommand[] = [];
  /** How many of them are written, and fsynced. */
  #written = 0;
  #durable = 0;
  #selectedDb = -1;
  /** Bytes that wait to be written. */
  #pendingBytes = 0;
  /** Unix seconds. */
  #lastSync = 0;
  /** `fsynced_reploff_pending`, and what a thread will have made of it by the next iteration. */
  #syncedOffset = 0;
  #syncingOffset: number | undefined;
  #rewrite:
    | { readonly snapshot: Snapshot; readonly from: number; readonly bytes: number }
    | undefined;

  constructor(server: DataServer) {
    this.#server = server;
  }

  get path(): string {
    const { appendfilename, dir } = this.#server.settings;
    return inDirectory(dir, appendfilename);
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** `feedAppendOnlyFile()` */
  feed(db: number, command: Request): void {
    if (this.state === "off") return;
    const { behaviour, context } = this.#server;
    const written = behaviour.absoluteExpiry ? command : withMoments(command, context.now());
    let bytes = written.length;
    if (db !== this.#selectedDb) {
      bytes += request("SELECT", String(db)).length;
      this.#selectedDb = db;
    }
    this.#commands.push({ db, args: written.args });
    this.#pendingBytes += bytes;
  }

  /** `flushAppendOnlyFile()`, before replies are written. */
  flush(): void {
    if (this.#syncingOffset !== undefined) {
      this.#syncedOffset = this.#syncingOffset;
      this.#syncingOffset = undefined;
    }
    if (this.state !== "on") return;
    this.#write();
    if (this.fsyncedOffset !== -1) this.fsyncedOffset = this.#syncedOffset;
  }

  #write(): void {
    const { context, process, settings } = this.#server;
    if (this.#written < this.#commands.length) {
      const bytes = this.bytes + this.#pendingBytes;
      if (!context.disk.write(this.path, this.#content(), bytes)) {
        this.#failed();
        return;
      }
      if (!this.lastWriteOk) {
        process.log(
          this.#server.behaviour.formerWarning,
          "AOF write error looks solved, Redis can write again.",
        );
        this.lastWriteOk = true;
      }
      this.bytes = bytes;
      this.#pendingBytes = 0;
      this.#written = this.#commands.length;
      if (settings.appendfsync === "always") this.sync();
    }
    if (settings.appendfsync === "everysec" && this.#isDirty && process.unixtime > this.#lastSync) {
      this.sync(true);
    }
  }

  /** Something was written and not yet fsynced. */
  get #isDirty(): boolean {
    return this.#durable !== this.#written;
  }

  #failed(): void {
    const { context, process, settings } = this.#server;
    if (this.lastWriteOk) {
      process.log("#", "Error writing to the AOF file: No space left on device");
    }
    if (settings.appendfsync === "always") {
      process.log(
        "#",
        "Can't recover from AOF write error when the AOF fsync policy is 'always'. Exiting...",
      );
      context.exit(1);
    }
    this.lastWriteOk = false;
  }

  sync(inBackground = false): void {
    const { context, process, replication } = this.#server;
    this.#lastSync = process.unixtime;
    if (!this.#isDirty) return;
    context.disk.sync(this.path, inBackground);
    this.#durable = this.#written;
    if (inBackground) this.#syncingOffset = replication.offset;
    else this.#syncedOffset = replication.offset;
  }

  #content(): AofContent {
    return {
      base: this.#base,
      baseBytes: this.#snapshotBytes,
      commands: this.#commands,
      length: this.#commands.length,
    };
  }

  /** At boot: what the file holds becomes the dataset. False: there is no file. */
  load(loaded: () => void): boolean {
    const { context, persistence } = this.#server;
    const content = context.disk.read(this.path) as AofContent | undefined;
    this.state = "on";
    if (this.#server.behaviour.from72) this.fsyncedOffset = 0;
    if (content === undefined) return false;
    this.bytes = context.disk.size(this.path);
    // From 7.0 on the base is a file of its own, and its size is all that is known of the last rewrite.
    this.baseBytes = this.#server.behaviour.from70 ? content.baseBytes : this.bytes;
    this.#base = content.base;
    this.#snapshotBytes = content.baseBytes;
    this.#commands = content.commands.slice(0, content.length);
    this.#written = content.length;
    this.#durable = content.length;
    persistence.loader.start({
      bytes: this.bytes,
      keys: (content.base?.keys ?? 0) + content.length,
      flushed: 0,
      done: () => {
        this.#replay();
        loaded();
      },
    });
    return true;
  }

  #replay(): void {
    const { keyspace, process } = this.#server;
    // An AOF's own base may hold keys that the commands behind it still mean: nothing is dropped.
    if (this.#base !== undefined) keyspace.restore(this.#base, process.mstime, false);
    this.isReplaying = true;
    replayCommands(process, this.#commands);
    this.isReplaying = false;
  }

  /** `stopAppendOnly()`: a full resync is about to replace the dataset. */
  stop(): void {
    if (this.state === "off") return;
    this.flush();
    this.sync();
    this.state = "off";
    this.rewriteScheduled = false;
    this.#rewrite = undefined;
    this.#commands = [];
    this.#written = 0;
    this.#durable = 0;
    this.#pendingBytes = 0;
    this.#selectedDb = -1;
    this.fsyncedOffset = -1;
    this.#syncedOffset = 0;
    this.#syncingOffset = undefined;
  }

  /**
   * `startAppendOnly()`: it counts again once a rewrite has written the dataset as it is now. False where
   * none can be started.
   */
  start(): boolean {
    if (this.state !== "off") return true;
    const { behaviour, persistence, process } = this.#server;
    this.state = "waitRewrite";
    if (persistence.child === "rdbDisk" || persistence.child === "rdbSocket") {
      this.rewriteScheduled = true;
      process.log(
        behaviour.formerWarning,
        "AOF was enabled but there is already another background operation. An AOF background was scheduled to start when possible.",
      );
    } else if (behaviour.from70 && process.inExec) {
      this.rewriteScheduled = true;
      process.log(
        behaviour.formerWarning,
        "AOF was enabled during a transaction. An AOF background was scheduled to start when possible.",
      );
    } else {
      if (persistence.child === "aof") {
        process.log(
          behaviour.formerWarning,
          "AOF was enabled but there is already an AOF rewriting in background. Stopping background AOF and starting a rewrite now.",
        );
        persistence.killAofChild();
      }
      if (!persistence.rewriteAof()) {
        this.state = "off";
        process.log(
          "#",
          "Redis needs to enable the AOF but can't trigger a background AOF rewrite operation. Check the above logs for more info about the error.",
        );
        return false;
      }
    }
    this.#lastSync = process.unixtime;
    if (this.lastWriteOk) return true;
    process.log("#", "AOF reopen, just ignore the last error.");
    this.lastWriteOk = true;
    return true;
  }

  /** Its child was killed: nothing comes of it (`killAppendOnlyChild()`). */
  rewriteAborted(): void {
    this.#rewrite = undefined;
  }

  /** A child is about to be forked to rewrite it (6.2: was). */
  rewriteBegins(): void {
    // What is appended from here on must be whole by itself.
    this.#selectedDb = -1;
    if (this.state === "waitRewrite" && this.#server.behaviour.from72) {
      // Nothing that an AOF of before a full resync had may be acknowledged under the new history.
      this.#syncedOffset = this.#server.replication.offset;
      this.#syncingOffset = undefined;
      this.fsyncedOffset = 0;
    }
    this.rewrites++;
  }

  /** The child is at work. */
  rewriteBegan(snapshot: Snapshot, bytes: number): void {
    this.#rewrite = { snapshot, from: this.#commands.length, bytes };
    this.rewriteScheduled = false;
  }

  /** The child is done: its file, and what came since, take the place of the log. */
  rewriteDone(ok: boolean): void {
    const { context, process } = this.#server;
    const rewrite = this.#rewrite;
    this.#rewrite = undefined;
    this.lastRewriteOk = ok;
    if (!ok || rewrite === undefined) {
      if (this.state === "waitRewrite") this.rewriteScheduled = true;
      return;
    }
    const commands = this.#commands.slice(rewrite.from);
    let since = 0;
    for (const { args } of commands) since += requestOf(args).length;
    const content: AofContent = {
      base: rewrite.snapshot,
      baseBytes: rewrite.bytes,
      commands,
      length: commands.length,
    };
    if (!context.disk.write(this.path, content, rewrite.bytes + since)) {
      this.lastRewriteOk = false;
      process.log(
        "#",
        "Error trying to flush the parent diff to the rewritten AOF: No space left on device",
      );
      return;
    }
    this.#base = rewrite.snapshot;
    this.#snapshotBytes = rewrite.bytes;
    this.#commands = commands;
    this.#written = commands.length;
    this.#durable = -1;
    this.#pendingBytes = 0;
    this.bytes = rewrite.bytes + since;
    this.baseBytes = this.bytes;
    if (this.state === "waitRewrite") {
      this.state = "on";
      if (this.fsyncedOffset !== -1) this.fsyncedOffset = this.#syncedOffset;
    }
    if (this.#server.settings.appendfsync !== "no") this.sync(true);
    process.log("*", "Background AOF rewrite finished successfully");
  }
}

/** A file of the data directory. */
export function inDirectory(directory: string, name: string): string {
  if (directory === "" || directory === "." || directory === "./") return name;
  return directory.endsWith("/") ? `${directory}${name}` : `${directory}/${name}`;
}
