/**
 * An epoch has one leader for each master: two Sentinels elected in the same epoch would promote two
 * replicas (`sentinelGetLeader()`). A forced failover (SENTINEL FAILOVER) needs no votes and may share
 * its epoch with another Sentinel's, so leaders that were forced are not counted; nor are Sentinels that
 * watch another master of the same name.
 */
import type { RunRecord } from "../../kernel/record.js";
import { Attempts } from "./attempts.js";
import { type Law, noteOf, type Violation } from "./law.js";
import { SentinelGroups } from "./sentinel-groups.js";

export class OneLeader implements Law {
  readonly name = "an epoch has one leader for each master";
  readonly folds = Attempts.folds;
  readonly violations: Violation[] = [];
  readonly #attempts = new Attempts();
  readonly #groups = new SentinelGroups();
  /** By the master's name and epoch. */
  readonly #leaders = new Map<string, string[]>();

  record(record: RunRecord): void {
    this.#attempts.record(record);
    this.#groups.record(record);
    const note = noteOf(record);
    if (record.kind !== "note" || note?.kind !== "event") return;
    if (note.channel === "+elected-leader") this.#elected(record.node, note.master ?? "", record);
  }

  #elected(node: string, master: string, record: RunRecord): void {
    if (this.#attempts.isForced(node, master)) return;
    const epoch = this.#attempts.epoch(node, master);
    const key = `${master} ${epoch}`;
    const leaders = this.#leaders.get(key) ?? [];
    this.#leaders.set(key, leaders);
    const before = leaders.findLast((each) => this.#groups.areOne(each, node, master));
    if (before === node) return;
    leaders.push(node);
    if (before !== undefined)
      this.violations.push({
        law: this.name,
        at: record.at,
        nodes: [before, node],
        text: `${before} and ${node} were both elected for ${master} in epoch ${epoch}`,
      });
  }
}
