/** Builds the world of a plan: machines, links, names, files, nodes. Nothing is booted yet. */
import type { Disk } from "../kernel/actor.js";
import { Simulation, type SimulationOptions } from "../kernel/simulation.js";
import { client } from "../redis/client/client.js";
import { parseRedisConfig } from "../redis/config/parse-redis-config.js";
import { type Ballast, Keyspace } from "../redis/keyspace/keyspace.js";
import { inDirectory } from "../redis/persistence/append-only-file.js";
import { rdbFile } from "../redis/persistence/rdb-file.js";
import { redisSentinel } from "../redis/sentinel/sentinel.js";
import { redisServer } from "../redis/server/boot.js";
import type { Plan, PlanNode } from "../scenario/plan.js";
import { Operators } from "./operators.js";

export type WorldOptions = Pick<SimulationOptions, "observers" | "watch" | "life">;

export function buildWorld(plan: Plan, operators: Operators, options: WorldOptions): Simulation {
  const simulation = new Simulation({
    seed: plan.seed,
    defaultLink: plan.defaultLink,
    ...options,
  });
  for (const host of plan.hosts)
    simulation.addHost(host.name, {
      ips: host.ips,
      machine: host.machine,
      clock: host.clock,
      ...(host.segment === undefined ? {} : { segment: host.segment }),
    });
  for (const { from, to, settings } of plan.links) simulation.setLink(from, to, settings);
  for (const { name, ip } of plan.names) simulation.setName(name, ip);
  for (const node of plan.nodes) addNode(simulation, node);
  for (const each of plan.clients)
    simulation.addNode(each.name, { host: each.host, factory: client(each.settings) });
  for (const host of operators.hosts) {
    const name = Operators.nameOn(host);
    simulation.addNode(name, { host, factory: operators.factory(host) });
    simulation.boot(name);
  }
  return simulation;
}

/** The RDB that a server finds when it starts for the first time: keys that nobody looks at. */
function writeBallast(disk: Disk, node: PlanNode, ballast: Ballast): void {
  const { settings } = parseRedisConfig(node.config, { version: node.version });
  const keyspace = new Keyspace(settings.databases);
  keyspace.ballast = ballast;
  const file = rdbFile(keyspace.snapshot(), undefined);
  const path = inDirectory(settings.dir, settings.dbfilename);
  disk.write(path, file, file.bytes);
  disk.sync(path);
}

function addNode(simulation: Simulation, node: PlanNode): void {
  const disk = simulation.disk(node.host);
  for (const { path, text } of [node.config, ...node.files]) {
    disk.write(path, text, text.length);
    disk.sync(path);
  }
  const options = { configPath: node.config.path, version: node.version };
  if (node.data !== undefined) writeBallast(disk, node, node.data);
  simulation.addNode(node.name, {
    host: node.host,
    factory: node.kind === "sentinel" ? redisSentinel(options) : redisServer(options),
    ...(node.restartAfter === undefined ? {} : { restartAfter: node.restartAfter }),
  });
}
