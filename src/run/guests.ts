/**
 * Nodes that nobody planned: processes that somebody outside starts on a host of the run while it is
 * under way. A node is named once and may live many times; each life is as its launch says, which may
 * bring another version, another file, another process id.
 */
import type { Program } from "../kernel/node.js";
import type { Launch, OutsideInput } from "../kernel/outside.js";
import type { Simulation } from "../kernel/simulation.js";
import { redisSentinel } from "../redis/sentinel/sentinel.js";
import { redisServer } from "../redis/server/boot.js";
import { behaviours, type Version, versions } from "../redis/version.js";

type Start = Extract<OutsideInput, { readonly does: "start" }>;

export class Guests {
  readonly #started = new Map<string, Start>();

  /** The node is down, or new. */
  start(simulation: Simulation, start: Start): void {
    const { node, host, launch } = start;
    this.#started.set(node, start);
    if (!simulation.has(node)) {
      const programs = new Map(versions.map((version) => [version, this.#program(node, version)]));
      const first = this.#program(node, launch.version as Version);
      simulation.addNode(node, { host, ...first, programs });
    }
    simulation.install(node, launch.version);
    simulation.takePort(host, launch.port, launch.isPortTaken);
    simulation.boot(node);
  }

  portOf(node: string): { readonly host: string; readonly port: number } | undefined {
    const start = this.#started.get(node);
    return start === undefined ? undefined : { host: start.host, port: start.launch.port };
  }

  #program(node: string, version: Version): Program {
    return {
      factory: (context) => {
        const launch = this.#started.get(node)?.launch as Launch;
        const options = { ...launch, version, configPath: launch.config };
        return launch.program === "redis-sentinel"
          ? redisSentinel({ ...options, configPath: launch.config ?? "" })(context)
          : redisServer(options)(context);
      },
      roundsDown: behaviours[version].sleepRoundsDown,
    };
  }
}
