/** Builds the world of a plan: machines, links, names, files, nodes. Nothing is booted yet. */
import type { ActorFactory, Address, Disk } from "../kernel/actor.js";
import type { Program } from "../kernel/node.js";
import type { RealMachine } from "../kernel/real-machine.js";
import { Simulation, type SimulationOptions } from "../kernel/simulation.js";
import { client, sleepsFinely } from "../redis/client/client.js";
import { parseRedisConfig } from "../redis/config/parse-redis-config.js";
import { type Ballast, Keyspace } from "../redis/keyspace/keyspace.js";
import { inDirectory } from "../redis/persistence/append-only-file.js";
import { rdbFile } from "../redis/persistence/rdb-file.js";
import { scriptFile } from "../redis/sentinel/script-file.js";
import { redisSentinel } from "../redis/sentinel/sentinel.js";
import { redisServer } from "../redis/server/boot.js";
import { behaviours, type Version, versions } from "../redis/version.js";
import { filesOfNode } from "../scenario/included.js";
import type { Plan, PlanNode } from "../scenario/plan.js";
import { Operators } from "./operators.js";

export interface WorldOptions extends Pick<SimulationOptions, "observers" | "watch" | "life"> {
  /** Another program in a node's place. */
  readonly program?: (node: PlanNode, usual: ActorFactory) => ActorFactory;
  /** The process of the real clients, on a host of the plan. */
  readonly outside?: { readonly host: string; readonly factory: ActorFactory };
  /** The real machine that all hosts stand for. */
  readonly real?: RealMachine;
}

/** The name of the node that stands for all real clients. */
const outsideNode = "outside@";

export function buildWorld(plan: Plan, operators: Operators, given: WorldOptions): Simulation {
  const { program, outside, real, ...options } = given;
  const simulation = new Simulation({
    seed: plan.seed,
    epoch: plan.epoch,
    defaultLink: plan.defaultLink,
    ...options,
  });
  for (const host of plan.hosts)
    simulation.addHost(host.name, {
      ips: host.ips,
      machine: host.machine,
      clock: host.clock,
      ...(host.ports === undefined ? {} : { ports: host.ports }),
      ...(host.reaches === undefined ? {} : { standsFor: standsFor(plan, host.reaches) }),
      ...(host.segment === undefined ? {} : { segment: host.segment }),
      ...(real === undefined ? {} : { real }),
    });
  for (const { from, to, settings } of plan.links) simulation.setLink(from, to, settings);
  for (const { name, ip } of plan.names) simulation.setName(name, ip);
  for (const node of plan.nodes) addNode(simulation, node, program);
  for (const each of plan.clients)
    simulation.addNode(each.name, {
      host: each.host,
      factory: client(each.settings),
      fineTimers: sleepsFinely(each.settings),
    });
  for (const host of operators.hosts) {
    const name = Operators.nameOn(host);
    simulation.addNode(name, { host, factory: operators.factory(host) });
    simulation.boot(name);
  }
  if (outside !== undefined) {
    const { host, factory } = outside;
    simulation.addNode(outsideNode, { host, factory, fineTimers: true });
    simulation.boot(outsideNode);
  }
  return simulation;
}

/**
 * Which real addresses nodes can connect to: all of loopback, and those. 127.0.0.1 is each host's own
 * as far as ports of the plan's nodes go: what is sent to a node that is down must not find a real one.
 */
function standsFor(plan: Plan, reaches: readonly string[]): (address: Address) => boolean {
  const ports = new Set(plan.nodes.map(({ port }) => port));
  return ({ ip, port }) =>
    ip === "127.0.0.1" ? !ports.has(port) : ip.startsWith("127.") || reaches.includes(ip);
}

/** The RDB that a server finds when it starts for the first time: keys that nobody looks at. */
function writeBallast(disk: Disk, node: PlanNode, ballast: Ballast): void {
  const { version, known } = node;
  const files = filesOfNode(node.files);
  const { settings } = parseRedisConfig(node.config, { version, known, files });
  const keyspace = new Keyspace(settings.databases);
  keyspace.ballast = ballast;
  const file = rdbFile(keyspace.snapshot(), undefined);
  const path = inDirectory(settings.dir, settings.dbfilename);
  disk.write(path, file, file.bytes);
  disk.sync(path);
}

function addNode(simulation: Simulation, node: PlanNode, program: WorldOptions["program"]): void {
  const disk = simulation.disk(node.host);
  for (const { path, text } of [node.config, ...node.files]) {
    disk.write(path, text, text.length);
    disk.sync(path);
  }
  for (const { path, exit, takes } of node.scripts) {
    disk.write(path, scriptFile(exit, takes), 0);
    disk.sync(path);
  }
  if (node.data !== undefined) writeBallast(disk, node, node.data);
  const programOf = (version: Version): Program => {
    const options = { configPath: node.config.path, version, known: node.known };
    const usual = node.kind === "sentinel" ? redisSentinel(options) : redisServer(options);
    return {
      factory: program?.(node, usual) ?? usual,
      roundsDown: behaviours[version].sleepRoundsDown,
    };
  };
  simulation.addNode(node.name, {
    host: node.host,
    ...programOf(node.version),
    programs: new Map(versions.map((version) => [version, programOf(version)])),
    ...(node.restartAfter === undefined ? {} : { restartAfter: node.restartAfter }),
  });
}
