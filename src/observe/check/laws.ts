/** The laws that hold at every instant of every run, and who is shown which record. */
import type { RunRecord } from "../../kernel/record.js";
import { Folds } from "../fold.js";
import { BestReplica, type Cluster } from "./best-replica.js";
import { Epochs } from "./epochs.js";
import type { Law } from "./law.js";
import { Mandate } from "./mandate.js";
import { NeedlessResync } from "./needless-resync.js";
import { Offsets } from "./offsets.js";
import { OneHistory } from "./one-history.js";
import { OneLeader } from "./one-leader.js";
import { OneVote } from "./one-vote.js";
import { PartialResync } from "./partial-resync.js";
import { Wait } from "./wait.js";

export class Laws {
  readonly all: readonly Law[];
  readonly #folds: Folds;

  constructor(cluster: Cluster) {
    this.all = [
      new OneVote(),
      new OneLeader(),
      new Mandate(),
      new BestReplica(cluster),
      new Epochs(),
      new Offsets(),
      new OneHistory(),
      new PartialResync(),
      new NeedlessResync(),
      new Wait(),
    ];
    this.#folds = new Folds(this.all);
  }

  record(record: RunRecord): void {
    this.#folds.record(record);
  }
}
