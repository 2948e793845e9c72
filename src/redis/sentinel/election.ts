/**
 * The election of the Sentinel that fails a master over: Raft's, roughly. Whoever asks first in an epoch
 * gets the vote; each Sentinel votes once an epoch and master, and its vote is on disk before it is said.
 */

import { sameText } from "./address.js";
import { plainEvent } from "./event.js";
import { flushConfig } from "./flush.js";
import type { Instance } from "./instance.js";
import { tablePlace } from "./instance-table.js";
import type { SentinelState } from "./state.js";
import { maxDesync } from "./timing.js";

/**
 * `sentinelVoteLeader()`: votes for `runId` unless it has voted in this epoch. The vote that then stands
 * is `master.leader`, given in `master.leaderEpoch`. A vote for somebody else holds back this Sentinel's
 * own attempts.
 */
export function voteLeader(
  state: SentinelState,
  master: Instance,
  epoch: number,
  runId: string,
): void {
  if (epoch > state.currentEpoch) {
    state.currentEpoch = epoch;
    flushConfig(state);
    plainEvent(state, "#", "+new-epoch", `${epoch}`, master);
  }
  if (master.leaderEpoch >= epoch || state.currentEpoch > epoch) return;
  master.leader = runId;
  master.leaderEpoch = state.currentEpoch;
  flushConfig(state);
  plainEvent(state, "#", "+vote-for-leader", `${runId} ${master.leaderEpoch}`, master);
  if (sameText(runId, state.myid)) return;
  master.failoverStartTime = state.now() + state.context.random.below(maxDesync);
}

/**
 * `sentinelGetLeader()`: who has the votes of a majority of all Sentinels ever known for this master, and
 * of at least `quorum`. Peers' votes count in the global epoch, the own one in the epoch of the failover,
 * which may be older.
 */
export function electedLeader(
  state: SentinelState,
  master: Instance,
  epoch: number,
): string | undefined {
  const tally = new Map<string, number>();
  for (const sentinel of master.sentinels.records) {
    const { leader } = sentinel;
    if (leader === undefined || sentinel.leaderEpoch !== state.currentEpoch) continue;
    tally.set(leader, (tally.get(leader) ?? 0) + 1);
  }
  let winner = firstOfMost(state, tally);

  voteLeader(state, master, epoch, winner ?? state.myid);
  const vote = master.leader;
  if (vote !== undefined && master.leaderEpoch === epoch) {
    const most = winner === undefined ? 0 : (tally.get(winner) ?? 0);
    const votes = (tally.get(vote) ?? 0) + 1;
    tally.set(vote, votes);
    if (votes > most) winner = vote;
  }

  if (winner === undefined) return undefined;
  const votes = tally.get(winner) ?? 0;
  const majority = Math.floor((master.sentinels.size + 1) / 2) + 1;
  return votes >= majority && votes >= master.quorum ? winner : undefined;
}

/** Among equals the first in the order of a hash table. */
function firstOfMost(state: SentinelState, tally: ReadonlyMap<string, number>): string | undefined {
  let winner: string | undefined;
  let most = 0;
  for (const [runId, votes] of tally) {
    const first =
      winner === undefined ||
      tablePlace(state.tableSeed, runId) < tablePlace(state.tableSeed, winner);
    if (votes > most || (votes === most && first)) {
      winner = runId;
      most = votes;
    }
  }
  return winner;
}
