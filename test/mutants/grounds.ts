/**
 * Where mutants are looked for: worlds of the swarm, and scenarios for those that need something the
 * swarm brings about rarely (a backlog that overflows, a master cut off with its clients, WAIT).
 */
import { readSource, type ScenarioSource } from "../../src/explore/source.js";
import { swarmSource } from "../../src/explore/swarm.js";
import type { Scenario } from "../../src/scenario/scenario.js";
import type { Mutant } from "./mutants.js";

const texts: Readonly<Record<Exclude<NonNullable<Mutant["ground"]>, "swarm">, string>> = {
  // Replicas come and go, datasets take their time, and the backlog is as small as it can be.
  busy: `
duration: 40s
nodes: { replicas: 2, sentinels: 3, r1: { data: { keys: 1000, bytes: 20mb } } }
server: { save: "", repl-timeout: 5, repl-backlog-size: 16kb, repl-diskless-sync: no }
sentinel: { down-after-milliseconds: 2000, failover-timeout: 10000 }
hosts: { r2: { machine: { load-rate: 10mb } }, r3: { machine: { load-rate: 10mb } } }
clients:
  c1: { workload: { every: 5ms } }
steps:
  - { at: 8s..12s, for: 6s..9s, cut: { from: r2, to: r1 } }
  - { at: 12s..18s, for: 8s..12s, cut: { from: r3, to: r1 } }
  - { at: 25s..30s, kill: any replica, for: 1s }
`,
  // The old master goes on with a client of its own, and comes back.
  split: `
duration: 40s
nodes: { replicas: 2, sentinels: 3 }
server: { save: "", repl-timeout: 5 }
sentinel: { down-after-milliseconds: 2000, failover-timeout: 5000 }
clients:
  behind: { policy: naive, server: r1, workload: { every: 20ms, key: "b{i}" } }
  outside: { workload: { every: 5ms, key: "o{i}" } }
  astray: { policy: naive, server: r2, workload: { every: 300ms, key: "a{i}" } }
steps:
  - { at: 6s..8s, for: 10s..14s, cut: { from: [r1, behind], to: [r2, r3, s1, s2, s3, outside] } }
`,
  wait: `
duration: 25s
nodes: { replicas: 2, sentinels: 1 }
server: { save: "", repl-timeout: 60 }
clients:
  c1: { workload: { every: 20ms } }
steps:
  - { at: 6s, for: 8s..10s, cut: { from: r2, to: r1 } }
  - { at: 7s, repeat: { times: 4, every: 1s..2s }, command: { on: r1, send: [SET waited 1, WAIT 2 300] } }
`,
  // Nobody writes, and a link breaks: the replica is level with its master.
  idle: `
duration: 20s
nodes: { replicas: 2, sentinels: 1 }
server: { save: "" }
steps:
  - { at: 12s..14s, command: { on: r1, send: CLIENT KILL TYPE replica } }
`,
  // One replica has been cut off from its master for a while when that dies; all Sentinels see it.
  stale: `
duration: 45s
nodes: { replicas: 2, sentinels: 3 }
server: { save: "" }
sentinel: { down-after-milliseconds: 3000, failover-timeout: 10000 }
clients:
  c1: { workload: { every: 50ms } }
steps:
  - { at: 8s..10s, cut: { from: r3, to: r1 } }
  - { at: 28s..30s, kill: r1 }
`,
  // A master without a file is started again.
  wipe: `
duration: 30s
nodes: { replicas: 2, sentinels: 3 }
server: { save: "" }
sentinel: { down-after-milliseconds: 2000, failover-timeout: 10000 }
clients:
  c1: { workload: { every: 20ms } }
steps:
  - { at: 8s..10s, for: 200ms..900ms, kill: the master }
  - { at: 15s..17s, for: 200ms..900ms, kill: the master }
`,
};

export function groundSource(ground: Mutant["ground"], seed: number): ScenarioSource {
  if (ground === undefined || ground === "swarm") return swarmSource(`${seed}`);
  return { name: `${ground}.yaml`, text: texts[ground], files: {}, set: [] };
}

export function groundScenario(ground: Mutant["ground"], seed: number): Scenario {
  const scenario = readSource(groundSource(ground, seed));
  if (typeof scenario === "string") throw new Error(scenario);
  return scenario;
}
