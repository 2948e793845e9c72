/**
 * SYNC and PSYNC: may this replica continue where it left off, or must it take a snapshot?
 *
 * The replica decides by what it asks for; a master never pushes a resync. It may continue when its
 * history is ours (or the one that ours grew out of, as far as they are common) and the backlog still
 * has every byte that it misses.
 *
 * Redis: syncCommand(), masterTryPartialResynchronization().
 */

import { safeInteger } from "../keyspace/integer.js";
import type { RedisNote } from "../note.js";
import type { Client } from "../server/client.js";
import { describeClient } from "../server/client-info.js";
import type { Call } from "../server/command.js";
import { error, raw, type Value } from "../wire/value.js";
import type { Backlog } from "./backlog.js";
import type { DataServer } from "./data-server.js";
import type { FullSync } from "./full-sync.js";
import type { History } from "./history.js";
import type { Replconf } from "./replconf.js";
import { type Announcement, replicaEntry } from "./replica-entry.js";
import { type Replicas, replicaName } from "./replicas.js";
import type { Stream } from "./stream.js";

export class Sync {
  readonly #server: DataServer;
  readonly #history: History;
  readonly #stream: Stream;
  readonly #replicas: Replicas;
  readonly #fullSync: FullSync;
  readonly #replconf: Replconf;

  constructor(options: {
    readonly server: DataServer;
    readonly history: History;
    readonly stream: Stream;
    readonly replicas: Replicas;
    readonly fullSync: FullSync;
    readonly replconf: Replconf;
  }) {
    this.#server = options.server;
    this.#history = options.history;
    this.#stream = options.stream;
    this.#replicas = options.replicas;
    this.#fullSync = options.fullSync;
    this.#replconf = options.replconf;
  }

  run(call: Call): Value | undefined {
    const { args, client } = call;
    if (client.replica !== undefined) return undefined;
    const { behaviour, context, process, replication } = this.#server;
    const isPsync = (args[0] as string).toLowerCase() === "psync";

    if (isPsync && args.length > 3 && args[3]?.toLowerCase() === "failover") {
      const refused = this.#promote(client, args[1] as string);
      if (refused !== undefined) return refused;
    }
    if (replication.failover.active) {
      return error("NOMASTERLINK Can't SYNC while failing over");
    }
    if (replication.isReplica && !replication.linkUp) {
      return error("NOMASTERLINK Can't SYNC while not connected with my master");
    }
    if (client.outputBytes > 0 || context.unsent(client.connection) > 0) {
      return error("ERR SYNC and PSYNC are invalid with pending output");
    }

    const announced = this.#replconf.announcedBy(client);
    const name = replicaName(client, announced);
    process.log("*", `Replica ${name} asks for synchronization`);

    let complaint: Value | undefined;
    if (isPsync) {
      const id = args[1] as string;
      const offset = safeInteger(args[2] ?? "");
      if (offset === undefined) {
        complaint = error("ERR value is not an integer or out of range");
        if (behaviour.from70) {
          process.log("#", `Replica ${name} asks for synchronization but with a wrong offset`);
          return complaint;
        }
      }
      // 6.2.1 answers the error and goes on with a full resync.
      if (offset !== undefined && this.#mayContinue(id, offset, name)) {
        this.#continue(client, announced, offset);
        process.statistics.syncPartialOk++;
        return undefined;
      }
      if (!id.startsWith("?")) process.statistics.syncPartialError++;
    }

    process.statistics.syncFull++;
    const replica = this.#replicas.add(client, replicaEntry("waitBgsaveStart", announced));
    replica.replica.prePsync = !isPsync;
    replica.outputHeld = true;
    this.#replconf.forget(client);
    if (this.#replicas.count === 1 && this.#stream.backlog === undefined) {
      // Without a backlog nothing was counted, so no past may be claimed.
      this.#history.startAnew();
      this.#stream.createBacklog();
      this.#stream.tellHistory("new");
      process.log(
        "*",
        `Replication backlog created, my new replication IDs are '${this.#history.id}' and '${this.#history.secondaryId}'`,
      );
    }
    this.#fullSync.begin(replica);
    return complaint;
  }

  /** PSYNC with FAILOVER: our master hands over to us. The error, or undefined once we are a master. */
  #promote(client: Client, id: string): Value | undefined {
    const { behaviour, process, replication } = this.#server;
    process.log(behaviour.formerWarning, `Failover request received for replid ${id}.`);
    if (!replication.isReplica) return error("ERR PSYNC FAILOVER can't be sent to a master.");
    if (id.toLowerCase() !== this.#history.id) {
      return error("ERR PSYNC FAILOVER replid must match my replid.");
    }
    replication.promote();
    process.log(
      "*",
      `MASTER MODE enabled (failover request from '${describeClient(process, client)}')`,
    );
    return undefined;
  }

  #mayContinue(id: string, offset: number, name: string): boolean {
    const { process } = this.#server;
    const { backlog } = this.#stream;
    const history = this.#history;
    const asked = id.toLowerCase();
    const ours = asked === history.id;
    const past = asked === history.secondaryId;
    if (!ours && !(past && offset <= history.secondaryOffset)) {
      if (id.startsWith("?")) {
        process.log("*", `Full resync requested by replica ${name}`);
      } else if (past) {
        process.log(
          "*",
          `Partial resynchronization not accepted: Requested offset for second ID was ${offset}, but I can reply up to ${history.secondaryOffset}`,
        );
      } else {
        process.log(
          "*",
          `Partial resynchronization not accepted: Replication ID mismatch (Replica asked for '${id}', my replication IDs are '${history.id}' and '${history.secondaryId}')`,
        );
      }
      return false;
    }
    if (backlog?.covers(offset)) return true;
    process.log(
      "*",
      `Unable to partial resync with replica ${name} for lack of backlog (Replica request was: ${offset}).`,
    );
    if (offset > history.offset) {
      process.log(
        "#",
        `Warning: replica ${name} tried to PSYNC with an offset that is greater than the master replication offset.`,
      );
    }
    return false;
  }

  /** Online at once; `slaveseldb` stays, for the replica still has the database it had selected. */
  #continue(client: Client, announced: Announcement, offset: number): void {
    const { process } = this.#server;
    const replica = this.#replicas.add(client, replicaEntry("online", announced));
    replica.replica.ackTime = process.unixtime;
    this.#replconf.forget(client);
    const id = announced.capabilities.psync2 ? ` ${this.#history.id}` : "";
    process.writeNow(client, raw(`+CONTINUE${id}\r\n`));
    const { backlog } = this.#stream;
    if (backlog !== undefined && process.logs(".")) this.#logReplay(backlog, offset);
    let bytes = 0;
    backlog?.replay(offset, (payload) => {
      bytes += payload.length;
      process.reply(client, payload);
    });
    const note: RedisNote = {
      kind: "granted",
      replica: replicaName(client, announced),
      from: offset,
      to: this.#history.offset,
      bytes,
      digest: this.#digestBefore(offset),
    };
    this.#server.context.note(note);
    process.log(
      "*",
      `Partial resynchronization request from ${replicaName(client, announced)} accepted. Sending ${bytes} bytes of backlog starting from offset ${offset}.`,
    );
    this.#replicas.refreshGood();
  }

  #digestBefore(offset: number): number | undefined {
    if (this.#history.isForeign) return undefined;
    if (offset === this.#history.offset + 1) return this.#history.digest;
    return this.#stream.backlog?.digestBefore(offset);
  }

  /** What `addReplyReplicationBacklog()` says at the level of debugging. */
  #logReplay(backlog: Backlog, offset: number): void {
    const { process, settings } = this.#server;
    process.log(".", `[PSYNC] Replica request offset: ${offset}`);
    if (backlog.length === 0) {
      process.log(".", "[PSYNC] Backlog history len is zero");
      return;
    }
    process.log(".", `[PSYNC] Backlog size: ${settings.replBacklogSize}`);
    process.log(".", `[PSYNC] First byte: ${backlog.first}`);
    process.log(".", `[PSYNC] History len: ${backlog.length}`);
    process.log(".", `[PSYNC] Skipping: ${offset - backlog.first}`);
  }
}
