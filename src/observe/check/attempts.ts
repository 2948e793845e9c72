/**
 * The attempts of Sentinels to fail a master over, as their events tell them: in which epoch each
 * attempt runs, and whether an operator asked for it (SENTINEL FAILOVER needs neither ODOWN nor votes).
 * An attempt is over with its Sentinel's process, and where the master is reset or forgotten.
 */
import type { RunRecord } from "../../kernel/record.js";
import type { Folded } from "../fold.js";
import { noteOf } from "./law.js";

const forcedBy = "Executing user requested FAILOVER of '";

export class Attempts {
  static readonly folds: readonly Folded[] = ["event", "log", "down"];
  readonly #epochs = new Map<string, number>();
  readonly #running = new Map<string, number>();
  readonly #forced = new Set<string>();

  record(record: RunRecord): void {
    if (record.kind === "down")
      for (const attempt of this.#forced)
        if (attempt.startsWith(`${record.node} `)) this.#forced.delete(attempt);
    const note = noteOf(record);
    if (note === undefined || record.kind !== "note") return;
    if (note.kind === "log") {
      const end = note.text.indexOf("'", forcedBy.length);
      if (note.text.startsWith(forcedBy))
        this.#forced.add(`${record.node} ${note.text.slice(forcedBy.length, end)}`);
      return;
    }
    if (note.kind !== "event") return;
    const attempt = `${record.node} ${note.master ?? ""}`;
    switch (note.channel) {
      case "+new-epoch":
        this.#epochs.set(record.node, Number(note.payload));
        break;
      case "+try-failover":
        this.#running.set(attempt, this.#epochs.get(record.node) ?? 0);
        break;
      case "+failover-end":
      case "-failover-abort-not-elected":
      case "-failover-abort-no-good-slave":
      case "-failover-abort-slave-timeout":
      case "-failover-abort-master-is-back":
      case "+switch-master":
      case "+reset-master":
      case "-monitor":
        this.#forced.delete(attempt);
        break;
      default:
    }
  }

  /** The epoch of the attempt that runs, or ran last. */
  epoch(sentinel: string, master: string): number {
    return this.#running.get(`${sentinel} ${master}`) ?? 0;
  }

  isForced(sentinel: string, master: string): boolean {
    return this.#forced.has(`${sentinel} ${master}`);
  }
}
