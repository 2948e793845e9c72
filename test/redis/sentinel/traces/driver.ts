/**
 * Plays what a recording's head says was done: redis-servers on 127.0.0.1:6000, 6001, ... and Sentinels on
 * 26000, ..., started as they were then, and each of the recording's steps at its instant. Chance is chance:
 * seeds are tried until a run tells what was recorded; that there is such a seed is the claim.
 */
import { expect } from "vitest";
import type { Actor, Address, Context, Input } from "../../../../src/kernel/actor.js";
import { Simulation } from "../../../../src/kernel/simulation.js";
import { milliseconds } from "../../../../src/kernel/time.js";
import { Keyspace } from "../../../../src/redis/keyspace/keyspace.js";
import { rdbFile } from "../../../../src/redis/persistence/rdb-file.js";
import { redisSentinel } from "../../../../src/redis/sentinel/sentinel.js";
import { redisServer } from "../../../../src/redis/server/boot.js";
import type { Version } from "../../../../src/redis/version.js";
import { requestOf, type Value } from "../../../../src/redis/wire/value.js";
import { readTrace, type TraceEvent, tellsTheSame } from "./trace.js";

export interface Setup {
  readonly version?: Version;
  readonly replicas?: number;
  readonly sentinels?: number;
  readonly quorum?: number;
  /** Lines of every sentinel.conf behind `sentinel monitor`. */
  readonly config?: readonly string[];
  /** down-after-milliseconds; 3000 as in the recordings of failovers. */
  readonly down?: number;
  /** How long the servers had been running when the Sentinels were started. */
  readonly lead?: number;
  /** Where the recording's times begin, in ms since the servers were started: by default at the mark. */
  readonly zero?: number;
}

/** From the start of a Sentinel to the mark `sentinels started`, which the recorder set once all answered. */
const settling = 200;

const loadBytesPerSecond = 10_000_000;

/** Sends commands over one connection of its own, and keeps what comes back. */
class Operator implements Actor {
  readonly replies: Value[] = [];
  readonly #context: Context;
  readonly #to: Address;
  readonly #commands: readonly string[];

  constructor(context: Context, to: Address, commands: readonly string[]) {
    this.#context = context;
    this.#to = to;
    this.#commands = commands;
  }

  handle(input: Input): void {
    if (input.kind === "started") {
      const connection = this.#context.connect(this.#to);
      for (const command of this.#commands) {
        this.#context.send(connection, requestOf(command.split(" ")));
      }
    }
    if (input.kind === "received") this.replies.push(input.payload as unknown as Value);
  }
}

/** PSUBSCRIBE * on one Sentinel from the mark on, until it is gone: what the recorder was told. */
class Recorder implements Actor {
  readonly #context: Context;
  readonly #to: Address;
  readonly #heard: (text: string) => void;

  constructor(context: Context, to: Address, heard: (text: string) => void) {
    this.#context = context;
    this.#to = to;
    this.#heard = heard;
  }

  handle(input: Input): void {
    if (input.kind === "started") {
      this.#context.send(this.#context.connect(this.#to), requestOf(["PSUBSCRIBE", "*"]));
    }
    if (input.kind !== "received") return;
    const message = input.payload as unknown as Value;
    if (message.kind !== "array") return;
    const [kind, , channel, payload] = message.items;
    if (kind?.kind !== "bulk" || kind.text !== "pmessage") return;
    if (channel?.kind === "bulk" && payload?.kind === "bulk") {
      this.#heard(`${channel.text} ${payload.text}`);
    }
  }
}

export class Cluster {
  readonly simulation: Simulation;
  readonly events: TraceEvent[] = [];
  readonly #setup: Setup;
  readonly #zero: number;
  /** Whom a step singled out, for the steps after it. */
  chosen = "";
  #operators = 0;

  constructor(setup: Setup, seed: string) {
    this.#setup = setup;
    const lead = setup.lead ?? 2_000;
    this.#zero = setup.zero ?? lead + settling;
    this.simulation = new Simulation({ seed });
    const machine = { loadBytesPerSecond };
    this.simulation.addHost("h", { ips: ["127.0.0.1"], machine });
    const { replicas = 2, sentinels = 3, quorum = 2, version = "7.0", config = [] } = setup;
    for (let i = 0; i <= replicas; i++) {
      const configPath = `/r${i}/redis.conf`;
      this.#write(configPath, serverConfig(i, i > 0));
      this.simulation.addNode(`r${i}`, {
        host: "h",
        factory: redisServer({ version, configPath }),
      });
      this.simulation.boot(`r${i}`);
    }
    this.simulation.advance(milliseconds(lead));
    for (let i = 0; i < sentinels; i++) {
      const configPath = `/s${i}/sentinel.conf`;
      const lines = [
        `port ${26000 + i}`,
        `dir /s${i}`,
        `sentinel myid ${idOf(i)}`,
        `sentinel monitor mymaster 127.0.0.1 6000 ${quorum}`,
        `sentinel down-after-milliseconds mymaster ${setup.down ?? 3_000}`,
        ...config,
      ];
      this.#write(configPath, lines.map((line) => `${line}\n`).join(""));
      const factory = redisSentinel({ version, configPath });
      this.simulation.addNode(`s${i}`, { host: "h", factory });
    }
    // One after the other, as a shell starts them; their order is chance.
    for (let i = 0; i < sentinels; i++) {
      this.simulation.boot(`s${i}`);
      this.simulation.advance(milliseconds(12));
    }
    this.runTo(lead + settling - this.#zero);
    for (let i = 0; i < sentinels; i++) this.#record(i);
  }

  #record(i: number): void {
    const heard = (text: string): void => {
      this.events.push({ at: this.now, sentinel: `S${i}`, text: this.#normalised(text) });
    };
    const to = { ip: "127.0.0.1", port: 26000 + i };
    this.simulation.addNode(`recorder${i}`, {
      host: "h",
      factory: (context) => new Recorder(context, to, heard),
    });
    this.simulation.boot(`recorder${i}`);
  }

  #write(path: string, text: string): void {
    const disk = this.simulation.disk("h");
    disk.write(path, text, text.length);
    disk.sync(path);
  }

  #normalised(text: string): string {
    let result = text;
    for (let i = 0; i < (this.#setup.sentinels ?? 3); i++) {
      result = result.replaceAll(idOf(i), `ID_S${i}`);
    }
    return result;
  }

  /** Milliseconds since the mark. */
  get now(): number {
    return Math.floor(this.simulation.now / 1_000) - this.#zero;
  }

  runTo(ms: number): void {
    if (ms > this.now) this.simulation.advance(milliseconds(ms - this.now));
  }

  run(ms: number): void {
    this.simulation.advance(milliseconds(ms));
  }

  /** Runs until some Sentinel says this, at most a minute; the event. */
  runUntilSaid(channel: string): TraceEvent | undefined {
    let seen = this.events.length;
    for (let waited = 0; waited < 60_000; waited++) {
      for (; seen < this.events.length; seen++) {
        const event = this.events[seen];
        if (event?.text.startsWith(`${channel} `) === true) return event;
      }
      this.run(1);
    }
    return undefined;
  }

  kill(...nodes: readonly string[]): void {
    for (const node of nodes) this.simulation.inject({ kind: "kill", node, signal: "KILL" });
  }

  /** A server comes back as its command line made it: a master, whatever it was told meanwhile. */
  restart(...nodes: readonly string[]): void {
    for (const node of nodes) {
      const i = Number(node.slice(1));
      if (node.startsWith("r")) this.#write(`/r${i}/redis.conf`, serverConfig(i, false));
      this.simulation.inject({ kind: "restart", node });
    }
  }

  /** An RDB file that takes so many seconds to load. */
  giveDataset(node: string, seconds: number): void {
    const keyspace = new Keyspace(16);
    keyspace.ballast = { keys: 1_000, bytes: seconds * loadBytesPerSecond };
    const file = rdbFile(keyspace.snapshot(), undefined);
    this.simulation.disk("h").write(`/${node}/dump.rdb`, file, file.bytes);
  }

  pause(...nodes: readonly string[]): void {
    for (const node of nodes) this.simulation.inject({ kind: "pause", node });
  }

  resume(...nodes: readonly string[]): void {
    for (const node of nodes) this.simulation.inject({ kind: "resume", node });
  }

  file(path: string): string {
    return String(this.simulation.disk("h").read(path));
  }

  /** Commands to a node over a connection of their own; replies come while the world runs. */
  send(node: string, ...commands: readonly string[]): Operator {
    const name = `operator${++this.#operators}`;
    const i = Number(node.slice(1));
    const to = { ip: "127.0.0.1", port: node.startsWith("s") ? 26000 + i : 6000 + i };
    let operator: Operator | undefined;
    this.simulation.addNode(name, {
      host: "h",
      factory: (context) => {
        operator = new Operator(context, to, commands);
        return operator;
      },
    });
    this.simulation.boot(name);
    if (operator === undefined) throw new Error("the operator has begun");
    return operator;
  }
}

function idOf(i: number): string {
  return `${i}`.repeat(40);
}

function serverConfig(i: number, isReplica: boolean): string {
  const lines = [`port ${6000 + i}`, `dir /r${i}`, 'save ""', "protected-mode no"];
  if (isReplica) lines.push("replicaof 127.0.0.1 6000");
  return lines.map((line) => `${line}\n`).join("");
}

export interface Reproduction extends Setup {
  /** What each step of the recording did, by its text; `end` needs nothing. */
  readonly play: Readonly<Record<string, (cluster: Cluster) => void>>;
  /** What was set up before the first step, at the mark. */
  readonly prepare?: (cluster: Cluster) => void;
  /** Those that nothing singles out. */
  readonly sentinelsAlike?: readonly string[];
  readonly portsAlike?: readonly string[];
  readonly mastersAlike?: readonly string[];
  /** How far an event may be from when it was recorded, in ms. */
  readonly tolerance?: number;
  /** Where it is cut into parts that are looked for one by one, in ms. */
  readonly cuts?: readonly number[];
  /** A seed that did it once: tried first, so that the test is quick. */
  readonly seed?: number;
}

/** So many seeds are tried; the rarest of the recordings comes about once in three hundred. */
const seedsMax = 1_500;

const idle: Readonly<Record<string, (cluster: Cluster) => void>> = {
  "sentinels started": () => {},
  "start redis": () => {},
  end: () => {},
};

/** What a recording printed for itself: questions to a Sentinel, not deeds. */
const remark = /^(?:pending|seen|known) /;

/** The events of a seed's run. */
function play(name: string, how: Reproduction, seed: number): readonly TraceEvent[] {
  const cluster = new Cluster(how, `${name} ${seed}`);
  how.prepare?.(cluster);
  const { steps, events } = readTrace(name);
  for (const { at, text } of steps) {
    if (remark.test(text)) continue;
    const act = how.play[text] ?? idle[text];
    if (act === undefined) throw new Error(`${name}: nobody knows what "${text}" did`);
    cluster.runTo(at);
    act(cluster);
  }
  cluster.runTo(events.at(-1)?.at ?? 0);
  return cluster.events;
}

/** The first seed whose run tells what was recorded from one instant to another. */
function findSeed(name: string, how: Reproduction, begin: number, end: number): number | undefined {
  const { steps, events } = readTrace(name);
  const within = ({ at }: TraceEvent): boolean => at >= begin && at < end;
  const recorded = events.filter(within);
  const comparison = {
    from: steps.find(({ text }) => idle[text] === undefined)?.at ?? 0,
    tolerance: how.tolerance ?? 1_300,
    alike: {
      sentinels: how.sentinelsAlike ?? ["S0", "S1", "S2"],
      ports: how.portsAlike ?? ["6001", "6002"],
      masters: how.mastersAlike ?? [],
    },
  };
  const seeds = [how.seed ?? 1, ...Array.from({ length: seedsMax }, (_, i) => i + 1)];
  return seeds.find((seed) =>
    tellsTheSame(play(name, how, seed).filter(within), recorded, comparison),
  );
}

/** Each part of the recording is told by some seed. */
export function expectReproduced(name: string, how: Reproduction): void {
  const cuts = [0, ...(how.cuts ?? []), Number.POSITIVE_INFINITY];
  for (let i = 1; i < cuts.length; i++) {
    const [begin, end] = [cuts[i - 1] as number, cuts[i] as number];
    expect(findSeed(name, how, begin, end), `a seed whose run tells ${name}`).toBeDefined();
  }
}

export function failoverTimeout(ms: number): readonly string[] {
  return [`sentinel failover-timeout mymaster ${ms}`];
}

/** The replica that SENTINEL FAILOVER will choose. */
export function prefer(cluster: Cluster, node: string): void {
  cluster.send(node, "CONFIG SET replica-priority 10");
}

/** Refuses whatever a Sentinel would have it replicate. */
export function refuseReplicaof(cluster: Cluster, ...nodes: readonly string[]): void {
  for (const node of nodes) cluster.send(node, "ACL SETUSER default -slaveof -replicaof");
}
