/**
 * Epochs never go back on a Sentinel, restarts included: current-epoch is flushed before +new-epoch is
 * told, so a Sentinel that comes back continues from it (sentinel.md 1.5). The same holds of the epoch
 * in which it votes, and of the configuration epoch under which it names a master.
 *
 * Named exceptions: a Sentinel that starts again after its disk was full or wiped may have nothing to
 * continue from, and one that is told to forget a master (SENTINEL REMOVE) begins with it anew. A reset
 * keeps the master's epochs (`sentinelResetMaster()`).
 */
import type { RunRecord } from "../../kernel/record.js";
import type { Folded } from "../fold.js";
import { type Cluster, type Law, noteOf, type Violation } from "./law.js";
import { OldFiles } from "./old-files.js";

export class Epochs implements Law {
  readonly name = "epochs never go back on a Sentinel";
  readonly folds: readonly Folded[] = [...OldFiles.folds, "event", "names", "up"];
  readonly violations: Violation[] = [];
  readonly #current = new Map<string, number>();
  readonly #votes = new Map<string, number>();
  readonly #configurations = new Map<string, number>();
  readonly #oldFiles: OldFiles;

  constructor(cluster: Cluster) {
    this.#oldFiles = new OldFiles(cluster);
  }

  record(record: RunRecord): void {
    this.#oldFiles.record(record);
    if (record.kind === "up" && this.#oldFiles.mayBeOf(record.node)) this.#forget(record.node);
    const note = noteOf(record);
    if (record.kind !== "note" || note === undefined) return;
    const { node, at } = record;
    if (note.kind === "names") {
      const key = `${node} ${note.master}`;
      const before = this.#configurations.get(key) ?? 0;
      if (note.epoch < before)
        this.#broken(
          record.at,
          node,
          `${node} named ${note.master} by epoch ${before} and then by ${note.epoch}`,
        );
      this.#configurations.set(key, note.epoch);
    }
    if (note.kind !== "event") return;
    switch (note.channel) {
      case "+new-epoch": {
        const epoch = Number(note.payload);
        const before = this.#current.get(node) ?? -1;
        if (epoch <= before)
          this.#broken(at, node, `${node} went from epoch ${before} to ${epoch}`);
        this.#current.set(node, Math.max(before, epoch));
        break;
      }
      case "+vote-for-leader": {
        const key = `${node} ${note.master ?? ""}`;
        const epoch = Number(note.payload.split(" ")[1]);
        const before = this.#votes.get(key) ?? 0;
        if (epoch < before)
          this.#broken(at, node, `${node} voted in epoch ${before} and then in ${epoch}`);
        this.#votes.set(key, epoch);
        break;
      }
      case "-monitor":
        this.#configurations.delete(`${node} ${note.master ?? ""}`);
        this.#votes.delete(`${node} ${note.master ?? ""}`);
        break;
      default:
    }
  }

  #broken(at: Violation["at"], node: string, text: string): void {
    this.violations.push({ law: this.name, at, nodes: [node], text });
  }

  #forget(node: string): void {
    this.#current.delete(node);
    for (const told of [this.#votes, this.#configurations])
      for (const key of told.keys()) if (key.startsWith(`${node} `)) told.delete(key);
  }
}
