/**
 * Jepsen-like histories: each operation with its beginning and its end, by key. Only for runs in which
 * somebody reads, for a register that nobody reads is always linearizable.
 */
import type { Observer, RunRecord } from "../kernel/record.js";
import type { Instant } from "../kernel/time.js";
import type { RedisNote } from "../redis/note.js";

export interface HistoryEntry {
  readonly client: string;
  readonly operation: "write" | "read";
  /** Written, or read; undefined: there was no such key. */
  readonly value: string | undefined;
  /** Microseconds since the run began, as those of its end. */
  readonly began: Instant;
  /** Undefined: nobody knows whether and when it happened. */
  readonly ended: Instant | undefined;
}

export class Histories implements Observer {
  readonly level = "notes";
  readonly byKey = new Map<string, HistoryEntry[]>();
  /** Writes under way, by client and number. */
  readonly #open = new Map<string, { readonly key: string; readonly entry: HistoryEntry }>();

  record(record: RunRecord): void {
    if (record.kind === "note")
      this.note(record.node, record.note as unknown as RedisNote, record.at);
  }

  note(client: string, note: RedisNote, at: Instant): void {
    switch (note.kind) {
      case "invoke":
        if (note.operation === "write")
          this.#open.set(`${client} ${note.i}`, {
            key: note.key,
            entry: { client, operation: "write", value: note.value, began: at, ended: undefined },
          });
        break;
      case "ok":
      case "fail":
      case "info":
        this.#open.delete(`${client} ${note.i}`);
        // What certainly did not happen, and a read without an answer, say nothing.
        if (note.kind === "fail" || (note.kind === "info" && note.operation === "read")) return;
        this.#add(note.key, {
          client,
          operation: note.operation,
          value: note.value,
          began: (at - note.micros) as Instant,
          ended: note.kind === "ok" ? at : undefined,
        });
        break;
      default:
    }
  }

  /** Keys that were read at least once, each with its operations; writes still under way included. */
  *read(): Iterable<readonly [string, readonly HistoryEntry[]]> {
    const underWay = new Map<string, HistoryEntry[]>();
    for (const { key, entry } of this.#open.values())
      underWay.set(key, [...(underWay.get(key) ?? []), entry]);
    for (const [key, entries] of this.byKey)
      if (entries.some(({ operation }) => operation === "read"))
        yield [key, [...entries, ...(underWay.get(key) ?? [])]];
  }

  #add(key: string, entry: HistoryEntry): void {
    const entries = this.byKey.get(key);
    if (entries === undefined) this.byKey.set(key, [entry]);
    else entries.push(entry);
  }
}
