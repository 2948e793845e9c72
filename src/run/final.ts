/** The state at the end of a run: what each node says of itself, and whether they agree. */
import type { Simulation } from "../kernel/simulation.js";
import type { NodeView, SentinelView, ServerView } from "../redis/view.js";
import type { Plan } from "../scenario/plan.js";
import type { Final, FinalNode } from "./result.js";

export interface Inspection {
  readonly servers: ReadonlyMap<string, ServerView | undefined>;
  readonly sentinels: ReadonlyMap<string, SentinelView | undefined>;
}

/** Undefined views belong to nodes that are down. */
export function inspectAll(simulation: Simulation, plan: Plan): Inspection {
  const servers = new Map<string, ServerView | undefined>();
  const sentinels = new Map<string, SentinelView | undefined>();
  for (const node of plan.nodes) {
    const view = simulation.inspect(node.name) as NodeView | undefined;
    if (node.kind === "server") servers.set(node.name, view?.kind === "server" ? view : undefined);
    else sentinels.set(node.name, view?.kind === "sentinel" ? view : undefined);
  }
  return { servers, sentinels };
}

export function finalOf({ servers, sentinels }: Inspection): Final {
  const nodes: Record<string, FinalNode> = {};
  for (const [name, view] of servers)
    nodes[name] =
      view === undefined
        ? { role: "down" }
        : {
            role: view.role,
            replid: view.replicationId,
            offset: view.offset,
            keys: view.keys,
            linkUp: view.linkUp,
          };
  const named: Record<string, Record<string, string> | "down"> = {};
  for (const [name, view] of sentinels)
    named[name] =
      view === undefined
        ? "down"
        : Object.fromEntries(view.masters.map((each) => [each.name, `${each.ip}:${each.port}`]));
  return { nodes, sentinels: named };
}

/**
 * Why the nodes that are up do not agree, or undefined: they do. Every Sentinel names one master, it
 * says master of itself, and every other server of its group follows it with link up, at the same
 * offset or on the way there, with the same data.
 */
export function disagreement(
  plan: Plan,
  inspection: Inspection,
  masterOf: (group: string) => string | undefined,
): string | undefined {
  const groups = new Set(
    plan.nodes.filter((node) => node.kind === "server").flatMap((node) => node.groups.slice(0, 1)),
  );
  for (const group of groups) {
    const master = masterOf(group);
    const view = master === undefined ? undefined : inspection.servers.get(master);
    if (master === undefined || view === undefined) return `nobody is the master of ${group}`;
    if (view.role !== "master") return `${master} is named as the master and is a replica`;
    const dissent =
      sentinelsOf(plan, inspection, group, master) ?? serversOf(plan, inspection, group, master);
    if (dissent !== undefined) return dissent;
  }
  return undefined;
}

/** Which replica does not stand where its master stands, once nobody writes any more. */
export function laggard(
  plan: Plan,
  { servers }: Inspection,
  masterOf: (group: string) => string | undefined,
): string | undefined {
  for (const { name, kind, groups } of plan.nodes) {
    const view = kind === "server" ? servers.get(name) : undefined;
    const master = masterOf(groups[0] ?? "");
    const leader = servers.get(master ?? "");
    if (view === undefined || leader === undefined || view.offset === leader.offset) continue;
    return `${name} stands at offset ${view.offset} and ${master} at ${leader.offset}, and nobody writes`;
  }
  return undefined;
}

function sentinelsOf(
  plan: Plan,
  inspection: Inspection,
  group: string,
  master: string,
): string | undefined {
  for (const [name, view] of inspection.sentinels) {
    const named = view?.masters.find((each) => each.name === group);
    if (named === undefined) continue;
    if (nodeAt(plan, named.ip, named.port) !== master)
      return `${name} names ${named.ip}:${named.port} as the master`;
  }
  return undefined;
}

function serversOf(
  plan: Plan,
  inspection: Inspection,
  group: string,
  master: string,
): string | undefined {
  const leader = inspection.servers.get(master);
  for (const node of plan.nodes) {
    const view = inspection.servers.get(node.name);
    if (node.kind !== "server" || node.groups[0] !== group || node.name === master) continue;
    if (view === undefined || leader === undefined) continue;
    if (view.role === "master") return `${node.name} is a master, too`;
    if (!view.linkUp) return `${node.name} has no link with its master`;
    if (view.replicationId !== leader.replicationId) return `${node.name} follows another history`;
    if (view.offset > leader.offset) return `${node.name} is ahead of ${master}`;
    if (view.offset === leader.offset && view.digest() !== leader.digest())
      return `${node.name} has other data than ${master}`;
  }
  return undefined;
}

function nodeAt(plan: Plan, host: string, port: number): string | undefined {
  const ip = plan.names.find((each) => each.name === host)?.ip ?? host;
  const hosts = plan.hosts.filter((each) => each.ips.includes(ip)).map((each) => each.name);
  return plan.nodes.find((node) => node.port === port && hosts.includes(node.host))?.name;
}
