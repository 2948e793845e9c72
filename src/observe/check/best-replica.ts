/**
 * A failover promotes the replica that has the most: of those that the Sentinel may choose, none is
 * known to be further than the chosen one (`sentinelSelectSlave()`, `compareSlavesForPromotion()`).
 *
 * A Sentinel chooses by INFO that is up to five seconds old, so another counts only with what it had
 * several seconds before, and only if it was within reach: not held to be down, and neither it nor the
 * Sentinel touched by a fault meanwhile. Who has a better replica-priority may be behind; priorities are
 * the cluster's, and are given.
 */
import type { RunRecord } from "../../kernel/record.js";
import type { Instant } from "../../kernel/time.js";
import type { RedisNote } from "../../redis/note.js";
import type { Folded } from "../fold.js";
import { type Cluster, type Law, noteOf, type Violation } from "./law.js";
import { Positions } from "./positions.js";

/** INFO every second or so, five seconds old at most, and the way of an answer. */
const infoAge = 7_000_000;
/** How long a fault of its own, or a start, keeps a replica from being judged. */
const recovers = 30_000_000;

/** The events that this law is about. */
const channels: ReadonlySet<string> = new Set([
  "+sdown",
  "-sdown",
  "+selected-slave",
  "+switch-master",
  "+reset-master",
  "-monitor",
]);
const forgets: ReadonlySet<string> = new Set(["+switch-master", "+reset-master", "-monitor"]);

interface Server {
  isUp: boolean;
  address: string;
  master: string | undefined;
  upSince: number;
  /** Offsets under one id, oldest first. */
  told: { readonly at: number; readonly offset: number; readonly replicationId: string }[];
}

export class BestReplica implements Law {
  readonly name = "a failover promotes the replica that has the most";
  readonly folds: readonly Folded[] = [...Positions.folds, "event", "up", "fault", "command"];
  readonly violations: Violation[] = [];
  readonly #cluster: Cluster;
  readonly #positions = new Positions();
  readonly #servers = new Map<string, Server>();
  /** Sentinel, master and `ip:port` of the replica that it holds to be down. */
  readonly #down = new Set<string>();
  /** When a fault last touched a host; `everybody` touches all. */
  readonly #touched = new Map<string, number>();
  #everybodyAt = -recovers;
  /** Servers whose priority an operator has set. */
  readonly #setPriorities = new Set<string>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  record(record: RunRecord): void {
    const position = this.#positions.record(record);
    if (record.kind === "fault") this.#fault(record);
    if (record.kind === "up") {
      const server = this.#server(record.node);
      server.isUp = true;
      server.upSince = record.at;
      server.told = [];
      this.#forgetsDown(`${record.node} `);
    }
    if (record.kind === "down") this.#server(record.node).isUp = false;
    if (record.kind !== "note") return;
    const note = noteOf(record);
    if (position !== undefined) {
      const { told } = this.#server(record.node);
      told.push({ at: record.at, ...position });
      if (told.length > 64) told.splice(0, 32);
    }
    if (note?.kind === "role") this.#role(record.node, note);
    // Whatever an operator types may hold a server up.
    if (note?.kind === "command") {
      this.#everybodyAt = record.at;
      if (/\b(replica|slave)-priority\b/i.test(note.command)) this.#setPriorities.add(note.target);
    }
    if (note?.kind === "event") this.#event(record, note);
  }

  #role(node: string, note: Extract<RedisNote, { kind: "role" }>): void {
    const server = this.#server(node);
    server.address = `${note.ip}:${note.port}`;
    server.master = note.master;
  }

  #event(
    record: Extract<RunRecord, { kind: "note" }>,
    note: Extract<RedisNote, { kind: "event" }>,
  ): void {
    if (!channels.has(note.channel)) return;
    const [kind, name = ""] = note.payload.split(" ");
    const watch = `${record.node} ${note.master ?? ""} `;
    // The replicas are new records from then on, which nobody has found down yet.
    if (forgets.has(note.channel)) this.#forgetsDown(watch);
    if (kind !== "slave") return;
    if (note.channel === "+sdown") this.#down.add(watch + name);
    if (note.channel === "-sdown") this.#down.delete(watch + name);
    if (note.channel === "+selected-slave") this.#selected(record.node, watch, name, record.at);
  }

  #forgetsDown(prefix: string): void {
    for (const key of this.#down) if (key.startsWith(prefix)) this.#down.delete(key);
  }

  #selected(sentinel: string, watch: string, address: string, at: Instant): void {
    const chosen = [...this.#servers].find(([, server]) => server.address === address);
    if (chosen === undefined || this.#isTouched(sentinel, at)) return;
    const [node, { master }] = chosen;
    const stands = this.#positions.of(node);
    if (stands === undefined) return;
    for (const [other, server] of this.#servers) {
      if (other === node || server.master === undefined || server.master !== master) continue;
      if (!server.isUp || this.#down.has(watch + server.address)) continue;
      if (this.#isTouched(other, at)) continue;
      if (!this.#mayBePreferred(other, node)) continue;
      const had = server.told.findLast((each) => each.at <= at - infoAge);
      if (had === undefined || had.replicationId !== stands.replicationId) continue;
      if (had.offset <= stands.offset || at - server.upSince < recovers) continue;
      this.violations.push({
        law: this.name,
        at,
        nodes: [sentinel, node, other],
        text: `${sentinel} chose ${node} at offset ${stands.offset}, and ${other} was at ${had.offset} long before`,
      });
    }
  }

  #mayBePreferred(other: string, chosen: string): boolean {
    if (this.#setPriorities.has(other) || this.#setPriorities.has(chosen)) return false;
    const priority = (node: string) => this.#cluster.priorities.get(node) ?? 100;
    return priority(other) > 0 && priority(other) <= priority(chosen);
  }

  #isTouched(node: string, at: Instant): boolean {
    const host = this.#cluster.hosts.get(node) ?? node;
    const latest = Math.max(this.#touched.get(host) ?? -recovers, this.#everybodyAt);
    return at - latest < recovers;
  }

  /** A fault counts from its beginning to long after its end: its undoing is a fault, too. */
  #fault({ fault, at }: Extract<RunRecord, { kind: "fault" }>): void {
    const touch = (name: string, until: number) => {
      this.#touched.set(this.#cluster.hosts.get(name) ?? name, until);
    };
    if ("node" in fault) touch(fault.node, fault.kind === "resume" ? at : lasting);
    else if ("host" in fault) touch(fault.host, lasting);
    else if ("a" in fault && fault.b !== undefined && fault.kind !== "restore")
      for (const host of [...fault.a, ...fault.b]) touch(host, lasting);
    else this.#everybodyAt = fault.kind === "heal" ? at : lasting;
  }

  #server(node: string): Server {
    let server = this.#servers.get(node);
    if (server === undefined) {
      server = {
        isUp: true,
        address: "",
        master: undefined,
        upSince: 0,
        told: [],
      };
      this.#servers.set(node, server);
    }
    return server;
  }
}

/** Until the end of the run, as far as this law is concerned. */
const lasting = Number.MAX_SAFE_INTEGER;
