/**
 * A machine: its addresses, clocks, disk and speed, the ports its processes listen on, and the nodes
 * it carries. An address is not a host: several nodes may share one, on different ports.
 */
import type { Address, Machine } from "./actor.js";
import { type ClockSettings, HostClock } from "./clock.js";
import { type DiskSettings, HostDisk } from "./disk.js";
import type { Node } from "./node.js";
import type { Process } from "./process.js";
import type { RealMachine } from "./real-machine.js";
import { type Duration, type Instant, microseconds, milliseconds, seconds, start } from "./time.js";

/** How late a process wakes after epoll's timeout: drawn uniformly, both ends included. */
export interface Lateness {
  readonly min: Duration;
  readonly max: Duration;
}

/** Redis's tcp-keepalive 300 makes it idle 300 s, interval 100 s, 3 probes: anetKeepAlive(). */
export interface Keepalive {
  readonly idle: Duration;
  readonly interval: Duration;
  readonly probes: number;
}

export interface HostSettings {
  readonly ips: readonly string[];
  /**
   * Its addresses are not its own: it shares them with others, and only what is for one of these ports
   * comes to it, as behind a router that forwards ports.
   */
  readonly ports?: readonly number[];
  /**
   * It stands for what lies outside of the world: who connects to one of these addresses, where no host
   * has it, comes to the process on it that listens for strangers. One host of a world can.
   */
  readonly standsFor?: (address: Address) => boolean;
  /** Hosts on the same network segment learn by ARP that another is gone; the default is one for all. */
  readonly segment?: string;
  readonly machine?: Partial<Machine>;
  readonly lateness?: Lateness;
  readonly clock?: Partial<ClockSettings>;
  readonly disk?: Partial<DiskSettings>;
  /** The real machine that it stands for. */
  readonly real?: RealMachine;
  /** `off`: an idle connection whose peer is gone stays for ever. */
  readonly keepalive?: Keepalive | "off";
  /** Bytes of one direction of a connection that the kernels of both ends hold. */
  readonly window?: number;
  /** How long getaddrinfo blocks for a name that exists, and for one that does not. */
  readonly resolveTime?: Duration;
  readonly resolveFailure?: Duration;
}

const machineDefault: Machine = {
  command: microseconds(10),
  forkPerGiB: milliseconds(10),
  saveBytesPerSecond: 200_000_000,
  loadBytesPerSecond: 250_000_000,
  flushBytesPerSecond: 2_000_000_000,
  childMin: milliseconds(1),
  childMax: milliseconds(4),
};
/** This and the time of an fsync are fitted to recordings of real Redis: docs/decisions/0005. */
const latenessDefault: Lateness = { min: microseconds(200), max: microseconds(400) };
const keepaliveDefault: Keepalive = { idle: seconds(300), interval: seconds(100), probes: 3 };
const diskDefault: DiskSettings = {
  bytesPerSecond: 500_000_000,
  syncTime: microseconds(700),
  capacity: 0,
};
const windowDefault = 4 * 1024 * 1024;

/** The range that Linux takes ports from for those who connect: ip_local_port_range. */
const ephemeralFirst = 32_768;
const ephemeralLast = 60_999;

export class Host {
  readonly name: string;
  readonly index: number;
  readonly ips: readonly string[];
  readonly ip: string;
  /** Undefined: all ports of its addresses are its own. */
  readonly ports: readonly number[] | undefined;
  readonly segment: string;
  readonly machine: Machine;
  readonly lateness: Lateness;
  readonly clock: HostClock;
  readonly disk: HostDisk;
  readonly real: RealMachine | undefined;
  readonly keepalive: Keepalive | undefined;
  readonly window: number;
  readonly resolveTime: Duration;
  readonly resolveFailure: Duration;
  readonly nodes: Node[] = [];
  readonly listeners = new Map<number, Process>();
  /** Ports on which somebody listens who is no process of the simulation. */
  readonly takenPorts = new Set<number>();
  readonly standsFor: ((address: Address) => boolean) | undefined;
  /** Who listens for strangers. */
  porter: Process | undefined;
  /** Processes that are gone, whose images still have their connections. */
  readonly orphaned = new Set<Process>();
  isUp = true;
  /** No process is given a copy of itself: fork() fails. */
  isMemoryFull = false;
  /** How often it was switched on: a connection from before is not known any more. */
  boots = 0;
  /** Its processes get no time before this instant. */
  starvedUntil = start;
  /** How long they got none, from the beginning until then. */
  starvedTime = 0;
  #ephemeral = ephemeralFirst;

  constructor(name: string, index: number, epoch: number, settings: HostSettings) {
    this.name = name;
    this.index = index;
    this.ips = settings.ips;
    this.ip = settings.ips[0] ?? "127.0.0.1";
    this.ports = settings.ports;
    this.standsFor = settings.standsFor;
    this.segment = settings.segment ?? "lan";
    this.machine = { ...machineDefault, ...settings.machine };
    this.lateness = settings.lateness ?? latenessDefault;
    this.clock = new HostClock(epoch, { offset: 0, ppm: 0, ...settings.clock });
    this.real = settings.real;
    this.disk = new HostDisk({ ...diskDefault, ...settings.disk }, settings.real);
    const keepalive = settings.keepalive ?? keepaliveDefault;
    this.keepalive = keepalive === "off" ? undefined : keepalive;
    this.window = settings.window ?? windowDefault;
    this.resolveTime = settings.resolveTime ?? microseconds(100);
    this.resolveFailure = settings.resolveFailure ?? milliseconds(5);
  }

  /** Its processes get no time until then, which is later than what was known. */
  starve(at: Instant, until: Instant): void {
    this.starvedTime += until - Math.max(at, this.starvedUntil);
    this.starvedUntil = until;
  }

  /** The next port for somebody who connects; they are far from all in use at once. */
  ephemeralPort(): number {
    const port = this.#ephemeral;
    this.#ephemeral = port === ephemeralLast ? ephemeralFirst : port + 1;
    return port;
  }
}
