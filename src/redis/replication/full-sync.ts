/**
 * The master's side of a full resync: which BGSAVE a replica gets, the transfer, and when it is online.
 *
 * A replica that waits for its RDB is fed the stream all the while, into an output that is held back;
 * so what was written during the save and the transfer follows right behind the RDB.
 *
 * Redis: the bottom half of syncCommand(), startBgsaveForReplication(),
 * replicationSetupSlaveForFullResync(), updateSlavesWaitingBgsave(), sendBulkToSlave(),
 * putSlaveOnline() (7.0: replicaPutOnline() and replicaStartCommandStream()).
 */
import type { ConnectionId, TimerId } from "../../kernel/actor.js";
import { microseconds } from "../../kernel/time.js";
import type { Client } from "../server/client.js";
import { error, raw, rdbPayload } from "../wire/value.js";
import type { DataServer } from "./data-server.js";
import type { History } from "./history.js";
import { RdbPipe, takenAtOnce } from "./rdb-pipe.js";
import type { Announcement } from "./replica-entry.js";
import { type ReplicaClient, type Replicas, replicaName } from "./replicas.js";
import type { Stream } from "./stream.js";

type Capabilities = Announcement["capabilities"];

export class FullSync {
  readonly pipe: RdbPipe;
  readonly #bulkTimer: TimerId;
  readonly #server: DataServer;
  readonly #history: History;
  readonly #stream: Stream;
  readonly #replicas: Replicas;
  /** dump.rdb is there only because of a replica (`RDBGeneratedByReplication`). */
  #madeRdbForReplicas = false;

  constructor(server: DataServer, history: History, stream: Stream, replicas: Replicas) {
    this.#server = server;
    this.#history = history;
    this.#stream = stream;
    this.#replicas = replicas;
    this.pipe = new RdbPipe(server);
    this.#bulkTimer = server.context.timer("send bulk");
  }

  /** The replica, in `waitBgsaveStart`, needs an RDB: join the running save, start one, or wait. */
  begin(client: ReplicaClient): void {
    const { process, persistence, settings } = this.#server;
    if (persistence.child === "rdbDisk") {
      this.#join(client);
    } else if (persistence.child === "rdbSocket") {
      process.log("*", "Current BGSAVE has socket target. Waiting for next BGSAVE for SYNC");
    } else if (
      settings.replDisklessSync &&
      client.replica.capabilities.eof &&
      settings.replDisklessSyncDelay > 0
    ) {
      process.log("*", "Delay next BGSAVE for diskless SYNC");
    } else if (persistence.child === "none") {
      this.#start(client.replica.capabilities);
    } else {
      process.log(
        "*",
        "No BGSAVE in progress, but another BG operation is active. BGSAVE for replication delayed",
      );
    }
  }

  /** A save on disk runs: whoever it is for has recorded what came since; take over a copy of that. */
  #join(client: ReplicaClient): void {
    const { process } = this.#server;
    const other = this.#replicas.list.find(
      ({ replica }) =>
        replica.state === "waitBgsaveEnd" && (!replica.rdbOnly || client.replica.rdbOnly),
    );
    if (other === undefined || !includes(client.replica.capabilities, other.replica.capabilities)) {
      process.log(
        "*",
        "Can't attach the replica to the current BGSAVE. Waiting for next BGSAVE for SYNC",
      );
      return;
    }
    if (!client.replica.rdbOnly) for (const segment of other.output) client.output.push(segment);
    this.#setUp(client, other.replica.initialOffset);
    process.log("*", "Waiting for end of BGSAVE for SYNC");
  }

  /** `replicationStartPendingFork()`, `shouldStartChildReplication()` */
  startPending(): void {
    const { persistence, process, settings } = this.#server;
    if (this.#replicas.count === 0 || persistence.child !== "none") return;
    let waiting = 0;
    let longest = 0;
    const common: Capabilities = { eof: true, psync2: true };
    for (const client of this.#replicas.list) {
      if (client.replica.state !== "waitBgsaveStart") continue;
      waiting++;
      longest = Math.max(longest, process.unixtime - client.lastInteraction);
      if (!client.replica.capabilities.eof) common.eof = false;
      if (!client.replica.capabilities.psync2) common.psync2 = false;
    }
    if (waiting === 0) return;
    const enough =
      settings.replDisklessSyncMaxReplicas > 0 && waiting >= settings.replDisklessSyncMaxReplicas;
    if (settings.replDisklessSync && !enough && longest < settings.replDisklessSyncDelay) return;
    this.#start(common);
  }

  /** `startBgsaveForReplication()` */
  #start(common: Capabilities): void {
    const { persistence, process, settings } = this.#server;
    const toSockets = settings.replDisklessSync && common.eof;
    process.log(
      "*",
      `Starting BGSAVE for SYNC with target: ${toSockets ? "replicas sockets" : "disk"}`,
    );
    const waiting = this.#replicas.list.filter(
      ({ replica }) => replica.state === "waitBgsaveStart",
    );
    if (this.#server.replication.rdbInfo() === undefined) {
      process.log(
        "#",
        "BGSAVE for replication: replication information not available, can't generate the RDB file right now. Try later.",
      );
      this.#refuse(waiting);
      return;
    }
    // To sockets they are told where they stand before the fork, which may fail yet.
    if (toSockets) for (const client of waiting) this.#setUp(client, this.#history.offset);
    const save = persistence.fork(toSockets ? "socket" : "disk");
    if (save === undefined) {
      this.#refuse(waiting);
      return;
    }
    if (!toSockets) for (const client of waiting) this.#setUp(client, this.#history.offset);
    if (toSockets) this.pipe.start(save.rdb, waiting, save.work);
    else if (settings.rdbDelSyncFiles) this.#madeRdbForReplicas = true;
  }

  #refuse(waiting: readonly ReplicaClient[]): void {
    const { process } = this.#server;
    process.log("#", "BGSAVE for replication failed");
    for (const client of waiting) {
      this.#replicas.remove(client);
      dismiss(client);
      process.reply(client, error("ERR BGSAVE failed, replication can't continue"));
      client.closeAfterReply = true;
    }
  }

  /** `replicationSetupSlaveForFullResync()` */
  #setUp(client: ReplicaClient, offset: number): void {
    client.replica.initialOffset = offset;
    client.replica.state = "waitBgsaveEnd";
    // What it is fed from now on must begin with a SELECT, for everybody.
    this.#stream.selectedDb = -1;
    if (client.replica.prePsync) return;
    this.#server.process.writeNow(client, raw(`+FULLRESYNC ${this.#history.id} ${offset}\r\n`));
  }

  /** `updateSlavesWaitingBgsave()`: an RDB child was reaped. */
  saved(ok: boolean, target: "disk" | "socket"): void {
    const { process } = this.#server;
    if (target === "socket") this.pipe.stop();
    for (const client of this.#replicas.list) {
      if (client.replica.state !== "waitBgsaveEnd") continue;
      if (!ok) {
        process.freeClientAsync(client);
        process.log("#", "SYNC failed. BGSAVE child returned an error");
      } else if (target === "socket") {
        this.#streamed(client);
      } else {
        this.#sendBulk(client);
      }
    }
  }

  /** The stream itself waits for an ACK: nothing may follow the EOF mark that the replica looks for. */
  #streamed(client: ReplicaClient): void {
    const { behaviour, process } = this.#server;
    process.log(
      "*",
      `Streamed RDB transfer with replica ${this.#name(client)} succeeded (socket). Waiting for REPLCONF ACK from ${behaviour.from72 ? "replica" : "slave"} to enable streaming`,
    );
    if (behaviour.from70) {
      if (!this.#putOnline(client)) return;
    } else {
      client.replica.state = "online";
      client.replica.ackTime = process.unixtime;
    }
    client.replica.putOnlineOnAck = true;
  }

  #sendBulk(client: ReplicaClient): void {
    const { context, persistence, process } = this.#server;
    const rdb = persistence.storedRdb();
    if (rdb === undefined) {
      process.freeClientAsync(client);
      process.log("#", "SYNC failed. Can't open/stat DB after BGSAVE: No such file or directory");
      return;
    }
    client.replica.state = "sendBulk";
    if (client.disconnected) return;
    const isIdle = context.unsent(client.connection) === 0;
    const preamble = raw(`$${rdb.bytes}\r\n`);
    context.send(client.connection, preamble);
    context.send(client.connection, rdbPayload(rdb, rdb.bytes));
    process.statistics.replicationOutputBytes += preamble.length + rdb.bytes;
    if (isIdle && rdb.bytes <= takenAtOnce) this.#bulkSent(client);
    // What the socket takes of more it takes at the end of this iteration: look again in the next.
    else context.arm(this.#bulkTimer, microseconds(1));
  }

  fired(timer: TimerId): boolean {
    if (timer !== this.#bulkTimer) return this.pipe.fired(timer);
    for (const client of this.#replicas.list) {
      if (client.replica.state === "sendBulk") this.#bulkTaken(client);
    }
    return true;
  }

  /** The last byte of the file is with the socket: the stream may follow. */
  #bulkTaken(client: ReplicaClient): void {
    if (client.disconnected || this.#server.context.unsent(client.connection) > 0) return;
    this.#bulkSent(client);
  }

  #bulkSent(client: ReplicaClient): void {
    if (this.#putOnline(client)) this.#server.process.releaseOutput(client);
  }

  drained(connection: ConnectionId): boolean {
    for (const client of this.#replicas.list) {
      if (client.connection !== connection || client.disconnected) continue;
      if (client.replica.state === "sendBulk") {
        this.#bulkTaken(client);
        return true;
      }
      return this.pipe.drained(client);
    }
    return false;
  }

  /** REPLCONF ACK arrived: it may be what a diskless transfer waits for. */
  acknowledged(client: Client): void {
    const entry = client.replica;
    if (entry === undefined) return;
    const { behaviour, persistence, process } = this.#server;
    const saving = persistence.child === "rdbDisk" || persistence.child === "rdbSocket";
    if (saving && entry.state === "waitBgsaveEnd") persistence.reap();
    if (!entry.putOnlineOnAck || entry.state !== "online") return;
    entry.putOnlineOnAck = false;
    if (!behaviour.from70 && !this.#putOnline(client as ReplicaClient)) return;
    process.releaseOutput(client);
  }

  /** False: it wanted the RDB only and is closed. */
  #putOnline(client: ReplicaClient): boolean {
    const { behaviour, process } = this.#server;
    if (client.replica.rdbOnly) {
      process.log(
        "*",
        behaviour.from70
          ? `RDB transfer completed, rdb only replica (${this.#name(client)}) should be disconnected asap`
          : `Close the connection with replica ${this.#name(client)} as RDB transfer is complete`,
      );
      process.freeClientAsync(client);
      return false;
    }
    client.replica.state = "online";
    client.replica.putOnlineOnAck = false;
    client.replica.ackTime = process.unixtime;
    this.#replicas.refreshGood();
    process.log("*", `Synchronization with replica ${this.#name(client)} succeeded`);
    return true;
  }

  /** `freeClient()` of a replica that this save was made for, and nobody else needs. */
  gone(client: ReplicaClient): void {
    this.pipe.gone(client);
    const { persistence, settings } = this.#server;
    if (
      settings.save.length === 0 &&
      client.replica.state === "waitBgsaveEnd" &&
      persistence.child === "rdbDisk" &&
      !this.#replicas.list.some(
        (other) => other !== client && other.replica.state === "waitBgsaveEnd",
      )
    ) {
      persistence.killRdbChild();
    }
  }

  /** `removeRDBUsedToSyncReplicas()` */
  removeUnneededRdb(): void {
    const { persistence, process, settings } = this.#server;
    if (!settings.rdbDelSyncFiles) {
      this.#madeRdbForReplicas = false;
      return;
    }
    if (!this.#madeRdbForReplicas || settings.save.length > 0 || settings.appendonly) return;
    for (const { replica } of this.#replicas.list) if (replica.state !== "online") return;
    if (persistence.storedRdb() === undefined) return;
    this.#madeRdbForReplicas = false;
    process.log("*", "Removing the RDB file used to feed replicas in a persistence-less instance");
    persistence.removeRdb();
  }

  #name(client: ReplicaClient): string {
    return replicaName(client, client.replica);
  }
}

function includes(capabilities: Capabilities, needed: Capabilities): boolean {
  return (capabilities.eof || !needed.eof) && (capabilities.psync2 || !needed.psync2);
}

/** It is an ordinary client again, with nothing recorded for it. */
function dismiss(client: Client): void {
  client.replica = undefined;
  client.outputHeld = false;
}
