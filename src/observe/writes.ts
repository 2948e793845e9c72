/**
 * What the clients saw: how many operations ended how, and how long each client went without an
 * acknowledged write. Operations are Jepsen's: ok happened, fail did not, info nobody knows.
 *
 * Of acknowledged writes key and value are kept, for the count of lost ones at the end: a list in the
 * order of acknowledgement, about 50 bytes each, out of which those that were overwritten are dropped
 * now and then. A map by key would be ten times the work, for a question that is asked once.
 */
import type { Instant } from "../kernel/time.js";
import type { RedisNote } from "../redis/note.js";
import type { AcknowledgedWrite } from "./lineage.js";
import { type Began, OpenWrites } from "./open-writes.js";
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
  /** Writes under way. */
  readonly open: OpenWrites;
  /** The last write that ended did not go well. */
  isFailing: boolean;
  /** Longest time between two acknowledged writes, in microseconds; and when it began. */
  longestGap: number;
  gapAt: Instant | undefined;
  /** Failed and unknown writes by what the client was told. */
  readonly errors: Map<string, number>;
}

/** How an operation ended. */
type Ended = Extract<RedisNote, { kind: "ok" | "fail" | "info" }>;

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
  #began: number[] = [];
  #servers: (string | undefined)[] = [];
  #listedMax = listedMin;

  began(client: string, note: Began): void {
    if (note.operation === "write") this.#client(client).open.began(note);
  }

  ended(client: string, note: Ended, at: Instant): void {
    const counts = this.#client(client);
    if (note.operation === "read") {
      if (note.kind === "ok") counts.reads.ok++;
      else counts.reads.failed++;
      return;
    }
    counts.open.ended(note.i);
    const isFailing = note.kind !== "ok";
    if (isFailing !== counts.isFailing || counts.firstAt === undefined)
      this.outage.change(counts, isFailing, at);
    counts.firstAt ??= at;
    counts.lastEndedAt = at;
    switch (note.kind) {
      case "ok":
        this.#acknowledged(counts, at);
        this.#list(note, counts, at);
        return;
      case "fail":
        counts.failed++;
        break;
      case "info":
        counts.unknown++;
        this.#list(note, undefined, at);
        break;
    }
    const reason = note.error ?? "";
    counts.errors.set(reason, (counts.errors.get(reason) ?? 0) + 1);
  }

  /**
   * Acknowledged writes that are lost. `isKept` tells whether a key has this value in the end. Of each
   * key the last acknowledged write counts: it is lost unless its own value is there, or that of a later
   * one of which nobody knew, or that of one under way with it or in the end, which may have come after.
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
    if (missing.size > 0) this.#forgiveOverlaps(missing, isKept);
    return [...missing].map(([key, i]) => ({
      key,
      value: this.#values[i] as string,
      client: this.#owners[i]?.client ?? "",
      at: this.#instants[i] as Instant,
      server: this.#servers[i],
    }));
  }

  #forgiveOverlaps(
    missing: Map<string, number>,
    isKept: (key: string, value: string) => boolean,
  ): void {
    for (let i = 0; i < this.#keys.length; i++) {
      const key = this.#keys[i] as string;
      const lost = missing.get(key);
      if (lost === undefined || i >= lost || !this.#overlaps(i, lost)) continue;
      if (isKept(key, this.#values[i] as string)) missing.delete(key);
    }
    for (const { open } of this.clients.values()) {
      for (const { key, value } of open.all()) {
        if (missing.has(key) && isKept(key, value ?? "")) missing.delete(key);
      }
    }
  }

  /** Of two writes in the order in which they ended: had the later one begun when the earlier ended? */
  #overlaps(earlier: number, later: number): boolean {
    return (this.#began[later] as number) <= (this.#instants[earlier] as number);
  }

  #list(note: Ended, owner: ClientWrites | undefined, at: Instant): void {
    if (this.#keys.length === this.#listedMax) this.#dropOverwritten();
    this.#keys.push(note.key);
    this.#values.push(note.value ?? "");
    this.#owners.push(owner);
    this.#instants.push(at);
    this.#began.push(at - note.micros);
    this.#servers.push(note.server);
  }

  /** Of each key there remain the last acknowledged write, those that overlap it, and those after it. */
  #dropOverwritten(): void {
    const keys = this.#keys;
    const values = this.#values;
    const owners = this.#owners;
    const last = new Map<string, number>();
    for (let i = 0; i < keys.length; i++) {
      if (owners[i] !== undefined) last.set(keys[i] as string, i);
    }
    const remains = (_: unknown, i: number) => {
      const final = last.get(keys[i] as string);
      return final !== undefined && (i >= final || this.#overlaps(i, final));
    };
    const instants = this.#instants.filter(remains);
    const began = this.#began.filter(remains);
    this.#keys = keys.filter(remains);
    this.#values = values.filter(remains);
    this.#owners = owners.filter(remains);
    this.#servers = this.#servers.filter(remains);
    this.#instants = instants;
    this.#began = began;
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
      open: new OpenWrites(),
    };
    this.clients.set(client, counts);
    return counts;
  }
}
