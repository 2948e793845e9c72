/**
 * An epoch has one leader for each master: two Sentinels elected in the same epoch would promote two
 * replicas (`sentinelGetLeader()`). A forced failover (SENTINEL FAILOVER) needs no votes and may share
 * its epoch with another Sentinel's, so leaders that were forced are not counted.
 */
import type { RunRecord } from "../../kernel/record.js";
import type { RedisNote } from "../../redis/note.js";
import type { Law, Violation } from "./law.js";

export class OneLeader implements Law {
  readonly name = "an epoch has one leader for each master";
  readonly violations: Violation[] = [];
  readonly #epochs = new Map<string, string>();
  readonly #voted = new Map<string, string>();
  readonly #leaders = new Map<string, string>();
  /** Sentinels whose running attempt an operator asked for. */
  readonly #forced = new Set<string>();

  record(record: RunRecord): void {
    if (record.kind !== "note") return;
    const note = record.note as unknown as RedisNote;
    if (note.kind === "log" && note.text.startsWith("Executing user requested FAILOVER"))
      this.#forced.add(record.node);
    if (note.kind !== "event") return;
    if (note.channel === "+new-epoch") this.#epochs.set(record.node, note.payload);
    if (note.channel === "+vote-for-leader") this.#voted.set(record.node, note.payload);
    if (note.channel === "+failover-end" || note.channel.startsWith("-failover-abort"))
      this.#forced.delete(record.node);
    if (note.channel === "+elected-leader") this.#elected(record.node, note.master ?? "", record);
  }

  #elected(node: string, master: string, record: RunRecord): void {
    if (this.#forced.has(node)) return;
    const epoch = this.#voted.get(node)?.split(" ")[1] ?? this.#epochs.get(node) ?? "";
    const key = `${master} ${epoch}`;
    const before = this.#leaders.get(key);
    if (before !== undefined && before !== node)
      this.violations.push({
        law: this.name,
        at: record.at,
        nodes: [before, node],
        text: `${before} and ${node} were both elected for ${master} in epoch ${epoch}`,
      });
    this.#leaders.set(key, node);
  }
}
