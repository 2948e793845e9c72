/**
 * One history for each replication id: whoever stands at an offset of it has come there by the same
 * commands. A ledger keeps the digest of every point that anybody told, and all others who ever stand
 * there must have the same.
 *
 * Points coincide by design: every server tells where it stands at each 2 KiB of the stream, when it is
 * promoted, and when it is granted a resync; a master tells the digest at the point from which it lets
 * a replica go on. This is the promise that partial resyncs rest on (`masterTryPartialResynchronization()`).
 */
import type { RunRecord } from "../../kernel/record.js";
import type { Folded } from "../fold.js";
import { type Law, noteOf, type Violation } from "./law.js";
import { Positions } from "./positions.js";

interface Point {
  readonly digest: number;
  readonly node: string;
}

/** Of one history: nobody falls back further than this and still continues. */
const pointsKept = 4_096;

export class OneHistory implements Law {
  readonly name = "one history for each replication id";
  readonly folds: readonly Folded[] = [...Positions.folds, "granted"];
  readonly violations: Violation[] = [];
  readonly #positions = new Positions();
  readonly #ledger = new Map<string, Map<number, Point>>();

  record(record: RunRecord): void {
    const position = this.#positions.record(record);
    if (record.kind !== "note") return;
    const note = noteOf(record);
    if (note?.kind === "granted") {
      const replicationId = this.#positions.of(record.node)?.replicationId;
      if (replicationId !== undefined && note.digest !== undefined)
        this.#stands(record, replicationId, note.from - 1, note.digest);
    } else if (position?.digest !== undefined) {
      this.#stands(record, position.replicationId, position.offset, position.digest);
    }
  }

  #stands(
    record: Extract<RunRecord, { kind: "note" }>,
    replicationId: string,
    offset: number,
    digest: number,
  ): void {
    let points = this.#ledger.get(replicationId);
    if (points === undefined) {
      points = new Map();
      this.#ledger.set(replicationId, points);
    }
    const point = points.get(offset);
    if (point === undefined) {
      points.set(offset, { digest, node: record.node });
      if (points.size > pointsKept)
        for (const oldest of points.keys()) {
          points.delete(oldest);
          break;
        }
      return;
    }
    if (point.digest === digest) return;
    this.violations.push({
      law: this.name,
      at: record.at,
      nodes: [point.node, record.node],
      text: `${point.node} and ${record.node} both stand at offset ${offset} of ${replicationId} and came there by other commands`,
    });
  }
}
