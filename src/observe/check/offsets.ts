/**
 * Offsets never go back under one replication id: a server that stands at an offset of a history has
 * everything before it, and goes on from there.
 *
 * Named exceptions: a process that starts again stands where the file it found stands, and a full
 * resync may begin behind the point at which the replica was (its master restarted from a file, too).
 */
import type { RunRecord } from "../../kernel/record.js";
import type { Law, Violation } from "./law.js";
import { Positions } from "./positions.js";

export class Offsets implements Law {
  readonly name = "offsets never go back under one replication id";
  readonly folds = Positions.folds;
  readonly violations: Violation[] = [];
  readonly #positions = new Positions();

  record(record: RunRecord): void {
    const before = record.kind === "note" ? this.#positions.of(record.node) : undefined;
    const moved = this.#positions.record(record);
    if (record.kind !== "note" || before === undefined || moved === undefined) return;
    if (moved.how === "full" || moved.how === "loaded") return;
    if (moved.replicationId !== before.replicationId || moved.offset >= before.offset) return;
    this.violations.push({
      law: this.name,
      at: record.at,
      nodes: [record.node],
      text: `${record.node} went from offset ${before.offset} of ${moved.replicationId} back to ${moved.offset}`,
    });
  }
}
