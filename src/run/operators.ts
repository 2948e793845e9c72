/**
 * The operators of a run: one on each host that carries a server or a Sentinel, as somebody logged in
 * there would be. They reach a node over its own loopback, so no cut of the network stops them.
 */
import type { ActorFactory } from "../kernel/actor.js";
import { Operator, type OperatorSession } from "../redis/client/operator.js";
import type { Plan } from "../scenario/plan.js";

export class Operators {
  readonly #plan: Plan;
  readonly #byHost = new Map<string, Operator>();

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  /** The name of the operator's node on this host. */
  static nameOn(host: string): string {
    return `operator@${host}`;
  }

  /** The hosts that have one. */
  get hosts(): readonly string[] {
    return [...new Set(this.#plan.nodes.map((node) => node.host))];
  }

  factory(host: string): ActorFactory {
    return (context) => {
      const operator = new Operator(context);
      this.#byHost.set(host, operator);
      return operator;
    };
  }

  command(
    step: string,
    target: string,
    commands: readonly string[],
    password: string | undefined,
  ): void {
    this.#submit(target, {
      step,
      target,
      port: this.#node(target)?.port ?? 0,
      commands,
      ...(password === undefined ? {} : { password }),
    });
  }

  /** Shows a file as `cat` does; without a path, the node's configuration file. */
  look(step: string, target: string, path: string | undefined): void {
    const file = path ?? this.#node(target)?.config.path ?? "";
    this.#submit(target, { step, target, port: 0, commands: [], file });
  }

  #submit(target: string, session: OperatorSession): void {
    this.#byHost.get(this.#node(target)?.host ?? "")?.submit(session);
  }

  #node(name: string): Plan["nodes"][number] | undefined {
    return this.#plan.nodes.find((node) => node.name === name);
  }
}
