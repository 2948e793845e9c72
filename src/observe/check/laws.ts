/** The laws that hold at every instant of every run. */
import { BestReplica } from "./best-replica.js";
import { Epochs } from "./epochs.js";
import type { Cluster, Law } from "./law.js";
import { Mandate } from "./mandate.js";
import { NeedlessResync } from "./needless-resync.js";
import { Offsets } from "./offsets.js";
import { OneHistory } from "./one-history.js";
import { OneLeader } from "./one-leader.js";
import { OneVote } from "./one-vote.js";
import { PartialResync } from "./partial-resync.js";
import { Wait } from "./wait.js";

/** All of them, for one run. */
export function lawsOf(cluster: Cluster): readonly Law[] {
  return [
    new OneVote(),
    new OneLeader(),
    new Mandate(cluster),
    new BestReplica(cluster),
    new Epochs(cluster),
    new Offsets(),
    new OneHistory(),
    new PartialResync(),
    new NeedlessResync(),
    new Wait(),
  ];
}
