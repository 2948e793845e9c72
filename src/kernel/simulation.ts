/**
 * The world and its loop: the only holder of the queue. It takes one event after the other, lets the
 * process concerned run an iteration, and folds every step into the fingerprint.
 *
 * On an idle process one arrival is one event and one iteration, at that very instant. While it is
 * busy, whatever comes waits for one wake-up at the end of that time; while it is paused, for its end.
 */
import type { Disk, Note } from "./actor.js";
import { assert, Bug } from "./assert.js";
import { BareDisk } from "./bare-disk.js";
import type { Connection } from "./connection.js";
import { EventLoop, stepKinds } from "./event-loop.js";
import { EventQueue } from "./event-queue.js";
import type { Fault, LinkSettings } from "./fault.js";
import { Faults } from "./faults.js";
import { Fingerprint } from "./fingerprint.js";
import { Host, type HostSettings } from "./host.js";
import { Names } from "./names.js";
import { Network } from "./network.js";
import { Node, type NodeSettings } from "./node.js";
import { NodeContext, type Services } from "./node-context.js";
import { Observers } from "./observers.js";
import { Process } from "./process.js";
import { RandomStream } from "./random.js";
import type { Observer, RunRecord } from "./record.js";
import { Action, type QueuedEvent } from "./schedule.js";
import { after, type Duration, type Instant, never, start } from "./time.js";
import type { Timer } from "./timer.js";
import { Transport } from "./transport.js";

export interface SimulationOptions {
  readonly seed: string;
  /** Milliseconds since 1970 at instant 0: large, for Redis takes 0 for "never". */
  readonly epoch?: number;
  readonly observers?: readonly Observer[];
  /** Called for each note as it is made. Part of the run, so it must be the same in each; it may schedule. */
  readonly watch?: (node: string, note: Note, at: Instant) => void;
  /** Called when a node's process begins and when it has ended; part of the run, like `watch`. */
  readonly life?: (node: string, isUp: boolean) => void;
  /** What links between hosts are unless set otherwise, and what a host's own loopback is. */
  readonly defaultLink?: Partial<LinkSettings>;
  readonly loopback?: Partial<LinkSettings>;
  /** More steps than this at one instant end the run as a finding. */
  readonly stepsPerInstant?: number;
}

/** The output of an iteration longer than this waits for its end; a shorter one's is computed at once. */
const promptMax = 1_000;
/** The killing signal, as waitpid tells it. */
const killed = -9;

export class Simulation implements Services {
  readonly seed: string;
  readonly #options: SimulationOptions;
  readonly #queue = new EventQueue<QueuedEvent>();
  readonly #fingerprint = new Fingerprint();
  readonly #streams: RandomStream[] = [];
  readonly #hosts: Host[] = [];
  readonly #hostsByName = new Map<string, Host>();
  readonly #nodes: Node[] = [];
  readonly #nodesByName = new Map<string, Node>();
  readonly #names = new Names();
  readonly #network: Network;
  readonly #transport: Transport;
  readonly #faults: Faults;
  readonly #observers: Observers;
  readonly #eventLoop: EventLoop;
  readonly #stepsPerInstant: number;
  #now = start;
  #steps = 0;
  #stepsAtInstant = 0;
  #isHalted = false;
  readonly #flooding = new Set<string>();
  /** The process whose iteration is running. */
  #running: Process | undefined;

  constructor(options: SimulationOptions) {
    this.seed = options.seed;
    this.#options = options;
    this.#observers = new Observers(options.observers ?? [], this.#fingerprint);
    this.#stepsPerInstant = options.stepsPerInstant ?? 100_000;
    this.#network = new Network({
      hosts: this.#hosts,
      stream: (name) => this.#stream(name),
      lan: options.defaultLink,
      loopback: options.loopback,
    });
    this.#transport = new Transport(this, this.#network);
    this.#eventLoop = new EventLoop({
      schedule: this,
      transport: this.#transport,
      fingerprint: this.#fingerprint,
      observers: this.#observers,
    });
    this.#faults = new Faults({
      world: this,
      network: this.#network,
      transport: this.#transport,
      names: this.#names,
    });
  }

  // Setting up.

  addHost(name: string, settings: HostSettings): void {
    assert(!this.#hostsByName.has(name), `only one host is called ${name}`);
    const epoch = this.#options.epoch ?? 1_767_225_600_000;
    const host = new Host(name, this.#hosts.length, epoch, settings);
    this.#network.add(host);
    this.#hosts.push(host);
    this.#hostsByName.set(name, host);
  }

  /** The node is down until it is booted. */
  addNode(name: string, settings: NodeSettings): void {
    assert(!this.#nodesByName.has(name), `only one node is called ${name}`);
    const host = this.host(settings.host);
    const node = new Node(name, this.#nodes.length, host, settings);
    this.#nodes.push(node);
    this.#nodesByName.set(name, node);
    host.nodes.push(node);
  }

  /** Is there a node of this name, up or down? */
  has(name: string): boolean {
    return this.#nodesByName.has(name);
  }

  /** The program that the node's next process is made from. */
  install(name: string, program: string): void {
    this.node(name).install(program);
  }

  /** Somebody who is no process of the simulation listens on this port of the host, or does no longer. */
  takePort(host: string, port: number, isTaken: boolean): void {
    const { takenPorts } = this.host(host);
    if (isTaken) takenPorts.add(port);
    else takenPorts.delete(port);
  }

  /** A real program that the node's process started has ended, as waitpid() tells it. */
  endChild(name: string, id: number, code: number): void {
    const child = this.node(name).process?.children[id];
    if (child?.isAlive === true && child.isReal) child.exit(code);
  }

  /** How the link from one host to another is when nothing is wrong with it. */
  setLink(from: string, to: string, settings: Partial<LinkSettings>): void {
    this.#network.link(this.host(from), this.host(to)).setUp(settings);
  }

  setName(name: string, ip: string): void {
    this.#names.set(name, ip);
  }

  /** Starts the node's process. */
  boot(name: string): void {
    this.start(this.node(name));
  }

  // Running.

  /** Puts an action in the queue, behind what is there for that instant already. */
  at(instant: Instant, action: () => void): void {
    this.push(instant, new Action(action));
  }

  /** At once; from within an iteration, right after it. */
  inject(fault: Fault): void {
    this.#faults.check(fault);
    if (this.#running === undefined) this.#faults.apply(fault);
    else this.at(this.#now, () => this.#faults.apply(fault));
  }

  /** Takes all events up to and including `end`, which is now afterwards; less, where somebody halts it. */
  runUntil(end: Instant): void {
    assert(end >= this.#now, "time does not go back");
    const queue = this.#queue;
    this.#isHalted = false;
    try {
      for (let at = queue.next; at <= end && !this.#isHalted; at = queue.next) {
        if (at > this.#now) {
          if (at >= this.#observers.nextSecond) this.#observers.endSeconds(at);
          this.#now = at;
          this.#stepsAtInstant = 0;
        }
        this.#steps++;
        const event = queue.first as QueuedEvent;
        if (++this.#stepsAtInstant > this.#stepsPerInstant) this.#flood(event);
        if (event.kind === "timer") {
          const wake = this.#wakeOf(event);
          // One in five that come: the entry only moves on.
          if (wake > at) {
            queue.putOff(wake as Instant);
            continue;
          }
        }
        queue.pop();
        this.#take(event);
      }
    } catch (error) {
      throw this.#located(error);
    }
    if (this.#isHalted) return;
    if (end >= this.#observers.nextSecond) this.#observers.endSeconds(end);
    this.#now = end;
  }

  /** Time stands still behind the step that is under way, and goes on from there. */
  halt(): void {
    this.#isHalted = true;
  }

  advance(duration: Duration): void {
    this.runUntil(after(this.#now, duration));
  }

  get now(): Instant {
    return this.#now;
  }

  /** Events taken so far. */
  get steps(): number {
    return this.#steps;
  }

  /** Of all steps and notes so far: 16 hexadecimal digits. */
  fingerprint(): string {
    return this.#fingerprint.toString();
  }

  // Looking.

  get nodes(): readonly string[] {
    return this.#nodes.map((node) => node.name);
  }

  get hosts(): readonly string[] {
    return this.#hosts.map((host) => host.name);
  }

  isUp(name: string): boolean {
    return this.node(name).process !== undefined;
  }

  isPaused(name: string): boolean {
    return this.node(name).process?.isPaused === true;
  }

  /** Has the machine power? */
  isHostUp(name: string): boolean {
    return this.host(name).isUp;
  }

  hostOf(name: string): string {
    return this.node(name).host.name;
  }

  /** What the node shows of itself; undefined while it is down. */
  inspect(name: string): unknown {
    return this.node(name).process?.actor?.inspect?.();
  }

  /** The wall clock of a node's host, in microseconds since 1970. */
  clockOf(name: string): number {
    return this.node(name).host.clock.wall(this.#now);
  }

  /** A host's disk, from outside: using it takes no node's time. */
  disk(name: string): Disk {
    return new BareDisk(this.host(name).disk, this);
  }

  /** How often each stream was drawn from: where two runs part ways, one of these differs first. */
  draws(): readonly { readonly stream: string; readonly draws: number }[] {
    return this.#streams.map(({ name, draws }) => ({ stream: name, draws }));
  }

  /** The same, stream by stream in the order in which they were made: for whoever asks at every step. */
  drawCounts(): readonly number[] {
    return this.#streams.map(({ draws }) => draws);
  }

  // For those who act for the loop.

  push(at: number, event: QueuedEvent): void {
    assert(at >= this.#now, "nothing is queued for the past");
    this.#queue.push(at as Instant, event);
  }

  poke(process: Process): void {
    if (!process.isAlive || process.isPaused || process.isRunning) return;
    if (process.busyUntil > this.#now) this.#wakeAt(process, process.busyUntil);
    else if (process.wakeAt !== this.#now) this.#iterate(process);
  }

  sent(connection: Connection, payloads: number, bytes: number): void {
    this.#observers.segment(this.#now, connection, payloads, bytes);
  }

  lookUp(name: string): string | undefined {
    return this.#names.lookUp(name);
  }

  note(process: Process, note: Note): void {
    this.#fingerprint.note(this.#now, process.node.index, note);
    const node = process.node.name;
    const { spent } = process;
    if (this.isObserved) this.tell({ kind: "note", at: this.#now, spent, node, note });
    this.#options.watch?.(node, note, this.#now);
  }

  fold(text: string): void {
    this.#fingerprint.number(this.#now);
    this.#fingerprint.text(text);
  }

  /** Nothing is made for observers that are not there. */
  get isObserved(): boolean {
    return !this.#observers.isEmpty;
  }

  tell(record: RunRecord): void {
    this.#observers.tell(record);
  }

  host(name: string): Host {
    const host = this.#hostsByName.get(name) ?? this.#nodesByName.get(name)?.host;
    if (host === undefined) throw new Bug(`no host is called ${name}`);
    return host;
  }

  node(name: string): Node {
    const node = this.#nodesByName.get(name);
    if (node === undefined) throw new Bug(`no node is called ${name}`);
    return node;
  }

  *processes(): Iterable<Process> {
    for (const node of this.#nodes) if (node.process !== undefined) yield node.process;
    for (const host of this.#hosts) yield* host.orphaned;
  }

  // The life of a process.

  start(node: Node): void {
    if (node.process !== undefined || !node.host.isUp) return;
    const boot = node.boots++;
    const process = new Process(
      node,
      boot,
      this.#stream(`node/${node.name}/${boot}`),
      this.#stream(`lateness/${node.name}/${boot}`),
    );
    node.process = process;
    process.isStarved = node.host.starvedUntil > this.#now;
    this.#fingerprint.step(this.#now, node.index, stepKinds.started, boot, 0);
    if (this.isObserved) this.tell({ kind: "up", at: this.#now, node: node.name, boot });
    this.#options.life?.(node.name, true);
    process.isRunning = true;
    process.actor = node.boot()(new NodeContext(process, this, this.#transport));
    process.isRunning = false;
    process.busyUntil = this.#now + process.spent;
    process.spent = 0;
    process.notices.push({ kind: "started" });
    this.poke(process);
  }

  /** The process ends, its machine alive: the kernel cleans up behind it, a supervisor starts it again. */
  end(process: Process, code: number): void {
    const { node } = process;
    this.#dies(process, code);
    if (process.hasImage) {
      node.host.orphaned.add(process);
      this.#transport.bequeath(process, this.#now);
    } else {
      this.#closeAll(process);
    }
    if (node.restartAfter !== undefined) this.#supervise(node, node.restartAfter);
  }

  /** A child of a process that is gone has ended: with the last image go the connections. */
  orphanEnded(process: Process): void {
    if (!process.hasImage && process.node.host.orphaned.delete(process)) this.#closeAll(process);
  }

  #closeAll(process: Process): void {
    process.holdsConnections = false;
    this.#transport.closeAll(process, this.#now);
  }

  /** A supervisor starts it again, unless somebody did so before, or its machine went off meanwhile. */
  #supervise(node: Node, delay: Duration): void {
    const { boots, host } = node;
    const hostBoots = host.boots;
    this.at(after(this.#now, delay), () => {
      if (node.boots === boots && host.boots === hostBoots) this.start(node);
    });
  }

  /** The process, or what was left of it, ends with its machine: nobody is told. */
  vanish(process: Process): void {
    if (process.isAlive) this.#dies(process, killed);
    for (const child of process.children) child.isAlive = false;
    process.holdsConnections = false;
    this.#transport.vanish(process);
  }

  #dies(process: Process, code: number): void {
    const { node } = process;
    process.isAlive = false;
    node.process = undefined;
    for (const [port, listener] of node.host.listeners) {
      if (listener === process) node.host.listeners.delete(port);
    }
    if (node.host.porter === process) node.host.porter = undefined;
    this.#fingerprint.step(this.#now, node.index, stepKinds.down, process.boot, code);
    if (this.isObserved) this.tell({ kind: "down", at: this.#now, node: node.name, code });
    this.#options.life?.(node.name, false);
  }

  // The loop.

  #take(event: QueuedEvent): void {
    switch (event.kind) {
      case "connection":
        this.#transport.arrive(event);
        break;
      case "timer":
        if (event.queuedAt === this.#now) this.#timerComes(event);
        break;
      case "process":
        this.#wake(event);
        break;
      default:
        event.run();
    }
  }

  /**
   * When the process really wakes for this timer, whose entry comes now: it may have fallen asleep again
   * since the timer was armed, or the timer was armed anew. Not later: the entry is done with.
   */
  #wakeOf(timer: Timer): number {
    const now = this.#now;
    const { due, process } = timer;
    // Stale (it was armed anew for an earlier instant), or disarmed.
    if (timer.queuedAt !== now || !process.isAlive || due === never) return now;
    const slept = process.busyUntil;
    if (slept > now && due <= now) return now;
    const wake = timer.wake(Math.min(slept, due));
    if (wake > now) timer.queuedAt = wake;
    return wake;
  }

  #timerComes(timer: Timer): void {
    timer.queuedAt = -1;
    if (timer.process.isAlive && timer.due !== never) this.poke(timer.process);
  }

  #wakeAt(process: Process, at: number): void {
    if (process.wakeAt === at) return;
    process.wakeAt = at;
    this.push(at, process);
  }

  /** The end of the time in which a process was busy. */
  #wake(process: Process): void {
    if (process.wakeAt !== this.#now || !process.isAlive) return;
    process.wakeAt = -1;
    if (process.isPaused) return;
    if (process.outgoing.length > 0) this.#flush(process, this.#now);
    if (process.exitCode !== undefined) {
      this.end(process, process.exitCode);
      return;
    }
    if (process.hasWork(this.#now)) this.#iterate(process);
  }

  /** One turn of the node's event loop, and what it sent leaves. */
  #iterate(process: Process): void {
    const previous = this.#running;
    this.#running = process;
    process.isRunning = true;
    this.#eventLoop.turn(process);
    process.isRunning = false;
    this.#running = previous;
    const { spent } = process;
    process.spent = 0;
    process.busyUntil = this.#now + spent;
    if (spent <= promptMax) {
      this.#flush(process, process.busyUntil);
      if (process.exitCode !== undefined && spent === 0) {
        this.end(process, process.exitCode);
        return;
      }
    }
    if (process.hasWork(process.busyUntil)) this.#wakeAt(process, process.busyUntil);
  }

  #flush(process: Process, at: number): void {
    const { outgoing } = process;
    for (let next = outgoing.shift(); next !== undefined; next = outgoing.shift()) {
      this.#transport.flush(next, at);
    }
  }

  // The run's own troubles.

  #stream(name: string): RandomStream {
    const stream = new RandomStream(this.seed, name);
    this.#streams.push(stream);
    return stream;
  }

  /** Redis reconnects in tight loops in places; a run that stands still is a finding. */
  #flood(event: QueuedEvent): void {
    if (event.kind === "process") this.#flooding.add(event.node.name);
    else if (event.kind !== "action") this.#flooding.add(event.process.node.name);
    if (this.#stepsAtInstant < this.#stepsPerInstant + 64) return;
    const names = [...this.#flooding].join(", ");
    throw new Bug(
      `more than ${this.#stepsPerInstant} steps at one instant, by ${names === "" ? "the scenario" : names}`,
    );
  }

  #located(error: unknown): Bug {
    if (error instanceof Bug && error.place !== undefined) return error;
    const node = this.#running?.node.name;
    const place = { seed: this.seed, at: this.#now, step: this.#steps, node };
    const text = error instanceof Error ? error.message : String(error);
    const where = `seed ${this.seed}, instant ${this.#now} µs, step ${this.#steps}`;
    const who = node === undefined ? "" : `, node ${node}`;
    return new Bug(`${text} (${where}${who})`, { place, cause: error });
  }
}
