/**
 * ioredis 5.4's `Redis`: one connection that carries everything, pipelined; what cannot be sent waits
 * in the offline queue; what was sent when the connection broke is sent again on the next one
 * (autoResendUnfulfilledCommands), so that a write may happen twice.
 *
 * One approximation: `stream.end()` waits for the peer's FIN, or disconnectTimeout. Here a stream that
 * ends is closed as soon as all that was sent is answered, or at disconnectTimeout.
 */
import type { Address, TimerId } from "../../../kernel/actor.js";
import { Ring } from "../../../kernel/ring.js";
import { microseconds, milliseconds } from "../../../kernel/time.js";
import { type Request, request, type Value } from "../../wire/value.js";
import { type Failure, failure, refusal, unknown } from "../failure.js";
import type { Operation, Target } from "../operation.js";
import type { Reactor, TimerListener } from "../reactor.js";
import { Socket, type SocketListener } from "../socket.js";
import { authRequest } from "./auth.js";
import { type ConnectorListener, SentinelConnector } from "./connector.js";
import { backoff, type IoredisOptions, type IoredisSettings, ioredisDefaults } from "./options.js";

const info = request("info");
const connectionClosed = failure("Error", "Connection is closed.");
const commandTimedOut = failure("Error", "Command timed out");
const notWriteable = failure(
  "Error",
  "Stream isn't writeable and enableOfflineQueue options is false",
);

type Status = "connecting" | "connect" | "ready" | "ending" | "reconnecting" | "end";

/** A command on its way; `operation` is undefined for those of ioredis itself. */
interface Command {
  readonly request: Request;
  readonly operation: Operation | undefined;
  /** Microseconds of the monotonic clock. */
  readonly expires: number;
  hasLeft: boolean;
  hasEnded: boolean;
}

export class Ioredis implements ConnectorListener, SocketListener, TimerListener {
  readonly #reactor: Reactor;
  readonly #options: IoredisOptions;
  readonly #connector: SentinelConnector;
  readonly #retry: TimerId;
  readonly #timeout: TimerId;
  readonly #commandTimeout: TimerId;
  readonly #handshake: readonly Request[];

  #status: Status = "connecting";
  #socket: Socket | undefined;
  #server: string | undefined;
  #retryAttempts = 0;
  #wasReady = false;
  /** Sent, not yet answered. */
  #commandQueue = new Ring<Command>();
  /** What was unanswered when the last ready connection broke. */
  #unfulfilled: Ring<Command> | undefined;
  #offlineQueue = new Ring<Command>();
  /** With commandTimeout, all commands in the order in which they expire. */
  readonly #expiring = new Ring<Command>();

  constructor(reactor: Reactor, target: Target, settings: IoredisSettings) {
    this.#reactor = reactor;
    this.#options = { ...ioredisDefaults, ...settings };
    const name = `ioredis ${target}`;
    this.#connector = new SentinelConnector({
      reactor,
      name,
      settings: this.#options,
      sentinels: settings.sentinels,
      master: settings.master,
      target,
      listener: this,
    });
    this.#retry = reactor.timer(`${name} retry`, this);
    this.#timeout = reactor.timer(`${name} timeout`, this);
    this.#commandTimeout = reactor.timer(`${name} command timeout`, this);
    this.#handshake = handshake(this.#options);
  }

  connect(): void {
    this.#status = "connecting";
    this.#connector.connect();
  }

  execute(operation: Operation): void {
    const timeout = this.#options.commandTimeout;
    const command: Command = {
      request: operation.request,
      operation,
      expires: timeout === undefined ? 0 : this.#reactor.context.monotonic() + timeout,
      hasLeft: false,
      hasEnded: false,
    };
    if (this.#status === "end") {
      this.#reject(command, connectionClosed);
      return;
    }
    if (timeout !== undefined) {
      if (this.#expiring.length === 0) this.#reactor.context.arm(this.#commandTimeout, timeout);
      this.#expiring.push(command);
    }
    this.#sendCommand(command);
  }

  // The connector's answers.

  found(server: Address): void {
    const ip = this.#reactor.context.resolve(server.ip);
    if (ip === undefined) {
      this.#closed();
      return;
    }
    this.#socket = new Socket(this.#reactor, { ip, port: server.port }, this);
    this.#server = this.#socket.peer;
    this.#reactor.context.arm(this.#timeout, this.#options.connectTimeout);
  }

  /**
   * A failover was detected while the Sentinels were being asked: `connect()` throws, and nothing calls
   * it again. The client is at its end.
   */
  abandoned(): void {
    this.#flush(connectionClosed);
    this.#status = "end";
  }

  failoverDetected(): void {
    this.#disconnect();
  }

  // What happens to the stream.

  socketChanged(socket: Socket): void {
    if (socket !== this.#socket) return;
    if (socket.isOpen && this.#status === "connecting") this.#connected(socket);
    for (let reply = socket.take(); reply !== undefined; reply = socket.take()) {
      this.#replied(reply);
      if (socket !== this.#socket) return;
    }
    if (socket.isClosed) this.#closed();
    else if (this.#status === "ending" && this.#commandQueue.length === 0) this.#close();
  }

  timerFired(timer: TimerId): void {
    if (timer === this.#commandTimeout) this.#expire();
    else if (timer === this.#timeout) this.#timedOut();
    else if (this.#status === "reconnecting") this.connect();
  }

  /** connectTimeout, disconnectTimeout, or another look at a server that was loading. */
  #timedOut(): void {
    if (this.#status === "connect") this.#push(info);
    else if (this.#status === "connecting" || this.#status === "ending") this.#close();
  }

  /** `connectHandler()`. */
  #connected(socket: Socket): void {
    this.#reactor.context.disarm(this.#timeout);
    this.#connector.connected();
    this.#status = "connect";
    this.#commandQueue = new Ring();
    for (const command of this.#handshake) this.#push(command);
    if (!this.#options.enableReadyCheck) this.#ready();
    else if (socket.isOpen) this.#push(info);
  }

  /** `readyHandler()`. */
  #ready(): void {
    this.#status = "ready";
    this.#wasReady = true;
    this.#retryAttempts = 0;
    const unfulfilled = this.#unfulfilled;
    this.#unfulfilled = undefined;
    if (unfulfilled !== undefined && this.#options.autoResendUnfulfilledCommands) {
      this.#sendAll(unfulfilled);
    }
    const offline = this.#offlineQueue;
    this.#offlineQueue = new Ring();
    this.#sendAll(offline);
  }

  #sendAll(commands: Ring<Command>): void {
    for (let next = commands.shift(); next !== undefined; next = commands.shift()) {
      this.#sendCommand(next);
    }
  }

  /** `closeHandler()`. */
  #closed(): void {
    this.#reactor.context.disarm(this.#timeout);
    this.#socket = undefined;
    if (this.#wasReady && this.#commandQueue.length > 0) {
      this.#unfulfilled = this.#commandQueue;
    }
    this.#wasReady = false;
    this.#retryAttempts++;
    const { retryStep, retryMax, maxRetriesPerRequest } = this.#options;
    this.#status = "reconnecting";
    this.#reactor.context.arm(this.#retry, backoff(this.#retryAttempts, retryStep, retryMax));
    if (maxRetriesPerRequest === undefined || maxRetriesPerRequest < 0) return;
    if (this.#retryAttempts % (maxRetriesPerRequest + 1) !== 0) return;
    this.#flush(maxRetriesReached(maxRetriesPerRequest));
  }

  #close(): void {
    this.#socket?.close();
    this.#closed();
  }

  /** `disconnect(true)`: ends the stream; `closeHandler()` then reconnects. */
  #disconnect(): void {
    this.#connector.disconnect();
    if (this.#socket === undefined || this.#status === "ending") return;
    if (this.#commandQueue.length === 0 || this.#status === "connecting") {
      this.#close();
      return;
    }
    this.#status = "ending";
    this.#reactor.context.arm(this.#timeout, this.#options.disconnectTimeout);
  }

  // Commands.

  #sendCommand(command: Command): void {
    if (this.#status === "ready") this.#write(command);
    else if (this.#options.enableOfflineQueue) this.#offlineQueue.push(command);
    else this.#reject(command, notWriteable);
  }

  #push(own: Request): void {
    this.#write({
      request: own,
      operation: undefined,
      expires: 0,
      hasLeft: false,
      hasEnded: false,
    });
  }

  #write(command: Command): void {
    this.#reactor.context.busy(this.#options.overhead);
    this.#socket?.send(command.request);
    command.hasLeft = true;
    this.#commandQueue.push(command);
  }

  #replied(reply: Value): void {
    const command = this.#commandQueue.shift();
    if (command === undefined || command.hasEnded) return;
    if (command.operation === undefined) this.#handshakeReplied(command, reply);
    else if (reply.kind === "error") this.#refused(command, reply.text);
    else this.#end(command, reply);
  }

  /** `_readyCheck()`, and the errors of AUTH that are worth ending the connection for. */
  #handshakeReplied(command: Command, reply: Value): void {
    if (command.request !== info) {
      if (reply.kind === "error" && command.request.args[0] === "auth") {
        if (!isHarmlessAuthError(reply.text)) this.#recover(refusal("ReplyError", reply.text));
      }
      return;
    }
    if (this.#status !== "connect") return;
    if (reply.kind === "error" && !reply.text.includes("NOPERM")) {
      this.#recover(refusal("Error", `Ready check failed: ${reply.text}`));
      return;
    }
    const text = reply.kind === "bulk" || reply.kind === "verbatim" ? reply.text : "";
    const loading = infoField(text, "loading");
    if (loading !== undefined && loading !== "0") {
      const eta = Number(infoField(text, "loading_eta_seconds") ?? "1");
      const wait = Math.min(milliseconds(eta * 1_000), this.#options.maxLoadingRetryTime);
      this.#reactor.context.arm(this.#timeout, microseconds(wait));
      return;
    }
    if (this.#connector.check(infoField(text, "role"))) this.#ready();
    else this.#disconnect();
  }

  /** `recoverFromFatalError()`. */
  #recover(cause: Failure): void {
    this.#flush(cause);
    this.#disconnect();
  }

  /** `handleReconnection()`. */
  #refused(command: Command, text: string): void {
    const isReadOnly = text.startsWith("READONLY");
    const policy = isReadOnly ? this.#options.reconnectOnReadOnly : "no";
    if (policy !== "no") this.#disconnect();
    if (policy === "resend") {
      // This try did not happen; an earlier one may have, if it was sent before.
      this.#sendCommand(command);
      return;
    }
    this.#end(command, refusal("ReplyError", text));
  }

  #end(command: Command, result: Value | Failure): void {
    command.hasEnded = true;
    command.operation?.end(result, this.#server);
  }

  #reject(command: Command, cause: Failure): void {
    if (!command.hasEnded) this.#end(command, command.hasLeft ? unknown(cause) : cause);
  }

  /** `flushQueue()`. */
  #flush(cause: Failure): void {
    for (let next = this.#offlineQueue.shift(); next; next = this.#offlineQueue.shift()) {
      this.#reject(next, cause);
    }
    for (let next = this.#commandQueue.shift(); next; next = this.#commandQueue.shift()) {
      this.#reject(next, cause);
    }
  }

  /** A command that times out stays where it is: it may still be sent, and its answer is dropped. */
  #expire(): void {
    const now = this.#reactor.context.monotonic();
    let first = this.#expiring.first();
    while (first !== undefined && (first.hasEnded || first.expires <= now)) {
      this.#expiring.shift();
      if (!first.hasEnded) this.#end(first, unknown(commandTimedOut));
      first = this.#expiring.first();
    }
    if (first !== undefined) {
      this.#reactor.context.arm(this.#commandTimeout, microseconds(first.expires - now));
    }
  }
}

function handshake(options: IoredisOptions): readonly Request[] {
  const commands: Request[] = [];
  const { username, password, db } = options;
  const auth = authRequest(username, password);
  if (auth !== undefined) commands.push(auth);
  if (db !== 0) commands.push(request("select", `${db}`));
  return commands;
}

function isHarmlessAuthError(text: string): boolean {
  return (
    text.includes("no password is set") ||
    text.includes("without any password configured for the default user") ||
    text.includes("wrong number of arguments for 'auth' command")
  );
}

function maxRetriesReached(max: number): Failure {
  return failure(
    "MaxRetriesPerRequestError",
    `Reached the max retries per request limit (which is ${max}). ` +
      `Refer to "maxRetriesPerRequest" option for details.`,
  );
}

function infoField(text: string, name: string): string | undefined {
  const at = text.startsWith(`${name}:`) ? 0 : text.indexOf(`\n${name}:`) + 1;
  if (at === 0 && !text.startsWith(`${name}:`)) return undefined;
  const from = at + name.length + 1;
  const end = text.indexOf("\r\n", from);
  const value = text.slice(from, end < 0 ? undefined : end);
  return value === "" ? undefined : value;
}
