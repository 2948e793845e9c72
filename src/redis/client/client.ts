/**
 * An application as a node: a policy that knows the way to Redis, and what the application does with
 * it, either workloads or a script.
 *
 * It remembers nothing of what it has done but two numbers: what became of each operation is told in
 * notes, and an operation under way or waiting takes about 200 bytes.
 */
import type { Actor, ActorFactory, Context, Input } from "../../kernel/actor.js";
import { makePolicy, type Policy, type PolicySettings } from "./policy.js";
import { Reactor } from "./reactor.js";
import type { RedisPySettings } from "./redis-py/options.js";
import { Script, type ScriptStep } from "./script.js";
import { Workload, type WorkloadSettings } from "./workload.js";

export type ClientSettings =
  | {
      readonly kind: "workloads";
      readonly policy: PolicySettings;
      readonly workloads: readonly WorkloadSettings[];
    }
  /** A program of redis-py calls, one after the other; then its process ends. */
  | {
      readonly kind: "script";
      readonly policy: RedisPySettings;
      readonly steps: readonly ScriptStep[];
    };

export function client(settings: ClientSettings): ActorFactory {
  return (context) => new Client(context, settings);
}

/** Python's time.sleep() does; a program on Node.js waits for its timers in epoll, as a server does. */
export function sleepsFinely({ policy }: ClientSettings): boolean {
  return policy.kind !== "ioredis";
}

class Client implements Actor {
  readonly #reactor: Reactor;
  readonly #settings: ClientSettings;

  constructor(context: Context, settings: ClientSettings) {
    this.#reactor = new Reactor(context);
    this.#settings = settings;
  }

  handle(input: Input): void {
    if (input.kind === "started") this.#start();
    else this.#reactor.handle(input);
  }

  #start(): void {
    const settings = this.#settings;
    if (settings.kind === "script") {
      new Script(this.#reactor, settings.policy).run(settings.steps);
      return;
    }
    const policy = makePolicy(settings.policy, this.#reactor);
    const workloads = this.#workloads(policy, settings.workloads);
    policy.start();
    for (const workload of workloads) workload.start();
  }

  #workloads(policy: Policy, settings: readonly WorkloadSettings[]): readonly Workload[] {
    const progress = { operations: 0, lastWritten: -1 };
    return settings.map((each, i) => {
      const name = `workload ${i}`;
      return new Workload({ reactor: this.#reactor, name, policy, progress, settings: each });
    });
  }
}
