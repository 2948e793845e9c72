/**
 * A replica introduces itself: PING, AUTH, REPLCONF, PSYNC, and what it makes of the answers.
 *
 * Redis reads these answers with a blocking read of one line, started when the socket is readable. Here
 * a line whose end has not come yet is waited for without blocking (link.ts), and the read's limit of 5
 * seconds never strikes.
 *
 * Redis: syncWithMaster(), slaveTryPartialResynchronization().
 */
import type { CloseReason, ConnectionId } from "../../kernel/actor.js";
import { raw, requestOf } from "../wire/value.js";
import type { DataServer } from "./data-server.js";
import { type History, idLength } from "./history.js";
import { type Destination, errorText, type Link } from "./link.js";
import type { Replicas } from "./replicas.js";
import type { Stream } from "./stream.js";

/** receiveSynchronousResponse() reads into 256 bytes. */
const replyMax = 255;

type PsyncResult = "wait" | "continue" | "fullResync" | "tryLater" | "notSupported";

export class Handshake {
  readonly #server: DataServer;
  readonly #link: Link;
  readonly #history: History;
  readonly #stream: Stream;
  readonly #replicas: Replicas;
  #destination: Destination = { replicationId: "", offset: -1 };

  constructor(
    server: DataServer,
    link: Link,
    history: History,
    stream: Stream,
    replicas: Replicas,
  ) {
    this.#server = server;
    this.#link = link;
    this.#history = history;
    this.#stream = stream;
    this.#replicas = replicas;
  }

  /** The connection is there. */
  begin(): void {
    this.#server.process.log("*", "Non blocking connect for SYNC fired the event.");
    this.#link.state = "receivePingReply";
    this.#send("PING");
  }

  /** One line of the master's, without its end. */
  line(line: string): void {
    const link = this.#link;
    const { process } = this.#server;
    link.lastIo = process.unixtime;
    switch (link.state) {
      case "receivePingReply":
        this.#pingReply(line);
        break;
      case "receiveAuthReply":
        if (line.startsWith("-")) {
          process.log("#", `Unable to AUTH to MASTER: ${line}`);
          link.fail();
        } else {
          link.state = "receivePortReply";
        }
        break;
      case "receivePortReply":
        this.#tolerate(line, "listening-port");
        link.state =
          this.#server.settings.replicaAnnounceIp === "" ? "receiveCapaReply" : "receiveIpReply";
        break;
      case "receiveIpReply":
        this.#tolerate(line, "ip-address");
        link.state = "receiveCapaReply";
        break;
      case "receiveCapaReply":
        this.#tolerate(line, "capa");
        this.#psync();
        break;
      case "receivePsyncReply":
        this.#psyncReply(line);
        break;
      default:
        break;
    }
  }

  #pingReply(line: string): void {
    const { process, settings } = this.#server;
    const accepted =
      line.startsWith("+") ||
      line.startsWith("-NOAUTH") ||
      line.startsWith("-NOPERM") ||
      line.startsWith("-ERR operation not permitted");
    if (!accepted) {
      process.log("#", `Error reply to PING from master: '${line.slice(0, replyMax)}'`);
      this.#link.fail();
      return;
    }
    process.log("*", "Master replied to PING, replication can continue...");
    if (settings.masterauth !== "") {
      if (settings.masteruser !== "") this.#send("AUTH", settings.masteruser, settings.masterauth);
      else this.#send("AUTH", settings.masterauth);
    }
    const port = settings.replicaAnnouncePort === 0 ? settings.port : settings.replicaAnnouncePort;
    this.#send("REPLCONF", "listening-port", String(port));
    if (settings.replicaAnnounceIp !== "") {
      this.#send("REPLCONF", "ip-address", settings.replicaAnnounceIp);
    }
    this.#send("REPLCONF", "capa", "eof", "capa", "psync2");
    this.#link.state = settings.masterauth === "" ? "receivePortReply" : "receiveAuthReply";
  }

  #tolerate(line: string, option: string): void {
    if (!line.startsWith("-")) return;
    this.#server.process.log(
      "*",
      `(Non critical) Master does not understand REPLCONF ${option}: ${line}`,
    );
  }

  /** The writing half of slaveTryPartialResynchronization(). */
  #psync(): void {
    this.#destination = { replicationId: "", offset: -1 };
    const request = this.#request();
    if (this.#server.replication.failover.inProgress) this.#send("PSYNC", ...request, "FAILOVER");
    else this.#send("PSYNC", ...request);
    this.#link.state = "receivePsyncReply";
  }

  /** The id and the offset that are asked for. */
  #request(): readonly [string, string] {
    const { cached } = this.#link;
    const { process } = this.#server;
    if (cached === undefined) {
      process.log("*", "Partial resynchronization not possible (no cached master)");
      return ["?", "-1"];
    }
    const { replicationId, applied } = cached;
    process.log(
      "*",
      `Trying a partial resynchronization (request ${replicationId}:${applied + 1}).`,
    );
    return [replicationId, String(applied + 1)];
  }

  /** The end of syncWithMaster(). */
  #psyncReply(line: string): void {
    const link = this.#link;
    const { behaviour, process, replication } = this.#server;
    const result = this.#resultOf(line);
    if (result === "wait") return;
    if (replication.failover.inProgress) {
      if (result !== "continue" && result !== "fullResync") {
        replication.failover.abort("Failover target rejected psync request");
        return;
      }
      replication.failover.clear();
    }
    if (result === "tryLater") {
      link.fail();
      return;
    }
    if (result === "continue") {
      process.log("*", "MASTER <-> REPLICA sync: Master accepted a Partial Resynchronization.");
      link.note(true);
      return;
    }
    if (behaviour.eagerFullResync) link.breakWithPast();
    if (result === "notSupported") {
      process.log("*", "Retrying with SYNC...");
      this.#server.context.send(link.connection as ConnectionId, raw("SYNC\r\n"));
    }
    link.state = "transfer";
    link.lastIo = process.unixtime;
    link.transfer.begin(this.#destination);
  }

  /** The reading half of slaveTryPartialResynchronization(). */
  #resultOf(line: string): PsyncResult {
    const { behaviour, process } = this.#server;
    if (line === "") return "wait";
    if (line.startsWith("+FULLRESYNC")) {
      this.#fullResync(line);
      return "fullResync";
    }
    if (line.startsWith("+CONTINUE") && this.#link.cached !== undefined) {
      process.log("*", "Successful partial resynchronization with master.");
      this.#continue(line.slice("+CONTINUE ".length));
      return "continue";
    }
    if (line.startsWith("-NOMASTERLINK") || line.startsWith("-LOADING")) {
      process.log("*", `Master is currently unable to PSYNC but should be in the future: ${line}`);
      return "tryLater";
    }
    if (line.startsWith("-ERR")) {
      process.log("*", `Master does not support PSYNC or is in error state (reply: ${line})`);
    } else {
      process.log("#", `Unexpected reply to PSYNC from master: ${line}`);
    }
    if (behaviour.eagerFullResync) this.#link.discardCached();
    return "notSupported";
  }

  #fullResync(line: string): void {
    const { behaviour, process } = this.#server;
    const [, id = "", offset = ""] = line.split(" ");
    if (id.length !== idLength || offset === "") {
      process.log("#", "Master replied with wrong +FULLRESYNC syntax.");
    } else {
      this.#destination = { replicationId: id, offset: Number.parseInt(offset, 10) };
      process.log("*", `Full resync from master: ${id}:${this.#destination.offset}`);
    }
    if (behaviour.eagerFullResync) this.#link.discardCached();
  }

  #continue(id: string): void {
    const { behaviour, process } = this.#server;
    const { cached } = this.#link;
    if (cached !== undefined && id.length === idLength && id !== cached.replicationId) {
      process.log(behaviour.formerWarning, `Master replication ID changed to ${id}`);
      this.#history.rename(cached.replicationId, id);
      cached.replicationId = id;
      // They must learn the new id, and can: the old one is our second.
      this.#replicas.disconnect();
    }
    this.#link.resurrect();
    if (this.#stream.backlog === undefined) this.#stream.createBacklog();
    this.#stream.tellHistory("partial");
  }

  /** The connection broke, or never came to be. */
  lost(why: CloseReason): void {
    const link = this.#link;
    const { behaviour, process, replication } = this.#server;
    const text = errorText(why);
    if (link.state === "connecting") {
      process.log("#", `Error condition on socket for SYNC: ${text}`);
      link.fail();
    } else if (!behaviour.from70) {
      // The failed read is made into an error reply, and dealt with as one.
      this.#lostBefore70(`-Reading from master: ${text}`, why);
    } else {
      process.log("#", `Failed to read response from the server: ${text}`);
      if (link.state === "receivePsyncReply") {
        process.log("#", "Master did not reply to PSYNC, will try later");
        if (replication.failover.inProgress) {
          replication.failover.abort("Failover target rejected psync request");
          return;
        }
      } else {
        process.log("#", "Master did not respond to command during SYNC handshake");
      }
      link.fail();
    }
  }

  /**
   * What follows REPLCONF is tolerated, so the handshake goes on without a master until PSYNC. Behind a
   * FIN that can still be written, and the missing answer to it costs the past; behind an RST it cannot.
   */
  #lostBefore70(reply: string, why: CloseReason): void {
    const link = this.#link;
    const { process, replication, settings } = this.#server;
    switch (link.state) {
      case "receivePingReply":
      case "receiveAuthReply":
        this.line(reply);
        return;
      case "receivePortReply":
        this.#tolerate(reply, "listening-port");
        break;
      default:
        break;
    }
    if (link.state !== "receivePsyncReply") {
      if (link.state !== "receiveCapaReply" && settings.replicaAnnounceIp !== "") {
        this.#tolerate(reply, "ip-address");
      }
      this.#tolerate(reply, "capa");
      this.#request();
      if (why !== "fin") {
        process.log("#", "Unable to send PSYNC to master: -Writing to master: Broken pipe");
        if (replication.failover.inProgress) {
          replication.failover.abort("Write error to failover target");
        }
        process.log(
          "#",
          "Sending command to master in replication handshake: Write error sending the PSYNC command.",
        );
        if (replication.isReplica) link.fail();
        return;
      }
    }
    process.log("#", `Unexpected reply to PSYNC from master: ${reply}`);
    link.discardCached();
    if (replication.failover.inProgress) {
      replication.failover.abort("Failover target rejected psync request");
      return;
    }
    link.breakWithPast();
    process.log("*", "Retrying with SYNC...");
    process.log("#", "I/O error writing to MASTER: Broken pipe");
    link.fail();
  }

  #send(...args: string[]): void {
    const { connection } = this.#link;
    if (connection !== undefined) this.#server.context.send(connection, requestOf(args));
  }
}
