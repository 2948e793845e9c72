/**
 * A small world for one or more real Sentinels: the kernel, Sentinels that read their files from disk,
 * and peers on the wire that answer as a redis-server would, as far as a Sentinel can tell. What a peer
 * says of itself is plain data that a test changes while the world runs; all it was asked it remembers.
 */
import type { Actor, Address, ConnectionId, Context, Input } from "../../../src/kernel/actor.js";
import type { Fault } from "../../../src/kernel/fault.js";
import { Simulation } from "../../../src/kernel/simulation.js";
import { milliseconds } from "../../../src/kernel/time.js";
import type { Instance } from "../../../src/redis/sentinel/instance.js";
import { redisSentinel, Sentinel } from "../../../src/redis/sentinel/sentinel.js";
import type { SentinelState } from "../../../src/redis/sentinel/state.js";
import type { ServerProcess } from "../../../src/redis/server/process.js";
import type { Version } from "../../../src/redis/version.js";
import {
  array,
  bulk,
  error,
  integer,
  ok,
  pong,
  requestOf,
  type Segment,
  status,
  type Value,
} from "../../../src/redis/wire/value.js";

export interface PeerFacts {
  role: "master" | "slave";
  masterIp: string;
  masterPort: number;
  linkUp: boolean;
  linkDownSeconds: number;
  priority: number;
  offset: number;
  runId: string;
  /** `ip:port` of its replicas, as INFO lists them. */
  replicas: string[];
  /** What PING is answered with; undefined: nothing is answered at all. */
  ping: Value | undefined;
  /** SLAVEOF inside EXEC is obeyed. */
  obeys: boolean;
}

export interface Asked {
  readonly at: number;
  readonly connection: ConnectionId;
  readonly args: readonly string[];
}

class Peer implements Actor {
  readonly facts: PeerFacts;
  readonly asked: Asked[];
  readonly #context: Context;
  readonly #subscribers = new Set<ConnectionId>();
  readonly #queued = new Map<ConnectionId, (readonly string[])[]>();

  constructor(context: Context, facts: PeerFacts, asked: Asked[]) {
    this.#context = context;
    this.facts = facts;
    this.asked = asked;
  }

  handle(input: Input): void {
    if (input.kind === "started") this.#context.listen(6379);
    if (input.kind === "closed") this.#forget(input.connection);
    if (input.kind !== "received") return;
    const payload = input.payload as Segment;
    if (payload.kind !== "request") return;
    const { connection } = input;
    this.asked.push({ at: this.#context.now(), connection, args: payload.args });
    if (this.facts.ping === undefined) return;
    for (const reply of this.#answer(connection, payload.args))
      this.#context.send(connection, reply);
  }

  #forget(connection: ConnectionId): void {
    this.#subscribers.delete(connection);
    this.#queued.delete(connection);
  }

  #answer(connection: ConnectionId, args: readonly string[]): Value[] {
    const { facts } = this;
    const name = args[0];
    const queue = this.#queued.get(connection);
    if (queue !== undefined && name !== "EXEC") {
      queue.push(args);
      return [status("QUEUED")];
    }
    switch (name) {
      case "PING":
        return [facts.ping ?? pong];
      case "INFO":
        return [bulk(infoOf(facts))];
      case "SUBSCRIBE":
        this.#subscribers.add(connection);
        return [array([bulk("subscribe"), bulk(args[1] ?? ""), integer(1)])];
      case "PUBLISH":
        return [this.#publish(args[1] ?? "", args[2] ?? "")];
      case "MULTI":
        this.#queued.set(connection, []);
        return [ok];
      case "EXEC":
        return this.#execute(connection, queue ?? []);
      default:
        return [ok];
    }
  }

  #publish(channel: string, message: string): Value {
    const said = array([bulk("message"), bulk(channel), bulk(message)]);
    for (const subscriber of this.#subscribers) this.#context.send(subscriber, said);
    return integer(this.#subscribers.size);
  }

  #execute(connection: ConnectionId, queue: (readonly string[])[]): Value[] {
    this.#queued.delete(connection);
    const { facts } = this;
    for (const [name, host, port] of queue) {
      if (name !== "SLAVEOF" || !facts.obeys) continue;
      facts.role = host === "NO" ? "master" : "slave";
      facts.masterIp = host === "NO" ? "" : (host ?? "");
      facts.masterPort = host === "NO" ? 0 : Number(port);
    }
    return [array(queue.map(() => ok))];
  }
}

function infoOf(facts: PeerFacts): string {
  const lines = ["# Server", "redis_version:7.0.15", `run_id:${facts.runId}`, ""];
  lines.push("# Memory", "run_id:this line is in a section that has nothing for a Sentinel", "");
  lines.push("# Replication", `role:${facts.role}`);
  if (facts.role === "slave") {
    lines.push(`master_host:${facts.masterIp}`, `master_port:${facts.masterPort}`);
    lines.push(`master_link_status:${facts.linkUp ? "up" : "down"}`);
    lines.push(`slave_repl_offset:${facts.offset}`);
    if (!facts.linkUp) lines.push(`master_link_down_since_seconds:${facts.linkDownSeconds}`);
    lines.push(`slave_priority:${facts.priority}`);
  }
  lines.push(`connected_slaves:${facts.replicas.length}`);
  facts.replicas.forEach((replica, i) => {
    const [ip, port] = replica.split(":");
    lines.push(`slave${i}:ip=${ip},port=${port},state=online,offset=${facts.offset},lag=0`);
  });
  return `${lines.join("\r\n")}\r\n`;
}

/** One command to one Sentinel, and its reply. */
class Operator implements Actor {
  readonly replies: Value[] = [];
  readonly #context: Context;
  readonly #to: Address;
  readonly #commands: readonly (readonly string[])[];

  constructor(context: Context, to: Address, commands: readonly (readonly string[])[]) {
    this.#context = context;
    this.#to = to;
    this.#commands = commands;
  }

  handle(input: Input): void {
    if (input.kind === "started") {
      const connection = this.#context.connect(this.#to);
      for (const args of this.#commands) this.#context.send(connection, requestOf(args));
    }
    if (input.kind === "received") this.replies.push(input.payload as unknown as Value);
  }
}

export interface Event {
  /** Milliseconds since the start of the run. */
  readonly at: number;
  readonly node: string;
  /** Redis's mark of the log level. */
  readonly level: string;
  readonly channel: string;
  readonly payload: string;
}

export interface WorldOptions {
  readonly version?: Version;
  readonly seed?: string;
  /** Where wall clocks start, in ms. */
  readonly epoch?: number;
  /** How many replicas the master r1 has: r2, r3, ... */
  readonly replicas?: number;
  readonly sentinels?: number;
  readonly quorum?: number;
  /** What the files call the master; its address unless told otherwise. */
  readonly master?: string;
  /** Host names and their addresses. */
  readonly names?: Readonly<Record<string, string>>;
  /** False: the files name no id. */
  readonly myid?: boolean;
  /** Lines after `sentinel monitor`. */
  readonly config?: readonly string[];
  /** What else is on the disk of each Sentinel, by path. */
  readonly files?: Readonly<Record<string, unknown>>;
}

/** `r1` (10.0.0.1) the master, `r2` ... its replicas, all on port 6379; `s1` (10.0.1.1) ... on 26379. */
export class World {
  readonly simulation: Simulation;
  readonly events: Event[] = [];
  readonly logs: string[] = [];
  /** The nodes that wrote their files, once for each time. */
  readonly rewrites: string[] = [];
  readonly names: { readonly node: string; readonly ip: string; readonly epoch: number }[] = [];
  readonly #sentinels = new Map<string, Sentinel>();
  readonly #facts = new Map<string, PeerFacts>();
  readonly #asked = new Map<string, Asked[]>();
  readonly #within = new Map<string, () => void>();
  readonly #options: WorldOptions;
  #operators = 0;

  constructor(options: WorldOptions = {}) {
    this.#options = options;
    this.simulation = new Simulation({
      seed: options.seed ?? "sentinel",
      ...(options.epoch === undefined ? {} : { epoch: options.epoch }),
      watch: (node, note, at) => {
        if (note.kind === "event") {
          const { level, channel, payload } = note as unknown as Event;
          this.events.push({ at: Math.floor(at / 1_000), node, level, channel, payload });
        } else if (note.kind === "log") {
          this.logs.push(String(note["text"]));
        } else if (note.kind === "rewrote") {
          this.rewrites.push(node);
        } else if (note.kind === "names") {
          this.names.push({ node, ip: String(note["ip"]), epoch: Number(note["epoch"]) });
        }
      },
    });
    for (const [name, ip] of Object.entries(options.names ?? {})) this.simulation.setName(name, ip);
    const replicas = options.replicas ?? 2;
    for (let i = 1; i <= 1 + replicas; i++) this.addPeer(i, i === 1 ? "master" : "slave");
    const master = this.facts("r1");
    for (let i = 2; i <= 1 + replicas; i++) master.replicas.push(`10.0.0.${i}:6379`);
    for (let i = 1; i <= (options.sentinels ?? 3); i++) this.#addSentinel(i);
    for (const node of this.simulation.nodes) this.simulation.boot(node);
  }

  addPeer(i: number, role: PeerFacts["role"]): void {
    const name = `r${i}`;
    const facts: PeerFacts = {
      role,
      masterIp: role === "slave" ? "10.0.0.1" : "",
      masterPort: role === "slave" ? 6379 : 0,
      linkUp: true,
      linkDownSeconds: 0,
      priority: 100,
      offset: 1_000,
      runId: `${i}`.repeat(40).slice(0, 40),
      replicas: [],
      ping: pong,
      obeys: true,
    };
    const asked: Asked[] = [];
    this.#facts.set(name, facts);
    this.#asked.set(name, asked);
    this.simulation.addHost(name, { ips: [`10.0.0.${i}`] });
    this.simulation.addNode(name, {
      host: name,
      factory: (context) => new Peer(context, facts, asked),
    });
  }

  #addSentinel(i: number): void {
    const name = `s${i}`;
    const { version = "7.0", quorum = 2, config = [], master = "10.0.0.1" } = this.#options;
    this.simulation.addHost(name, { ips: [`10.0.1.${i}`] });
    const text = [
      "port 26379",
      ...(this.#options.myid === false
        ? []
        : [`sentinel myid ${String.fromCharCode(96 + i).repeat(40)}`]),
      `sentinel monitor mymaster ${master} 6379 ${quorum}`,
      "sentinel down-after-milliseconds mymaster 3000",
      ...config,
      "",
    ].join("\n");
    const configPath = "/etc/sentinel.conf";
    this.simulation.disk(name).write(configPath, text, text.length);
    this.simulation.disk(name).sync(configPath);
    for (const [path, content] of Object.entries(this.#options.files ?? {})) {
      this.simulation.disk(name).write(path, content, 0);
    }
    const make = redisSentinel({ version, configPath });
    this.simulation.addNode(name, {
      host: name,
      factory: (context) => {
        const process = make(context) as ServerProcess;
        if (process.mode instanceof Sentinel) this.#sentinels.set(name, process.mode);
        const handle = (input: Input): void => {
          const act = this.#within.get(name);
          if (input.kind === "settled" && act !== undefined) {
            this.#within.delete(name);
            act();
          }
          process.handle(input);
        };
        return { handle, inspect: () => process.inspect() };
      },
    });
  }

  run(ms: number): void {
    this.simulation.advance(milliseconds(ms));
  }

  /** Does this at the end of the Sentinel's next iteration, as if it were its own code. */
  within<T>(name: string, act: () => T): T {
    let result: { readonly value: T } | undefined;
    this.#within.set(name, () => {
      result = { value: act() };
    });
    for (let waited = 0; waited < 200 && result === undefined; waited++) this.run(1);
    return present(result).value;
  }

  /** Milliseconds since the start. */
  get now(): number {
    return Math.floor(this.simulation.now / 1_000);
  }

  inject(fault: Fault): void {
    this.simulation.inject(fault);
  }

  facts(name: string): PeerFacts {
    return present(this.#facts.get(name));
  }

  /** What the peer was asked by this kind of command, oldest first. */
  asked(name: string, command?: string): readonly Asked[] {
    const all = present(this.#asked.get(name));
    return command === undefined ? all : all.filter(({ args }) => args[0] === command);
  }

  state(name: string): SentinelState {
    return present(this.#sentinels.get(name)).state;
  }

  master(name: string): Instance {
    return present(this.state(name).masters.records[0]);
  }

  /** `<node> <channel> <payload>` of the events since `from`, without those of these channels. */
  eventsOf(node: string, from = 0): readonly string[] {
    return this.events
      .filter((event) => event.node === node && event.at >= from)
      .map(({ channel, payload }) => `${channel} ${payload}`);
  }

  /** When the event was first seen on the node, from `from` on. */
  when(node: string, channel: string, from = 0): number | undefined {
    const of = (event: Event): boolean =>
      event.node === node && event.channel === channel && event.at >= from;
    return this.events.find(of)?.at;
  }

  config(name: string): string {
    return String(this.simulation.disk(name).read("/etc/sentinel.conf"));
  }

  /** Sends commands to a Sentinel over a connection of its own and gives the replies, as redis-cli would. */
  command(to: string, ...commands: readonly string[]): unknown[] {
    const name = `operator${++this.#operators}`;
    let operator: Operator | undefined;
    const address = { ip: `10.0.1.${to.slice(1)}`, port: 26379 };
    const words = commands.map((command) => command.split(" "));
    this.simulation.addHost(name, { ips: [`10.0.9.${this.#operators}`] });
    this.simulation.addNode(name, {
      host: name,
      factory: (context) => {
        operator = new Operator(context, address, words);
        return operator;
      },
    });
    this.simulation.boot(name);
    // Until all have come: a Sentinel that saves its state is busy for as long as its disk.
    for (let waited = 0; waited < 2_000; waited++) {
      this.run(1);
      if (present(operator).replies.length >= words.length) break;
    }
    return present(operator).replies.map(plain);
  }
}

/** A reply as redis-py shows it; errors begin with `ERR>`. */
function plain(value: Value): unknown {
  switch (value.kind) {
    case "error":
      return `ERR>${value.text}`;
    case "integer":
      return value.value;
    case "null":
      return undefined;
    case "array":
    case "map":
    case "set":
    case "push":
      return value.items.map(plain);
    case "request":
      return value.args;
    case "boolean":
      return value.value;
    default:
      return value.text;
  }
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("there is no such thing in this world");
  return value;
}

export const loading = error("LOADING Redis is loading the dataset in memory");
export const busy = error("BUSY Redis is busy running a script.");
