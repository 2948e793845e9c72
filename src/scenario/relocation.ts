/**
 * A scenario at other addresses: every text and every address in it says where its nodes are now. An
 * address that is followed by a port (`replicaof 10.77.0.11 6379`, `10.77.0.11:6379`) moves with it, so
 * that hosts can also be put behind one address, on which their nodes are told apart by ports.
 */
import type { ScenarioNode } from "./scenario.js";

/** Where what was called by some address or name is now; a port that is not named stays. */
export interface Move {
  readonly to: string;
  readonly ports: ReadonlyMap<number, number>;
}

/** By the address or the name that texts use. */
export type Moves = ReadonlyMap<string, Move>;

export class Relocation {
  readonly #moves: Moves;
  readonly #pattern: RegExp;

  constructor(moves: Moves) {
    this.#moves = moves;
    this.#pattern = patternOf([...moves.keys()]);
  }

  text(text: string): string {
    return text.replace(this.#pattern, (_, from: string, between?: string, port?: string) => {
      const move = this.#moves.get(from);
      if (between === undefined || port === undefined) return move?.to ?? from;
      return `${move?.to ?? from}${between}${move?.ports.get(Number(port)) ?? port}`;
    });
  }

  /** The same value with each text and each address in it moved; what is neither stays itself. */
  of<Part>(part: Part): Part {
    return this.#walk(part) as Part;
  }

  #walk(value: unknown): unknown {
    if (typeof value === "string") return this.text(value);
    if (Array.isArray(value)) return value.map((each) => this.#walk(each));
    if (typeof value !== "object" || value === null) return value;
    if (Object.getPrototypeOf(value) !== Object.prototype) return value;
    const { ip, port } = value as { readonly ip?: unknown; readonly port?: unknown };
    const ports = typeof ip === "string" ? this.#moves.get(ip)?.ports : undefined;
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) =>
        key === "port" && typeof port === "number"
          ? [key, ports?.get(port) ?? port]
          : [key, this.#walk(each)],
      ),
    );
  }
}

/** Each of these, whole, and the port behind it where there is one. */
function patternOf(names: readonly string[]): RegExp {
  if (names.length === 0) return /(?!)/g;
  const any = names
    .toSorted((a, b) => b.length - a.length)
    .map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join("|");
  return new RegExp(
    `(?<![\\w.:-])(${any})(?:([ \\t]+|:)(\\d{1,5})(?![\\w.]))?(?![\\w-]|\\.\\w|:\\w)`,
    "g",
  );
}

/** The directives of a node that tell its own port, which moves from one number to another. */
export function withPort(text: string, from: number, to: number): string {
  if (from === to) return text;
  return text.replace(
    /^([ \t]*(?:port|replica-announce-port|slave-announce-port|sentinel[ \t]+announce-port)[ \t]+"?)(\d+)/gim,
    (line, directive: string, port: string) => (Number(port) === from ? `${directive}${to}` : line),
  );
}

/** Ports for nodes that have one address together: from `base` on, or each its own or the next free one. */
export function portsFor(
  nodes: readonly Pick<ScenarioNode, "name" | "port">[],
  base: number | undefined,
): ReadonlyMap<string, number> {
  if (base !== undefined) return new Map(nodes.map(({ name }, i) => [name, base + i]));
  const ports = new Map<string, number>();
  const taken = new Set(nodes.map(({ port }) => port));
  const kept = new Set<number>();
  for (const { name, port } of nodes) {
    let free = port;
    if (kept.has(port)) while (taken.has(free)) free = free === portMax ? portMin : free + 1;
    taken.add(free);
    kept.add(port);
    ports.set(name, free);
  }
  return ports;
}

const portMin = 1_024;
const portMax = 65_535;
