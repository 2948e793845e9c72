/** What each fault does to the world, and how the one that undoes it does so. */
import { assert, assertNever } from "./assert.js";
import type { Direction, Fault } from "./fault.js";
import type { Host } from "./host.js";
import { IdleWatch } from "./idle-watch.js";
import type { Names } from "./names.js";
import type { Link, Network } from "./network.js";
import type { Node } from "./node.js";
import type { Process } from "./process.js";
import type { RunRecord } from "./record.js";
import type { Schedule } from "./schedule.js";
import { Action } from "./schedule.js";
import { after, type Duration, type Instant } from "./time.js";
import type { Transport } from "./transport.js";

/** The parts of the world that faults reach for. */
export interface World extends Schedule {
  readonly now: Instant;
  readonly isObserved: boolean;
  host(name: string): Host;
  node(name: string): Node;
  processes(): Iterable<Process>;
  start(node: Node): void;
  end(process: Process, code: number): void;
  vanish(process: Process): void;
  fold(text: string): void;
  tell(record: RunRecord): void;
}

/** SIGKILL, as waitpid tells it. */
const killed = -9;

export class Faults {
  readonly #world: World;
  readonly #network: Network;
  readonly #transport: Transport;
  readonly #idleWatch: IdleWatch;
  readonly #names: Names;

  constructor(options: {
    readonly world: World;
    readonly network: Network;
    readonly transport: Transport;
    readonly names: Names;
  }) {
    this.#world = options.world;
    this.#network = options.network;
    this.#transport = options.transport;
    this.#idleWatch = new IdleWatch(options.world, options.transport);
    this.#names = options.names;
  }

  /** Throws where a fault names what is not there, before anything has happened. */
  check(fault: Fault): void {
    if ("node" in fault) this.#world.node(fault.node);
    if ("host" in fault) this.#world.host(fault.host);
    if ("a" in fault) {
      this.#hosts(fault.a);
      if (fault.b !== undefined) this.#hosts(fault.b);
    }
  }

  apply(fault: Fault): void {
    const world = this.#world;
    world.fold(fault.kind);
    if (world.isObserved) world.tell({ kind: "fault", at: world.now, fault });
    switch (fault.kind) {
      case "kill":
        this.#kill(world.node(fault.node), fault.signal);
        break;
      case "restart":
        world.start(world.node(fault.node));
        break;
      case "install":
        world.node(fault.node).install(fault.program);
        break;
      case "pause":
        this.#pause(world.node(fault.node).process, true);
        break;
      case "resume":
        this.#pause(world.node(fault.node).process, false);
        break;
      case "powerOff":
        this.#powerOff(world.host(fault.host));
        break;
      case "powerOn":
        this.#powerOn(world.host(fault.host), fault.start);
        break;
      case "cut":
        this.#links(fault, fault.direction, (link) => link.cut(fault.name, fault.mode));
        this.#pathsFail();
        break;
      case "heal":
        this.#network.heal(fault.name);
        this.#idleWatch.watch(world.processes());
        break;
      case "slow":
        this.#links(fault, fault.direction, (link) => link.slow(fault.settings));
        this.#pathsFail();
        break;
      case "restore":
        this.#links(fault, "both", (link) => link.restore());
        this.#idleWatch.watch(world.processes());
        break;
      case "skew":
        world.host(fault.host).clock.skew(world.now, fault.offset, fault.ppm);
        break;
      case "unskew":
        world.host(fault.host).clock.unskew(world.now);
        break;
      case "jump":
        world.host(fault.host).clock.jump(fault.by);
        break;
      case "fillDisk":
        world.host(fault.host).disk.fill();
        break;
      case "freeDisk":
        world.host(fault.host).disk.free();
        break;
      case "fillMemory":
        world.host(fault.host).isMemoryFull = true;
        break;
      case "freeMemory":
        world.host(fault.host).isMemoryFull = false;
        break;
      case "slowDisk":
        world.host(fault.host).disk.slow(fault.factor, fault.added);
        break;
      case "restoreDisk":
        world.host(fault.host).disk.restore();
        break;
      case "wipeDisk":
        world.host(fault.host).disk.wipe(fault.prefix);
        break;
      case "unresolve":
        this.#names.unresolve(fault.name);
        break;
      case "resolve":
        this.#names.resolve(fault.name, fault.ip);
        break;
      case "starve":
        this.#starve(world.host(fault.host), fault.time);
        break;
      default:
        assertNever(fault);
    }
  }

  #kill({ process }: Node, signal: "KILL" | "TERM" | "INT"): void {
    if (process === undefined) return;
    if (signal === "KILL") {
      this.#world.end(process, killed);
      return;
    }
    process.notices.push({ kind: "signalled", signal });
    this.#world.poke(process);
  }

  #pause(process: Process | undefined, isStopped: boolean): void {
    if (process === undefined || process.isStopped === isStopped) return;
    this.#halt(process, () => {
      process.isStopped = isStopped;
    });
  }

  /** Changes whether a process may run; what was left of its busy time is left afterwards too. */
  #halt(process: Process, change: () => void): void {
    const { now } = this.#world;
    const wasPaused = process.isPaused;
    change();
    if (process.isPaused === wasPaused) return;
    if (process.isPaused) {
      process.busyLeft = Math.max(0, process.busyUntil - now);
      return;
    }
    process.busyUntil = now + process.busyLeft;
    if (process.hasWork(process.busyUntil)) this.#world.poke(process);
  }

  #starve(host: Host, time: Duration): void {
    const { now } = this.#world;
    const until = after(now, time);
    if (until <= host.starvedUntil) return;
    host.starve(now, until);
    this.#feed(host, true);
    const over = new Action(() => {
      if (host.starvedUntil === until) this.#feed(host, false);
    });
    this.#world.push(until, over);
  }

  #feed(host: Host, isStarved: boolean): void {
    for (const { process } of host.nodes) {
      if (process === undefined) continue;
      this.#halt(process, () => {
        process.isStarved = isStarved;
      });
    }
  }

  #powerOff(host: Host): void {
    if (!host.isUp) return;
    for (const { process } of host.nodes) if (process !== undefined) this.#world.vanish(process);
    for (const process of host.orphaned) this.#world.vanish(process);
    host.orphaned.clear();
    host.isUp = false;
    host.disk.losePower(this.#world.now);
    this.#pathsFail();
  }

  #powerOn(host: Host, start: boolean): void {
    if (host.isUp) return;
    host.isUp = true;
    host.boots++;
    this.#idleWatch.watch(this.#world.processes());
    if (start) for (const node of host.nodes) this.#world.start(node);
  }

  /**
   * Paths may have failed. What had left is delivered; what still waits to leave once that has
   * arrived, on a slow link or for a retransmission, is not.
   */
  #pathsFail(): void {
    const world = this.#world;
    this.#idleWatch.watch(world.processes());
    for (const process of world.processes()) {
      for (const connection of process.connections) {
        const { back, underway } = connection ?? {};
        if (connection === undefined || back === undefined || underway?.length === 0) continue;
        const isCut = () => back.verdict !== "pass" || connection.remoteHost?.isUp !== true;
        if (!isCut()) continue;
        const callBack = new Action(() => {
          if (isCut() && connection.underway.length > 0) this.#transport.callBack(connection);
        });
        world.push(world.now + back.latencyMax + 1, callBack);
      }
    }
  }

  #links(
    fault: { readonly a: readonly string[]; readonly b: readonly string[] | undefined },
    direction: Direction,
    act: (link: Link) => void,
  ): void {
    const a = this.#hosts(fault.a);
    const b = fault.b === undefined ? undefined : this.#hosts(fault.b);
    this.#network.between(a, b, (link) => {
      if (direction !== "from") act(link);
      if (direction !== "to") act(this.#network.link(link.to, link.from));
    });
  }

  /** Each host once, however many of its nodes are named. */
  #hosts(names: readonly string[]): readonly Host[] {
    assert(names.length > 0, "a fault of the network names somebody");
    return [...new Set(names.map((name) => this.#world.host(name)))];
  }
}
