/**
 * Both sides of replication in one server: its replicas, and its link to its own master.
 *
 * A server is a replica when `link.host` is set and a master when not; nothing else distinguishes
 * them. This is the place where that changes (`follow`, `promote`); the work is done by the parts.
 *
 * Redis: replication.c.
 */
import type { Address, CloseReason, ConnectionId, TimerId } from "../../kernel/actor.js";
import type { Client } from "../server/client.js";
import type { Command } from "../server/command.js";
import { error, type Request, raw, request, type Segment } from "../wire/value.js";
import { replicationCommands } from "./commands.js";
import type { DataServer } from "./data-server.js";
import { Failover } from "./failover.js";
import { FullSync } from "./full-sync.js";
import { History } from "./history.js";
import { replicationInfo, stateNames } from "./info.js";
import { Link } from "./link.js";
import { Replconf } from "./replconf.js";
import { isOverReplicaLimit } from "./replica-limit.js";
import { type ReplicaClient, Replicas, replicaName } from "./replicas.js";
import { Stream } from "./stream.js";
import { Sync } from "./sync.js";
import { Waiters } from "./waiters.js";

/** What an RDB says about where its dataset stands. */
export interface RdbReplicationInfo {
  readonly replicationId: string;
  readonly offset: number;
  readonly streamDb: number;
  /** Of the history up to there; no file of Redis's has it, and so none that came from outside. */
  readonly digest: number | undefined;
}

const newline = raw("\n");
const unblocked = error(
  "UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)",
);

export class Replication {
  /** REPLICAOF SLAVEOF REPLCONF PSYNC SYNC WAIT ROLE FAILOVER. */
  readonly commands: readonly Command[];
  readonly failover: Failover;
  readonly waiters: Waiters;
  readonly history: History;
  readonly replicas: Replicas;
  readonly stream: Stream;
  readonly link: Link;
  readonly #server: DataServer;
  readonly #fullSync: FullSync;
  readonly #replconf: Replconf;
  /** How often replicationCron() ran: what pings are counted by. */
  #cronLoops = 0;

  constructor(server: DataServer) {
    this.#server = server;
    this.history = new History(server.context.random);
    this.replicas = new Replicas(server);
    this.stream = new Stream(server, this.history, this.replicas);
    this.link = new Link(server, this.history, this.stream, this.replicas);
    this.failover = new Failover(server, this.history, this.replicas);
    this.waiters = new Waiters(server, this.stream, this.replicas);
    this.#fullSync = new FullSync(server, this.history, this.stream, this.replicas);
    this.#replconf = new Replconf(server, this.#fullSync, this.link);
    this.commands = replicationCommands({
      replication: this,
      replconf: this.#replconf,
      sync: new Sync({
        server,
        history: this.history,
        stream: this.stream,
        replicas: this.replicas,
        fullSync: this.#fullSync,
        replconf: this.#replconf,
      }),
      process: server.process,
    });
    const master = server.settings.replicaof;
    if (master !== undefined) {
      this.link.host = master.host;
      this.link.port = master.port;
      this.link.state = "connect";
    }
  }

  /** masterhost is set. */
  get isReplica(): boolean {
    return this.link.host !== undefined;
  }

  get masterHost(): string | undefined {
    return this.link.host;
  }

  get masterPort(): number {
    return this.link.port;
  }

  /** repl_state is CONNECTED. */
  get linkUp(): boolean {
    return this.link.state === "connected";
  }

  /** Good replicas for min-replicas-to-write, as last counted (`refreshGoodSlavesCount`). */
  get goodReplicas(): number {
    return this.replicas.good;
  }

  get replicationId(): string {
    return this.history.id;
  }

  get offset(): number {
    return this.history.offset;
  }

  get connectedReplicas(): number {
    return this.replicas.count;
  }

  /** After the dataset was loaded at boot. */
  start(): void {
    this.#noteRole();
  }

  /**
   * The dataset was read from an RDB at boot (`loadDataFromDisk()`). `dropped` are the keys that a master
   * found expired in it; 7.0 feeds their DELs to the backlog.
   */
  booted(
    rdb: RdbReplicationInfo | undefined,
    dropped: readonly (readonly [number, string])[],
  ): void {
    if (rdb === undefined) return;
    if (this.isReplica) {
      this.history.adopt(rdb.replicationId, rdb.offset, rdb.digest);
      this.link.cacheMyself(rdb.streamDb);
      this.stream.tellHistory("loaded");
    } else if (this.#server.behaviour.restartKeepsHistory) {
      this.history.restore(rdb.replicationId, rdb.offset, rdb.digest);
      this.stream.createBacklog();
      this.stream.tellHistory("loaded");
      const verb = this.#server.settings.lazyfreeLazyExpire ? "UNLINK" : "DEL";
      for (const [db, key] of dropped) this.stream.feed(db, request(verb, key));
      this.replicas.noneSince = Math.floor(this.#server.context.now() / 1_000);
    }
  }

  /** `replicationCron()`, once a second (100 ms while a FAILOVER runs): the caller calls it with every serverCron. */
  cron(): void {
    const { process, settings } = this.#server;
    if (!process.isDue(this.failover.active ? 100 : 1_000)) return;
    this.failover.update();
    this.link.cron();
    if (this.replicas.count > 0) {
      if (this.#cronLoops % settings.replPingReplicaPeriod === 0 && !this.failover.silencesPings) {
        this.stream.feedPing();
      }
      this.#keepWaitingAlive();
      this.#dropSilent();
    } else if (
      !this.isReplica &&
      this.stream.backlog !== undefined &&
      settings.replBacklogTtl > 0 &&
      process.unixtime - this.replicas.noneSince > settings.replBacklogTtl
    ) {
      // Without a backlog nothing is counted any more, so the history must get a new name.
      this.history.startAnew();
      this.stream.freeBacklog();
      this.stream.tellHistory("new");
      process.log(
        "*",
        `Replication backlog freed after ${settings.replBacklogTtl} seconds without connected replicas.`,
      );
    }
    this.#fullSync.startPending();
    this.#fullSync.removeUnneededRdb();
    this.replicas.refreshGood();
    this.#cronLoops++;
  }

  /** Newlines for who waits for its RDB; never once the stream runs, for a replica counts every byte. */
  #keepWaitingAlive(): void {
    const { persistence, process } = this.#server;
    for (const client of this.replicas.list) {
      const { state } = client.replica;
      if (
        state === "waitBgsaveStart" ||
        (state === "waitBgsaveEnd" && persistence.child !== "rdbSocket")
      ) {
        process.writeNow(client, newline);
      }
    }
  }

  #dropSilent(): void {
    const { behaviour, persistence, process, settings } = this.#server;
    for (const client of this.replicas.list) {
      const { replica } = client;
      if (replica.state === "online" && !replica.prePsync) {
        if (process.unixtime - replica.ackTime <= settings.replTimeout) continue;
        const where = behaviour.from70 ? " (streaming sync)" : "";
        const name = replicaName(client, replica);
        process.log("#", `Disconnecting timedout replica${where}: ${name}`);
        process.freeClient(client);
      } else if (
        behaviour.from70 &&
        replica.state === "waitBgsaveEnd" &&
        persistence.child === "rdbSocket" &&
        replica.lastPartialWrite !== 0 &&
        process.unixtime - replica.lastPartialWrite > settings.replTimeout
      ) {
        const name = replicaName(client, replica);
        process.log("#", `Disconnecting timedout replica (full sync): ${name}`);
        process.freeClient(client);
      }
    }
  }

  /** `processClientsWaitingReplicas()`: before unblocked clients run what they had sent. */
  beforeSleep(): void {
    this.waiters.beforeSleep();
  }

  /** The GETACK of this iteration and `updateFailoverStatus()`, before the AOF and the replies are written. */
  beforeWrites(): void {
    this.waiters.askForAcks();
    this.failover.update();
  }

  /** What replicas were sent no longer keeps the history back. */
  afterWrites(): void {
    if (this.stream.backlog !== undefined) this.stream.trimBacklog();
  }

  /** `replicationFeedSlaves()`: one command of database `db` into backlog and replicas; nothing on a replica. `db` -1: no SELECT is put before it. */
  feed(db: number, command: Request): void {
    this.stream.feed(db, command);
  }

  /** `commandProcessed()`: a command (or a whole EXEC) of the master's stream was executed. */
  applied(client: Client): void {
    this.link.applied(client);
  }

  /** `refreshGoodSlavesCount()` after CONFIG SET of the min-replicas options. */
  refreshGoodReplicas(): void {
    this.replicas.refreshGood();
  }

  /** Asked by the clients' cron: a replica of which nothing new is heard may still be over its limit. */
  isOverLimit(client: Client): boolean {
    return (
      client.replica !== undefined && isOverReplicaLimit(this.#server, client as ReplicaClient)
    );
  }

  /** CONFIG SET repl-backlog-size. */
  resizeBacklog(): void {
    this.stream.resizeBacklog();
  }

  /** DEBUG CHANGE-REPL-ID. */
  changeReplicationId(): void {
    this.history.startAnew();
    this.stream.tellHistory("new");
  }

  /** Replicas whose acknowledged offset is ours, of all: what SHUTDOWN of 7.0 waits for (`isReadyToShutdown()`). */
  get replicasInSync(): number {
    let count = 0;
    for (const { replica } of this.replicas.list) {
      if (replica.ackOffset === this.history.offset) count++;
    }
    return count;
  }

  /** What `finishShutdown()` of 7.0 says of replicas that lag behind, and how many do not. */
  logSync(): void {
    const { behaviour, context, process } = this.#server;
    const { list, count } = this.replicas;
    if (count === 0) return;
    const now = Math.floor(context.now() / 1_000);
    for (const client of list) {
      const { ackOffset, ackTime, state } = client.replica;
      if (ackOffset === this.history.offset) continue;
      const name = replicaName(client, client.replica);
      const behind = this.history.offset - ackOffset;
      const lag = state === "online" ? now - ackTime : 0;
      process.log(
        behaviour.formerWarning,
        `Lagging replica ${name} reported offset ${behind} behind master, lag=${lag}, state=${stateNames[state]}.`,
      );
    }
    process.log("*", `${this.replicasInSync} of ${count} replicas are in sync when shutting down.`);
  }

  /** SHUTDOWN of 7.0 asks for ACKs (`sendGetackToReplicas()`). */
  requestAcks(): void {
    this.stream.feedGetAck();
  }

  /** `freeClient()` of a replica's connection or of the master link. */
  clientGone(client: Client): void {
    this.waiters.forget(client);
    this.#replconf.forget(client);
    if (client.master !== undefined) {
      this.link.gone(client);
    } else if (client.replica !== undefined) {
      const { behaviour, process } = this.#server;
      process.log(
        behaviour.formerWarning,
        `Connection with replica ${replicaName(client, client.replica)} lost.`,
      );
      this.#fullSync.gone(client as ReplicaClient);
      this.replicas.remove(client);
      this.replicas.refreshGood();
    }
  }

  /**
   * `replicationSetMaster()`: this server becomes, or goes on as, a replica, of that master. The dataset
   * stays until a full resync replaces it.
   */
  follow(host: string, port: number): void {
    const { behaviour, process } = this.#server;
    const { link } = this;
    const wasMaster = !this.isReplica;
    link.host = undefined;
    if (link.client !== undefined) process.freeClient(link.client);
    this.#releaseBlocked();
    link.host = host;
    link.port = port;
    if (behaviour.replicaofDropsReplicas) this.replicas.disconnect();
    link.cancel(false);
    if (wasMaster) {
      link.discardCached();
      link.cacheMyself(0);
    }
    link.state = "connect";
    process.log("*", `Connecting to MASTER ${link.address}`);
    link.connect();
    this.#noteRole();
  }

  /** `disconnectAllBlockedClients()`: what they wait for will not come here. */
  #releaseBlocked(): void {
    const { process } = this.#server;
    for (const client of process.clients) {
      if (client.blocked?.kind !== "wait") continue;
      process.unblock(client, unblocked);
      client.closeAfterReply = true;
    }
  }

  /** `replicationUnsetMaster()`: this server is a master from here on, with the data it has. */
  promote(): void {
    if (!this.isReplica) return;
    const { behaviour, persistence, process } = this.#server;
    const { link } = this;
    link.host = undefined;
    if (link.client !== undefined) process.freeClient(link.client);
    link.discardCached();
    link.cancel(false);
    this.history.shift();
    this.stream.tellHistory("promoted");
    process.log(
      behaviour.formerWarning,
      `Setting secondary replication ID to ${this.history.secondaryId}, valid up to offset: ${this.history.secondaryOffset}. New replication ID is ${this.history.id}`,
    );
    // They come back at once, for a partial resync, and learn the new id.
    this.replicas.disconnect();
    link.state = "none";
    this.stream.selectedDb = -1;
    this.replicas.noneSince = process.unixtime;
    if (behaviour.from70) link.downSince = 0;
    persistence.restartAof();
    this.#noteRole();
  }

  #noteRole(): void {
    const { context, settings } = this.#server;
    context.note({
      kind: "role",
      role: this.isReplica ? "replica" : "master",
      ip: context.ip,
      port: settings.port,
      replicationId: this.history.id,
      offset: this.history.offset,
      master: this.isReplica ? this.link.address : undefined,
    });
  }

  /** Inputs of connections that replication opened; false: not mine. */
  opened(connection: ConnectionId, local: Address, peer: Address): boolean {
    return this.link.opened(connection, local, peer);
  }

  received(connection: ConnectionId, payload: Segment): boolean {
    return this.link.received(connection, payload);
  }

  closed(connection: ConnectionId, why: CloseReason): boolean {
    return this.link.closed(connection, why);
  }

  /** The socket of a replica under transfer took all it was given. */
  drained(connection: ConnectionId): boolean {
    return this.replicas.count > 0 && this.#fullSync.drained(connection);
  }

  /** A timer of replication's; false: not mine. */
  fired(timer: TimerId): boolean {
    return this.#fullSync.fired(timer);
  }

  /** What an RDB written now carries, if it can be known (`rdbPopulateSaveInfo()`). */
  rdbInfo(): RdbReplicationInfo | undefined {
    const { id: replicationId, offset, toldDigest: digest } = this.history;
    if (!this.isReplica) {
      if (this.stream.backlog === undefined) return undefined;
      return { replicationId, offset, streamDb: Math.max(0, this.stream.selectedDb), digest };
    }
    const streamDb = this.link.client?.db ?? this.link.cached?.db;
    return streamDb === undefined ? undefined : { replicationId, offset, streamDb, digest };
  }

  /** `updateSlavesWaitingBgsave()`: an RDB child ended. */
  bgsaveDone(ok: boolean, target: "disk" | "socket"): void {
    this.#fullSync.saved(ok, target);
  }

  /** `replicationStartPendingFork()`: a child was reaped, so another may be started. */
  childReaped(): void {
    this.#fullSync.startPending();
  }

  /** INFO replication, the lines after its title (replication.md 9.2). */
  infoText(): string {
    const { history, stream, replicas, link, failover } = this;
    return replicationInfo({ server: this.#server, history, stream, replicas, link, failover });
  }

  /** CONFIG GET replicaof and CONFIG REWRITE: `host port`, or undefined as a master. */
  replicaofLine(): string | undefined {
    return this.link.host === undefined ? undefined : `${this.link.host} ${this.link.port}`;
  }
}
