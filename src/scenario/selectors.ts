/**
 * Who is who, at this instant: a small fold of what the nodes say about themselves, from which selectors
 * are resolved and by which `settled` is judged. Part of the run, not an observer.
 *
 * It never looks inside a node. *The master* is the one that most live Sentinels name, else the last to
 * report the role master: two masters at once are common right after a failover, and the Sentinels'
 * word is what clients follow.
 */
import { assertNever } from "../kernel/assert.js";
import type { RandomStream } from "../kernel/random.js";
import type { RedisNote } from "../redis/note.js";
import { type Choice, SelectorError } from "./action.js";
import type { Selector } from "./selector.js";

/** What the fold must know about the world: no more than its layout. */
export interface Topology {
  readonly hosts: readonly { readonly name: string; readonly ips: readonly string[] }[];
  readonly nodes: readonly {
    readonly name: string;
    readonly kind: "server" | "sentinel";
    readonly host: string;
    readonly port: number;
    /** The masters' group of a server; of a Sentinel the groups it watches. */
    readonly groups: readonly string[];
  }[];
  readonly clients: readonly { readonly name: string; readonly host: string }[];
  readonly names: readonly { readonly name: string; readonly ip: string }[];
}

interface Server {
  readonly name: string;
  readonly group: string;
  isUp: boolean;
  role: "master" | "replica" | undefined;
  linkUp: boolean;
  /** The order of the reports of the role master, over all servers; 0: never. */
  reported: number;
}

interface Watcher {
  readonly name: string;
  readonly groups: readonly string[];
  isUp: boolean;
  /** The server it names for each group. */
  readonly named: Map<string, string>;
  /** `group/node` of the Sentinels and replicas that it knows. */
  readonly known: Set<string>;
}

export class SelectorState {
  readonly #topology: Topology;
  readonly #servers: readonly Server[];
  readonly #sentinels: readonly Watcher[];
  readonly #serversByName: ReadonlyMap<string, Server>;
  readonly #sentinelsByName: ReadonlyMap<string, Watcher>;
  readonly #groups: readonly string[];
  /** Nodes by `ip:port`. */
  readonly #addresses = new Map<string, string>();
  readonly #hostOf = new Map<string, string>();
  readonly #masters = new Map<string, { now: string | undefined; before: string | undefined }>();
  readonly #acted = new Map<string, readonly string[]>();
  #leader: string | undefined;
  #reports = 0;

  constructor(topology: Topology) {
    this.#topology = topology;
    this.#servers = topology.nodes
      .filter((node) => node.kind === "server")
      .map((node) => ({
        name: node.name,
        group: node.groups[0] ?? node.name,
        isUp: false,
        role: undefined,
        linkUp: false,
        reported: 0,
      }));
    this.#sentinels = topology.nodes
      .filter((node) => node.kind === "sentinel")
      .map((node) => ({
        name: node.name,
        groups: node.groups,
        isUp: false,
        named: new Map(),
        known: new Set(),
      }));
    this.#serversByName = new Map(this.#servers.map((server) => [server.name, server]));
    this.#sentinelsByName = new Map(this.#sentinels.map((each) => [each.name, each]));
    this.#groups = [...new Set(this.#servers.map((server) => server.group))];
    const ips = new Map(topology.hosts.map((host) => [host.name, host.ips]));
    for (const node of topology.nodes) {
      this.#hostOf.set(node.name, node.host);
      for (const ip of ips.get(node.host) ?? [])
        this.#addresses.set(`${ip}:${node.port}`, node.name);
    }
    for (const client of topology.clients) this.#hostOf.set(client.name, client.host);
  }

  /** The process of a node began. What a Sentinel knew is in its configuration file. */
  up(node: string): void {
    const found = this.#server(node) ?? this.#sentinel(node);
    if (found !== undefined) found.isUp = true;
  }

  down(node: string): void {
    const server = this.#server(node);
    if (server !== undefined) {
      server.isUp = false;
      server.linkUp = false;
    }
    const sentinel = this.#sentinel(node);
    if (sentinel !== undefined) sentinel.isUp = false;
  }

  note(node: string, note: RedisNote): void {
    switch (note.kind) {
      case "role":
        this.#role(node, note.role);
        break;
      case "link": {
        const server = this.#server(node);
        if (server !== undefined) server.linkUp = note.up;
        break;
      }
      case "names": {
        const named = this.#nodeAt(note.ip, note.port);
        const sentinel = this.#sentinel(node);
        if (named === undefined || sentinel === undefined) return;
        sentinel.named.set(note.master, named);
        this.#turn(note.master);
        break;
      }
      case "event":
        this.#event(node, note.channel, note.payload);
        break;
    }
  }

  /** Every live Sentinel knows all live others and all live replicas, and each of those has its link up. */
  get settled(): boolean {
    for (const server of this.#servers) {
      if (!server.isUp || server.role === undefined) return false;
      if (server.role === "replica" && !server.linkUp) return false;
    }
    return this.#sentinels.every((sentinel) => this.#knowsAll(sentinel));
  }

  /** What an act of a step chose, for `as STEP`. */
  acted(step: string, names: readonly string[]): void {
    this.#acted.set(step, names);
  }

  /** What selectors choose now, in node and in host terms; `any` draws from the step's own stream. */
  choice(stream: RandomStream): Choice {
    return {
      nodes: (selector) => this.#nodes(selector, stream),
      hosts: (selector) => this.#hosts(selector, stream),
    };
  }

  /** The group's master as selectors see it. */
  master(group: string | undefined): string | undefined {
    return this.#masterOf(group ?? this.#groups[0] ?? "");
  }

  #nodes(selector: Selector, stream: RandomStream): readonly string[] | SelectorError {
    switch (selector.kind) {
      case "names":
        return selector.names;
      case "master":
        return this.#one(this.master(selector.group), "nobody is known as master");
      case "formerMaster": {
        const group = selector.group ?? this.#groups[0] ?? "";
        return this.#one(this.#masters.get(group)?.before, "the master has not changed yet");
      }
      case "leadingSentinel":
        return this.#leadingSentinel();
      case "some":
        return this.#some(selector, stream);
      case "as": {
        const names = this.#acted.get(selector.step);
        return names ?? new SelectorError(`step ${selector.step} has not chosen anybody yet`);
      }
      case "host": {
        const hosts = this.#hosts(selector.of, stream);
        if (hosts instanceof SelectorError) return hosts;
        const on = this.#topology.nodes.filter((node) => hosts.includes(node.host));
        return on.map((node) => node.name);
      }
      case "union":
        return this.#union(selector.of, (part) => this.#nodes(part, stream));
      default:
        return assertNever(selector);
    }
  }

  /** A node's name stands for its host; a host's for itself. */
  #hosts(selector: Selector, stream: RandomStream): readonly string[] | SelectorError {
    if (selector.kind === "host") return this.#hosts(selector.of, stream);
    if (selector.kind === "union")
      return this.#union(selector.of, (part) => this.#hosts(part, stream));
    const names = this.#nodes(selector, stream);
    if (names instanceof SelectorError) return names;
    return [...new Set(names.map((name) => this.#hostOf.get(name) ?? name))];
  }

  #union(
    parts: readonly Selector[],
    resolve: (part: Selector) => readonly string[] | SelectorError,
  ): readonly string[] | SelectorError {
    const all = new Set<string>();
    for (const part of parts) {
      const names = resolve(part);
      if (names instanceof SelectorError) return names;
      for (const name of names) all.add(name);
    }
    return [...all];
  }

  #one(name: string | undefined, otherwise: string): readonly string[] | SelectorError {
    return name === undefined ? new SelectorError(otherwise) : [name];
  }

  #leadingSentinel(): readonly string[] | SelectorError {
    const leader = this.#leader ?? this.#sentinels.find((each) => each.isUp)?.name;
    return this.#one(leader, "no Sentinel is up");
  }

  #some(
    selector: Extract<Selector, { kind: "some" }>,
    stream: RandomStream,
  ): readonly string[] | SelectorError {
    const candidates = this.#candidates(selector.what, selector.group);
    if (candidates.length === 0) return new SelectorError(`no ${selector.what} is up`);
    if (selector.pick === "every") return candidates;
    return candidates.slice(stream.below(candidates.length)).slice(0, 1);
  }

  #candidates(what: string, group: string | undefined): readonly string[] {
    const servers = this.#servers.filter(
      (server) => server.isUp && (group === undefined || server.group === group),
    );
    const sentinels = this.#sentinels.filter(
      (sentinel) => sentinel.isUp && (group === undefined || sentinel.groups.includes(group)),
    );
    switch (what) {
      case "replica":
        return servers
          .filter((server) => server.name !== this.#masterOf(server.group))
          .map((server) => server.name);
      case "server":
        return servers.map((server) => server.name);
      case "sentinel":
        return sentinels.map((sentinel) => sentinel.name);
      case "client":
        return this.#topology.clients.map((client) => client.name);
      default:
        return [...servers, ...sentinels].map((node) => node.name);
    }
  }

  #role(node: string, role: "master" | "replica"): void {
    const server = this.#server(node);
    if (server === undefined) return;
    server.role = role;
    server.linkUp = false;
    if (role === "master") server.reported = ++this.#reports;
    this.#turn(server.group);
  }

  #event(node: string, channel: string, payload: string): void {
    const sentinel = this.#sentinel(node);
    if (sentinel === undefined) return;
    switch (channel) {
      case "+try-failover":
      case "+elected-leader":
        this.#leader = node;
        break;
      // sentinelResetMasterAndChangeAddress() keeps the Sentinels and announces the replicas afresh.
      case "+switch-master": {
        const group = payload.split(" ")[0] ?? "";
        for (const server of this.#servers) sentinel.known.delete(`${group}/${server.name}`);
        break;
      }
      // sentinelResetMaster() forgets both.
      case "+reset-master": {
        const group = payload.split(" ")[1] ?? "";
        for (const other of this.#topology.nodes) sentinel.known.delete(`${group}/${other.name}`);
        break;
      }
      case "+slave":
      case "+sentinel": {
        // <kind> <name> <ip> <port> @ <master> <ip> <port>
        const words = payload.split(" ");
        const known = this.#nodeAt(words[2] ?? "", Number(words[3]));
        if (known !== undefined) sentinel.known.add(`${words[5]}/${known}`);
        break;
      }
    }
  }

  #knowsAll(sentinel: Watcher): boolean {
    if (!sentinel.isUp) return false;
    for (const group of sentinel.groups) {
      for (const server of this.#servers)
        if (server.group === group && server.role === "replica")
          if (!sentinel.known.has(`${group}/${server.name}`)) return false;
      for (const other of this.#sentinels)
        if (other !== sentinel && other.groups.includes(group))
          if (!sentinel.known.has(`${group}/${other.name}`)) return false;
    }
    return true;
  }

  /** Remembers whom a new master follows. */
  #turn(group: string): void {
    const now = this.#masterOf(group);
    const turn = this.#masters.get(group);
    if (now === undefined || turn?.now === now) return;
    this.#masters.set(group, { now, before: turn?.now });
  }

  #masterOf(group: string): string | undefined {
    const votes = new Map<string, number>();
    let most: string | undefined;
    for (const sentinel of this.#sentinels) {
      const named = sentinel.isUp ? sentinel.named.get(group) : undefined;
      if (named === undefined) continue;
      const count = (votes.get(named) ?? 0) + 1;
      votes.set(named, count);
      const best = most === undefined ? 0 : (votes.get(most) ?? 0);
      if (count > best || (count === best && this.#reportOf(named) > this.#reportOf(most)))
        most = named;
    }
    if (most !== undefined) return most;
    let last: Server | undefined;
    for (const server of this.#servers)
      if (server.group === group && server.reported > (last?.reported ?? 0)) last = server;
    return last?.name;
  }

  #reportOf(name: string | undefined): number {
    return name === undefined ? 0 : (this.#server(name)?.reported ?? 0);
  }

  #server(name: string): Server | undefined {
    return this.#serversByName.get(name);
  }

  #sentinel(name: string): Watcher | undefined {
    return this.#sentinelsByName.get(name);
  }

  /** An announced name counts as the address it stands for. */
  #nodeAt(host: string, port: number): string | undefined {
    const ip = this.#topology.names.find((each) => each.name === host)?.ip ?? host;
    return this.#addresses.get(`${ip}:${port}`);
  }
}
