/**
 * `redsim/testing`: a cluster for a test-suite (vitest, jest, mocha, node:test), in the suite's own
 * process, on real ports of loopback, for whatever client the suite tests.
 *
 * The clock is held unless a speed is asked for: virtual time moves only in `advance`, which is done
 * once nothing that clients sent, or were sent, lies unread on a socket. A client that waits for an
 * answer therefore needs an `advance` beside it, or a speed.
 */
import { loadScenario, type SourceText, scenarioOf } from "./cli/scenario-source.js";
import { Breaker } from "./gateway/breaker.js";
import { EventLog } from "./gateway/event-log.js";
import { Gateway } from "./gateway/gateway.js";
import type { Address } from "./kernel/actor.js";
import type { Duration } from "./kernel/time.js";
import type { RunResult } from "./run/result.js";
import { Run } from "./run.js";
import { parseDuration } from "./scenario/duration.js";
import { outsideHost, served } from "./scenario/served.js";

export interface ClusterOptions {
  /** A name that `redsim list` shows, a path to a YAML file, or the text of one. */
  readonly scenario?: string;
  /** Changes the scenario first, as `--set` does: `nodes.replicas=1`. */
  readonly set?: readonly string[];
  readonly seed?: string;
  /** Virtual seconds for each real one; 0, the default, holds the clock. */
  readonly speed?: number;
  /** With the scenario's own clients and steps, which are left out by default. */
  readonly whole?: boolean;
}

/** A master with two replicas, three Sentinels, and a failover within seconds. */
const usual =
  "duration: 1h\nnodes: { replicas: 2, sentinels: 3 }\nsentinel: { down-after-milliseconds: 5000 }\n";

export class Cluster {
  readonly #gateway: Gateway;
  readonly #breaker: Breaker;
  readonly #events: EventLog;

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

  address(node: string): Address {
    const address = this.#gateway.addressOf(node);
    if (address === undefined) throw new Error(`no node is called ${node}`);
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

  /** Virtual seconds for each real one; 0 holds the clock. */
  set speed(speed: number) {
    this.#gateway.speed = speed;
  }

  /** `30s`, `500ms`; as fast as it goes. */
  advance(duration: string): Promise<void> {
    return this.#gateway.advance(durationOf(duration));
  }

  /** Advances until `isEnough`, and fails when that is not within so long. */
  async advanceUntil(isEnough: (cluster: Cluster) => boolean, within = "120s"): Promise<void> {
    await this.#gateway.advanceUntil(durationOf(within), () => isEnough(this));
    if (!isEnough(this)) throw new Error(`it has not come to that within ${within}`);
  }

  /** `master`, `any replica`, `s1`: whoever is meant, by the words of a scenario. Answers their names. */
  kill(who: string): readonly string[] {
    return this.#breaker.kill(who);
  }

  /** Without a name: whoever is down. */
  restart(who?: string): readonly string[] {
    return this.#breaker.restart(who);
  }

  pause(who: string): readonly string[] {
    return this.#breaker.pause(who);
  }

  /** Without a name: whoever is paused. */
  resume(who?: string): readonly string[] {
    return this.#breaker.resume(who);
  }

  powerOff(who: string): readonly string[] {
    return this.#breaker.powerOff(who);
  }

  powerOn(who: string): readonly string[] {
    return this.#breaker.powerOn(who);
  }

  /** Between two machines; without the second, between the first and everybody, real clients too. */
  cut(a: string, b?: string): readonly string[] {
    return this.#breaker.cut(a, b);
  }

  /** Undoes all cuts. */
  heal(): void {
    this.#breaker.heal();
  }

  /** Closes all ports; what the run came to. */
  async stop(): Promise<RunResult> {
    await this.#gateway.close();
    return this.#gateway.run.result();
  }
}

/** Resolves once every Sentinel knows every node. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const read = scenarioFor(options);
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

function scenarioFor({ scenario = usual, set = [] }: ClusterOptions) {
  if (!scenario.includes("\n")) return loadScenario(scenario, set).scenario;
  const source: SourceText = { name: "cluster.yaml", text: scenario, files: {}, set };
  return scenarioOf(source);
}

function durationOf(text: string): Duration {
  const duration = parseDuration(text);
  if (duration === undefined) throw new Error(`${text} is not a duration, such as 500ms or 30s`);
  return duration;
}
