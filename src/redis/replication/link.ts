/**
 * A replica's link to its master: the state machine from "connect" to "connected" and back.
 *
 * Three ways of losing it differ, and failover times hang on the difference: an established link that
 * breaks is dialled again at once and its state is cached for a partial resync; a refused connection
 * or a failed handshake waits for the next replicationCron; a timeout or a failed transfer dials again
 * at once (reference: replication.md 2.8).
 *
 * Redis: connectWithMaster(), cancelReplicationHandshake(), replicationCacheMaster(),
 * replicationResurrectCachedMaster(), replicationHandleMasterDisconnection().
 */
import type { Address, CloseReason, ConnectionId } from "../../kernel/actor.js";
import { assert } from "../../kernel/assert.js";
import { Ring } from "../../kernel/ring.js";
import type { Client } from "../server/client.js";
import { encode } from "../wire/encode.js";
import { RequestParser } from "../wire/parse-request.js";
import { raw, requestOf, type Segment } from "../wire/value.js";
import type { DataServer } from "./data-server.js";
import { Handshake } from "./handshake.js";
import type { History } from "./history.js";
import type { CachedMaster, MasterLink } from "./master-link.js";
import type { Replicas } from "./replicas.js";
import type { Stream } from "./stream.js";
import { Transfer } from "./transfer.js";

/** `repl_state`. From "receivePingReply" to "receivePsyncReply" it is a handshake. */
type LinkState =
  | "none"
  | "connect"
  | "connecting"
  | "receivePingReply"
  | "receiveAuthReply"
  | "receivePortReply"
  | "receiveIpReply"
  | "receiveCapaReply"
  | "receivePsyncReply"
  | "transfer"
  | "connected";

/** What +FULLRESYNC announced: where we stand once its RDB is loaded. Offset -1: the master knows only SYNC. */
export interface Destination {
  replicationId: string;
  offset: number;
}

/** What `receiveSynchronousResponse()` takes for a line at most. */
const lineMax = 255;

type MasterClient = Client & { master: MasterLink };

export class Link {
  state: LinkState = "none";
  /** Set: this server is a replica of that master. */
  host: string | undefined;
  port = 0;
  connection: ConnectionId | undefined;
  ends: { readonly local: Address; readonly peer: Address } | undefined;
  /** The established link (`server.master`). */
  client: MasterClient | undefined;
  cached: CachedMaster | undefined;
  /** Unix seconds of the last sign of life before the link is established (`repl_transfer_lastio`). */
  lastIo = 0;
  /** Unix seconds; 0: it is up, or never was (`repl_down_since`). */
  downSince = 0;
  readonly transfer: Transfer;
  /** The beginning of a line of the handshake whose end has not come yet. */
  #line = "";
  readonly #handshake: Handshake;
  readonly #server: DataServer;
  readonly #history: History;
  readonly #stream: Stream;
  readonly #replicas: Replicas;

  constructor(server: DataServer, history: History, stream: Stream, replicas: Replicas) {
    this.#server = server;
    this.#history = history;
    this.#stream = stream;
    this.#replicas = replicas;
    this.transfer = new Transfer(server, this, history, stream);
    this.#handshake = new Handshake(server, this, history, stream, replicas);
  }

  get inHandshake(): boolean {
    switch (this.state) {
      case "receivePingReply":
      case "receiveAuthReply":
      case "receivePortReply":
      case "receiveIpReply":
      case "receiveCapaReply":
      case "receivePsyncReply":
        return true;
      default:
        return false;
    }
  }

  get address(): string {
    return `${this.host ?? ""}:${this.port}`;
  }

  /** `connectWithMaster()` */
  connect(): void {
    const { context, process } = this.#server;
    const ip = context.resolve(this.host ?? "");
    if (ip === undefined) {
      // connGetLastError() knows errno alone, and that is what looking the name up left there.
      process.log("#", "Unable to connect to MASTER: No such file or directory");
      return;
    }
    this.connection = context.connect({ ip, port: this.port });
    this.#line = "";
    this.lastIo = process.unixtime;
    this.state = "connecting";
    process.log("*", "MASTER <-> REPLICA sync started");
  }

  /** The error path of syncWithMaster(): the next cron dials again. */
  fail(): void {
    this.#hangUp();
    this.state = "connect";
  }

  /** `cancelReplicationHandshake()`; with `reconnect` it dials again at once. */
  cancel(reconnect: boolean): void {
    if (this.state !== "transfer" && this.state !== "connecting" && !this.inHandshake) return;
    this.transfer.abandon();
    this.fail();
    if (!reconnect) return;
    this.#server.process.log("*", `Reconnecting to MASTER ${this.address} after failure`);
    this.connect();
  }

  #hangUp(): void {
    if (this.connection !== undefined) this.#server.context.close(this.connection);
    this.connection = undefined;
  }

  /** Steps 2 to 6 of replicationCron(). */
  cron(): void {
    const { context, process, settings } = this.#server;
    if (this.host === undefined) return;
    const now = Math.floor(context.now() / 1_000);
    if (
      (this.state === "connecting" || this.inHandshake) &&
      now - this.lastIo > settings.replTimeout
    ) {
      process.log("#", "Timeout connecting to the MASTER...");
      this.cancel(true);
    }
    if (this.state === "transfer" && now - this.lastIo > settings.replTimeout) {
      process.log(
        "#",
        "Timeout receiving bulk data from MASTER... If the problem persists try to set the 'repl-timeout' parameter in redis.conf to a larger value.",
      );
      this.cancel(true);
    }
    if (this.client !== undefined && now - this.client.lastInteraction > settings.replTimeout) {
      process.log("#", "MASTER timeout: no data nor PING received...");
      process.freeClient(this.client);
    }
    if (this.state === "connect") {
      process.log("*", `Connecting to MASTER ${this.address}`);
      this.connect();
    }
    if (this.client !== undefined && !this.client.master.prePsync) this.acknowledge();
  }

  /** `replicationSendAck()` */
  acknowledge(): void {
    const { client } = this;
    if (client === undefined || client.closeAsap || client.disconnected) return;
    const { persistence, process } = this.#server;
    if (client.closeAfterReply) {
      // The stream was broken: there is nothing left to write, and so the link is closed now.
      process.freeClientAsync(client);
      return;
    }
    const ack = ["REPLCONF", "ACK", String(client.master.applied)];
    const { fsyncedOffset } = persistence.aof;
    if (fsyncedOffset !== -1) ack.push("FACK", String(fsyncedOffset));
    this.#stream.tellStanding();
    const request = requestOf(ack);
    process.statistics.outputBytes += request.length;
    process.writeNow(client, request);
  }

  opened(connection: ConnectionId, local: Address, peer: Address): boolean {
    if (connection !== this.connection || this.state !== "connecting") return false;
    this.ends = { local, peer };
    this.#handshake.begin();
    return true;
  }

  received(connection: ConnectionId, payload: Segment): boolean {
    if (connection !== this.connection) return false;
    if (this.client !== undefined) {
      this.#take(this.client, payload);
    } else if (this.state === "transfer") {
      this.transfer.received(payload);
    } else {
      this.#readLines(payload);
    }
    return true;
  }

  /** The handshake reads lines; what lies behind the last of them belongs to what follows. */
  #readLines(payload: Segment): void {
    const connection = this.connection as ConnectionId;
    if (payload.kind === "status") {
      this.#handshake.line(`+${payload.text}`);
      return;
    }
    if (payload.kind === "error") {
      this.#handshake.line(`-${payload.text}`);
      return;
    }
    const bytes = this.#line + (payload.kind === "raw" ? payload.bytes : encode(payload));
    this.#line = "";
    let at = 0;
    while (at < bytes.length) {
      const found = bytes.indexOf("\n", at);
      const end = found === -1 ? bytes.length : found;
      if (found === -1 && end - at < lineMax) {
        this.#line = bytes.slice(at);
        return;
      }
      const isCut = end - at >= lineMax;
      const line = bytes.slice(at, isCut ? at + lineMax : end).replace(/\r$/, "");
      at = isCut ? at + lineMax : end + 1;
      this.#handshake.line(line);
      if (this.connection !== connection) return;
      if (!this.inHandshake) break;
    }
    if (at < bytes.length) this.received(connection, raw(bytes.slice(at)));
  }

  /** `readQueryFromClient()` of the master's stream. */
  #take(client: MasterClient, payload: Segment): void {
    const { master } = client;
    master.received += payload.length;
    if (
      payload.kind === "request" &&
      (master.parser === undefined || master.parser.buffered === 0)
    ) {
      this.#takeCommand(client, payload);
    } else {
      this.#takeBytes(client, payload.kind === "raw" ? payload.bytes : encode(payload));
    }
  }

  /** Bytes that some other program sends: they are applied command by command, not as they came. */
  #takeBytes(client: MasterClient, bytes: string): void {
    const { behaviour, process } = this.#server;
    client.master.parser ??= new RequestParser({ version: behaviour.version });
    for (const parsed of client.master.parser.feed(bytes)) {
      if (client.closeAsap || client.closeAfterReply) return;
      if (parsed.kind === "error") process.protocolError(client, parsed.log);
      else if (parsed.request.length === parsed.bytes && !parsed.inline) {
        this.#takeCommand(client, parsed.request);
      } else if (parsed.inline && parsed.request.args.length > 0) {
        process.log(
          "#",
          "WARNING: Receiving inline protocol from master, master stream corruption? Closing the master connection and discarding the cached master.",
        );
        process.protocolError(client, "Master using the inline protocol. Desync?");
      } else {
        // What means nothing counts all the same, with the next command that is applied. Our own
        // replicas get as much of it, as newlines.
        const { args, length } = parsed.request;
        const isCommand = args.length > 0;
        const idle = parsed.bytes - (isCommand ? length : 0);
        client.master.pending.push(raw("\n".repeat(idle)));
        if (isCommand) this.#takeCommand(client, parsed.request);
      }
    }
  }

  #takeCommand(client: MasterClient, command: Segment): void {
    client.master.pending.push(command);
    this.#server.process.execute(client, command);
  }

  /**
   * `commandProcessed()`: outside a transaction, all that was received up to the command that was just
   * dealt with is applied, and goes on to our own replicas as it came.
   */
  applied(client: Client): void {
    const link = client.master;
    if (link === undefined || client !== this.client) return;
    const paused = client.blocked?.kind === "paused";
    if (paused && this.#server.behaviour.from70) return;
    if (link.ahead) {
      link.ahead = false;
      return;
    }
    // 6.2 takes a command that a pause holds back for one that ran.
    link.ahead = paused;
    const { pending } = link;
    while (pending.at(link.ready)?.kind === "raw") link.ready++;
    if (link.ready < pending.length) link.ready++;
    if (client.transaction !== undefined) return;
    for (; link.ready > 0; link.ready--) this.#pass(link, pending.shift() as Segment);
  }

  #pass(link: MasterLink, payload: Segment): void {
    link.applied += payload.length;
    this.#stream.pass(payload);
  }

  closed(connection: ConnectionId, why: CloseReason): boolean {
    if (connection !== this.connection) return false;
    if (this.client !== undefined) {
      this.#server.process.freeClientAsync(this.client);
      return true;
    }
    if (this.state === "transfer" && this.transfer.outlives(why)) return true;
    this.connection = undefined;
    if (this.state === "transfer") this.transfer.lost(why);
    else this.#handshake.lost(why);
    return true;
  }

  /** Partial resync: the cached master lives on, on this connection (`replicationResurrectCachedMaster()`). */
  resurrect(): void {
    const { cached } = this;
    assert(cached !== undefined, "a partial resync continues a cached master");
    this.cached = undefined;
    this.establish(cached.replicationId, cached.applied, cached.db);
  }

  /** The connection becomes the master's client (`replicationCreateMasterClient()`). `offset` -1: SYNC only. */
  establish(replicationId: string, offset: number, db: number): void {
    const { process } = this.#server;
    const { connection, ends } = this;
    assert(connection !== undefined && ends !== undefined, "a link is established on a connection");
    const client = process.adopt(connection, ends.local, ends.peer);
    client.master = {
      applied: offset,
      received: offset,
      replicationId,
      prePsync: offset === -1,
      pending: new Ring(),
      ready: 0,
      ahead: false,
    };
    client.db = Math.max(0, db);
    client.lastInteraction = process.unixtime;
    this.client = client as MasterClient;
    this.state = "connected";
    this.downSince = 0;
  }

  note(up: boolean): void {
    this.#server.context.note({
      kind: "link",
      up,
      master: this.address,
      offset: this.#history.offset,
    });
  }

  /** `freeClient()` of the master's client: cached unless its stream was broken, and dialled again. */
  gone(client: Client): void {
    const { behaviour, process } = this.#server;
    const link = client.master;
    if (link === undefined || client !== this.client) return;
    process.log(behaviour.formerWarning, "Connection with master lost.");
    this.client = undefined;
    this.connection = undefined;
    if (!client.closeAfterReply && client.waiting.length === 0) {
      process.log("*", "Caching the disconnected master state.");
      this.cached = { replicationId: link.replicationId, applied: link.applied, db: client.db };
    }
    this.note(false);
    this.state = "connect";
    this.downSince = process.unixtime;
    if (this.host === undefined) return;
    process.log("*", `Reconnecting to MASTER ${this.address}`);
    this.connect();
  }

  /** `replicationCacheMasterUsingMyself()`: whoever was promoted in our place may let us continue. */
  cacheMyself(db: number): void {
    this.#server.process.log(
      "*",
      "Before turning into a replica, using my own master parameters to synthesize a cached master: I may be able to synchronize with the new master with just a partial transfer.",
    );
    this.cached = { replicationId: this.#history.id, applied: this.#history.offset, db };
  }

  /** `replicationDiscardCachedMaster()` */
  discardCached(): void {
    if (this.cached === undefined) return;
    this.#server.process.log("*", "Discarding previously cached master state.");
    this.cached = undefined;
  }

  /** From 7.0: the dataset of a full resync is about to take the place of ours (`replicationAttachToNewMaster()`). */
  attachToNewMaster(): void {
    this.discardCached();
    this.breakWithPast();
  }

  /** A full resync breaks with the past: 6.2 at +FULLRESYNC, 7.0 when the RDB is about to be loaded (`replicationAttachToNewMaster()`). */
  breakWithPast(): void {
    this.#replicas.disconnect();
    this.#stream.freeBacklog();
  }
}

/** errno's text for why a connection is gone. */
export function errorText(why: CloseReason): string {
  switch (why) {
    case "refused":
      return "Connection refused";
    case "unreachable":
      return "No route to host";
    case "timeout":
      return "Connection timed out";
    case "reset":
      return "Connection reset by peer";
    case "fin":
      return "Success";
  }
}
