/**
 * A partial resync neither skips a byte nor repeats one: the master goes on with exactly the byte after
 * the last that the replica applied, and sends all it has from there.
 *
 * Redis: masterTryPartialResynchronization(), slaveTryPartialResynchronization(). Grant and acceptance
 * are brought together by the address that the replica announced; one that announces an address which
 * is not its own (replica-announce-ip behind a NAT) is not followed.
 */
import type { RunRecord } from "../../kernel/record.js";
import type { RedisNote } from "../../redis/note.js";
import type { Folded } from "../fold.js";
import { type Law, noteOf, type Violation } from "./law.js";

interface Grant {
  readonly master: string;
  readonly note: Extract<RedisNote, { kind: "granted" }>;
}

export class PartialResync implements Law {
  readonly name = "a partial resync skips no byte and repeats none";
  readonly folds: readonly Folded[] = ["role", "granted", "history"];
  readonly violations: Violation[] = [];
  readonly #addresses = new Map<string, string>();
  readonly #grants = new Map<string, Grant>();
  /** Servers whose data came from outside: they have no digests to tell. */
  readonly #foreign = new Set<string>();

  record(record: RunRecord): void {
    const note = noteOf(record);
    if (record.kind !== "note" || note === undefined) return;
    const { node } = record;
    if (note.kind === "role") this.#addresses.set(node, `${note.ip}:${note.port}`);
    if (note.kind === "granted") {
      this.#grants.set(note.replica, { master: node, note });
      const whole = note.to + 1 - note.from;
      if (note.bytes !== whole)
        this.#broken(
          record,
          [node],
          `${node} sent ${note.bytes} of the ${whole} bytes from ${note.from} on`,
        );
    }
    if (note.kind === "history") {
      if (note.digest === undefined) this.#foreign.add(node);
      else this.#foreign.delete(node);
    }
    if (note.kind === "history") {
      const address = this.#addresses.get(node) ?? "";
      const grant = this.#grants.get(address);
      this.#grants.delete(address);
      if (grant !== undefined && note.how === "partial")
        this.#goesOn(record, node, note.offset, grant);
    }
  }

  #goesOn(record: RunRecord, replica: string, offset: number, { master, note }: Grant): void {
    const gap = note.from - (offset + 1);
    if (gap === 0) {
      if (note.digest === undefined && !this.#foreign.has(master))
        this.#broken(
          record,
          [master, replica],
          `${replica} goes on at ${note.from}, which is inside of a command of ${master}`,
        );
      return;
    }
    const what = gap > 0 ? `skips ${gap}` : `repeats ${-gap}`;
    this.#broken(
      record,
      [master, replica],
      `${replica} stands at ${offset} and ${master} goes on from ${note.from}: that ${what} bytes`,
    );
  }

  #broken(record: RunRecord, nodes: readonly string[], text: string): void {
    this.violations.push({ law: this.name, at: record.at, nodes, text });
  }
}
