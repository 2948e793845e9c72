/** Looks for a network of 127/8 on which no port of a scenario is taken. */
import { createServer } from "node:net";
import { planOf } from "../scenario/plan.js";
import type { Scenario } from "../scenario/scenario.js";
import { served } from "../scenario/served.js";

/** The second numbers that a network can have. */
export const networkMax = 254;

/** The first from `from` on, and `from` itself where the trouble is another. */
export async function freeNetwork(scenario: Scenario, from: number): Promise<number> {
  for (let network = from; network <= networkMax; network++) {
    const { hosts, nodes } = planOf(served(scenario, { network, bare: true }));
    const ips = new Map(hosts.map(({ name, ips: [ip = ""] }) => [name, ip]));
    const taken = await Promise.all(
      nodes.map(({ host, port }) => isTaken(ips.get(host) ?? "", port)),
    );
    if (!taken.includes(true)) return network;
  }
  return from;
}

function isTaken(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code === "EADDRINUSE"));
    server.listen({ host, port }, () => server.close(() => resolve(false)));
  });
}
