/**
 * A served cluster with real nodes beside it: simulated nodes at their addresses of 127/8, real ones at
 * addresses of the same network that no simulated host has.
 */
import { threadId } from "node:worker_threads";
import { Breaker } from "../../../src/gateway/breaker.js";
import { Gateway } from "../../../src/gateway/gateway.js";
import type { OutsideInput } from "../../../src/kernel/outside.js";
import type { RunRecord } from "../../../src/kernel/record.js";
import { type Instant, microseconds } from "../../../src/kernel/time.js";
import type { RedisNote } from "../../../src/redis/note.js";
import { type Logged, loggedBy } from "../../../src/redis/server/log-line.js";
import { Run } from "../../../src/run.js";
import { epochStart } from "../../../src/scenario/plan.js";
import type { Scenario } from "../../../src/scenario/scenario.js";
import { outsideHost, served } from "../../../src/scenario/served.js";
import { scenarioOf } from "../../scenario/world.js";
import { type Place, RealNode } from "./real-node.js";

interface Line extends Logged {
  readonly node: string;
}

interface MixedClusterOptions {
  readonly run: Run;
  readonly gateway: Gateway;
  readonly lines: readonly Line[];
  readonly network: number;
  readonly scenario: Scenario;
  readonly inputs: { readonly at: Instant; readonly input: OutsideInput }[];
}

export class MixedCluster {
  readonly breaker: Breaker;
  readonly #run: Run;
  readonly #gateway: Gateway;
  readonly #lines: readonly Line[];
  readonly #network: number;
  readonly #scenario: Scenario;
  readonly #inputs: { readonly at: Instant; readonly input: OutsideInput }[];
  readonly #nodes: RealNode[] = [];

  private constructor(options: MixedClusterOptions) {
    this.#run = options.run;
    this.#gateway = options.gateway;
    this.#lines = options.lines;
    this.#network = options.network;
    this.#scenario = options.scenario;
    this.#inputs = options.inputs;
    this.breaker = new Breaker(options.gateway);
  }

  /** Served at speed 1, on the first network that is free, once all simulated nodes know each other. */
  static async start(yaml: string): Promise<MixedCluster> {
    const read = scenarioOf(yaml);
    let made: Omit<MixedClusterOptions, "gateway"> | undefined;
    const gateway = await Gateway.settledSomewhere(process.pid * 7 + threadId * 61, (network) => {
      const ahead = Date.now() - epochStart;
      const scenario = served(read, { network, bare: true, ahead });
      const inputs: { at: Instant; input: OutsideInput }[] = [];
      const lines: Line[] = [];
      const record = (each: RunRecord) => {
        if (each.kind === "outside") inputs.push({ at: each.at, input: each.input });
        if (each.kind !== "note") return;
        const logged = loggedBy(each.note as unknown as RedisNote);
        if (logged !== undefined) lines.push({ node: each.node, ...logged });
      };
      const outside = outsideHost(read);
      const observers = [{ level: "notes" as const, record }];
      const run = new Run({ scenario, seed: "mixed", observers, outside });
      made = { run, lines, network, scenario, inputs };
      return run;
    });
    gateway.speed = 1;
    if (made === undefined) throw new Error("a gateway has a run");
    return new MixedCluster({ ...made, gateway });
  }

  /** Where a simulated node is. */
  at(node: string): Place {
    const address = this.#gateway.addressOf(node);
    if (address === undefined) throw new Error(`no node is called ${node}`);
    return address;
  }

  get run(): Run {
    return this.#run;
  }

  /** What simulated nodes have logged, Sentinels' events included. */
  get log(): string {
    return this.#lines.map(({ text }) => text).join("\n");
  }

  /** What this simulated node has logged: each line behind its level. */
  logOf(node: string): readonly string[] {
    const own = this.#lines.filter((line) => line.node === node);
    return own.map(({ level, text }) => `${level} ${text}`);
  }

  /** The address of the real node with this number. */
  place(number: number, port: number): Place {
    return { ip: `127.${this.#network}.200.${number}`, port };
  }

  server(number: number, ...configuration: string[]): Promise<RealNode> {
    return this.#start(new RealNode("redis-server", this.place(number, 6379), configuration));
  }

  sentinel(number: number, ...configuration: string[]): Promise<RealNode> {
    return this.#start(new RealNode("redis-sentinel", this.place(number, 26379), configuration));
  }

  async #start(node: RealNode): Promise<RealNode> {
    this.#nodes.push(node);
    await node.start();
    return node;
  }

  /** The same run without sockets and real nodes, from what came in and when. */
  replayed(): Run {
    const [host] = this.#scenario.hosts.slice(-1);
    const run = new Run({
      scenario: this.#scenario,
      seed: "mixed",
      ...(host === undefined ? {} : { outside: host.name }),
    });
    for (const { at, input } of this.#inputs) {
      run.advance(microseconds(at - run.now));
      run.take(input);
    }
    run.advance(microseconds(this.#run.now - run.now));
    return run;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.discard()));
    await this.#gateway.close();
  }
}
