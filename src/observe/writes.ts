/**
 * What the clients saw: how many operations ended how, and how long each client went without an
 * acknowledged write. Operations are Jepsen's: ok happened, fail did not, info nobody knows.
 *
 * Of each acknowledged write only key and value are kept, for the count of lost ones at the end: about
 * 100 bytes an operation whose key is new, nothing for one whose key was written before.
 */
import type { Instant } from "../kernel/time.js";

export interface ClientWrites {
  readonly client: string;
  acknowledged: number;
  failed: number;
  unknown: number;
  reads: { ok: number; failed: number };
  firstAt: Instant | undefined;
  lastAcknowledgedAt: Instant | undefined;
  lastEndedAt: Instant | undefined;
  /** Longest time between two acknowledged writes, in microseconds; and when it began. */
  longestGap: number;
  gapAt: Instant | undefined;
  /** Failed and unknown writes by what the client was told. */
  readonly errors: Map<string, number>;
}

/** The last value that was acknowledged for a key, and later ones of which nobody knows. */
export interface Written {
  readonly value: string;
  readonly client: string;
  readonly at: Instant;
  readonly maybe: readonly string[] | undefined;
}

export class WriteFold {
  readonly clients = new Map<string, ClientWrites>();
  readonly written = new Map<string, Written>();

  ended(
    client: string,
    outcome: "ok" | "fail" | "info",
    operation: "write" | "read",
    key: string,
    value: string | undefined,
    error: string | undefined,
    at: Instant,
  ): void {
    const counts = this.#client(client);
    if (operation === "read") {
      if (outcome === "ok") counts.reads.ok++;
      else counts.reads.failed++;
      return;
    }
    counts.firstAt ??= at;
    counts.lastEndedAt = at;
    switch (outcome) {
      case "ok":
        this.#acknowledged(counts, key, value ?? "", at);
        return;
      case "fail":
        counts.failed++;
        break;
      case "info": {
        counts.unknown++;
        const last = this.written.get(key);
        if (last !== undefined)
          this.written.set(key, { ...last, maybe: [...(last.maybe ?? []), value ?? ""] });
        break;
      }
    }
    const reason = error ?? "";
    counts.errors.set(reason, (counts.errors.get(reason) ?? 0) + 1);
  }

  #acknowledged(counts: ClientWrites, key: string, value: string, at: Instant): void {
    counts.acknowledged++;
    if (counts.lastAcknowledgedAt !== undefined) {
      const gap = at - counts.lastAcknowledgedAt;
      if (gap > counts.longestGap) {
        counts.longestGap = gap;
        counts.gapAt = counts.lastAcknowledgedAt;
      }
    }
    counts.lastAcknowledgedAt = at;
    this.written.set(key, { value, client: counts.client, at, maybe: undefined });
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
      longestGap: 0,
      gapAt: undefined,
      errors: new Map(),
    };
    this.clients.set(client, counts);
    return counts;
  }
}
