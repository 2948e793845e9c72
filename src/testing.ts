/**
 * `redsim/testing`: a cluster for a test-suite (vitest, jest, mocha, node:test), in the suite's own
 * process, on real ports of loopback, for whatever client the suite tests.
 *
 * The clock is held unless a speed is asked for: virtual time moves only in `advance`, which is done
 * once nothing that clients sent, or were sent, lies unread on a socket. A client that waits for an
 * answer therefore needs an `advance` beside it, or a speed.
 *
 * What a test asks for and cannot be is a `ScenarioError`, as in the library.
 */
import { loadScenario, type SourceText, scenarioOf } from "./cli/scenario-source.js";
import { Breaker, Refusal } from "./gateway/breaker.js";
import { EventLog } from "./gateway/event-log.js";
import { Gateway } from "./gateway/gateway.js";
import type { Address } from "./kernel/actor.js";
import type { Duration } from "./kernel/time.js";
import { ProblemsError } from "./redis/config/problem.js";
import { mistake, shown } from "./run/mistake.js";
import type { RunResult } from "./run/result.js";
import { Run } from "./run.js";
import { defineScenario, ScenarioError, type ScenarioInput } from "./scenario/define.js";
import { parseDuration } from "./scenario/duration.js";
import type { Scenario } from "./scenario/scenario.js";
import { outsideHost, served } from "./scenario/served.js";
import { suggestion } from "./scenario/suggest.js";

export type { Address } from "./kernel/actor.js";
export type { RunResult } from "./run/result.js";
export { ScenarioError, type ScenarioInput } from "./scenario/define.js";

export interface ClusterOptions {
  /** A name that `redsim list` shows, a path to a YAML file, the text of one, or an object with its keys. */
  readonly scenario?: string | ScenarioInput;
  /** Changes the scenario first, as `--set` does: `nodes.replicas=1`. */
  readonly set?: readonly string[];
  /** Any text; instead of the scenario's own. */
  readonly seed?: string;
  /** Virtual seconds for each real one, up to a million; 0, the default, holds the clock. */
  readonly speed?: number;
  /** With the scenario's own clients and steps, which are left out by default. */
  readonly whole?: boolean;
}

/** A master with two replicas, three Sentinels, and a failover within seconds. */
const usual =
  "duration: 1h\nnodes: { replicas: 2, sentinels: 3 }\nsentinel: { down-after-milliseconds: 5000 }\n";

/** As fast as no machine is. */
const speedMax = 1_000_000;

export class Cluster {
  readonly #gateway: Gateway;
  readonly #breaker: Breaker;
  readonly #events: EventLog;
  #isStopped = false;

  /** Made by `startCluster`. */
  constructor(gateway: Gateway, events: EventLog) {
    this.#gateway = gateway;
    this.#breaker = new Breaker(gateway);
    this.#events = events;
  }

  /** Where each node listens, by its name. */
  get addresses(): Readonly<Record<string, Address>> {
    return Object.fromEntries(
      this.#gateway.run.plan.nodes.map(({ name }) => [name, this.address(name)]),
    );
  }

  /** Where a server or a Sentinel listens. */
  address(node: string): Address {
    const address = this.#gateway.addressOf(node);
    if (address === undefined) throw mistake("address", `${node} is a client, and listens nowhere`);
    return address;
  }

  /** As clients with Sentinel support want them. */
  get sentinels(): readonly { readonly host: string; readonly port: number }[] {
    return this.#gateway.run.plan.nodes
      .filter(({ kind }) => kind === "sentinel")
      .map(({ name }) => {
        const { ip, port } = this.address(name);
        return { host: ip, port };
      });
  }

  /** The node that most Sentinels take for the master; of a group, where there are several. */
  master(group?: string): string | undefined {
    return this.#gateway.run.masterOf(group);
  }

  /** Virtual milliseconds so far. */
  get time(): number {
    return this.#gateway.run.now / 1_000;
  }

  /** What has happened, a line each, oldest first. */
  get events(): readonly string[] {
    return this.#events.last(Number.MAX_SAFE_INTEGER);
  }

  /** The same for the same seed and the same doings of clients at the same virtual instants. */
  get fingerprint(): string {
    return this.#gateway.run.fingerprint;
  }

  /** Virtual seconds for each real one, up to a million; 0 holds the clock. */
  get speed(): number {
    return this.#gateway.speed;
  }

  set speed(speed: number) {
    this.#runs();
    checkSpeed(speed);
    this.#gateway.speed = speed;
  }

  /** By `30s` or `500ms` of virtual time, as fast as it goes. */
  async advance(duration: string): Promise<void> {
    this.#runs();
    await this.#gateway.advance(durationOf(duration));
  }

  /** Advances until `isEnough`, asked every 10 ms of virtual time, and fails when that is not within so long. */
  async advanceUntil(isEnough: (cluster: Cluster) => boolean, within = "120s"): Promise<void> {
    this.#runs();
    if (typeof isEnough !== "function")
      throw mistake("advanceUntil", `expected a function, not ${shown(isEnough)}`);
    await this.#gateway.advanceUntil(durationOf(within), () => isEnough(this));
    if (!isEnough(this)) throw new Error(`it has not come to that within ${within}`);
  }

  /** `master`, `any replica`, `s1`: whoever is meant, by the words of a scenario. Answers their names. */
  kill(who: string): readonly string[] {
    return this.#does(() => this.#breaker.kill(named(who)));
  }

  /** Without a name: whoever is down. */
  restart(who?: string): readonly string[] {
    return this.#does(() => this.#breaker.restart(who === undefined ? who : named(who)));
  }

  pause(who: string): readonly string[] {
    return this.#does(() => this.#breaker.pause(named(who)));
  }

  /** Without a name: whoever is paused. */
  resume(who?: string): readonly string[] {
    return this.#does(() => this.#breaker.resume(who === undefined ? who : named(who)));
  }

  powerOff(who: string): readonly string[] {
    return this.#does(() => this.#breaker.powerOff(named(who)));
  }

  powerOn(who: string): readonly string[] {
    return this.#does(() => this.#breaker.powerOn(named(who)));
  }

  /** Between two machines; without the second, between the first and everybody, real clients too. */
  cut(a: string, b?: string): readonly string[] {
    return this.#does(() => this.#breaker.cut(named(a), b === undefined ? b : named(b)));
  }

  /** Undoes all cuts. */
  heal(): void {
    this.#does(() => this.#breaker.heal());
  }

  #does<T>(act: () => T): T {
    this.#runs();
    return told(act);
  }

  #runs(): void {
    if (this.#isStopped)
      throw mistake("", "the cluster was stopped", "startCluster starts another");
  }

  /** Closes all ports; what the run came to. Nothing moves afterwards, and looking goes on. */
  async stop(): Promise<RunResult> {
    this.#isStopped = true;
    await this.#gateway.close();
    return this.#gateway.run.result();
  }
}

/** Resolves once every Sentinel knows every node; rejects with a ScenarioError where an option is wrong. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  checkOptions(options);
  const read = told(() => scenarioFor(options));
  const seed = options.seed ?? read.seed;
  let events = new EventLog();
  const gateway = await Gateway.settledSomewhere(process.pid * 31, (network) => {
    events = new EventLog();
    return new Run({
      scenario: served(read, { network, bare: options.whole !== true }),
      seed,
      observers: [events],
      outside: outsideHost(read),
    });
  });
  gateway.speed = options.speed ?? 0;
  return new Cluster(gateway, events);
}

function scenarioFor({ scenario = usual, set = [] }: ClusterOptions): Scenario {
  if (typeof scenario !== "string") return defineScenario(scenario, { set });
  if (!scenario.includes("\n")) return loadScenario(scenario, set).scenario;
  const source: SourceText = { name: "cluster.yaml", text: scenario, files: {}, set };
  return scenarioOf(source);
}

const optionNames: Readonly<Record<keyof ClusterOptions, true>> = {
  scenario: true,
  set: true,
  seed: true,
  speed: true,
  whole: true,
};

function checkOptions(options: ClusterOptions): void {
  if (typeof options !== "object" || options === null)
    throw mistake("", `expected the options of a cluster, not ${shown(options)}`);
  const known = Object.keys(optionNames);
  for (const option of Object.keys(options))
    if (!known.includes(option))
      throw mistake(option, "a cluster has no such option", suggestion(option, known));
  const { set = [], speed = 0, whole = false } = options;
  if (!Array.isArray(set))
    throw mistake("set", `expected a list, not ${shown(set)}`, '["nodes.replicas=1"]');
  if (typeof whole !== "boolean")
    throw mistake("whole", `expected true or false, not ${shown(whole)}`);
  checkSpeed(speed);
}

function checkSpeed(speed: unknown): void {
  if (typeof speed !== "number" || !(speed >= 0 && speed <= speedMax))
    throw mistake("speed", `expected a number from 0 to ${speedMax}, not ${shown(speed)}`);
}

/** What stands behind the doors says in its own way what cannot be. */
function told<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof Refusal) throw mistake("", error.message);
    if (error instanceof ProblemsError) throw new ScenarioError(error.problems);
    throw error;
  }
}

function named(who: unknown): string {
  if (typeof who === "string") return who;
  throw mistake("", `expected who is meant, not ${shown(who)}`, '"master", "any replica", "s1"');
}

function durationOf(text: unknown): Duration {
  const duration = typeof text === "string" ? parseDuration(text) : undefined;
  if (duration !== undefined) return duration;
  throw mistake("", `${shown(text)} is not a duration`, "such as 500ms or 30s");
}
