/**
 * The network between hosts: a link for each ordered pair, made when it is first asked for. It only
 * answers questions (may a segment pass, when would it arrive); what follows is the transport's
 * business.
 *
 * Each link draws from a stream of its own, so that traffic on one never shifts another.
 */
import type { Address } from "./actor.js";
import { assert } from "./assert.js";
import type { CutMode, LinkSettings } from "./fault.js";
import type { Host } from "./host.js";
import type { RandomStream } from "./random.js";
import { microseconds } from "./time.js";

/** What becomes of a segment that leaves now. */
export type Verdict = "pass" | "drop" | "reject";

const lanDefault: LinkSettings = {
  latency: microseconds(100),
  jitter: microseconds(50),
  tail: [],
  bandwidth: 1_250_000_000,
  lossPpm: 0,
};

const loopbackDefault: LinkSettings = {
  latency: microseconds(20),
  jitter: microseconds(10),
  tail: [],
  bandwidth: 0,
  lossPpm: 0,
};

/** The most that goes as one segment where nothing limits the bandwidth. */
const segmentMax = 1024 * 1024;
const segmentMin = 64 * 1024;

interface Cut {
  readonly name: string;
  readonly mode: CutMode;
}

export class Link {
  readonly from: Host;
  readonly to: Host;
  verdict: Verdict = "pass";
  readonly #cuts: Cut[] = [];
  /** Until then it is sending what came before. */
  #busyUntil = 0;
  // The settings in force, beside each other because every segment asks for them.
  #latency = 1;
  #jitter = 0;
  #bandwidth = 0;
  #lossPpm = 0;
  #tailWeight = 0;
  #chunk = segmentMax;
  #base: LinkSettings;
  #settings: LinkSettings;
  readonly #stream: (name: string) => RandomStream;
  #random: RandomStream | undefined;

  constructor(
    from: Host,
    to: Host,
    settings: LinkSettings,
    stream: (name: string) => RandomStream,
  ) {
    this.from = from;
    this.to = to;
    this.#stream = stream;
    this.#base = settings;
    this.#settings = settings;
    this.#use(settings);
  }

  get random(): RandomStream {
    this.#random ??= this.#stream(`link/${this.from.name}/${this.to.name}`);
    return this.#random;
  }

  /** When `bytes` that leave at `at` are there, behind what the link has still to send. */
  arrival(at: number, bytes: number): number {
    let leaves = at;
    if (this.#bandwidth > 0) {
      if (this.#busyUntil > leaves) leaves = this.#busyUntil;
      leaves += Math.ceil((bytes * 1_000_000) / this.#bandwidth);
      this.#busyUntil = leaves;
    }
    let arrives = leaves + this.#latency;
    if (this.#jitter > 0) arrives += this.random.below(this.#jitter + 1);
    if (this.#tailWeight > 0) arrives += this.#tailDelay();
    return arrives;
  }

  /** Is this segment lost? Draws only where segments can be. */
  loses(): boolean {
    return this.#lossPpm > 0 && this.random.below(1_000_000) < this.#lossPpm;
  }

  /** Nothing waits to be sent any more. */
  clear(): void {
    this.#busyUntil = 0;
  }

  /** The longest that a segment takes which has left. */
  get latencyMax(): number {
    const tail = this.#settings.tail.reduce((most, { added }) => Math.max(most, added), 0);
    return this.#latency + this.#jitter + tail;
  }

  /** The round trip's share of this link. */
  get latency(): number {
    return this.#settings.latency;
  }

  /**
   * The most that travels as one segment: 10 ms worth of the link, so that others get in between and
   * progress is seen, and a transfer of many gigabytes is still a modest number of events.
   */
  get chunk(): number {
    return this.#chunk;
  }

  /** How the link is when nothing is wrong with it. */
  setUp(settings: Partial<LinkSettings>): void {
    this.#base = { ...this.#base, ...settings };
    this.#use(this.#base);
  }

  slow(settings: Partial<LinkSettings>): void {
    this.#use({ ...this.#settings, ...settings });
  }

  restore(): void {
    this.#use(this.#base);
  }

  cut(name: string, mode: CutMode): void {
    this.#cuts.push({ name, mode });
    this.#judge();
  }

  /** Undoes the cuts of that name, or all. */
  heal(name: string | undefined): void {
    for (let i = this.#cuts.length - 1; i >= 0; i--) {
      if (name === undefined || this.#cuts[i]?.name === name) this.#cuts.splice(i, 1);
    }
    this.#judge();
  }

  /** A firewall that is silent hides one that rejects; a link that loses everything is silent too. */
  #judge(): void {
    const losesAll = this.#settings.lossPpm >= 1_000_000;
    if (losesAll || this.#cuts.some((cut) => cut.mode === "drop")) this.verdict = "drop";
    else this.verdict = this.#cuts.length > 0 ? "reject" : "pass";
  }

  #use(settings: LinkSettings): void {
    const { latency, jitter, bandwidth, lossPpm } = settings;
    this.#settings = settings;
    this.#latency = latency > 0 ? latency : 1;
    this.#jitter = jitter;
    this.#bandwidth = bandwidth;
    this.#lossPpm = lossPpm;
    this.#chunk = bandwidth === 0 ? segmentMax : Math.max(segmentMin, Math.floor(bandwidth / 100));
    this.#tailWeight = 0;
    for (const { weight } of settings.tail) this.#tailWeight += weight;
    this.#judge();
  }

  #tailDelay(): number {
    let left = this.random.below(this.#tailWeight);
    for (const { weight, added } of this.#settings.tail) {
      if (left < weight) return added;
      left -= weight;
    }
    return 0;
  }
}

export class Network {
  readonly #hosts: readonly Host[];
  readonly #links: (Link | undefined)[][] = [];
  readonly #owners = new Map<string, Host>();
  /** Of an address that several hosts share: who has which port. */
  readonly #sharers = new Map<string, Map<number, Host>>();
  /** The host that stands for what lies outside of the world. */
  #outside: Host | undefined;
  readonly #stream: (name: string) => RandomStream;
  readonly #lan: LinkSettings;
  readonly #loopback: LinkSettings;

  constructor(options: {
    readonly hosts: readonly Host[];
    readonly stream: (name: string) => RandomStream;
    readonly lan: Partial<LinkSettings> | undefined;
    readonly loopback: Partial<LinkSettings> | undefined;
  }) {
    this.#hosts = options.hosts;
    this.#stream = options.stream;
    this.#lan = { ...lanDefault, ...options.lan };
    this.#loopback = { ...loopbackDefault, ...options.loopback };
  }

  add(host: Host): void {
    for (const ip of host.ips) {
      assert(!this.#owners.has(ip), `only one host has the address ${ip}`);
      if (host.ports === undefined) this.#owners.set(ip, host);
      else this.#share(ip, host.ports, host);
    }
    if (host.standsFor === undefined) return;
    assert(this.#outside === undefined, "only one host stands for the outside");
    this.#outside = host;
  }

  #share(ip: string, ports: readonly number[], host: Host): void {
    const sharers = this.#sharers.get(ip) ?? new Map<number, Host>();
    this.#sharers.set(ip, sharers);
    for (const port of ports) {
      const other = sharers.get(port);
      assert(other === undefined || other === host, `only one host has the address ${ip}:${port}`);
      sharers.set(port, host);
    }
  }

  /**
   * Who has this address, as `from` sees it. Loopback addresses that nobody was given are one's own; a
   * run that is served to real clients gives each host one that those can reach, or one for all hosts,
   * on which each has its ports. What nobody has may be real, and then it is the outside's; else a port
   * of a shared address is one's own too: there connecting is refused.
   */
  owner(address: Address, from: Host): Host | undefined {
    const { ip, port } = address;
    const sharers = this.#sharers.get(ip);
    const owner = this.#owners.get(ip) ?? sharers?.get(port);
    if (owner !== undefined) return owner;
    if (this.#outside?.standsFor?.(address) === true) return this.#outside;
    return sharers !== undefined || isLoopback(ip) ? from : undefined;
  }

  link(from: Host, to: Host): Link {
    let row = this.#links[from.index];
    if (row === undefined) {
      row = [];
      this.#links[from.index] = row;
    }
    let link = row[to.index];
    if (link === undefined) {
      const settings = from === to ? this.#loopback : this.#lan;
      link = new Link(from, to, settings, this.#stream);
      row[to.index] = link;
    }
    return link;
  }

  /** Cuts, and everything else that is done to links, leave a host's own loopback alone. */
  between(a: readonly Host[], b: readonly Host[] | undefined, act: (link: Link) => void): void {
    const others = b ?? this.#hosts.filter((host) => !a.includes(host));
    for (const from of a) {
      for (const to of others) if (from !== to) act(this.link(from, to));
    }
  }

  heal(name: string | undefined): void {
    for (const row of this.#links) {
      if (row !== undefined) for (const link of row) link?.heal(name);
    }
  }
}

function isLoopback(ip: string): boolean {
  return ip.startsWith("127.") || ip === "::1";
}
