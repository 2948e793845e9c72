/**
 * The event loop of a redis-server or redis-sentinel process, shared by both modes: clients, what
 * they send and what they are sent, the cron, and the order in which an iteration ends.
 *
 * The order is Redis's to the letter (replication.md 0.1), because much depends on it: replicas get
 * a write before its client gets +OK, and a connection that broke is still there when the cron runs.
 */
import type { Actor, Address, ConnectionId, Context, Input, TimerId } from "../../kernel/actor.js";
import { assert, assertNever } from "../../kernel/assert.js";
import { milliseconds } from "../../kernel/time.js";
import type { ConfigFile } from "../config/config-file.js";
import type { ServerSettings } from "../config/settings.js";
import type { RedisNote } from "../note.js";
import type { Behaviour } from "../version.js";
import type { NodeView } from "../view.js";
import { encode } from "../wire/encode.js";
import { RequestParser } from "../wire/parse-request.js";
import { quote } from "../wire/text.js";
import { type ErrorReply, error, type Request, type Segment, type Value } from "../wire/value.js";
import { Acl } from "./acl.js";
import { isOverOutputLimit } from "./buffer-limit.js";
import { Client } from "./client.js";
import { describeClient } from "./client-info.js";
import { ClientList } from "./client-list.js";
import { clientsCron } from "./clients-cron.js";
import { Dispatcher, type Entry } from "./dispatcher.js";
import { Effects } from "./effects.js";
import { type Mode, runningMode } from "./mode.js";
import { overwriteConfig } from "./overwrite-config.js";
import { type PausePurpose, Pauses, type PauseType } from "./pauses.js";
import { protectedModeDenies, protectedModeText } from "./protected-mode.js";
import { PubSub } from "./pubsub.js";
import { Signals } from "./signals.js";
import { Statistics } from "./statistics.js";
import { Watches } from "./watches.js";
import { Writer } from "./writer.js";

export interface ServerProcessOptions {
  readonly settings: ServerSettings;
  readonly behaviour: Behaviour;
  readonly configFile?: ConfigFile | undefined;
  /** Were there options on its command line? */
  readonly hasOptions?: boolean;
  /** Its process id; 1 unless told otherwise, for every node has a machine, or a container, of its own. */
  readonly pid?: number | undefined;
  /** As INFO tells it. */
  readonly executable?: string | undefined;
  /** Makes what is particular to a data server or a Sentinel. */
  readonly mode: (process: ServerProcess) => Mode;
}

export type LogLevel = "." | "-" | "*" | "#";

const usualExecutable = "/usr/local/bin/redis-server";
const tooManyClients = error("ERR max number of clients reached");

export class ServerProcess implements Actor {
  readonly context: Context;
  readonly behaviour: Behaviour;
  readonly settings: ServerSettings;
  readonly mode: Mode;
  readonly runId: string;
  readonly pid: number;
  readonly executable: string;
  readonly acl: Acl;
  readonly pubsub: PubSub;
  readonly pauses: Pauses;
  readonly watches = new Watches();
  readonly statistics = new Statistics();
  readonly signals = new Signals(this);
  /** What the unit of commands under way changed; emptied when the next one begins. */
  readonly effects = new Effects();
  /** Unix seconds at start. */
  readonly startedAt: number;

  configFile: ConfigFile | undefined;
  /** The cached clock: refreshed by serverCron and by each command (replication.md 0.3). */
  unixtime = 0;
  mstime = 0;
  /** How many serverCrons there were. */
  cronLoops = 0;
  blockedClients = 0;

  /** Was it started with any argument at all? */
  readonly #isConfigured: boolean;
  readonly #dispatcher: Dispatcher;
  readonly #writer: Writer;
  readonly #finished = (client: Client): void => this.freeClientAsync(client);
  readonly #cron: TimerId;
  /** Due while the dataset was loading. */
  #cronHeldBack = false;
  /** Redis's own clients, for scripts, took the first two. */
  #nextClientId = 3;
  readonly #clients = new ClientList();
  readonly #byConnection: (Client | undefined)[] = [];
  #closing: Client[] = [];
  #unblocked: Client[] = [];
  #postponed: Client[] = [];

  constructor(context: Context, options: ServerProcessOptions) {
    this.context = context;
    this.behaviour = options.behaviour;
    this.settings = options.settings;
    this.configFile = options.configFile;
    this.#isConfigured = options.configFile !== undefined || options.hasOptions === true;
    this.pid = options.pid ?? 1;
    this.executable = options.executable ?? usualExecutable;
    this.refreshClock();
    this.startedAt = this.unixtime;
    this.runId = context.random.hex(40);
    this.#writer = new Writer(context, this.statistics);
    this.#cron = context.timer("serverCron");
    this.pubsub = new PubSub(this);
    this.pauses = new Pauses(this.behaviour);
    this.mode = options.mode(this);
    this.#dispatcher = new Dispatcher(this);
    this.acl = new Acl(this);
  }

  handle(input: Input): void {
    switch (input.kind) {
      case "received":
        this.#received(input.connection, input.payload as Segment);
        break;
      case "settled":
        this.statistics.cycles++;
        this.#beforeSleep();
        break;
      case "fired":
        if (input.timer !== this.#cron) this.mode.fired(input.timer);
        else if (this.mode.loading === true) this.#cronHeldBack = true;
        else this.#serverCron();
        break;
      case "accepted":
        this.#accepted(input.connection, input.local, input.peer);
        break;
      case "opened":
        this.mode.opened(input.connection, input.local, input.peer);
        break;
      case "closed":
        this.#closed(input.connection, input.why);
        break;
      case "drained":
        this.#drained(input.connection);
        break;
      case "childExited":
        this.mode.childExited(input.child, input.code);
        break;
      case "signalled":
        this.signals.received(input.signal);
        break;
      case "started":
        this.#started();
        break;
      case "dialled": // Told to those alone who listen for strangers.
        break;
      default:
        assertNever(input);
    }
  }

  inspect(): NodeView {
    return this.mode.view();
  }

  // Clock and log.

  refreshClock(): void {
    const now = this.context.now();
    this.mstime = now;
    this.unixtime = Math.floor(now / 1_000);
  }

  /** A line of the log, in Redis's levels: `.` debug, `-` verbose, `*` notice, `#` warning. */
  log(level: LogLevel, text: string): void {
    if (!this.logs(level)) return;
    this.note({ kind: "log", level, text });
  }

  /** Whether such a line would be written: asked before a costly text is made. */
  logs(level: LogLevel): boolean {
    switch (this.settings.loglevel) {
      case "debug":
        return true;
      case "verbose":
        return level !== ".";
      case "notice":
        return level === "*" || level === "#";
      case "warning":
        return level === "#";
      default:
        return false;
    }
  }

  note(note: RedisNote): void {
    this.context.note(note);
  }

  // Clients.

  /** In the order in which they connected. */
  get clients(): readonly Client[] {
    return this.#clients.all;
  }

  get clientCount(): number {
    return this.#clients.size;
  }

  /** The command table in this version, after rename-command. */
  get commandTable(): ReadonlyMap<string, Entry> {
    return this.#dispatcher.entries;
  }

  lookupCommand(name: string): Entry | undefined {
    return this.#dispatcher.lookup(name);
  }

  /** As CLIENT LIST and the log show it. */
  describe(client: Client): string {
    return describeClient(this, client);
  }

  clientById(id: number): Client | undefined {
    for (const client of this.#clients.all) if (client.id === id) return client;
    return undefined;
  }

  /** Wraps a connection that the mode opened itself (the link to the master) as a client. */
  adopt(connection: ConnectionId, local: Address, peer: Address): Client {
    const client = this.#createClient(connection, local, peer);
    client.adopted = true;
    client.authenticated = true;
    client.account = undefined;
    client.user = "(superuser)";
    return client;
  }

  /** A command from this client, as if it had just arrived (the master's stream, what waited). */
  execute(client: Client, payload: Segment): void {
    this.#read(client, payload);
  }

  freeClient(client: Client): void {
    if (client.freed) return;
    client.freed = true;
    client.closeAsap = true;
    this.#clients.remove(client);
    if (client.blocked !== undefined) this.#noLongerBlocked(client);
    this.unwatch(client);
    client.transaction = undefined;
    this.pubsub.unsubscribeAll(client);
    this.mode.clientGone(client);
    client.output.clear();
    if (client.disconnected) return;
    client.disconnected = true;
    this.#byConnection[client.connection] = undefined;
    this.context.close(client.connection);
  }

  /** Before the next sleep (`freeClientAsync`). */
  freeClientAsync(client: Client): void {
    if (client.closeAsap) return;
    client.closeAsap = true;
    this.#closing.push(client);
  }

  // What clients are sent.

  /** Appends to the client's output; dropped for a master's link, a freed or closing client. */
  reply(client: Client, value: Segment): void {
    if (client.closeAsap || client.closeAfterReply || client.master !== undefined) return;
    if (client.replyMode !== "on" && client.replyMode !== "skipNext") return;
    if (this.#dispatcher.capture(client, value as Value)) return;
    client.output.push(value);
    if (!client.outputHeld) this.#writer.install(client);
    if (client.replica === undefined && isOverOutputLimit(this, client)) {
      this.#closeForOutputLimit(client);
    }
  }

  /** Writes now, behind what is already with the kernel (+CONTINUE, newlines); Redis counts none of it. */
  writeNow(client: Client, payload: Segment): void {
    if (client.freed || client.disconnected) return;
    this.context.send(client.connection, payload);
  }

  /** Releases held output (a replica that goes online). */
  releaseOutput(client: Client): void {
    client.outputHeld = false;
    if (client.output.length > 0) this.#writer.install(client);
  }

  errorReply(client: Client, text: string): ErrorReply {
    this.countError(client, text);
    return error(text);
  }

  /** `afterErrorReply()` */
  countError(client: Client, text: string): void {
    this.statistics.countError(text);
    if (client.master === undefined && client.replica === undefined) return;
    const [from, to] = client.master === undefined ? ["master", "replica"] : ["replica", "master"];
    const dashed = text.startsWith("ERR ") ? text.slice(4) : `-${text}`;
    this.log(
      "#",
      `== CRITICAL == This ${from} is sending an error to its ${to}: '${dashed}' after processing the command '${client.lastCommand === "" ? "<unknown>" : client.lastCommand}'`,
    );
    this.statistics.unexpectedErrorReplies++;
  }

  /** Delivers to subscribers here; how many received it. */
  publish(channel: string, message: string): number {
    return this.pubsub.publish(channel, message);
  }

  /** CONFIG REWRITE: false when there is no file or it cannot be written (`rewriteConfig()`). */
  rewriteConfig(): boolean {
    const { configFile } = this;
    if (configFile === undefined || this.mode.configText === undefined) return false;
    const { disk } = this.context;
    const { path } = configFile;
    const read = disk.read(path);
    const text = this.mode.configText(typeof read === "string" ? read : "");
    if (overwriteConfig(this, path, text, text.length) !== undefined) return false;
    this.configFile = { path, text };
    this.note({ kind: "rewrote", path });
    return true;
  }

  // Blocking and pausing.

  /** The client's next commands wait until `unblock`. */
  block(client: Client, blocked: NonNullable<Client["blocked"]>): void {
    if (client.blocked === undefined) this.blockedClients++;
    client.blocked = blocked;
  }

  /** Runs what a formerly blocked client sent meanwhile, in the next beforeSleep. */
  unblock(client: Client, reply: Value | undefined): void {
    if (client.blocked === undefined) return;
    this.#noLongerBlocked(client);
    if (reply !== undefined) {
      if (reply.kind === "error") this.countError(client, reply.text);
      this.reply(client, reply);
    }
    this.#unblocked.push(client);
  }

  /** A paused client's command is kept and run again when the pause ends (`BLOCKED_POSTPONE`). */
  postpone(client: Client, request: Request): void {
    this.block(client, { kind: "paused" });
    client.waiting.unshift(request);
    this.#postponed.push(client);
  }

  pauseClients(purpose: PausePurpose, type: PauseType, end: number): void {
    this.pauses.pause(purpose, type, end);
  }

  unpauseClients(purpose: PausePurpose): void {
    if (this.pauses.unpause(purpose)) this.#releasePostponed();
  }

  /** `checkClientPauseTimeoutAndReturnIfPaused()` */
  arePaused(): boolean {
    if (this.pauses.expire(this.mstime)) this.#releasePostponed();
    return this.pauses.active;
  }

  /** Forgets what the client watches. */
  unwatch(client: Client): void {
    this.watches.removeAll(client);
  }

  /** The commands of a transaction are being executed (`server.in_exec`). */
  get inExec(): boolean {
    return this.#dispatcher.inExec;
  }

  /** `securityWarningCommand()` */
  abortCrossProtocol(client: Client): void {
    this.#dispatcher.abortCrossProtocol(client);
  }

  /** EXEC: runs what was queued, and gives the replies. */
  runQueued(client: Client, transaction: NonNullable<Client["transaction"]>): Value[] {
    return this.#dispatcher.runQueued(client, transaction);
  }

  // The cron.

  /** `run_with_period()`: is this the cron in which something due every so many ms is done? */
  isDue(period: number): boolean {
    const tick = this.mode.cronPeriod();
    return period <= tick || this.cronLoops % Math.floor(period / tick) === 0;
  }

  #serverCron(): void {
    this.refreshClock();
    if (this.isDue(100)) this.statistics.sample(this.mstime);
    this.signals.heed();
    clientsCron(this, this.#clients);
    this.mode.cron();
    this.arePaused();
    this.cronLoops++;
    this.context.arm(this.#cron, milliseconds(this.mode.cronPeriod()));
  }

  // Inputs.

  #started(): void {
    const { formerWarning, release, from72 } = this.behaviour;
    this.log(formerWarning, "oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo");
    this.log(
      formerWarning,
      `Redis version=${release}, bits=64, commit=00000000, modified=0, pid=${this.pid}, just started`,
    );
    if (this.#isConfigured) this.log(formerWarning, "Configuration loaded");
    else {
      const usage = `In order to specify a config file use ${this.executable} /path/to/redis.conf`;
      this.log("#", `Warning: no config file specified, using the default config. ${usage}`);
    }
    this.log("*", "monotonic clock: POSIX clock_gettime");
    const { port } = this.settings;
    // initListeners() of 7.2 comes behind redisAsciiArt(), initServer() before it.
    const canListen = port === 0 || this.context.listen(port);
    if (canListen || from72) this.log("*", `Running mode=${runningMode(this.mode)}, port=${port}.`);
    if (!canListen) {
      const where = `TCP listening socket *:${port}: bind: Address already in use`;
      if (this.behaviour.from70) {
        this.log("#", `Warning: Could not create server ${where}`);
        this.log("#", `Failed listening on port ${port} (TCP), aborting.`);
      } else {
        this.log("#", `Could not create server ${where}`);
      }
      this.context.exit(1);
      return;
    }
    this.context.arm(this.#cron, milliseconds(1));
    this.mode.started();
  }

  /** `acceptCommonHandler()` and `clientAcceptHandler()` */
  #accepted(connection: ConnectionId, local: Address, peer: Address): void {
    if (this.logs("-")) this.log("-", `Accepted ${peer.ip}:${peer.port}`);
    if (this.#clients.size >= this.settings.maxclients) {
      this.context.send(connection, tooManyClients);
      this.statistics.rejectedConnections++;
      this.context.close(connection);
      return;
    }
    const client = this.#createClient(connection, local, peer);
    if (protectedModeDenies(this, peer)) {
      this.context.send(connection, protectedModeText(this.behaviour));
      this.statistics.rejectedConnections++;
      this.freeClientAsync(client);
      return;
    }
    this.statistics.connections++;
  }

  #createClient(connection: ConnectionId, local: Address, peer: Address): Client {
    const client = new Client({
      id: this.#nextClientId++,
      connection,
      local,
      peer,
      createdAt: this.unixtime * 1_000,
    });
    client.account = this.acl.defaultUser;
    client.authenticated = !this.acl.authRequired;
    this.#clients.add(client);
    this.#byConnection[connection] = client;
    return client;
  }

  #received(connection: ConnectionId, payload: Segment): void {
    const client = this.#byConnection[connection];
    this.statistics.reads++;
    if (client === undefined) {
      this.mode.received(connection, payload);
      return;
    }
    client.lastInteraction = this.unixtime;
    if (client.adopted) {
      this.statistics.replicationInputBytes += payload.length;
      this.mode.received(connection, payload);
      return;
    }
    this.statistics.inputBytes += payload.length;
    if (queryBytes(client) + payload.length > this.settings.clientQueryBufferLimit) {
      this.#closeForQueryBuffer(client, payload);
    } else {
      this.#read(client, payload);
    }
  }

  /** `processInputBuffer()`: nothing is read from a client that is blocked, or about to be closed. */
  #read(client: Client, payload: Segment): void {
    if (client.blocked !== undefined) {
      client.waiting.push(payload);
      client.waitingBytes += payload.length;
      return;
    }
    if (client.closeAsap || client.closeAfterReply) return;
    if (payload.kind === "ballast" || payload.kind === "rdb") return;
    if (
      payload.kind === "request" &&
      (client.parser === undefined || client.parser.buffered === 0)
    ) {
      if (payload.args.length > 0) this.#process(client, payload);
      return;
    }
    this.#readBytes(client, payload.kind === "raw" ? payload.bytes : encode(payload));
  }

  /** What waited: a request among it was read before any bytes that the parser still holds. */
  #readWaiting(client: Client, payload: Segment): void {
    if (payload.kind !== "request" || client.blocked !== undefined) this.#read(client, payload);
    else if (!client.closeAsap && !client.closeAfterReply) this.#process(client, payload);
  }

  #readBytes(client: Client, bytes: string): void {
    client.parser ??= new RequestParser({
      version: this.behaviour.version,
      authRequired: () => this.acl.authRequired && !client.authenticated,
    });
    for (const parsed of client.parser.feed(bytes)) {
      if (client.blocked !== undefined) {
        if (parsed.kind === "request") client.waiting.push(parsed.request);
        continue;
      }
      if (client.closeAsap || client.closeAfterReply) return;
      if (parsed.kind === "error") {
        this.reply(client, this.errorReply(client, parsed.reply));
        this.protocolError(client, parsed.log);
      } else if (parsed.request.args.length > 0) {
        this.#process(client, parsed.request);
      } else if (client.replica !== undefined) {
        // processInlineBuffer(): newlines keep a replica that loads its dataset from timing out.
        client.replica.ackTime = this.unixtime;
      }
    }
  }

  /** `setProtocolError()`: closed once its output is written; a master's link with the next ACK. */
  protocolError(client: Client, what: string): void {
    client.closeAfterReply = true;
    const level = client.master === undefined ? "-" : "#";
    if (!this.logs(level)) return;
    this.log(level, `Protocol error (${what}) from client: ${describeClient(this, client)}`);
  }

  #process(client: Client, request: Request): void {
    this.#dispatcher.process(client, request);
    if (client.replyMode === "skipping") client.replyMode = "on";
    else if (client.replyMode === "skipNext") client.replyMode = "skipping";
    this.mode.processed?.(client);
  }

  #closed(connection: ConnectionId, why: Parameters<Mode["closed"]>[1]): void {
    const client = this.#byConnection[connection];
    if (client === undefined) {
      this.mode.closed(connection, why);
      return;
    }
    this.#byConnection[connection] = undefined;
    client.disconnected = true;
    if (client.adopted) {
      this.mode.closed(connection, why);
      return;
    }
    if (this.logs("-")) {
      const text = this.behaviour.from70 ? ` ${describeClient(this, client)}` : "";
      this.log("-", why === "fin" ? `Client closed connection${text}` : readError(why));
    }
    this.freeClientAsync(client);
  }

  #drained(connection: ConnectionId): void {
    const client = this.#byConnection[connection];
    if (client?.closeAfterReply === true && client.output.length === 0) {
      this.freeClientAsync(client);
    }
    this.mode.drained(connection);
  }

  // The end of an iteration (`beforeSleep()`).

  #beforeSleep(): void {
    if (this.mode.loading === true) {
      // Inside the loading of a dataset only this much is done (processEventsWhileBlocked()).
      this.signals.heed();
      this.#writer.writePending(this.unixtime, this.#finished);
      this.#freeClosing();
      return;
    }
    if (this.#cronHeldBack) {
      this.#cronHeldBack = false;
      this.#serverCron();
    }
    this.mode.beforeSleep();
    if (this.#unblocked.length > 0) this.#processUnblocked();
    this.mode.beforeWrites?.();
    this.#writer.writePending(this.unixtime, this.#finished);
    this.#freeClosing();
    this.mode.afterWrites();
  }

  /** `processUnblockedClients()` */
  #processUnblocked(): void {
    // A client that blocks and unblocks meanwhile is appended and served in this same pass.
    for (let i = 0; i < this.#unblocked.length; i++) {
      const client = this.#unblocked[i] as Client;
      const waiting = client.waiting;
      if (waiting.length === 0 || client.blocked !== undefined) continue;
      client.waiting = [];
      client.waitingBytes = 0;
      for (const payload of waiting) this.#readWaiting(client, payload);
    }
    this.#unblocked = [];
  }

  #freeClosing(): void {
    if (this.#closing.length === 0) return;
    const closing = this.#closing;
    this.#closing = [];
    for (const client of closing) this.freeClient(client);
  }

  #closeForOutputLimit(client: Client): void {
    if (client.closeAsap) return;
    const about = describeClient(this, client);
    this.freeClientAsync(client);
    this.log(
      "#",
      `Client ${about} scheduled to be closed ASAP for overcoming of output buffer limits.`,
    );
  }

  /** `readQueryFromClient()`, client-query-buffer-limit. */
  #closeForQueryBuffer(client: Client, payload: Segment): void {
    if (client.closeAsap) return;
    if (this.logs("#")) {
      const first = (client.parser?.beginning(64) ?? "") + encode(payload).slice(0, 64);
      const about = `${describeClient(this, client)} (qbuf initial bytes: ${quote(first.slice(0, 64))})`;
      this.log("#", `Closing client that reached max query buffer length: ${about}`);
    }
    this.freeClientAsync(client);
  }

  #noLongerBlocked(client: Client): void {
    assert(client.blocked !== undefined, "only a blocked client is unblocked");
    client.blocked = undefined;
    this.blockedClients--;
  }

  #releasePostponed(): void {
    const postponed = this.#postponed;
    this.#postponed = [];
    for (const client of postponed) {
      if (!client.freed && client.blocked?.kind === "paused") this.unblock(client, undefined);
    }
  }
}

/**
 * What a client has sent that is not executed yet. The arguments of a request that is not whole count as
 * well, which Redis keeps apart and does not limit: there they take the memory of one machine.
 */
function queryBytes({ parser, waitingBytes }: Client): number {
  return parser === undefined ? waitingBytes : parser.buffered + parser.held + waitingBytes;
}

/** `connRead()` failed: the text of errno. */
function readError(why: Parameters<Mode["closed"]>[1]): string {
  const text = why === "timeout" ? "Connection timed out" : "Connection reset by peer";
  return `Reading from client: ${text}`;
}
