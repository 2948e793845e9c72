/**
 * A Sentinel votes once in an epoch for each master (`sentinelVoteLeader()`): the whole election rests
 * on it, restarts included, for leader-epoch is on disk before the vote is told.
 */
import type { RunRecord } from "../../kernel/record.js";
import type { Folded } from "../fold.js";
import { type Law, noteOf, type Violation } from "./law.js";

export class OneVote implements Law {
  readonly name = "a Sentinel votes once in an epoch for each master";
  readonly folds: readonly Folded[] = ["event"];
  readonly violations: Violation[] = [];
  readonly #votes = new Map<string, string>();

  record(record: RunRecord): void {
    const note = noteOf(record);
    if (record.kind !== "note" || note?.kind !== "event") return;
    if (note.channel !== "+vote-for-leader") return;
    const [leader = "", epoch = ""] = note.payload.split(" ");
    const key = `${record.node} ${note.master ?? ""} ${epoch}`;
    const before = this.#votes.get(key);
    if (before !== undefined && before !== leader)
      this.violations.push({
        law: this.name,
        at: record.at,
        nodes: [record.node],
        text: `${record.node} voted for ${before} and then for ${leader} in epoch ${epoch}`,
      });
    this.#votes.set(key, leader);
  }
}
