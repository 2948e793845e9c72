/**
 * A small world of redis-servers for tests: real servers on real (simulated) hosts, and test clients
 * that send what a test tells them and keep what they receive.
 *
 *     const world = new World();
 *     world.server("r1", { config: ["port 6379"] });          // on host r1, with IP 10.0.0.1
 *     const client = world.client("r1");                       // on a host of its own
 *     expect(client.ask("SET", "k", "v")).toBe("+OK");         // runs until the reply is there
 *     client.send("GET", "k");                                 // or: send now, look later
 *     world.run(milliseconds(5));
 *     expect(client.replies()).toEqual(['"v"']);
 *
 * `show` writes values as redis-cli would, in one line. Latency between hosts is 100 µs, machines are
 * never late, so that a test can say exactly when something happens. protected-mode is off unless a
 * test's own lines say otherwise.
 */
import type { Actor, Address, ConnectionId, Context, Input, Note } from "../../src/kernel/actor.js";
import { Simulation } from "../../src/kernel/simulation.js";
import { type Duration, microseconds, milliseconds, none } from "../../src/kernel/time.js";
import { redisServer } from "../../src/redis/server/boot.js";
import type { ServerProcess } from "../../src/redis/server/process.js";
import type { RedisServer } from "../../src/redis/server/redis-server.js";
import type { Version } from "../../src/redis/version.js";
import { raw, request, type Segment } from "../../src/redis/wire/value.js";

export interface ServerOptions {
  readonly version?: Version;
  /** Lines of its redis.conf. */
  readonly config?: readonly string[];
  readonly boot?: boolean;
  /** Its file has those lines alone. */
  readonly bare?: boolean;
}

export interface SeenNote {
  readonly at: number;
  readonly node: string;
  readonly note: Note;
}

export class World {
  readonly simulation: Simulation;
  readonly notes: SeenNote[] = [];
  readonly #processes = new Map<string, ServerProcess>();
  readonly #addresses = new Map<string, Address>();
  #clients = 0;

  constructor(seed = "test", options: { readonly epoch?: number } = {}) {
    this.simulation = new Simulation({
      seed,
      ...options,
      defaultLink: { latency: microseconds(100), jitter: none },
      loopback: { latency: microseconds(20), jitter: none },
      watch: (node, note, at) => this.notes.push({ at, node, note }),
    });
  }

  /** Makes a server on a host of its own and, unless told otherwise, boots it and lets it settle. */
  server(name: string, options: ServerOptions = {}): void {
    const ip = `10.0.0.${this.#addresses.size + 1}`;
    const usual = options.bare === true ? [] : ["protected-mode no", 'save ""'];
    const lines = [...usual, ...(options.config ?? [])];
    const port = Number(lines.find((line) => line.startsWith("port "))?.slice(5) ?? 6379);
    this.#addresses.set(name, { ip, port });
    this.simulation.addHost(name, { ips: [ip], lateness: { min: none, max: none } });
    const configPath = "/etc/redis.conf";
    const make = redisServer({ version: options.version ?? "7.0", configPath });
    this.simulation.addNode(name, {
      host: name,
      factory: (context) => {
        const process = make(context) as ServerProcess;
        this.#processes.set(name, process);
        return process;
      },
    });
    const text = `${lines.join("\n")}\n`;
    this.simulation.disk(name).write(configPath, text, text.length);
    this.simulation.disk(name).sync(configPath);
    if (options.boot === false) return;
    this.simulation.boot(name);
    this.run(milliseconds(5));
  }

  address(name: string): Address {
    const address = this.#addresses.get(name);
    if (address === undefined) throw new Error(`there is no server ${name}`);
    return address;
  }

  /** The process of the last boot. */
  process(name: string): ServerProcess {
    const process = this.#processes.get(name);
    if (process === undefined) throw new Error(`${name} was never booted`);
    return process;
  }

  redis(name: string): RedisServer {
    return this.process(name).mode as RedisServer;
  }

  /** A client with a connection to that server, on a host of its own (or on the server's: `onLoopback`). */
  client(server: string, options: { readonly onLoopback?: boolean } = {}): TestClient {
    const name = `client${++this.#clients}`;
    const { port, ip } = this.address(server);
    const onLoopback = options.onLoopback === true;
    const host = onLoopback ? server : name;
    if (!onLoopback) {
      const own = `10.0.1.${this.#clients}`;
      this.simulation.addHost(name, { ips: [own], lateness: { min: none, max: none } });
    }
    const to = { ip: onLoopback ? "127.0.0.1" : ip, port };
    const client = new TestClient(this, name, to);
    this.simulation.addNode(name, { host, factory: (context) => client.start(context) });
    this.simulation.boot(name);
    this.run(milliseconds(1));
    return client;
  }

  run(duration: Duration): void {
    this.simulation.advance(duration);
  }

  /** The texts that a node logged. */
  log(node: string): string[] {
    return this.notesOf(node, "log").map((note) => String(note["text"]));
  }

  notesOf(node: string, kind: string): Note[] {
    return this.notes
      .filter((seen) => seen.node === node && seen.note.kind === kind)
      .map((seen) => seen.note);
  }
}

export class TestClient implements Actor {
  readonly name: string;
  readonly received: Segment[] = [];
  /** When each of them came, in microseconds. */
  readonly times: number[] = [];
  closed: string | undefined;
  readonly #world: World;
  readonly #to: Address;
  #context: Context | undefined;
  #connection: ConnectionId | undefined;
  #queue: Segment[] = [];

  constructor(world: World, name: string, to: Address) {
    this.#world = world;
    this.name = name;
    this.#to = to;
  }

  start(context: Context): this {
    this.#context = context;
    return this;
  }

  handle(input: Input): void {
    switch (input.kind) {
      case "started":
        this.#connection = this.#context?.connect(this.#to);
        break;
      case "received":
        this.received.push(input.payload as Segment);
        this.times.push(this.#context?.monotonic() ?? 0);
        break;
      case "closed":
        this.closed = input.why;
        this.#connection = undefined;
        break;
      case "signalled":
        this.#flush();
        break;
      default:
        break;
    }
  }

  /** Sends a request now, without waiting. */
  send(...args: string[]): void {
    this.sendAll([args]);
  }

  /** Several requests in one segment each, in one go. */
  sendAll(requests: readonly (readonly string[])[]): void {
    this.#push(requests.map((args) => request(...args)));
  }

  /** Bytes as they are. */
  sendBytes(bytes: string): void {
    this.#push([raw(bytes)]);
  }

  /** Closes the connection from this side. */
  close(): void {
    if (this.#connection !== undefined) this.#context?.close(this.#connection);
    this.#connection = undefined;
  }

  /** Sends a request, runs until its reply is there (at most a second), and shows the reply. */
  ask(...args: string[]): string {
    const before = this.received.length;
    this.send(...args);
    for (let i = 0; i < 1_000 && this.received.length === before; i++) {
      this.#world.run(milliseconds(1));
    }
    const reply = this.received[before];
    return reply === undefined ? "(nothing)" : show(reply);
  }

  /** What was received and not yet asked for, shown; the list is empty afterwards. */
  replies(): string[] {
    this.times.splice(0);
    return this.received.splice(0).map(show);
  }

  #push(segments: readonly Segment[]): void {
    this.#queue.push(...segments);
    // A process does nothing out of the blue: the signal gives it a turn.
    this.#world.simulation.inject({ kind: "kill", node: this.name, signal: "TERM" });
  }

  #flush(): void {
    const queue = this.#queue;
    this.#queue = [];
    for (const segment of queue) {
      if (this.#connection !== undefined) this.#context?.send(this.#connection, segment);
    }
  }
}

/** A value in one line, as redis-cli would show it. */
function show(value: Segment): string {
  switch (value.kind) {
    case "status":
      return `+${value.text}`;
    case "error":
      return `-${value.text}`;
    case "integer":
      return `:${value.digits ?? value.value}`;
    case "bulk":
    case "verbatim":
      return JSON.stringify(value.text);
    case "null":
      return "nil";
    case "boolean":
      return value.value ? "true" : "false";
    case "double":
      return value.text;
    case "array":
      return `[${value.items.map(show).join(" ")}]`;
    case "map":
      return `{${value.items.map(show).join(" ")}}`;
    case "set":
      return `~[${value.items.map(show).join(" ")}]`;
    case "push":
      return `>[${value.items.map(show).join(" ")}]`;
    case "request":
      return `*[${value.args.join(" ")}]`;
    case "raw":
      return JSON.stringify(value.bytes);
    case "ballast":
      return `(${value.length} bytes)`;
    case "rdb":
      return `(RDB of ${value.length} bytes)`;
    default: {
      const never: never = value;
      return String(never);
    }
  }
}
