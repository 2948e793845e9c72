/**
 * The names that a program gives to a run, held against those there are: a wrong one is a mistake in that
 * program, told with the right ones, and must not reach the kernel, which would take it for one of ours.
 */
import type { Fault } from "../kernel/fault.js";
import { ScenarioError } from "../scenario/define.js";
import type { Plan } from "../scenario/plan.js";
import { suggestion } from "../scenario/suggest.js";

export class Called {
  readonly #nodes: readonly string[];
  readonly #hosts: readonly string[];

  constructor({ nodes, clients, hosts }: Plan) {
    this.#nodes = [...nodes, ...clients].map(({ name }) => name);
    this.#hosts = hosts.map(({ name }) => name);
  }

  checkNode(name: string): void {
    check("node", name, this.#nodes);
  }

  checkFault(fault: Fault): void {
    if ("node" in fault) this.checkNode(fault.node);
    if ("host" in fault) check("host", fault.host, this.#hosts);
    if ("a" in fault)
      for (const host of [...fault.a, ...(fault.b ?? [])]) check("host", host, this.#hosts);
  }
}

function check(kind: "node" | "host", name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  const what = `no ${kind} is called ${name}`;
  throw new ScenarioError([{ where: "", what, hint: suggestion(name, known) }]);
}
