/**
 * What a node can do: the one Context of a process, made at its boot and never again.
 *
 * It checks what a node asks for and hands it on; it decides nothing. Most of it is called with every
 * step, so the texts of its claims are made only once one does not hold.
 */
import type {
  Address,
  ChildId,
  ChildOptions,
  ConnectionId,
  Context,
  DialAnswer,
  Disk,
  Machine,
  Note,
  Payload,
  TimerId,
} from "./actor.js";
import { assert, Bug } from "./assert.js";
import { BareDisk } from "./bare-disk.js";
import { Child, type ChildWorld } from "./child.js";
import type { HostClock } from "./clock.js";
import type { Connection } from "./connection.js";
import type { Process } from "./process.js";
import type { RandomStream } from "./random.js";
import type { RealMachine } from "./real-machine.js";
import type { Schedule } from "./schedule.js";
import { type Duration, type Instant, never } from "./time.js";
import { Timer } from "./timer.js";
import type { Transport } from "./transport.js";

/** What the loop does for a node besides scheduling. */
export interface Services extends ChildWorld {
  lookUp(name: string): string | undefined;
  note(process: Process, note: Note): void;
}

export class NodeContext implements Context {
  readonly self: string;
  readonly boot: number;
  readonly random: RandomStream;
  readonly disk: Disk;
  readonly machine: Machine;
  readonly ip: string;
  readonly #process: Process;
  readonly #clock: HostClock;
  readonly #services: Services;
  readonly #transport: Transport;

  constructor(process: Process, services: Services, transport: Transport) {
    const { node } = process;
    this.self = node.name;
    this.boot = process.boot;
    this.random = process.random;
    this.disk = new NodeDisk(process, services);
    this.machine = node.host.machine;
    this.ip = node.host.ip;
    this.#process = process;
    this.#clock = node.host.clock;
    this.#services = services;
    this.#transport = transport;
  }

  now(): number {
    return Math.floor(this.nowMicroseconds() / 1_000);
  }

  nowMicroseconds(): number {
    return this.#clock.wall(this.#instant());
  }

  monotonic(): number {
    return this.#clock.monotonic(this.#instant());
  }

  listen(port: number): boolean {
    const { listeners, takenPorts } = this.#process.node.host;
    if (listeners.has(port) || takenPorts.has(port)) return false;
    listeners.set(port, this.#process);
    return true;
  }

  listenForStrangers(): boolean {
    const { host } = this.#process.node;
    if (host.standsFor === undefined) return false;
    host.porter = this.#process;
    return true;
  }

  answer(connection: ConnectionId, how: DialAnswer): void {
    this.#claimRunning();
    this.#transport.answer(this.#connection(connection), how);
  }

  resolve(name: string): string | undefined {
    if (isIp(name)) return name;
    const ip = this.#services.lookUp(name);
    const { resolveTime, resolveFailure } = this.#process.node.host;
    this.busy(ip === undefined ? resolveFailure : resolveTime);
    return ip;
  }

  connect(to: Address, from?: Address): ConnectionId {
    this.#claimRunning();
    return this.#transport.connect(this.#process, to, from);
  }

  send(connection: ConnectionId, payload: Payload): void {
    this.#transport.send(this.#connection(connection), payload);
  }

  close(connection: ConnectionId, how: "fin" | "discard" | "reset" = "fin"): void {
    this.#claimRunning();
    this.#transport.close(this.#connection(connection), how, this.#instant());
  }

  unsent(connection: ConnectionId): number {
    return this.#connection(connection).unsentBytes;
  }

  timer(name: string): TimerId {
    const { timers } = this.#process;
    const id = timers.length as TimerId;
    timers.push(new Timer(this.#process, id, name));
    return id;
  }

  arm(id: TimerId, delay: Duration): void {
    const process = this.#process;
    const timer = this.#timer(id);
    const { host, lateness } = process.node;
    const from = this.#instant();
    timer.due = from + host.clock.stretched(delay);
    timer.lateness = process.lateness.between(lateness.min, lateness.max);
    if (timer.due < process.earliestDue) process.earliestDue = timer.due;
    const wake = timer.wake(from);
    // An entry that stands earlier is pushed on when it comes.
    if (timer.queuedAt >= 0 && timer.queuedAt <= wake) return;
    timer.queuedAt = wake;
    this.#services.push(wake, timer);
  }

  disarm(id: TimerId): void {
    this.#timer(id).due = never;
  }

  canFork(): boolean {
    return !this.#process.node.host.isMemoryFull;
  }

  spawn(name: string, work: Duration, options: ChildOptions = {}): ChildId {
    const child = new Child(this.#process, this.#services, name, options);
    if (options.program === undefined) child.work(this.#instant(), work);
    else this.#real().execute(this.self, child.id, options.program);
    return child.id;
  }

  kill(id: ChildId, signal: number): void {
    const child = this.#process.children[id];
    assert(child !== undefined, `${this.self} has a child ${id} to kill`);
    if (!child.isAlive) return;
    if (child.isReal) this.#real().signal(this.self, id, signal);
    else child.exit(-signal);
  }

  busy(time: Duration): void {
    this.#claimRunning();
    this.#process.spent += Math.ceil(time);
  }

  exit(code: number): void {
    this.#claimRunning();
    this.#process.exitCode ??= code;
  }

  note(note: Note): void {
    this.#services.note(this.#process, note);
  }

  #real(): RealMachine {
    const { real, name } = this.#process.node.host;
    assert(real !== undefined, `${name} stands for a machine whose programs can be run`);
    return real;
  }

  #instant(): Instant {
    return (this.#services.now + this.#process.spent) as Instant;
  }

  #claimRunning(): void {
    if (!this.#process.isRunning) throw new Bug(`${this.self} acts only while it handles an input`);
  }

  #connection(id: ConnectionId): Connection {
    const connection = this.#process.connections[id];
    if (connection === undefined) throw new Bug(`${this.self} has a connection ${id}`);
    return connection;
  }

  #timer(id: TimerId): Timer {
    const timer = this.#process.timers[id];
    if (timer === undefined) throw new Bug(`${this.self} has a timer ${id}`);
    return timer;
  }
}

/** The host's disk as one process uses it: an fsync takes its time. */
class NodeDisk extends BareDisk {
  readonly #process: Process;

  constructor(process: Process, schedule: Schedule) {
    super(process.node.host.disk, schedule);
    this.#process = process;
  }

  override sync(path: string, inBackground = false): Duration {
    const time = super.sync(path);
    if (this.#process.isRunning && !inBackground) this.#process.spent += time;
    return time;
  }
}

function isIp(text: string): boolean {
  return /^[0-9]{1,3}(\.[0-9]{1,3}){3}$/.test(text) || text.includes(":");
}
