/**
 * What `SentinelConnector.resolve()` does: a connection to one Sentinel, the question, and the end of
 * the connection. Nothing limits how long an answer may take but sentinelCommandTimeout, which is off
 * by default: a Sentinel that hangs makes ioredis wait for ever.
 */
import type { Address, TimerId } from "../../../kernel/actor.js";
import { type Request, request, type Value } from "../../wire/value.js";
import type { Target } from "../operation.js";
import type { Reactor, TimerListener } from "../reactor.js";
import { Socket, type SocketListener } from "../socket.js";
import { authRequest } from "./auth.js";
import type { IoredisOptions } from "./options.js";

export interface SentinelAnswer {
  /** Undefined: no connection, an error, or no such master. */
  readonly server: Address | undefined;
  readonly sentinels: readonly Address[];
}

export interface QueryListener {
  answered(answer: SentinelAnswer): void;
}

const nobody: SentinelAnswer = { server: undefined, sentinels: [] };

export class SentinelQuery implements SocketListener, TimerListener {
  readonly #reactor: Reactor;
  readonly #options: IoredisOptions;
  readonly #listener: QueryListener;
  readonly #timer: TimerId;
  readonly #target: Target;
  readonly #question: Request;
  readonly #askSentinels: Request;
  #socket: Socket | undefined;
  /** What has been sent, in order, and is not yet answered. */
  #awaited: ("auth" | "server" | "sentinels")[] = [];
  #server: Address | undefined;
  #hasAsked = false;

  constructor(options: {
    reactor: Reactor;
    name: string;
    settings: IoredisOptions;
    master: string;
    target: Target;
    listener: QueryListener;
  }) {
    this.#reactor = options.reactor;
    this.#options = options.settings;
    this.#listener = options.listener;
    this.#target = options.target;
    this.#timer = options.reactor.timer(`${options.name} sentinel timeout`, this);
    this.#question =
      options.target === "master"
        ? request("sentinel", "get-master-addr-by-name", options.master)
        : request("sentinel", "slaves", options.master);
    this.#askSentinels = request("sentinel", "sentinels", options.master);
  }

  ask(sentinel: Address): void {
    const ip = this.#reactor.context.resolve(sentinel.ip);
    if (ip === undefined) {
      this.#listener.answered(nobody);
      return;
    }
    this.#hasAsked = false;
    this.#awaited = [];
    this.#server = undefined;
    this.#socket = new Socket(this.#reactor, { ip, port: sentinel.port }, this);
    this.#reactor.context.arm(this.#timer, this.#options.connectTimeout);
  }

  socketChanged(socket: Socket): void {
    if (socket !== this.#socket) return;
    if (socket.isOpen && !this.#hasAsked) this.#opened(socket);
    let reply = socket.take();
    while (reply !== undefined && this.#socket === socket) {
      this.#replied(socket, reply);
      reply = socket.take();
    }
    if (socket.isClosed && this.#socket === socket) this.#end(nobody);
  }

  timerFired(): void {
    if (this.#socket !== undefined) this.#end(nobody);
  }

  #opened(socket: Socket): void {
    this.#hasAsked = true;
    this.#reactor.context.disarm(this.#timer);
    const { sentinelUsername, sentinelPassword } = this.#options;
    const auth = authRequest(sentinelUsername, sentinelPassword);
    if (auth !== undefined) {
      socket.send(auth);
      this.#awaited.push("auth");
    }
    this.#send(socket, this.#question, "server");
  }

  #send(socket: Socket, question: Request, awaited: "server" | "sentinels"): void {
    this.#reactor.context.busy(this.#options.overhead);
    socket.send(question);
    this.#awaited.push(awaited);
    const timeout = this.#options.sentinelCommandTimeout;
    if (timeout !== undefined) this.#reactor.context.arm(this.#timer, timeout);
  }

  #replied(socket: Socket, reply: Value): void {
    switch (this.#awaited.shift()) {
      case "server":
        if (reply.kind === "error") {
          this.#end(nobody);
          return;
        }
        this.#server = this.#target === "master" ? masterOf(reply) : this.#chooseSlave(reply);
        // updateSentinels(), before the answer is even looked at; not when asked for a replica.
        if (this.#target === "master" && this.#options.updateSentinels) {
          this.#send(socket, this.#askSentinels, "sentinels");
        } else {
          this.#end({ server: this.#server, sentinels: [] });
        }
        return;
      case "sentinels":
        if (reply.kind === "error") this.#end(nobody);
        else this.#end({ server: this.#server, sentinels: sentinelsOf(reply) });
        return;
      default:
        return;
    }
  }

  /** `selectPreferredSentinel()` without a preference: one of those that are up, drawn. */
  #chooseSlave(reply: Value): Address | undefined {
    const up = entries(reply).filter((entry) => {
      const flags = entry.get("flags") ?? "";
      return flags !== "" && !/disconnected|s_down|o_down/.test(flags);
    });
    if (up.length === 0) return undefined;
    return addressOf(up[this.#reactor.context.random.below(up.length)]);
  }

  #end(answer: SentinelAnswer): void {
    this.#reactor.context.disarm(this.#timer);
    this.#socket?.close();
    this.#socket = undefined;
    this.#listener.answered(answer);
  }
}

function masterOf(reply: Value): Address | undefined {
  if (reply.kind !== "array") return undefined;
  const [ip, port] = reply.items;
  if (ip?.kind !== "bulk" || port?.kind !== "bulk") return undefined;
  return { ip: ip.text, port: Number(port.text) };
}

/** Those that the Sentinel has a link with. */
function sentinelsOf(reply: Value): readonly Address[] {
  const found: Address[] = [];
  for (const entry of entries(reply)) {
    if ((entry.get("flags") ?? "").split(",").includes("disconnected")) continue;
    const address = addressOf(entry);
    if (address !== undefined) found.push(address);
  }
  return found;
}

function addressOf(entry: ReadonlyMap<string, string> | undefined): Address | undefined {
  const ip = entry?.get("ip");
  const port = entry?.get("port");
  if (ip === undefined || ip === "" || port === undefined) return undefined;
  return { ip, port: Number(port) };
}

/** `packObject()` of each item: names and values alternate. */
function entries(reply: Value): readonly ReadonlyMap<string, string>[] {
  if (!("items" in reply)) return [];
  return reply.items.map((item) => {
    const fields = new Map<string, string>();
    const pairs = "items" in item ? item.items : [];
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      const key = pairs[i];
      const value = pairs[i + 1];
      if (key?.kind === "bulk" && value?.kind === "bulk") fields.set(key.text, value.text);
    }
    return fields;
  });
}
