/**
 * A small world of redis-servers for the tests of replication: real servers on hosts of their own over
 * the real kernel, each with an operator beside it that speaks to it over the loopback.
 *
 *     const world = new World("6.2");
 *     world.server("a").server("b", "replicaof 10.0.0.1 6379").run(2);
 *     expect(world.ask("a", "SET hello world")).toBe("+OK\r\n");
 *     expect(world.info("b", "master_repl_offset")).toBe("58");
 */
import type { Actor, ConnectionId, Context, Input, Note } from "../../../src/kernel/actor.js";
import type { Fault } from "../../../src/kernel/fault.js";
import { Simulation } from "../../../src/kernel/simulation.js";
import { after, type Duration, milliseconds, seconds } from "../../../src/kernel/time.js";
import { redisServer } from "../../../src/redis/server/boot.js";
import type { Version } from "../../../src/redis/version.js";
import { encode } from "../../../src/redis/wire/encode.js";
import { requestOf, type Segment } from "../../../src/redis/wire/value.js";

const port = 6379;

/** Connects once, sends what it is given, keeps what comes back. */
class Operator implements Actor {
  replies = "";
  readonly #context: Context;
  readonly #ip: string;
  #connection: ConnectionId | undefined;
  #outbox: Segment[] = [];

  constructor(context: Context, ip: string) {
    this.#context = context;
    this.#ip = ip;
  }

  handle(input: Input): void {
    switch (input.kind) {
      case "started":
      case "signalled":
        // The test wakes it with SIGTERM whenever there is something to send.
        if (this.#connection === undefined) {
          this.#connection = this.#context.connect({ ip: this.#ip, port });
        } else {
          this.#flush();
        }
        break;
      case "opened":
        this.#flush();
        break;
      case "received":
        this.replies += encode(input.payload as Segment);
        break;
      case "closed":
        this.#connection = undefined;
        break;
      default:
        break;
    }
  }

  queue(command: string): void {
    this.replies = "";
    this.#outbox.push(requestOf(command.split(" ")));
  }

  #flush(): void {
    const outbox = this.#outbox;
    this.#outbox = [];
    if (this.#connection === undefined) return;
    for (const segment of outbox) this.#context.send(this.#connection, segment);
  }
}

export class World {
  readonly simulation: Simulation;
  readonly logs = new Map<string, string[]>();
  readonly notes: { readonly node: string; readonly note: Note }[] = [];
  readonly #version: Version;
  readonly #ips = new Map<string, string>();
  readonly #operators = new Map<string, Operator>();
  #count = 0;
  #peers = 0;

  constructor(version: Version, seed = "test") {
    this.#version = version;
    this.simulation = new Simulation({
      seed,
      watch: (node, note) => {
        this.notes.push({ node, note });
        if (note.kind === "log") this.logs.get(node)?.push(String(note["text"]));
      },
    });
  }

  /** A server on a host of its own, with these lines of configuration, started now. */
  server(name: string, ...lines: readonly string[]): this {
    const ip = `10.0.0.${++this.#count}`;
    const { simulation } = this;
    this.logs.set(name, []);
    this.#ips.set(name, ip);
    simulation.addHost(name, { ips: [ip] });
    const text = ["protected-mode no", "repl-diskless-sync-delay 0", ...lines].join("\n");
    simulation.disk(name).write("/redis.conf", text, text.length);
    simulation.disk(name).sync("/redis.conf");
    const factory = redisServer({ version: this.#version, configPath: "/redis.conf" });
    simulation.addNode(name, { host: name, factory });
    simulation.addNode(`${name} operator`, {
      host: name,
      factory: (context) => {
        const operator = new Operator(context, ip);
        this.#operators.set(name, operator);
        return operator;
      },
    });
    simulation.boot(name);
    simulation.boot(`${name} operator`);
    return this;
  }

  run(count: number): this {
    return this.pass(seconds(count));
  }

  ip(name: string): string {
    return this.#ips.get(name) ?? "";
  }

  /** An address for a host of a test's own. */
  peerIp(): string {
    return `10.0.8.${++this.#peers}`;
  }

  /** Lets what is under way arrive, and be answered. */
  settle(): this {
    return this.pass(milliseconds(5));
  }

  pass(duration: Duration): this {
    this.simulation.runUntil(after(this.simulation.now, duration));
    return this;
  }

  /** Runs until `holds`, looking every `step`; fails after a minute. */
  until(holds: () => boolean, step: Duration = milliseconds(1)): this {
    for (let i = 0; i < 60_000; i++) {
      if (holds()) return this;
      this.pass(step);
    }
    throw new Error("it never came to that");
  }

  /** Sends it and does not wait for a reply. */
  tell(node: string, command: string): this {
    this.#operators.get(node)?.queue(command);
    this.simulation.inject({ kind: "kill", node: `${node} operator`, signal: "TERM" });
    return this;
  }

  /** The reply as it was on the wire. */
  ask(node: string, command: string): string {
    const operator = this.#operators.get(node);
    this.tell(node, command);
    this.until(() => operator?.replies !== "", milliseconds(1));
    return operator?.replies ?? "";
  }

  replies(node: string): string {
    return this.#operators.get(node)?.replies ?? "";
  }

  info(node: string, field: string): string {
    const text = this.ask(node, "INFO");
    return new RegExp(`^${field}:(.*)\r$`, "m").exec(text)?.[1] ?? "";
  }

  /** All fields of INFO replication that begin so: `field:value`. */
  infoLines(node: string, prefix: string): string[] {
    const lines = this.ask(node, "INFO replication").split("\r\n");
    return lines.filter((line) => line.startsWith(prefix));
  }

  offset(node: string): number {
    return Number(this.info(node, "master_repl_offset"));
  }

  /** A line of the log, the last first, that holds this text. */
  logged(node: string, text: string): boolean {
    return this.logs.get(node)?.some((line) => line.includes(text)) ?? false;
  }

  /** How many lines of the log hold this text. */
  timesLogged(node: string, text: string): number {
    return this.logs.get(node)?.filter((line) => line.includes(text)).length ?? 0;
  }

  forgetLogs(): this {
    for (const lines of this.logs.values()) lines.splice(0);
    return this;
  }

  inject(fault: Fault): this {
    this.simulation.inject(fault);
    return this;
  }

  /** No packet between these two. */
  cut(a: string, b: string): this {
    return this.inject({
      kind: "cut",
      name: "cut",
      a: [a],
      b: [b],
      direction: "both",
      mode: "drop",
    });
  }

  heal(): this {
    return this.inject({ kind: "heal", name: "cut" });
  }

  kill(node: string, signal: "KILL" | "TERM" = "KILL"): this {
    return this.inject({ kind: "kill", node, signal });
  }

  restart(node: string): this {
    return this.inject({ kind: "restart", node });
  }
}
