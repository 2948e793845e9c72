/**
 * The observer that every run has: it folds the records into what the result states. Writes, failovers,
 * time with two masters, laws and expectations each keep their own fold; this hands them the records.
 */
import type { Observer, RunRecord } from "../kernel/record.js";
import type { Instant } from "../kernel/time.js";
import { Epochs } from "../observe/check/epochs.js";
import type { Law } from "../observe/check/law.js";
import { OneLeader } from "../observe/check/one-leader.js";
import { OneVote } from "../observe/check/one-vote.js";
import { FailoverFold } from "../observe/failovers.js";
import { MastersFold } from "../observe/masters.js";
import { WriteFold } from "../observe/writes.js";
import type { RedisNote } from "../redis/note.js";
import type { Judge } from "./judge.js";

export class Ledger implements Observer {
  readonly level = "notes";
  readonly failovers = new FailoverFold();
  readonly writes = new WriteFold();
  readonly masters: MastersFold;
  readonly laws: readonly Law[] = [new OneVote(), new OneLeader(), new Epochs()];
  readonly #judge: Judge;
  readonly #judges: boolean;

  /** `groups`: the group of each server, by node. */
  constructor(groups: ReadonlyMap<string, string>, judge: Judge) {
    this.masters = new MastersFold(groups);
    this.#judge = judge;
    this.#judges = judge.isCurious;
  }

  record(record: RunRecord): void {
    switch (record.kind) {
      case "note":
        this.#note(record.node, record.note as unknown as RedisNote, record.at);
        break;
      case "fault":
        this.failovers.fault(record.at);
        if (record.fault.kind === "pause" || record.fault.kind === "resume")
          this.masters.paused(record.fault.node, record.fault.kind === "pause", record.at);
        break;
      case "up":
      case "down":
        this.masters.up(record.node, record.kind === "up", record.at);
        break;
      default:
        return;
    }
    if (record.kind !== "note" || !isEveryday(record.note.kind))
      for (const law of this.laws) law.record(record);
    if (this.#judges) this.#judge.record(record);
  }

  #note(node: string, note: RedisNote, at: Instant): void {
    switch (note.kind) {
      case "ok":
      case "fail":
      case "info":
        this.writes.ended(
          node,
          note.kind,
          note.operation,
          note.key,
          note.value,
          note.error,
          at,
        );
        break;
      case "event":
        this.failovers.event(node, note.channel, note.payload, at);
        break;
      case "role":
        this.masters.role(node, note.role === "master", at);
        break;
      case "command":
        if (/^\s*(sentinel\s+failover|failover|shutdown|debug)\b/i.test(note.command))
          this.failovers.fault(at);
        break;
      default:
    }
  }
}

/** Operations come by the thousand, and no law here is about one. */
function isEveryday(kind: string): boolean {
  return kind === "invoke" || kind === "ok" || kind === "fail" || kind === "info";
}
