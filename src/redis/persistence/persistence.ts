/**
 * RDB and AOF: what is on disk, the child that writes it, and what a restart finds.
 *
 * There is at most one child. Its exit is noticed only when somebody waits for it: at the next
 * serverCron, or when a replica's ACK shows that its transfer must be over; until then it is a zombie,
 * and everything that it decides is still open.
 *
 * Redis: rdb.c, aof.c, and of server.c checkChildrenDone() and loadDataFromDisk().
 */
import type { ChildId, TimerId } from "../../kernel/actor.js";
import { type Duration, microseconds, none, plus, seconds } from "../../kernel/time.js";
import type { Keyspace } from "../keyspace/keyspace.js";
import type { DataServer } from "../replication/data-server.js";
import type { Command } from "../server/command.js";
import type { Request } from "../wire/value.js";
import { AppendOnlyFile, inDirectory } from "./append-only-file.js";
import { persistenceCommands } from "./commands.js";
import { IncomingFile } from "./incoming-file.js";
import { persistenceInfo } from "./info.js";
import { duration, Loader } from "./loader.js";
import { type RdbFile, rdbFile } from "./rdb-file.js";
import { RewriteLimit } from "./rewrite-limit.js";

/** CONFIG_BGSAVE_RETRY_DELAY, in seconds. */
const retryDelay = 5;
/** restartAOFAfterSYNC(): max_tries. */
const restartTries = 10;
/** BUFSIZ of a file's stream. */
const stdioBlock = 4_096;
const mebibyte = 1_048_576;
const gibibyte = 1_073_741_824;
const sigusr1 = 10;

type ChildKind = "none" | "rdbDisk" | "rdbSocket" | "aof";

/** A save that was started: what is saved, and how long its child takes to serialise it. */
interface Save {
  readonly rdb: RdbFile;
  readonly work: Duration;
}

export class Persistence {
  /** SAVE BGSAVE LASTSAVE BGREWRITEAOF. */
  readonly commands: readonly Command[];
  readonly loader: Loader;
  readonly aof: AppendOnlyFile;
  readonly rewriteLimit: RewriteLimit;
  /** From our master. */
  readonly incoming: IncomingFile;
  /** Changes since the last successful save (`server.dirty`). */
  dirty = 0;
  child: ChildKind = "none";
  /** Last BGSAVE: false activates MISCONF. */
  lastBgsaveOk = true;
  childPid = -1;
  bgsaveScheduled = false;
  saves = 0;
  /** Unix seconds; durations in seconds, -1 for none yet. */
  lastSave: number;
  lastSaveSeconds = -1;
  lastRewriteSeconds = -1;
  childStartedAt = -1;
  keysLoaded = 0;
  keysExpiredAtLoad = 0;
  readonly #server: DataServer;
  #forks = 0;
  #childId: ChildId | undefined;
  /** What the child writes, in the end. */
  #saving: RdbFile | undefined;
  /** The child is dead, and how; nobody has waited for it yet. */
  #zombie: number | undefined;
  #dirtyBeforeSave = 0;
  /** Unix seconds of the last attempt (`lastbgsave_try`). */
  #lastTry = 0;

  constructor(server: DataServer) {
    this.#server = server;
    this.loader = new Loader(server);
    this.aof = new AppendOnlyFile(server);
    this.rewriteLimit = new RewriteLimit(server);
    this.incoming = new IncomingFile(server);
    this.lastSave = Math.floor(server.context.now() / 1_000);
    this.commands = persistenceCommands(this);
  }

  get keyspace(): Keyspace {
    return this.#server.keyspace;
  }

  get loading(): boolean {
    return this.loader.active || this.aof.isReplaying;
  }

  /** Why writes are refused: the last BGSAVE, or writing to the AOF, failed (`writeCommandsDeniedByDiskError()`). */
  get diskError(): "rdb" | "aof" | undefined {
    const { settings } = this.#server;
    if (!this.lastBgsaveOk && settings.stopWritesOnBgsaveError && settings.save.length > 0) {
      return "rdb";
    }
    return this.aof.state !== "off" && !this.aof.lastWriteOk ? "aof" : undefined;
  }

  /** `allPersistenceDisabled()` */
  get disabled(): boolean {
    const { settings } = this.#server;
    return settings.save.length === 0 && !settings.appendonly;
  }

  get rdbPath(): string {
    const { dbfilename, dir } = this.#server.settings;
    return inDirectory(dir, dbfilename);
  }

  // Boot.

  /** At boot: AOF if appendonly, else RDB. Takes the time it takes: `loading` until `loaded` is called back. */
  load(loaded: (rdb: RdbFile | undefined) => void): void {
    const { context, process, replication, settings } = this.#server;
    const from = context.monotonic();
    const took = () => {
      const micros = context.monotonic() - from;
      return `${Math.floor(micros / 1_000_000)}.${String(Math.floor((micros % 1_000_000) / 1_000)).padStart(3, "0")} seconds`;
    };
    if (settings.appendonly) {
      const found = this.aof.load(() => {
        process.log("*", `DB loaded from append only file: ${took()}`);
        loaded(undefined);
      });
      if (!found) loaded(undefined);
      return;
    }
    const rdb = this.storedRdb();
    if (rdb === undefined) {
      loaded(undefined);
      return;
    }
    this.logOrigin(rdb);
    this.loader.start({
      bytes: rdb.bytes,
      keys: rdb.snapshot.keys,
      flushed: 0,
      done: () => {
        const dropped = this.keyspace.restore(rdb.snapshot, process.mstime, !replication.isReplica);
        this.countLoaded(rdb.snapshot.keys - dropped.length, dropped.length);
        process.log("*", `DB loaded from disk: ${took()}`);
        replication.booted(
          rdb.replication,
          dropped.map(({ database, key }) => [database, key] as const),
        );
        loaded(rdb);
      },
    });
  }

  /** What `rdbLoadRio()` tells of a file's auxiliary fields when it comes to them. */
  logOrigin({ release, createdAt, usedMemory }: RdbFile): void {
    const { process } = this.#server;
    if (release !== undefined) process.log("*", `Loading RDB produced by version ${release}`);
    if (createdAt !== undefined) {
      const age = Math.max(0, process.unixtime - createdAt);
      process.log("*", `RDB age ${age} seconds`);
    }
    if (usedMemory !== undefined) {
      const megabytes = (usedMemory / mebibyte).toFixed(2);
      process.log("*", `RDB memory usage when created ${megabytes} Mb`);
    }
  }

  /** The end of `rdbLoadRioWithLoadingCtx()`, which counts from 7.0 on. */
  countLoaded(loaded: number, expired: number): void {
    if (!this.#server.behaviour.from70) return;
    this.keysLoaded = loaded;
    this.keysExpiredAtLoad = expired;
    const counts = `keys loaded: ${loaded}, keys expired: ${expired}`;
    this.#server.process.log("*", `Done loading RDB, ${counts}.`);
  }

  // RDB files.

  /** The file as it lies on the disk. */
  storedRdb(): RdbFile | undefined {
    return this.#server.context.disk.read(this.rdbPath) as RdbFile | undefined;
  }

  removeRdb(): void {
    this.#server.context.disk.remove(this.rdbPath);
  }

  #current(): RdbFile {
    const { process, replication, settings } = this.#server;
    return rdbFile(this.keyspace.snapshot(), replication.rdbInfo(), {
      createdAt: process.unixtime,
      hasChecksum: settings.rdbchecksum,
    });
  }

  /** SAVE and SHUTDOWN: writes the RDB now, blocking; false when the disk is full. */
  save(): boolean {
    const { context, process } = this.#server;
    const rdb = this.#current();
    if (!context.disk.write(this.rdbPath, rdb, rdb.bytes)) {
      this.#logWriteError(rdb);
      return false;
    }
    context.busy(duration(rdb.bytes, context.machine.saveBytesPerSecond));
    context.disk.sync(this.rdbPath);
    process.log("*", "DB saved on disk");
    this.dirty = 0;
    this.lastSave = Math.floor(context.now() / 1_000);
    this.lastBgsaveOk = true;
    return true;
  }

  /** stdio writes in blocks: what is shorter than one fails only when it is flushed. */
  #logWriteError({ bytes }: RdbFile): void {
    const { behaviour, process } = this.#server;
    const step = bytes < stdioBlock ? "(fflush)" : "(rdbSaveRio)";
    const where = behaviour.from70 ? step : "";
    process.log("#", `Write error saving DB on disk${where}: No space left on device`);
  }

  /**
   * FLUSHALL: a save under way is of no use, and the file on disk is to be empty too. True when it was
   * written (`flushAllDataAndResetRDB()`).
   */
  flushedAll(): boolean {
    const { behaviour, process, settings } = this.#server;
    if (this.child === "rdbDisk" || this.child === "rdbSocket") this.killRdbChild();
    if (settings.save.length === 0) return false;
    const { dirty } = this;
    const isSaved = this.save();
    // 6.2 needs the count to propagate by; from 7.0 on even what a transaction changed before is saved.
    if (!behaviour.from70) this.dirty = dirty;
    else if (isSaved) process.effects.changes = 0;
    return isSaved;
  }

  // The child.

  /** Starts a child; false when one is active, or there can be none. */
  bgsave(target: "disk" | "socket"): boolean {
    return this.fork(target) !== undefined;
  }

  /** `rdbSaveBackground()` and `rdbSaveToSlavesSockets()` */
  fork(target: "disk" | "socket"): Save | undefined {
    if (this.child !== "none") return undefined;
    const { context, process } = this.#server;
    if (target === "disk") {
      this.saves++;
      this.#dirtyBeforeSave = this.dirty;
      this.#lastTry = process.unixtime;
    }
    const rdb = this.#current();
    const work = this.#fork(rdb.bytes);
    if (work === undefined) {
      if (target === "disk") this.lastBgsaveOk = false;
      process.log("#", "Can't save in background: fork: Cannot allocate memory");
      return undefined;
    }
    this.#saving = rdb;
    if (target === "disk") {
      this.child = "rdbDisk";
      const path = this.#inDirectory(`temp-${this.childPid}.rdb`);
      const file = { path, content: rdb, bytes: rdb.bytes, becomes: this.rdbPath };
      this.#childId = context.spawn("redis-rdb-bgsave", work, { isImage: true, file });
      process.log("*", `Background saving started by pid ${this.childPid}`);
    } else {
      this.child = "rdbSocket";
      process.log("*", `Background RDB transfer started by pid ${this.childPid}`);
    }
    return { rdb, work };
  }

  /**
   * `redisFork()`: the parent stands still while its page tables are copied. How long the child works on
   * so many bytes; undefined where there is no memory for it.
   */
  #fork(bytes: number): Duration | undefined {
    const { behaviour, context, process } = this.#server;
    const { childMax, childMin, forkPerGiB, saveBytesPerSecond } = context.machine;
    if (!context.canFork()) {
      // 6.2 counts even those that fail.
      if (!behaviour.from70) process.statistics.forks++;
      return undefined;
    }
    const stall = microseconds(Math.ceil((forkPerGiB * this.keyspace.memory) / gibibyte));
    context.busy(stall);
    process.statistics.forks++;
    process.statistics.lastForkMicroseconds = stall;
    // As in a container, where nobody else starts processes.
    this.childPid = process.pid + 1 + this.#forks++;
    this.childStartedAt = Math.floor(context.now() / 1_000);
    this.#zombie = undefined;
    return plus(duration(bytes, saveBytesPerSecond), context.random.duration(childMin, childMax));
  }

  /** Diskless: the last byte was taken, and the child that waited for it exits. */
  socketChildMayExit(): void {
    if (this.child !== "rdbSocket" || this.#zombie !== undefined) return;
    const { context } = this.#server;
    // It only has to end: often before the replicas' first ACKs are here, and sometimes after.
    const exit = context.random.duration(
      none,
      plus(context.machine.childMin, context.machine.childMin),
    );
    this.#childId = context.spawn("redis-rdb-to-slaves", exit);
  }

  /** `killRDBChild()`: it is found dead by who waits for it. */
  killRdbChild(): void {
    if (this.child !== "rdbDisk" && this.child !== "rdbSocket") return;
    if (this.#childId !== undefined) this.#server.context.kill(this.#childId, sigusr1);
    else this.#zombie ??= -sigusr1;
  }

  childExited(child: ChildId, code: number): boolean {
    if (child !== this.#childId) return false;
    this.#childId = undefined;
    const rdb = this.child === "rdbDisk" ? this.#saving : undefined;
    if (code === 0 && rdb !== undefined) this.#server.process.log("*", "DB saved on disk");
    if (code === 1 && rdb !== undefined) this.#logWriteError(rdb);
    this.#zombie = code;
    return true;
  }

  /** `checkChildrenDone()` */
  reap(): void {
    const status = this.#zombie;
    if (status === undefined) return;
    this.#zombie = undefined;
    const { child } = this;
    const { context, replication } = this.#server;
    const took = Math.floor(context.now() / 1_000) - this.childStartedAt;
    this.#saving = undefined;
    this.child = "none";
    if (child === "aof") {
      this.lastRewriteSeconds = took;
      this.#rewriteDone(status);
    } else {
      this.lastSaveSeconds = took;
      if (child === "rdbDisk") this.#saveDone(status);
      else this.#transferDone(status);
      replication.bgsaveDone(status === 0, child === "rdbDisk" ? "disk" : "socket");
    }
    replication.childReaped();
  }

  /** `backgroundSaveDoneHandlerDisk()` */
  #saveDone(status: number): void {
    const { context, process } = this.#server;
    if (status === 0) {
      process.log("*", "Background saving terminated with success");
      this.dirty -= this.#dirtyBeforeSave;
      this.lastSave = Math.floor(context.now() / 1_000);
      this.lastBgsaveOk = true;
    } else if (status > 0) {
      process.log("#", "Background saving error");
      this.lastBgsaveOk = false;
    } else {
      process.log("#", `Background saving terminated by signal ${-status}`);
      // SIGUSR1 is our own doing.
      if (-status !== sigusr1) this.lastBgsaveOk = false;
    }
  }

  /** `backgroundSaveDoneHandlerSocket()` */
  #transferDone(status: number): void {
    const { process } = this.#server;
    if (status === 0) {
      process.log("*", "Background RDB transfer terminated with success");
    } else if (status > 0) {
      process.log("#", "Background transfer error");
    } else {
      process.log("#", `Background transfer terminated by signal ${-status}`);
    }
  }

  // AOF.

  /** `rewriteAppendOnlyFileBackground()`: false when a child is active, or there can be none. */
  rewriteAof(): boolean {
    if (this.child !== "none") return false;
    const { behaviour, context, process } = this.#server;
    const rdb = rdbFile(this.keyspace.snapshot(), undefined);
    if (behaviour.from70) this.aof.rewriteBegins();
    const work = this.#fork(rdb.bytes);
    if (work === undefined) {
      if (behaviour.from70) this.aof.lastRewriteOk = false;
      process.log(
        "#",
        "Can't rewrite append only file in background: fork: Cannot allocate memory",
      );
      return false;
    }
    if (!behaviour.from70) this.aof.rewriteBegins();
    this.child = "aof";
    const file = { path: this.#rewritePath, content: undefined, bytes: rdb.bytes };
    this.#childId = context.spawn("redis-aof-rewrite", work, { isImage: true, file });
    this.aof.rewriteBegan(rdb.snapshot, rdb.bytes);
    process.log("*", `Background append only file rewriting started by pid ${this.childPid}`);
    return true;
  }

  /** What its child writes, for the parent to put in place. */
  get #rewritePath(): string {
    return this.#inDirectory(`temp-rewriteaof-bg-${this.childPid}.aof`);
  }

  #inDirectory(name: string): string {
    return inDirectory(this.#server.settings.dir, name);
  }

  /** `backgroundRewriteDoneHandler()` */
  #rewriteDone(status: number): void {
    const { process } = this.#server;
    if (status === 0) {
      process.log("*", "Background AOF rewrite terminated with success");
    } else if (status > 0) {
      process.log("#", "Background AOF rewrite terminated with error");
    } else {
      process.log("#", `Background AOF rewrite terminated by signal ${-status}`);
    }
    this.#server.context.disk.remove(this.#rewritePath);
    this.aof.rewriteDone(status === 0);
    if (this.aof.lastRewriteOk) this.rewriteLimit.failures = 0;
    else this.rewriteLimit.failures++;
  }

  /** A full resync is about to replace the dataset (`stopAppendOnly()`). */
  stopAof(): void {
    if (this.aof.state === "off") return;
    this.aof.stop();
    this.killAofChild();
  }

  /** `killAppendOnlyChild()`: waits for it, unlike `killRDBChild()`, so that the next child may start at once. */
  killAofChild(): void {
    if (this.child !== "aof") return;
    const { context, process } = this.#server;
    process.log("*", `Killing running AOF rewrite child: ${this.childPid}`);
    if (this.#childId !== undefined) context.kill(this.#childId, sigusr1);
    this.#childId = undefined;
    this.#zombie = undefined;
    this.child = "none";
    this.aof.rewriteAborted();
  }

  /**
   * A full resync has replaced it, or the server was promoted meanwhile (`restartAOFAfterSYNC()`): where
   * it cannot be rewritten it is tried again each second, ten times, and nothing else is done meanwhile.
   * Memory that is freed in these ten seconds comes too late here.
   */
  restartAof(): void {
    const { context, process, settings } = this.#server;
    if (!settings.appendonly) return;
    for (let tries = 0; tries < restartTries; tries++) {
      if (this.aof.start()) return;
      process.log(
        "#",
        "Failed enabling the AOF after successful master synchronization! Trying it again in one second.",
      );
      context.busy(seconds(1));
    }
    process.log(
      "#",
      "FATAL: this replica instance finished the synchronization with its master, but the AOF can't be turned on. Exiting now.",
    );
    context.exit(1);
  }

  /** CONFIG SET appendonly: false where it cannot be turned on (`updateAppendonly()`). */
  switchAof(on: boolean): boolean {
    if (on) return this.aof.start();
    this.stopAof();
    return true;
  }

  /** Appends to the AOF what was propagated. */
  feedAof(db: number, command: Request): void {
    if (this.aof.state !== "off") this.aof.feed(db, command);
  }

  /** `flushAppendOnlyFile()`, before replies are written. */
  flushAof(): void {
    if (this.aof.state !== "off") this.aof.flush();
  }

  // The cron.

  /** Reaps the child, applies the save rules, starts what was put off. */
  cron(): void {
    const { process } = this.#server;
    if (this.child === "none" && this.aof.rewriteScheduled && !this.rewriteLimit.holds()) {
      this.rewriteAof();
    }
    if (this.child !== "none") {
      this.reap();
    } else {
      this.#applySaveRules();
      this.#rewriteGrownAof();
    }
    if (this.aof.state === "on" && process.isDue(1_000)) this.aof.flush();
  }

  #applySaveRules(): void {
    const { process, settings } = this.#server;
    if (this.dirty === 0) return;
    for (const { changes, seconds } of settings.save) {
      if (
        this.dirty >= changes &&
        process.unixtime - this.lastSave > seconds &&
        (process.unixtime - this.#lastTry > retryDelay || this.lastBgsaveOk)
      ) {
        process.log("*", `${changes} changes in ${seconds} seconds. Saving...`);
        this.bgsave("disk");
        return;
      }
    }
  }

  /** auto-aof-rewrite-percentage and auto-aof-rewrite-min-size. */
  #rewriteGrownAof(): void {
    const { process, settings } = this.#server;
    const { baseBytes, bytes, state } = this.aof;
    const { autoAofRewritePercentage: percentage, autoAofRewriteMinSize: sizeMin } = settings;
    if (state !== "on" || this.child !== "none" || percentage === 0 || bytes <= sizeMin) return;
    const growth = Math.floor((bytes * 100) / (baseBytes === 0 ? 1 : baseBytes)) - 100;
    if (growth < percentage || this.rewriteLimit.holds()) return;
    process.log("*", `Starting automatic rewriting of AOF on ${growth}% growth`);
    this.rewriteAof();
  }

  /** A BGSAVE that was put off; the last thing serverCron does, after replicationCron. */
  startScheduled(): void {
    if (!this.bgsaveScheduled || this.child !== "none") return;
    const { process } = this.#server;
    if (process.unixtime - this.#lastTry <= retryDelay && !this.lastBgsaveOk) return;
    if (this.bgsave("disk")) this.bgsaveScheduled = false;
  }

  /** The timer of a load; false: not mine. */
  fired(timer: TimerId): boolean {
    return this.loader.fired(timer);
  }

  infoText(): string {
    return persistenceInfo(this, this.#server);
  }
}
