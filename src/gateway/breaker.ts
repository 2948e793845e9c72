/**
 * What somebody outside can do to a cluster, by the words of a scenario: `kill master`, `cut r1 r2`.
 * Whom a word means is looked up now, and what comes of it is a fault like any other.
 */
import type { Fault } from "../kernel/fault.js";
import { type FaultTemplate, faultsOf, SelectorError } from "../scenario/action.js";
import { parseSelector, type Selector } from "../scenario/selector.js";
import { suggestion } from "../scenario/suggest.js";
import type { Gateway } from "./gateway.js";

/** What was asked for cannot be done; the text says why. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

export class Breaker {
  readonly #gateway: Gateway;
  #cuts = 0;

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  kill(target: string, signal: "KILL" | "TERM" = "KILL"): readonly string[] {
    return this.#inject({ kind: "kill", target: this.#node(target), signal });
  }

  /** Starts the node again; without a name, every node that is down. */
  restart(target?: string): readonly string[] {
    const { run } = this.#gateway;
    if (target !== undefined) return this.#inject({ kind: "restart", target: this.#node(target) });
    const down = run.plan.nodes.filter(({ name }) => !run.isUp(name)).map(({ name }) => name);
    for (const node of down) this.#gateway.inject({ kind: "restart", node });
    return down;
  }

  pause(target: string): readonly string[] {
    return this.#inject({ kind: "pause", target: this.#node(target) });
  }

  /** Without a name, every node that is paused. */
  resume(target?: string): readonly string[] {
    const { run } = this.#gateway;
    if (target !== undefined) return this.#inject({ kind: "resume", target: this.#node(target) });
    const paused = run.plan.nodes
      .filter(({ name }) => run.isUp(name) && run.isPaused(name))
      .map(({ name }) => name);
    for (const node of paused) this.#gateway.inject({ kind: "resume", node });
    return paused;
  }

  powerOff(target: string): readonly string[] {
    return this.#inject({ kind: "powerOff", target: this.#host(target) });
  }

  powerOn(target: string): readonly string[] {
    return this.#inject({ kind: "powerOn", target: this.#host(target), start: true });
  }

  /** No packet passes between the two; without the second, between the first and everybody. */
  cut(a: string, b?: string): readonly string[] {
    return this.#inject({
      kind: "cut",
      a: this.#host(a),
      b: b === undefined ? undefined : this.#host(b),
      direction: "both",
      mode: "drop",
    });
  }

  /** All cuts. */
  heal(): readonly string[] {
    return this.#inject({ kind: "heal", step: undefined });
  }

  #inject(template: FaultTemplate): readonly string[] {
    const { choice } = this.#gateway.run;
    const faults = faultsOf(template, `by hand ${++this.#cuts}`, choice);
    if (faults instanceof SelectorError) throw new Refusal(faults.text);
    for (const fault of faults) this.#gateway.inject(fault);
    return [...new Set(faults.flatMap(targetsOf))];
  }

  /** Who has a process. */
  #node(text: string): Selector {
    const { nodes, clients } = this.#gateway.run.plan;
    return checked(parseSelector(text), [...nodes, ...clients], "node");
  }

  /** A machine; a node's name stands for its own. */
  #host(text: string): Selector {
    const { nodes, clients, hosts } = this.#gateway.run.plan;
    return checked(parseSelector(text), [...nodes, ...clients, ...hosts], "node or host");
  }
}

function checked(
  selector: Selector,
  among: readonly { readonly name: string }[],
  what: string,
): Selector {
  if (selector.kind === "host") checked(selector.of, among, what);
  if (selector.kind !== "names") return selector;
  const known = [...new Set(among.map(({ name }) => name))];
  for (const name of selector.names)
    if (!known.includes(name))
      throw new Refusal(`no ${what} is called ${name}, ${suggestion(name, known)}`);
  return selector;
}

function targetsOf(fault: Fault): readonly string[] {
  if ("node" in fault) return [fault.node];
  if ("host" in fault) return [fault.host];
  if ("a" in fault) return [...fault.a, ...(fault.b ?? [])];
  return [];
}
