/**
 * Choosing the replica to promote (`sentinelSelectSlave()`): of those that were recently heard of, the one
 * of the lowest priority number, then of the most data, then of the smallest run id. Whether a replica
 * still says that it is one does not matter.
 */
import { lowerCase } from "../wire/text.js";
import { flag, type Instance } from "./instance.js";
import type { SentinelState } from "./state.js";

export function selectReplica(state: SentinelState, master: Instance): Instance | undefined {
  let chosen: Instance | undefined;
  for (const replica of master.replicas.records) {
    if (!isCandidate(state, master, replica)) continue;
    if (chosen === undefined || comparePromotion(replica, chosen) < 0) chosen = replica;
  }
  return chosen;
}

function isCandidate(state: SentinelState, master: Instance, replica: Instance): boolean {
  const { pingPeriod, infoPeriod } = state.timing;
  const now = state.now();
  const masterIsDown = master.is(flag.subjectivelyDown);
  const downFor = masterIsDown ? now - master.subjectivelyDownSince : 0;
  // With the master down INFO should come every second; else its usual period has to be allowed for.
  const infoAgeMax = masterIsDown ? pingPeriod * 5 : infoPeriod * 3;
  return (
    !replica.is(flag.subjectivelyDown | flag.objectivelyDown) &&
    !replica.link.disconnected &&
    now - replica.link.lastAvailTime <= pingPeriod * 5 &&
    replica.replicaPriority !== 0 &&
    now - replica.infoRefresh <= infoAgeMax &&
    replica.masterLinkDownTime <= downFor + master.downAfter * 10
  );
}

/** `compareSlavesForPromotion()`: negative when `a` is to be preferred. */
function comparePromotion(a: Instance, b: Instance): number {
  if (a.replicaPriority !== b.replicaPriority) return a.replicaPriority - b.replicaPriority;
  if (a.replicaReplOffset !== b.replicaReplOffset) return b.replicaReplOffset - a.replicaReplOffset;
  if (a.runId === undefined || b.runId === undefined) {
    return a.runId === b.runId ? 0 : a.runId === undefined ? 1 : -1;
  }
  const first = lowerCase(a.runId);
  const second = lowerCase(b.runId);
  if (first === second) return 0;
  return first < second ? -1 : 1;
}
