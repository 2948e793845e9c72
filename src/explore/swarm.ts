/**
 * A world from a seed: topology, settings, network, applications and faults, all drawn. Each aspect has
 * a stream of its own, so that a new setting here does not change the faults of an old seed.
 *
 * Swarm testing (Groce et al. 2012): not every feature in every run. Which kinds of faults a run may
 * have at all is drawn first, so that some runs are all cuts, and others nothing but restarts.
 */
import { stringify } from "yaml";
import { RandomStream } from "../kernel/random.js";
import { chance, oneOf, time } from "./draw.js";
import type { RawNode, RawScenario } from "./raw.js";
import type { ScenarioSource } from "./source.js";
import { swarmFaults } from "./swarm-faults.js";

export interface Topology {
  readonly servers: readonly string[];
  readonly sentinels: readonly string[];
  readonly clients: readonly string[];
  /** Seconds. */
  readonly duration: number;
}

/** The scenario of a seed, as the text it would be on disk. */
export function swarmSource(seed: string): ScenarioSource {
  return { name: `swarm-${seed}.yaml`, text: stringify(swarmScenario(seed)), files: {}, set: [] };
}

function swarmScenario(seed: string): RawScenario {
  const of = (aspect: string) => new RandomStream(seed, `swarm ${aspect}`);
  const stream = of("topology");
  const replicas = oneOf(stream, [1, 2, 2, 2, 3, 4]);
  const sentinels = oneOf(stream, [1, 2, 3, 3, 3, 3, 5, 5]);
  const majority = Math.floor(sentinels / 2) + 1;
  const quorum = oneOf(stream, [majority, majority, majority, 1, sentinels]);
  const topology: Topology = {
    servers: numbered("r", replicas + 1),
    sentinels: numbered("s", sentinels),
    clients: numbered("c", oneOf(stream, [1, 1, 2, 3])),
    duration: oneOf(stream, [30, 45, 60]),
  };
  return {
    title: `A world drawn from seed ${seed}`,
    version: oneOf(stream, ["6.2", "7.0", "7.2"]),
    duration: `${topology.duration}s`,
    ...network(of("network"), topology),
    nodes: { replicas, sentinels, quorum, ...nodes(of("nodes"), topology) } as RawScenario["nodes"],
    server: server(of("server"), replicas),
    sentinel: sentinel(of("sentinel")),
    clients: clients(of("clients"), topology),
    steps: swarmFaults(of("faults"), topology),
  };
}

function numbered(letter: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${letter}${i + 1}`);
}

function network(stream: RandomStream, topology: Topology): Pick<RawScenario, "network"> {
  const settings: Record<string, string> = {
    latency: oneOf(stream, ["50us", "200us", "1ms", "10ms", "40ms"]),
    jitter: oneOf(stream, ["20us", "100us", "1ms", "5ms"]),
  };
  if (chance(stream, 15)) settings["loss"] = oneOf(stream, ["0.01%", "0.1%", "1%"]);
  if (chance(stream, 15)) settings["bandwidth"] = oneOf(stream, ["100kb", "1mb", "10mb"]);
  const far = oneOf(stream, [...topology.servers, ...topology.sentinels] as [string, ...string[]]);
  // No further than the shortest down-after-milliseconds allows: a connection and a PING take two round trips.
  const links = chance(stream, 20) ? [{ from: far, latency: time(stream, 20, 60) }] : [];
  return { network: { default: settings, ...(links.length === 0 ? {} : { links }) } };
}

/** What sets a node apart from its like. */
function nodes(stream: RandomStream, { servers }: Topology): Record<string, RawNode> {
  const special: Record<string, RawNode> = {};
  for (const name of servers) {
    const directives: Record<string, string | number> = {};
    if (chance(stream, 12)) directives["replica-priority"] = oneOf(stream, [0, 1, 50, 200]);
    const restart = time(stream, 200, 8_000);
    const supervised = chance(stream, 25);
    if (Object.keys(directives).length === 0 && !supervised) continue;
    special[name] = {
      ...(Object.keys(directives).length === 0 ? {} : { directives }),
      ...(supervised ? { "restart-after": restart } : {}),
    };
  }
  return special;
}

function server(stream: RandomStream, replicas: number): Record<string, string | number> {
  const settings: Record<string, string | number> = {
    save: oneOf(stream, ["", "", "", "1 1", "5 10"]),
    "repl-timeout": oneOf(stream, [4, 5, 10, 20, 60]),
    "repl-ping-replica-period": oneOf(stream, [1, 2, 3]),
    "repl-diskless-sync": oneOf(stream, ["yes", "no"]),
    "repl-diskless-sync-delay": oneOf(stream, [0, 0, 1, 5]),
    "repl-backlog-size": oneOf(stream, ["16kb", "32kb", "1mb"]),
  };
  if (chance(stream, 20)) settings["repl-diskless-load"] = oneOf(stream, ["swapdb", "on-empty-db"]);
  if (chance(stream, 20)) settings["appendonly"] = "yes";
  if (chance(stream, 15)) settings["repl-backlog-ttl"] = oneOf(stream, [1, 5, 20]);
  if (chance(stream, 20)) {
    settings["min-replicas-to-write"] = Math.min(oneOf(stream, [1, 1, 2]), replicas);
    settings["min-replicas-max-lag"] = oneOf(stream, [2, 5, 10]);
  }
  return settings;
}

function sentinel(stream: RandomStream): Record<string, string | number> {
  return {
    "down-after-milliseconds": oneOf(stream, [500, 1_000, 2_000, 3_000, 5_000]),
    "failover-timeout": oneOf(stream, [3_000, 5_000, 10_000, 20_000]),
    "parallel-syncs": oneOf(stream, [1, 1, 2, 5]),
  };
}

function clients(stream: RandomStream, topology: Topology): NonNullable<RawScenario["clients"]> {
  const shared = chance(stream, 30);
  return Object.fromEntries(
    topology.clients.map((name) => {
      const policy = oneOf(stream, ["redis-py", "redis-py", "ioredis", "naive"] as const);
      const write = {
        every: time(stream, 20, 250),
        key: shared ? "shared{i}" : `${name}-{i}`,
        value: `${name}.{i}`,
        ...(shared ? { choice: "drawn" as const, keys: 5 } : {}),
      };
      const read = {
        operation: "read" as const,
        from: oneOf(stream, ["master", "master", "replica"] as const),
        every: time(stream, 20, 250),
        key: write.key,
        ...(shared ? { choice: "drawn" as const, keys: 5 } : { choice: "last" as const }),
      };
      const reads = chance(stream, 30);
      const server = oneOf(stream, topology.servers as [string, ...string[]]);
      return [
        name,
        {
          policy,
          ...(policy === "naive" ? { server } : {}),
          start: oneOf(stream, ["settled", "settled", "1500ms"]),
          workload: reads ? [write, read] : write,
        },
      ];
    }),
  );
}
