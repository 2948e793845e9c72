/**
 * The operator: redis-cli on the node's own host, over loopback, so that no cut of the network keeps a
 * command from its node. The run hands in sessions between steps; each is played by a redis-cli of its
 * own when the operator is next awake, so a command that hangs holds up no other.
 *
 * One departure: redis-cli waits for ever. Here a session has a timeout, and then says what hiredis says
 * when one was set.
 */
import type { Actor, Address, CloseReason, Context, Input, TimerId } from "../../kernel/actor.js";
import { Ring } from "../../kernel/ring.js";
import { type Duration, none, seconds } from "../../kernel/time.js";
import type { RedisNote } from "../note.js";
import { splitArguments } from "../wire/text.js";
import { requestOf } from "../wire/value.js";
import { connectError, systemErrors } from "./failure.js";
import { formatReply } from "./format-reply.js";
import { Reactor, type TimerListener } from "./reactor.js";
import { Socket } from "./socket.js";
import { type Blocking, Thread } from "./thread.js";

export interface OperatorSession {
  /** The scenario step that asked for it. */
  readonly step: string;
  /** The node, as the scenario names it. */
  readonly target: string;
  /** Where that node listens, on loopback. */
  readonly port: number;
  /** Lines as typed into redis-cli, on one connection. */
  readonly commands: readonly string[];
  /** A text file of the host to show before that, as `cat` does. */
  readonly file?: string;
  readonly username?: string;
  readonly password?: string;
  /** For connecting, and for each answer. */
  readonly timeout?: Duration;
}

const defaultTimeout = seconds(5);

export class Operator implements Actor, TimerListener {
  readonly #reactor: Reactor;
  readonly #wakeUp: TimerId;
  readonly #submitted = new Ring<OperatorSession>();
  readonly #threads: Thread[] = [];

  constructor(context: Context) {
    this.#reactor = new Reactor(context);
    this.#wakeUp = this.#reactor.timer("submitted", this);
  }

  /** The one door that is open outside `handle`: the work itself is done when the timer fires. */
  submit(session: OperatorSession): void {
    this.#submitted.push(session);
    this.#reactor.context.arm(this.#wakeUp, none);
  }

  handle(input: Input): void {
    this.#reactor.handle(input);
  }

  timerFired(): void {
    for (let next = this.#submitted.shift(); next !== undefined; next = this.#submitted.shift()) {
      if (next.file !== undefined) this.#cat(next, next.file);
      if (next.commands.length === 0) continue;
      const thread = this.#idleThread();
      thread.run(new RedisCli(thread, next).run());
    }
  }

  #cat({ step, target }: OperatorSession, path: string): void {
    const { context } = this.#reactor;
    const content = context.disk.read(path);
    let reply = `cat: ${path}: No such file or directory`;
    // What is not a text here is binary there: an RDB, an AOF.
    if (content !== undefined) reply = typeof content === "string" ? content : "";
    const note: RedisNote = { kind: "command", step, target, command: `cat ${path}`, reply };
    context.note(note);
  }

  #idleThread(): Thread {
    let thread = this.#threads.find((each) => each.isIdle);
    if (thread === undefined) {
      thread = new Thread(this.#reactor, `redis-cli ${this.#threads.length}`);
      this.#threads.push(thread);
    }
    return thread;
  }
}

/** One redis-cli: connects when it must, sends a line, prints what came. */
class RedisCli {
  readonly #thread: Thread;
  readonly #session: OperatorSession;
  readonly #address: Address;
  readonly #timeout: Duration;
  #socket: Socket | undefined;

  constructor(thread: Thread, session: OperatorSession) {
    this.#thread = thread;
    this.#session = session;
    this.#address = { ip: "127.0.0.1", port: session.port };
    this.#timeout = session.timeout ?? defaultTimeout;
  }

  *run(): Blocking<void> {
    for (const command of this.#session.commands) {
      const { step, target } = this.#session;
      const reply = yield* this.#issue(command);
      const note: RedisNote = { kind: "command", step, target, command, reply };
      this.#thread.reactor.context.note(note);
    }
    this.#disconnect();
    if (this.#session.file !== undefined) this.#show(this.#session.file);
  }

  #show(path: string): void {
    const { context } = this.#thread.reactor;
    const content = context.disk.read(path);
    context.note({
      kind: "command",
      step: this.#session.step,
      target: this.#session.target,
      command: `cat ${path}`,
      reply: typeof content === "string" ? content : `cat: ${path}: No such file or directory`,
    } satisfies RedisNote);
  }

  /** `issueCommandRepeat()`: what redis-cli prints for a line. */
  *#issue(line: string): Blocking<string> {
    const args = splitArguments(line);
    if (args === undefined) return "Invalid argument(s)";
    if (args.length === 0) return "";
    const printed = this.#socket === undefined ? yield* this.#connect() : "";
    if (this.#socket === undefined) return printed;
    const reply = yield* this.#send(this.#socket, args);
    return printed === "" ? reply : `${printed}\n${reply}`;
  }

  /** `cliConnect()`, with `cliAuth()`, whose refusal is printed and otherwise ignored. */
  *#connect(): Blocking<string> {
    const { ip, port } = this.#address;
    const socket = new Socket(this.#thread.reactor, this.#address, this.#thread);
    this.#thread.setLimit(this.#timeout);
    while (socket.isConnecting && !this.#thread.timeIsUp) yield;
    this.#thread.clearLimit();
    if (!socket.isOpen) {
      const cause = socket.isConnecting ? "timeout" : socket.why;
      socket.close();
      return `Could not connect to Redis at ${ip}:${port}: ${connectError(cause).text}`;
    }
    this.#socket = socket;
    const { username, password } = this.#session;
    if (password === undefined) return "";
    const auth = username === undefined ? ["AUTH", password] : ["AUTH", username, password];
    const printed = yield* this.#send(socket, auth);
    const refusal = "(error) ";
    return printed.startsWith(refusal) ? `AUTH failed: ${printed.slice(refusal.length)}` : "";
  }

  *#send(socket: Socket, args: readonly string[]): Blocking<string> {
    // One that was closed while it lay idle is noticed only now.
    if (socket.isOpen) socket.send(requestOf(args));
    this.#thread.setLimit(this.#timeout);
    while (!socket.hasReply && socket.isOpen && !this.#thread.timeIsUp) yield;
    this.#thread.clearLimit();
    const reply = socket.take();
    if (reply !== undefined) return formatReply(args, reply);
    const why = socket.isClosed ? socket.why : "timeout";
    this.#disconnect();
    // SHUTDOWN is answered by the end of the connection, and nothing is printed.
    const isExpected = why !== "timeout" && args[0]?.toLowerCase() === "shutdown";
    return isExpected ? "" : contextError(why);
  }

  #disconnect(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }
}

/** `cliPrintContextError()`. */
function contextError(why: CloseReason): string {
  if (why === "fin") return "Error: Server closed the connection";
  // A read that times out in hiredis ends with EAGAIN.
  if (why === "timeout") return "Error: Resource temporarily unavailable";
  return `Error: ${systemErrors[why].text}`;
}
