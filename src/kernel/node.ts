/** A node as the scenario names it: where it runs, how its process is made, and the one that runs now. */
import type { ActorFactory } from "./actor.js";
import type { Host } from "./host.js";
import type { Process } from "./process.js";
import type { Duration } from "./time.js";

export interface NodeSettings {
  readonly host: string;
  readonly factory: ActorFactory;
  /** A supervisor starts it again so long after its process ended, however that was. */
  readonly restartAfter?: Duration;
}

export class Node {
  readonly name: string;
  readonly index: number;
  readonly host: Host;
  readonly factory: ActorFactory;
  readonly restartAfter: Duration | undefined;
  /** Undefined while the node is down. */
  process: Process | undefined;
  boots = 0;

  constructor(name: string, index: number, host: Host, settings: NodeSettings) {
    this.name = name;
    this.index = index;
    this.host = host;
    this.factory = settings.factory;
    this.restartAfter = settings.restartAfter;
  }
}
