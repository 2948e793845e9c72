/** A node as the scenario names it: where it runs, how its process is made, and the one that runs now. */
import type { ActorFactory } from "./actor.js";
import type { Host, Lateness } from "./host.js";
import type { Process } from "./process.js";
import { type Duration, microseconds } from "./time.js";

/** How late clock_nanosleep() returns: 50 µs of timer slack (prctl(2)), and the scheduler. */
const sleepLateness: Lateness = { min: microseconds(50), max: microseconds(150) };

export interface NodeSettings {
  readonly host: string;
  readonly factory: ActorFactory;
  /** A supervisor starts it again so long after its process ended, however that was. */
  readonly restartAfter?: Duration;
  /** It sleeps by clock_nanosleep(), to the microsecond, and not in epoll, which counts milliseconds. */
  readonly fineTimers?: boolean;
  /** It rounds epoll's timeout down, and so spins through the last millisecond before a timer. */
  readonly roundsDown?: boolean;
}

export class Node {
  readonly name: string;
  readonly index: number;
  readonly host: Host;
  readonly factory: ActorFactory;
  readonly restartAfter: Duration | undefined;
  readonly fineTimers: boolean;
  readonly roundsDown: boolean;
  /** How late it wakes for a timer. */
  readonly lateness: Lateness;
  /** Undefined while the node is down. */
  process: Process | undefined;
  boots = 0;

  constructor(name: string, index: number, host: Host, settings: NodeSettings) {
    this.name = name;
    this.index = index;
    this.host = host;
    this.factory = settings.factory;
    this.restartAfter = settings.restartAfter;
    this.fineTimers = settings.fineTimers ?? false;
    this.roundsDown = settings.roundsDown ?? false;
    this.lateness = this.fineTimers ? sleepLateness : host.lateness;
  }
}
