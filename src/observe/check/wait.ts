/**
 * What WAIT answers is true: when it says n, n replicas stood at the offset of the write, or further,
 * at that moment (`waitCommand()`, `replicationCountAcksByOffset()`). A replica tells where it stands
 * with each acknowledgement, so a master that counts more than that has counted what nobody said.
 */
import type { RunRecord } from "../../kernel/record.js";
import type { Folded } from "../fold.js";
import { type Law, noteOf, type Violation } from "./law.js";
import { Positions } from "./positions.js";

export class Wait implements Law {
  readonly name = "a write acknowledged to WAIT n is on n replicas";
  readonly folds: readonly Folded[] = [...Positions.folds, "waited"];
  readonly violations: Violation[] = [];
  readonly #positions = new Positions();
  /** The highest offset that each server reached, by replication id. */
  readonly #reached = new Map<string, Map<string, number>>();

  record(record: RunRecord): void {
    const position = this.#positions.record(record);
    if (record.kind !== "note") return;
    if (position !== undefined) {
      const reached = this.#reached.get(position.replicationId) ?? new Map<string, number>();
      const before = reached.get(record.node) ?? -1;
      if (position.offset > before) reached.set(record.node, position.offset);
      this.#reached.set(position.replicationId, reached);
    }
    const note = noteOf(record);
    if (note?.kind === "waited" && note.offset > 0)
      this.#waited(record, note.offset, note.replicas);
  }

  #waited(record: Extract<RunRecord, { kind: "note" }>, offset: number, replicas: number): void {
    const { node } = record;
    const id = this.#positions.of(node)?.replicationId ?? "";
    let there = 0;
    for (const [other, reached] of this.#reached.get(id) ?? [])
      if (other !== node && reached >= offset) there++;
    if (there >= replicas) return;
    this.violations.push({
      law: this.name,
      at: record.at,
      nodes: [node],
      text: `${node} counts ${replicas} replicas at offset ${offset}, and ${there} are there`,
    });
  }
}
