/** A node as the scenario names it: where it runs, how its process is made, and the one that runs now. */
import type { ActorFactory } from "./actor.js";
import { assert } from "./assert.js";
import type { Host, Lateness } from "./host.js";
import type { Process } from "./process.js";
import { type Duration, microseconds } from "./time.js";

/** How late clock_nanosleep() returns: 50 µs of timer slack (prctl(2)), and the scheduler. */
const sleepLateness: Lateness = { min: microseconds(50), max: microseconds(150) };

/** How a node's process is made. */
export interface Program {
  readonly factory: ActorFactory;
  /** It rounds epoll's timeout down, and so spins through the last millisecond before a timer. */
  readonly roundsDown?: boolean;
}

export interface NodeSettings extends Program {
  readonly host: string;
  /** What may be installed in place of its program, by name. */
  readonly programs?: ReadonlyMap<string, Program>;
  /** A supervisor starts it again so long after its process ended, however that was. */
  readonly restartAfter?: Duration;
  /** It sleeps by clock_nanosleep(), to the microsecond, and not in epoll, which counts milliseconds. */
  readonly fineTimers?: boolean;
}

export class Node {
  readonly name: string;
  readonly index: number;
  readonly host: Host;
  readonly restartAfter: Duration | undefined;
  readonly fineTimers: boolean;
  /** Of the process that runs. */
  roundsDown = false;
  /** How late it wakes for a timer. */
  readonly lateness: Lateness;
  /** Undefined while the node is down. */
  process: Process | undefined;
  boots = 0;
  readonly #programs: ReadonlyMap<string, Program>;
  #program: Program;

  constructor(name: string, index: number, host: Host, settings: NodeSettings) {
    this.name = name;
    this.index = index;
    this.host = host;
    this.#program = settings;
    this.#programs = settings.programs ?? new Map();
    this.restartAfter = settings.restartAfter;
    this.fineTimers = settings.fineTimers ?? false;
    this.lateness = this.fineTimers ? sleepLateness : host.lateness;
  }

  /** A running process keeps the program it was started from. */
  install(name: string): void {
    const program = this.#programs.get(name);
    assert(program !== undefined, `${this.name} has a program ${name}`);
    this.#program = program;
  }

  /** What its next process is made from. */
  boot(): ActorFactory {
    this.roundsDown = this.#program.roundsDown ?? false;
    return this.#program.factory;
  }
}
