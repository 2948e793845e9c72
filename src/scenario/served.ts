/**
 * A scenario as it is served to real clients: what nodes announce and Sentinels answer is an address
 * that a program outside can connect to, and nothing has to be translated on the way
 * (docs/decisions/0006, 0014). Either every host gets an address of 127/8: 10.77.0.11 becomes
 * 127.77.0.11, where the second number is the network that was asked for and the last two stay where
 * they can; or all hosts share one address, as machines behind a router that forwards ports.
 *
 * A run that is served ends when it is told to, and so nothing is expected of it at an end.
 */
import { seconds } from "../kernel/time.js";
import { type Move, type Moves, portsFor, Relocation, withPort } from "./relocation.js";
import type { Scenario, ScenarioHost, ScenarioNode } from "./scenario.js";

/** How the nodes of a served scenario are found, and what is left out. */
export type Serving = Place & {
  /** Without the scenario's clients and steps. */
  readonly bare: boolean;
  /** Real addresses that nodes may connect to, besides those of this machine's loopback. */
  readonly reaches?: readonly string[] | undefined;
  /** Milliseconds that all clocks are ahead of the run's own, where they are to show the real time. */
  readonly ahead?: number | undefined;
};

export type Place =
  /** Each host at an address of its own; the second number of all of them, 1 to 254. */
  | { readonly network: number }
  /** All nodes at one address, on their own ports where they can, or from `portBase` on. */
  | { readonly announce: string; readonly portBase?: number | undefined };

/** Longer than anybody serves: ten years. */
const serveMax = seconds(10 * 365 * 86_400);
const loopback = "127.0.0.1";

/** The host on which the real clients are, as faults name it. */
export function outsideHost(scenario: Pick<Scenario, "hosts">): string {
  let name = "outside";
  while (scenario.hosts.some((host) => host.name === name)) name += "-";
  return name;
}

export function served(scenario: Scenario, serving: Serving): Scenario {
  const layout = "announce" in serving ? shared(scenario, serving) : separate(scenario, serving);
  const { bare, reaches = [], ahead = 0 } = serving;
  const clockOf = ({ offset, ppm }: ScenarioHost["clock"]) => ({ offset: offset + ahead, ppm });
  const relocation = new Relocation(layout.moves);
  return {
    ...scenario,
    duration: serveMax,
    hosts: [
      ...scenario.hosts.map((host) => ({
        ...host,
        ...layout.placeOf(host),
        clock: clockOf(host.clock),
      })),
      {
        name: outsideHost(scenario),
        machine: {},
        clock: clockOf({ offset: 0, ppm: 0 }),
        reaches,
        ...layout.outside,
      },
    ],
    names: relocation.of(scenario.names),
    nodes: scenario.nodes.map((node) => servedNode(node, layout)),
    clients: bare ? [] : relocation.of(scenario.clients),
    steps: bare ? [] : relocation.of(scenario.steps),
    expectations: [],
  };
}

interface Layout {
  readonly moves: Moves;
  /** Where a host is that calls itself 127.0.0.1. */
  moveOf(host: string): Move | undefined;
  placeOf(host: ScenarioHost): Pick<ScenarioHost, "ips" | "ports">;
  portOf(node: ScenarioNode): number;
  /** Where the real clients are. */
  readonly outside: Pick<ScenarioHost, "ips" | "ports">;
}

function servedNode(node: ScenarioNode, layout: Layout): ScenarioNode {
  const port = layout.portOf(node);
  // Nodes that find each other at 127.0.0.1 are on one host; outside, that is not theirs alone.
  const own = layout.moveOf(node.host);
  const moves = own === undefined ? layout.moves : new Map([...layout.moves, [loopback, own]]);
  const relocation = new Relocation(moves);
  const moved = (text: string) => withPort(relocation.text(text), node.port, port);
  const text = moved(node.config.text);
  const isStated = port === node.port || /^[ \t]*port[ \t]/im.test(text);
  return {
    ...node,
    port,
    config: { ...node.config, text: isStated ? text : `${text.trimEnd()}\nport ${port}\n` },
    files: node.files.map((file) => ({ ...file, text: moved(file.text) })),
  };
}

/** Each host at an address of its own. */
function separate({ hosts }: Scenario, { network }: { readonly network: number }): Layout {
  const addresses = newAddresses(hosts, network);
  const moves = new Map<string, Move>();
  const ports = new Map<number, number>();
  for (const [from, to] of addresses) moves.set(from, { to, ports });
  return {
    moves,
    moveOf: (host) => moves.get(hosts.find(({ name }) => name === host)?.ips[0] ?? ""),
    placeOf: ({ ips }) => ({ ips: ips.map((ip) => addresses.get(ip) ?? ip) }),
    portOf: ({ port }) => port,
    outside: { ips: [`127.${network}.255.254`] },
  };
}

/** All hosts at one address, each with the ports of its nodes. */
function shared(
  { hosts, nodes, names }: Scenario,
  { announce, portBase }: { readonly announce: string; readonly portBase?: number | undefined },
): Layout {
  const ports = portsFor(nodes, portBase);
  const portOf = ({ name, port }: ScenarioNode) => ports.get(name) ?? port;
  const nodesOn = (host: string) => nodes.filter((node) => node.host === host);
  const moveOf = (host: string): Move => ({
    to: announce,
    ports: new Map(nodesOn(host).map((node) => [node.port, portOf(node)])),
  });
  const moves = new Map<string, Move>();
  for (const { name, ips } of hosts) for (const ip of ips) moves.set(ip, moveOf(name));
  // A name stays, and has the ports of the host that it means.
  for (const { name, ip } of names)
    moves.set(name, { to: name, ports: moves.get(ip)?.ports ?? new Map() });
  return {
    moves,
    moveOf,
    placeOf: ({ name }) => ({ ips: [announce], ports: nodesOn(name).map(portOf) }),
    portOf,
    outside: { ips: [announce], ports: [] },
  };
}

function newAddresses(hosts: readonly ScenarioHost[], network: number): Map<string, string> {
  const addresses = new Map<string, string>();
  const taken = new Set<string>();
  let spare = 0;
  for (const ip of hosts.flatMap((host) => host.ips)) {
    const [, , third, fourth] = ip.split(".");
    let moved = fourth === undefined ? "" : `127.${network}.${third}.${fourth}`;
    while (moved === "" || taken.has(moved) || !isUsable(moved))
      moved = `127.${network}.254.${++spare}`;
    taken.add(moved);
    addresses.set(ip, moved);
  }
  return addresses;
}

/** Neither the network's first or last address, nor one of those that are kept for the outside. */
function isUsable(ip: string): boolean {
  const [, , third, fourth] = ip.split(".").map(Number);
  return third !== 255 && fourth !== 0 && fourth !== 255;
}
