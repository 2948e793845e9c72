/**
 * Epochs never go back on a Sentinel, restarts included: current-epoch is flushed before +new-epoch is
 * told, so a Sentinel that comes back continues from it (sentinel.md 1.5).
 */
import type { RunRecord } from "../../kernel/record.js";
import type { RedisNote } from "../../redis/note.js";
import type { Law, Violation } from "./law.js";

export class Epochs implements Law {
  readonly name = "epochs never go back on a Sentinel";
  readonly violations: Violation[] = [];
  readonly #epochs = new Map<string, number>();

  record(record: RunRecord): void {
    if (record.kind !== "note") return;
    const note = record.note as unknown as RedisNote;
    if (note.kind !== "event" || note.channel !== "+new-epoch") return;
    const epoch = Number(note.payload);
    const before = this.#epochs.get(record.node) ?? -1;
    if (epoch <= before)
      this.violations.push({
        law: this.name,
        at: record.at,
        nodes: [record.node],
        text: `${record.node} went from epoch ${before} to ${epoch}`,
      });
    this.#epochs.set(record.node, Math.max(before, epoch));
  }
}
