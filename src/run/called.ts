/**
 * The names that a program gives to a run, held against those there are: a wrong one is a mistake in that
 * program, told with the right ones, and must not reach the kernel, which would take it for one of ours.
 */
import type { Plan } from "../scenario/plan.js";
import { suggestion } from "../scenario/suggest.js";
import { mistake, shown } from "./mistake.js";

/** What has a name, and how it is asked for. */
const sought = {
  node: "the name of a node",
  host: "the name of a host",
  name: "a name that resolves to an address",
  group: "the name of a group",
  step: "the name of a step",
};
type Kind = keyof typeof sought;

export class Called {
  readonly #known: Readonly<Record<Kind, readonly string[]>>;
  readonly #clients: ReadonlySet<string>;
  readonly #isGuest: (node: string) => boolean;

  /** `isGuest`: real programs that take part bring nodes that no plan has. */
  constructor(plan: Plan, isGuest: (node: string) => boolean) {
    const { nodes, clients, hosts, names, steps } = plan;
    const named = (each: readonly { readonly name: string }[]) => each.map(({ name }) => name);
    this.#known = {
      node: [...named(nodes), ...named(clients)],
      host: named(hosts),
      name: named(names),
      group: [...new Set(nodes.flatMap(({ groups }) => groups))],
      step: named(steps),
    };
    this.#clients = new Set(named(clients));
    this.#isGuest = isGuest;
  }

  /** `where` it was given, such as `kill.node`. */
  check(kind: Kind, name: unknown, where = ""): void {
    const known = this.#known[kind];
    if (typeof name !== "string" || name === "")
      throw mistake(where, `expected ${sought[kind]}, not ${shown(name)}`, suggestion("", known));
    if (known.includes(name) || (kind === "node" && this.#isGuest(name))) return;
    throw mistake(where, `no ${kind} is called ${name}`, suggestion(name, known));
  }

  /** A server or a Sentinel; `unlike` says what a client does not do. */
  checkServer(name: unknown, unlike: string, where = ""): void {
    this.check("node", name, where);
    if (!this.#clients.has(name as string)) return;
    const others = this.#known.node.filter((each) => !this.#clients.has(each));
    throw mistake(where, `${name} is a client, and ${unlike}`, suggestion("", others));
  }
}
