/**
 * redis-py 4.3.4's `Connection`: one socket, opened when it is needed, closed after any error but a
 * refusal, and opened again by the next command.
 *
 * Each function is the Python function of the same name; what Python raises is returned. With the
 * plain parser (no hiredis), whose texts these are.
 */
import type { Address } from "../../../kernel/actor.js";
import { type Request, requestOf, type Value } from "../../wire/value.js";
import { connectError, type Failure, failure, systemErrors } from "../failure.js";
import type { Result } from "../operation.js";
import { Socket } from "../socket.js";
import type { Blocking, Thread } from "../thread.js";
import { isConnectionError, parseError } from "./errors.js";
import type { ConnectionSettings } from "./options.js";

export class Connection {
  readonly settings: ConnectionSettings;
  protected readonly thread: Thread;
  #address: Address;
  #socket: Socket | undefined;
  #server: string | undefined;

  constructor(thread: Thread, address: Address, settings: ConnectionSettings) {
    this.thread = thread;
    this.settings = settings;
    this.#address = address;
  }

  /** The address it connects to; a name is resolved at each connect. */
  get address(): Address {
    return this.#address;
  }

  protected set address(address: Address) {
    this.#address = address;
  }

  /** `ip:port` of the last socket. */
  get server(): string | undefined {
    return this.#server;
  }

  /** As Python sees it: it has a socket, which may have been closed by the peer unnoticed. */
  get isConnected(): boolean {
    return this.#socket !== undefined;
  }

  /** `Retry(NoBackoff(), retries)`. */
  get retries(): number {
    return this.settings.retryOnTimeout ? 1 : 0;
  }

  *connect(): Blocking<Failure | undefined> {
    if (this.#socket !== undefined) return undefined;
    let refused = yield* this.#connect();
    // Retry.call_with_retry(): of what _connect() raises, only socket.timeout is tried again.
    for (
      let failures = 1;
      refused?.type === "TimeoutError" && failures <= this.retries;
      failures++
    ) {
      refused = yield* this.#connect();
    }
    if (refused !== undefined) return refused;
    const failed = yield* this.#onConnect();
    if (failed !== undefined) this.disconnect();
    return failed;
  }

  *#connect(): Blocking<Failure | undefined> {
    const { ip, port } = this.#address;
    const resolved = this.thread.reactor.context.resolve(ip);
    if (resolved === undefined) {
      return failure(
        "ConnectionError",
        `Error -2 connecting to ${ip}:${port}. Name or service not known.`,
      );
    }
    const socket = new Socket(this.thread.reactor, { ip: resolved, port }, this.thread);
    this.#server = socket.peer;
    this.thread.setLimit(this.settings.socketConnectTimeout ?? this.settings.socketTimeout);
    while (socket.isConnecting && !this.thread.timeIsUp) yield;
    this.thread.clearLimit();
    if (socket.isConnecting) {
      socket.close();
      return failure("TimeoutError", "Timeout connecting to server");
    }
    if (socket.isClosed && !socket.hasReply && socket.why !== "fin") {
      const { errno, text } = connectError(socket.why);
      return failure("ConnectionError", `Error ${errno} connecting to ${ip}:${port}. ${text}.`);
    }
    this.#socket = socket;
    return undefined;
  }

  /** `on_connect()`: AUTH, CLIENT SETNAME, SELECT, each awaited before the next. */
  *#onConnect(): Blocking<Failure | undefined> {
    const { username, password, clientName, db } = this.settings;
    if (username !== undefined || password !== undefined) {
      const secret = username === undefined ? [password ?? ""] : [username, password ?? ""];
      const failed = yield* this.#expectOk(requestOf(["AUTH", ...secret]), [
        "AuthenticationError",
        "Invalid Username or Password",
      ]);
      if (failed !== undefined) return failed;
    }
    if (clientName !== undefined) {
      const failed = yield* this.#expectOk(requestOf(["CLIENT", "SETNAME", clientName]), [
        "ConnectionError",
        "Error setting client name",
      ]);
      if (failed !== undefined) return failed;
    }
    if (db === 0) return undefined;
    return yield* this.#expectOk(requestOf(["SELECT", `${db}`]), [
      "ConnectionError",
      "Invalid Database",
    ]);
  }

  *#expectOk(
    request: Request,
    otherwise: readonly [string, string],
  ): Blocking<Failure | undefined> {
    const unsent = yield* this.sendCommand(request);
    if (unsent !== undefined) return unsent;
    const reply = yield* this.readResponse();
    if (reply.kind === "failure") return reply;
    return reply.kind === "status" && reply.text === "OK" ? undefined : failure(...otherwise);
  }

  disconnect(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  *sendCommand(request: Request): Blocking<Failure | undefined> {
    if (this.#socket === undefined) {
      const failed = yield* this.connect();
      if (failed !== undefined) return failed;
    }
    return this.send(request);
  }

  /** `send_packed_command()` on an open socket. */
  send(request: Request): Failure | undefined {
    const socket = this.#socket;
    if (socket === undefined || socket.isClosed) {
      this.disconnect();
      return failure("ConnectionError", "Error 32 while writing to socket. Broken pipe.");
    }
    this.thread.reactor.context.busy(this.settings.overhead);
    socket.send(request);
    return undefined;
  }

  /** `can_read(timeout=0)`: true when something lies unread, the failure when the peer has gone. */
  canRead(): boolean | Failure {
    const socket = this.#socket;
    if (socket === undefined) return false;
    if (socket.hasReply) return true;
    if (!socket.isClosed) return false;
    return this.#ended(socket, "");
  }

  *readResponse(): Blocking<Result> {
    const socket = this.#socket;
    if (socket === undefined) return failure("ConnectionError", "Connection closed by server.");
    if (!socket.hasReply && socket.isOpen) {
      this.thread.setLimit(this.settings.socketTimeout);
      while (!socket.hasReply && socket.isOpen && !this.thread.timeIsUp) yield;
      this.thread.clearLimit();
    }
    const reply = socket.take();
    if (reply !== undefined) return this.#parse(reply);
    const failed = socket.isClosed
      ? this.#ended(socket, " ")
      : failure("TimeoutError", "Timeout reading from socket");
    this.disconnect();
    return failed;
  }

  /** A refusal is handed on and the socket kept, unless its class is a ConnectionError. */
  #parse(reply: Value): Result {
    if (reply.kind !== "error") return reply;
    const refused = parseError(reply.text);
    if (isConnectionError(refused)) this.disconnect();
    return refused;
  }

  #ended(socket: Socket, space: string): Failure {
    if (socket.why === "fin") return failure("ConnectionError", "Connection closed by server.");
    const { errno, text } = systemErrors[socket.why];
    const { ip, port } = this.#address;
    return failure(
      "ConnectionError",
      `Error while reading from ${ip}:${port}${space}: (${errno}, '${text}')`,
    );
  }
}
