/**
 * A data server: what redis-server is when it is not a Sentinel. It puts keyspace, persistence and
 * replication together and decides, between them, who may write, what goes to replicas and to the
 * AOF, and in which order the cron does its work.
 */
import type {
  Address,
  ChildId,
  CloseReason,
  ConnectionId,
  Context,
  TimerId,
} from "../../kernel/actor.js";
import type { Unapplied } from "../config/get-set.js";
import { rewriteServerConfig } from "../config/rewrite-server.js";
import type { ServerSettings } from "../config/settings.js";
import { dataCommands } from "../keyspace/commands.js";
import type { Database } from "../keyspace/database.js";
import { Keyspace, type KeyspaceHost } from "../keyspace/keyspace.js";
import { Persistence } from "../persistence/persistence.js";
import { Replication } from "../replication/replication.js";
import type { Behaviour } from "../version.js";
import type { ServerView } from "../view.js";
import {
  type ErrorReply,
  error,
  type Request,
  request,
  type Segment,
  type Value,
} from "../wire/value.js";
import { aclCommands } from "./acl-commands.js";
import type { Client } from "./client.js";
import { clientCommands } from "./client-commands.js";
import { type Call, type Command, type CommandTable, flag } from "./command.js";
import { commandCommands } from "./command-command.js";
import { configCommands } from "./config-commands.js";
import { connectionCommands } from "./connection-commands.js";
import { debugCommands } from "./debug-command.js";
import { infoCommands } from "./info-command.js";
import type { InfoSection, Mode, ShutdownOptions } from "./mode.js";
import type { ServerProcess } from "./process.js";
import { propagateEffects } from "./propagation.js";
import { pubsubCommands } from "./pubsub-commands.js";
import { serverSections } from "./redis-info.js";
import { serverView } from "./server-view.js";
import { Shutdown } from "./shutdown.js";
import { shutdownCommands } from "./shutdown-command.js";
import type { ShutdownSignal } from "./signals.js";
import { transactionCommands } from "./transaction-commands.js";

/** Between two complaints about the disk, in milliseconds. */
const complaintInterval = 10_000;
/** `MAX_CLIENTS_PER_CLOCK_TICK`, `CONFIG_MAX_HZ`. */
const clientsPerTick = 200;
const hzMax = 500;

const misconf62 = error(
  "MISCONF Redis is configured to save RDB snapshots, but it is currently not able to persist on disk. Commands that may modify the data set are disabled, because this instance is configured to report errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB error.",
);
const misconf70 = error(
  "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. Commands that may modify the data set are disabled, because this instance is configured to report errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB error.",
);
const misconfAof = error("MISCONF Errors writing to the AOF file: No space left on device");
const outOfMemory = error("OOM command not allowed when used memory > 'maxmemory'.");
const notEnoughReplicas = error("NOREPLICAS Not enough good replicas to write.");
const readOnly = error("READONLY You can't write against a read only replica.");
const masterDown = error(
  "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
);
const loadingDataset = error("LOADING Redis is loading the dataset in memory");

export class RedisServer implements Mode, KeyspaceHost {
  readonly name = "redis";
  readonly process: ServerProcess;
  readonly keyspace: Keyspace;
  readonly persistence: Persistence;
  readonly replication: Replication;
  readonly commands: CommandTable;
  readonly infoSections: readonly InfoSection[];
  /** DEBUG SET-ACTIVE-EXPIRE. */
  activeExpire = true;
  /** The present hz, which grows with the number of clients. */
  hz: number;
  readonly #shutdown: Shutdown;
  /** Unix milliseconds of the last word about a disk that a replica's commands cannot be written to. */
  #complainedAt = 0;

  constructor(process: ServerProcess) {
    this.process = process;
    this.hz = process.settings.hz;
    this.keyspace = new Keyspace(process.settings.databases);
    this.keyspace.host = this;
    this.persistence = new Persistence(this);
    this.replication = new Replication(this);
    this.#shutdown = new Shutdown(this);
    this.commands = tableOf([
      ...connectionCommands,
      ...clientCommands,
      ...pubsubCommands,
      ...transactionCommands,
      ...aclCommands,
      ...commandCommands,
      ...infoCommands,
      ...configCommands,
      ...debugCommands(this),
      ...shutdownCommands,
      ...dataCommands,
      ...this.replication.commands,
      ...this.persistence.commands,
    ]);
    this.infoSections = serverSections(this);
  }

  get context(): Context {
    return this.process.context;
  }

  get settings(): ServerSettings {
    return this.process.settings;
  }

  get behaviour(): Behaviour {
    return this.process.behaviour;
  }

  get databases(): readonly Database[] {
    return this.keyspace.databases;
  }

  get loading(): boolean {
    return this.persistence.loading;
  }

  get role(): string {
    return this.replication.isReplica ? "replica" : "master";
  }

  // Life.

  /** `loadDataFromDisk()` and the end of `main()`. */
  started(): void {
    this.process.log(this.behaviour.formerWarning, "Server initialized");
    this.persistence.load(() => {
      this.replication.start();
      const what = this.behaviour.from72 ? " tcp" : "";
      this.process.log("*", `Ready to accept connections${what}`);
    });
  }

  /** The part of `serverCron()` that a Sentinel has not, in its order (replication.md 0.2). */
  cron(): void {
    this.#adaptHz();
    this.#shutdown.cron();
    if (this.#shutdown.hasEnded) return;
    if (this.activeExpire) {
      if (!this.replication.isReplica) {
        this.keyspace.activeExpireCycle("slow", this.context.nowMicroseconds(), this.hz);
      } else if (!this.settings.replicaReadOnly) {
        this.keyspace.expireOwnKeys(this.process.mstime);
      }
    }
    this.persistence.cron();
    this.process.arePaused();
    this.replication.cron();
    this.persistence.startScheduled();
  }

  cronPeriod(): number {
    return Math.floor(1_000 / this.hz);
  }

  /** Up to 7.0 the fast hunt for expired keys comes before blocked clients are served, in 7.2 after. */
  beforeSleep(): void {
    if (!this.behaviour.from72) this.#expireFast();
    this.replication.beforeSleep();
  }

  beforeWrites(): void {
    if (this.behaviour.from72) this.#expireFast();
    this.replication.beforeWrites();
    this.persistence.flushAof();
  }

  afterWrites(): void {
    this.replication.afterWrites();
  }

  #expireFast(): void {
    if (!this.keyspace.wantsFastCycle || !this.activeExpire || this.replication.isReplica) return;
    this.keyspace.activeExpireCycle("fast", this.context.nowMicroseconds(), this.hz);
  }

  // Inputs that are not a client's.

  opened(connection: ConnectionId, local: Address, peer: Address): void {
    this.replication.opened(connection, local, peer);
  }

  received(connection: ConnectionId, payload: Segment): void {
    this.replication.received(connection, payload);
  }

  closed(connection: ConnectionId, why: CloseReason): void {
    this.replication.closed(connection, why);
  }

  drained(connection: ConnectionId): void {
    this.replication.drained(connection);
  }

  fired(timer: TimerId): void {
    if (!this.replication.fired(timer)) this.persistence.fired(timer);
  }

  childExited(child: ChildId, code: number): void {
    this.persistence.childExited(child, code);
  }

  terminated(signal: ShutdownSignal): void {
    this.#shutdown.terminated(signal);
  }

  shutdown(client: Client, options: ShutdownOptions): Value | undefined {
    return this.#shutdown.command(client, options);
  }

  abortShutdown(): boolean {
    return this.#shutdown.abort();
  }

  // Commands.

  refuse(client: Client, command: Command, flags: number): ErrorReply | undefined {
    const { settings, replication } = this;
    const isWrite = (flags & flag.write) !== 0;
    if (!isWrite && (flags & flag.denyoom) === 0 && command.name !== "ping") return undefined;
    const obeys = client.master !== undefined;
    if (!obeys && (flags & flag.denyoom) !== 0 && this.#isOutOfMemory()) return outOfMemory;
    if (isWrite || command.name === "ping") {
      const misconf = obeys ? this.#applyUnwritten(isWrite) : this.#misconf();
      if (misconf !== undefined) return misconf;
    }
    if (!isWrite) return undefined;
    if (replication.isReplica) return settings.replicaReadOnly && !obeys ? readOnly : undefined;
    const wanted = settings.minReplicasToWrite;
    if (wanted > 0 && settings.minReplicasMaxLag > 0 && replication.goodReplicas < wanted) {
      return notEnoughReplicas;
    }
    return undefined;
  }

  refuseUnready(_client: Client, flags: number): ErrorReply | undefined {
    const { replication } = this;
    if (
      (flags & flag.stale) === 0 &&
      replication.isReplica &&
      !replication.linkUp &&
      !this.settings.replicaServeStaleData
    ) {
      return masterDown;
    }
    if (!this.loading) return undefined;
    const isRefused = this.persistence.loader.asynchronous
      ? (flags & flag.noAsyncLoading) !== 0
      : (flags & flag.loading) === 0;
    return isRefused ? loadingDataset : undefined;
  }

  /** `afterCommand()`: what changed goes out, and WAIT will count from here. */
  executed(call: Call): void {
    const { effects } = this.process;
    const before = this.replication.offset;
    if (effects.count > 0) {
      this.persistence.dirty += effects.changes;
      propagateEffects(this, effects, call);
      effects.clear();
    }
    const { offset } = this.replication;
    if (offset !== before || this.behaviour.readsMoveWaitOffset) call.client.waitOffset = offset;
  }

  /** One command to the AOF and to the replicas (`propagateNow()`). */
  feed(database: number, command: Request): void {
    this.persistence.feedAof(database, command);
    this.replication.feed(database, command);
  }

  processed(client: Client): void {
    if (client.master !== undefined) this.replication.applied(client);
  }

  isReplicaOverLimit(client: Client): boolean {
    return this.replication.isOverLimit(client);
  }

  clientGone(client: Client): void {
    this.replication.clientGone(client);
    this.#shutdown.clientGone(client);
  }

  blockedTimedOut(client: Client): void {
    if (client.blocked?.kind !== "wait") return;
    this.process.unblock(client, this.replication.waiters.answer(client.blocked));
  }

  // Configuration.

  get masterLine(): string {
    return this.replication.replicaofLine() ?? "";
  }

  configText(present: string): string {
    const { masterHost: host, masterPort: port } = this.replication;
    const master = host === undefined ? undefined : { host, port };
    return rewriteServerConfig(present, this.settings, master, this.behaviour.version);
  }

  /** What CONFIG SET sets in motion. */
  configured(names: readonly string[]): Unapplied | undefined {
    for (const name of names) {
      switch (name) {
        case "min-replicas-to-write":
        case "min-replicas-max-lag":
        case "min-slaves-to-write":
        case "min-slaves-max-lag":
          this.replication.refreshGoodReplicas();
          break;
        case "repl-backlog-size":
          this.replication.resizeBacklog();
          break;
        case "appendonly":
          if (!this.persistence.switchAof(this.settings.appendonly)) {
            return { name, why: "Unable to turn on AOF. Check server logs." };
          }
          break;
        default:
          break;
      }
    }
    return undefined;
  }

  statisticsReset(): void {
    this.keyspace.hits = 0;
    this.keyspace.misses = 0;
    this.keyspace.expired = 0;
  }

  inspect(): unknown {
    const { replication, keyspace } = this;
    return {
      role: this.role,
      master: replication.replicaofLine(),
      linkUp: replication.linkUp,
      replicationId: replication.replicationId,
      offset: replication.offset,
      replicas: replication.connectedReplicas,
      keys: keyspace.size,
    };
  }

  /** INFO's shutdown_in_milliseconds; undefined: no shutdown is under way. */
  get shutdownRemaining(): number | undefined {
    return this.#shutdown.remaining;
  }

  // What the keyspace asks of its server.

  get version(): Behaviour["version"] {
    return this.behaviour.version;
  }

  get isReplica(): boolean {
    return this.replication.isReplica;
  }

  get replicaReadOnly(): boolean {
    return this.settings.replicaReadOnly;
  }

  get expiryPaused(): boolean {
    return this.process.pauses.active;
  }

  get rdbcompression(): boolean {
    return this.settings.rdbcompression;
  }

  /** `propagateDeletion()` of a key that the active cycle found expired. */
  expired(database: number, key: string): void {
    this.feed(database, request(this.settings.lazyfreeLazyExpire ? "UNLINK" : "DEL", key));
  }

  modified(database: number, key: string): void {
    const { watches } = this.process;
    if (watches.isEmpty) return;
    watches.touch(this.keyspace.databases[database] as Database, key);
  }

  replaced(database: Database, by: Database | undefined): void {
    this.process.watches.touchAll(database, by, this.process.mstime);
  }

  flushedAll(): boolean {
    return this.persistence.flushedAll();
  }

  view(): ServerView {
    return serverView(this);
  }

  #isOutOfMemory(): boolean {
    const { maxmemory, maxmemoryPolicy, replicaIgnoreMaxmemory } = this.settings;
    if (maxmemory === 0 || maxmemoryPolicy !== "noeviction") return false;
    if (this.replication.isReplica && replicaIgnoreMaxmemory) return false;
    return this.keyspace.memory > maxmemory;
  }

  /** The refusal of what could not be written to disk; a replica of 6.2 refuses nobody. */
  #misconf(): ErrorReply | undefined {
    const { behaviour, persistence, replication } = this;
    const denied = persistence.diskError;
    if (denied === undefined || (!behaviour.from70 && replication.isReplica)) return undefined;
    if (denied === "aof") return misconfAof;
    return behaviour.from70 ? misconf70 : misconf62;
  }

  /**
   * A write or a PING of the master's, with a disk that fails. 6.2 applies it without a word; from 7.0
   * on a replica would rather die than hold what its disk has not, unless it is told to go on.
   */
  #applyUnwritten(isWrite: boolean): undefined {
    const { behaviour, persistence, process, settings } = this;
    if (!behaviour.from70 || persistence.diskError === undefined) return;
    if (isWrite && settings.others.get("replica-ignore-disk-write-errors") !== true) {
      const line = behaviour.from72 ? 4_029 : 3_890;
      panic(process, "Replica was unable to write command to disk.", line);
    } else if (process.mstime > this.#complainedAt + complaintInterval) {
      this.#complainedAt = process.mstime;
      process.log("#", "Replica is applying a command even though it is unable to write to disk.");
    }
  }

  #adaptHz(): void {
    const { dynamicHz, hz } = this.settings;
    this.hz = hz;
    if (!dynamicHz) return;
    while (Math.floor(this.process.clientCount / this.hz) > clientsPerTick) {
      this.hz = Math.min(this.hz * 2, hzMax);
      if (this.hz === hzMax) return;
    }
  }
}

/** `serverPanic()`: the report of a bug, as far as it is about the bug, and SIGABRT. */
function panic(process: ServerProcess, text: string, line: number): void {
  const rule = "------------------------------------------------";
  process.log("#", "=== REDIS BUG REPORT START: Cut & paste starting from here ===");
  process.log("#", rule);
  process.log("#", "!!! Software Failure. Press left mouse button to continue");
  process.log("#", `Guru Meditation: ${text} #server.c:${line}`);
  process.log("#", rule);
  process.context.exit(-6);
}

function tableOf(commands: readonly Command[]): CommandTable {
  return new Map(commands.map((command) => [command.name, command]));
}
