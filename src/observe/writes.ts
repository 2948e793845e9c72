/**
 * What the clients saw: how many operations ended how, and how long each client went without an
 * acknowledged write. Operations are Jepsen's: ok happened, fail did not, info nobody knows.
 *
 * Of acknowledged writes key and value are kept, for the count of lost ones at the end: a list in the
 * order of acknowledgement, about 30 bytes each, out of which those that were overwritten are dropped
 * now and then. A map by key would be ten times the work, for a question that is asked once.
 */
import type { Instant } from "../kernel/time.js";
import type { AcknowledgedWrite } from "./lineage.js";
import { OutageFold } from "./outage.js";

export interface ClientWrites {
  readonly client: string;
  acknowledged: number;
  failed: number;
  unknown: number;
  reads: { ok: number; failed: number };
  firstAt: Instant | undefined;
  lastAcknowledgedAt: Instant | undefined;
  lastEndedAt: Instant | undefined;
  /** The last write that ended did not go well. */
  isFailing: boolean;
  /** Longest time between two acknowledged writes, in microseconds; and when it began. */
  longestGap: number;
  gapAt: Instant | undefined;
  /** Failed and unknown writes by what the client was told. */
  readonly errors: Map<string, number>;
}

/** So many writes are listed before the first look for those that were overwritten. */
const listedMin = 65_536;

export class WriteFold {
  readonly clients = new Map<string, ClientWrites>();
  readonly outage = new OutageFold();
  // Writes in the order in which they ended.
  #keys: string[] = [];
  #values: string[] = [];
  /** Whose it is; undefined: nobody knows whether it happened. */
  #owners: (ClientWrites | undefined)[] = [];
  #instants: Instant[] = [];
  #servers: (string | undefined)[] = [];
  #listedMax = listedMin;

  ended(
    client: string,
    outcome: "ok" | "fail" | "info",
    operation: "write" | "read",
    key: string,
    value: string | undefined,
    error: string | undefined,
    server: string | undefined,
    at: Instant,
  ): void {
    const counts = this.#client(client);
    if (operation === "read") {
      if (outcome === "ok") counts.reads.ok++;
      else counts.reads.failed++;
      return;
    }
    const isFailing = outcome !== "ok";
    if (isFailing !== counts.isFailing || counts.firstAt === undefined)
      this.outage.change(counts, isFailing, at);
    counts.firstAt ??= at;
    counts.lastEndedAt = at;
    switch (outcome) {
      case "ok":
        this.#acknowledged(counts, at);
        this.#list(key, value ?? "", counts, server, at);
        return;
      case "fail":
        counts.failed++;
        break;
      case "info":
        counts.unknown++;
        this.#list(key, value ?? "", undefined, server, at);
        break;
    }
    const reason = error ?? "";
    counts.errors.set(reason, (counts.errors.get(reason) ?? 0) + 1);
  }

  /**
   * Acknowledged writes that are lost. `isKept` tells whether a key has this value in the
   * end. Of each key the last acknowledged write counts: it is lost unless its own value is there, or
   * that of a later one of which nobody knew.
   */
  lost(isKept: (key: string, value: string) => boolean): AcknowledgedWrite[] {
    const missing = new Map<string, number>();
    for (let i = 0; i < this.#keys.length; i++) {
      const key = this.#keys[i] as string;
      const owner = this.#owners[i];
      if (!isKept(key, this.#values[i] as string)) {
        if (owner !== undefined) missing.set(key, i);
      } else if (missing.size > 0) {
        missing.delete(key);
      }
    }
    return [...missing].map(([key, i]) => ({
      key,
      value: this.#values[i] as string,
      client: this.#owners[i]?.client ?? "",
      at: this.#instants[i] as Instant,
      server: this.#servers[i],
    }));
  }

  #list(
    key: string,
    value: string,
    owner: ClientWrites | undefined,
    server: string | undefined,
    at: Instant,
  ): void {
    if (this.#keys.length === this.#listedMax) this.#dropOverwritten();
    this.#keys.push(key);
    this.#values.push(value);
    this.#owners.push(owner);
    this.#instants.push(at);
    this.#servers.push(server);
  }

  /** Of each key there remain the last acknowledged write and the unknown ones after it. */
  #dropOverwritten(): void {
    const keys = this.#keys;
    const values = this.#values;
    const owners = this.#owners;
    const last = new Map<string, number>();
    for (let i = 0; i < keys.length; i++) {
      if (owners[i] !== undefined) last.set(keys[i] as string, i);
    }
    const remains = (_: unknown, i: number) => i >= (last.get(keys[i] as string) ?? keys.length);
    this.#keys = keys.filter(remains);
    this.#values = values.filter(remains);
    this.#owners = owners.filter(remains);
    this.#instants = this.#instants.filter(remains);
    this.#servers = this.#servers.filter(remains);
    this.#listedMax = Math.max(listedMin, this.#keys.length * 2);
  }

  #acknowledged(counts: ClientWrites, at: Instant): void {
    counts.acknowledged++;
    if (counts.lastAcknowledgedAt !== undefined) {
      const gap = at - counts.lastAcknowledgedAt;
      if (gap > counts.longestGap) {
        counts.longestGap = gap;
        counts.gapAt = counts.lastAcknowledgedAt;
      }
    }
    counts.lastAcknowledgedAt = at;
  }

  #client(client: string): ClientWrites {
    const known = this.clients.get(client);
    if (known !== undefined) return known;
    const counts: ClientWrites = {
      client,
      acknowledged: 0,
      failed: 0,
      unknown: 0,
      reads: { ok: 0, failed: 0 },
      firstAt: undefined,
      lastAcknowledgedAt: undefined,
      lastEndedAt: undefined,
      isFailing: false,
      longestGap: 0,
      gapAt: undefined,
      errors: new Map(),
    };
    this.clients.set(client, counts);
    return counts;
  }
}
