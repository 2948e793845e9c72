/** Where each server stands in which history, as it told last. */
import type { RunRecord } from "../../kernel/record.js";
import type { RedisNote } from "../../redis/note.js";
import type { Folded } from "../fold.js";
import { noteOf } from "./law.js";

export interface Position {
  readonly replicationId: string;
  readonly offset: number;
  /** Of all commands up to there; undefined: this note does not tell. */
  readonly digest: number | undefined;
  /** How it came there, where not by the stream. */
  readonly how: Extract<RedisNote, { kind: "history" }>["how"] | undefined;
}

export class Positions {
  static readonly folds: readonly Folded[] = ["history", "stands", "role", "link", "down"];
  readonly #positions = new Map<string, Position>();

  of(node: string): Position | undefined {
    return this.#positions.get(node);
  }

  /** The position that this record tells; undefined: none. */
  record(record: RunRecord): Position | undefined {
    if (record.kind === "down") this.#positions.delete(record.node);
    const note = noteOf(record);
    if (record.kind !== "note" || note === undefined) return undefined;
    const position = this.#told(record.node, note);
    if (position !== undefined) this.#positions.set(record.node, position);
    return position;
  }

  #told(node: string, note: RedisNote): Position | undefined {
    const replicationId = this.#positions.get(node)?.replicationId;
    switch (note.kind) {
      case "history":
        return note;
      case "role":
        return {
          replicationId: note.replicationId,
          offset: note.offset,
          digest: undefined,
          how: undefined,
        };
      case "stands":
      case "link":
        if (replicationId === undefined) return undefined;
        return {
          replicationId,
          offset: note.offset,
          digest: note.kind === "stands" ? note.digest : undefined,
          how: undefined,
        };
      default:
        return undefined;
    }
  }
}
