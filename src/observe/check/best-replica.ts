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
import { type Law, noteOf, type Violation } from "./law.js";
import { Positions } from "./positions.js";

/** INFO every second or so, five seconds old at most, and the way of an answer. */
const infoAge = 7_000_000;
/** How long a fault of its own, or a start, keeps a replica from being judged. */
const recovers = 30_000_000;

/** The events that this law is about. */
const channels: ReadonlySet<string> = new Set(["+sdown", "-sdown", "+selected-slave"]);

/** What the records do not tell. */
export interface Cluster {
  /** The host of each node, and a server's replica-priority. */
  readonly hosts: ReadonlyMap<string, string>;
  readonly priorities: ReadonlyMap<string, number>;
}

interface Server {
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
  /** Sentinel and `ip:port` of the replica that it holds to be down. */
  readonly #down = new Set<string>();
  /** When a fault last touched a host; `everybody` touches all. */
  readonly #touched = new Map<string, number>();
  #everybodyAt = -recovers;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  record(record: RunRecord): void {
    const position = this.#positions.record(record);
    if (record.kind === "fault") this.#fault(record);
    if (record.kind === "up") {
      const server = this.#server(record.node);
      server.upSince = record.at;
      server.told = [];
    }
    if (record.kind !== "note") return;
    const note = noteOf(record);
    if (position !== undefined) {
      const { told } = this.#server(record.node);
      told.push({ at: record.at, ...position });
      if (told.length > 64) told.splice(0, 32);
    }
    if (note?.kind === "role") this.#role(record.node, note);
    // Whatever an operator types may hold a server up.
    if (note?.kind === "command") this.#everybodyAt = record.at;
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
    const [kind, name] = note.payload.split(" ");
    if (kind !== "slave") return;
    const key = `${record.node} ${name}`;
    if (note.channel === "+sdown") this.#down.add(key);
    if (note.channel === "-sdown") this.#down.delete(key);
    if (note.channel === "+selected-slave") this.#selected(record.node, name ?? "", record.at);
  }

  #selected(sentinel: string, address: string, at: Instant): void {
    const chosen = [...this.#servers].find(([, server]) => server.address === address);
    if (chosen === undefined || this.#isTouched(sentinel, at)) return;
    const [node, { master }] = chosen;
    const stands = this.#positions.of(node);
    if (stands === undefined) return;
    for (const [other, server] of this.#servers) {
      if (other === node || server.master === undefined || server.master !== master) continue;
      if (this.#down.has(`${sentinel} ${server.address}`) || this.#isTouched(other, at)) continue;
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
