/**
 * A scenario as it is served to real clients: every host gets an address of 127/8, so that what nodes
 * announce and Sentinels answer is an address that a program on this machine can connect to, and
 * nothing has to be translated on the way (docs/decisions/0006). 10.77.0.11 becomes 127.77.0.11: the
 * second number is the network that was asked for, the last two stay where they can.
 *
 * A run that is served ends when it is told to, and so nothing is expected of it at an end.
 */
import { seconds } from "../kernel/time.js";
import type { Scenario, ScenarioHost } from "./scenario.js";

export interface Serving {
  /** The second number of all addresses, 1 to 254. */
  readonly network: number;
  /** Without the scenario's clients and steps. */
  readonly bare: boolean;
}

/** Longer than anybody serves: ten years. */
const serveMax = seconds(10 * 365 * 86_400);
const ipv4 = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?!\.?\d)/g;

/** The host on which the real clients are, as faults name it. */
export function outsideHost(scenario: Pick<Scenario, "hosts">): string {
  let name = "outside";
  while (scenario.hosts.some((host) => host.name === name)) name += "-";
  return name;
}

export function served(scenario: Scenario, { network, bare }: Serving): Scenario {
  const addresses = newAddresses(scenario.hosts, network);
  const firstOf = new Map(
    scenario.hosts.map(({ name, ips }) => [name, addresses.get(ips[0] ?? "") ?? ""]),
  );
  const moved = <Part>(part: Part): Part => mapTexts(part, (text) => replaced(text, addresses));
  const outside: ScenarioHost = {
    name: outsideHost(scenario),
    ips: [`127.${network}.255.254`],
    machine: {},
    clock: { offset: 0, ppm: 0 },
  };
  return {
    ...scenario,
    duration: serveMax,
    hosts: [...scenario.hosts.map((host) => ({ ...host, ips: moved(host.ips) })), outside],
    names: moved(scenario.names),
    nodes: scenario.nodes.map((node) => {
      // Nodes that find each other at 127.0.0.1 are on one host; outside, that is not theirs alone.
      const own = new Map(addresses).set("127.0.0.1", firstOf.get(node.host) ?? "");
      const moveOwn = (text: string) => replaced(text, own);
      return {
        ...node,
        config: { ...node.config, text: moveOwn(node.config.text) },
        files: mapTexts(node.files, moveOwn),
      };
    }),
    clients: bare ? [] : moved(scenario.clients),
    steps: bare ? [] : moved(scenario.steps),
    expectations: [],
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

function replaced(text: string, addresses: ReadonlyMap<string, string>): string {
  let result = text.replace(ipv4, (ip) => addresses.get(ip) ?? ip);
  for (const [ip, moved] of addresses) if (ip.includes(":")) result = result.replaceAll(ip, moved);
  return result;
}

/** The same value with each text in it replaced; what is neither text, list nor record stays itself. */
function mapTexts<Part>(part: Part, replace: (text: string) => string): Part {
  const walk = (value: unknown): unknown => {
    if (typeof value === "string") return replace(value);
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== "object" || value === null) return value;
    if (Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, walk(each)]));
  };
  return walk(part) as Part;
}
