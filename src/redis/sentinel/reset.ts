/**
 * Forgetting what is known about a master (`sentinelResetMaster()`), by order of SENTINEL RESET or because
 * it has moved to another address. Flags go without events: a failover under way simply is no more.
 */
import { event } from "./event.js";
import { flushConfig } from "./flush.js";
import { failoverState, flag, type Instance } from "./instance.js";
import type { SentinelState } from "./state.js";

export function resetMaster(state: SentinelState, master: Instance, keepSentinels: boolean): void {
  state.disturb();
  for (const replica of master.replicas.records) state.release(replica);
  master.replicas.clear();
  if (!keepSentinels) {
    for (const sentinel of master.sentinels.records) state.release(sentinel);
    master.sentinels.clear();
  }
  const { link } = master;
  state.closeCommand(link);
  state.closePubsub(link);
  master.flags = flag.master;
  master.leader = undefined;
  master.failoverState = failoverState.none;
  master.failoverStateChangeTime = 0;
  // It may be failed over again at once.
  master.failoverStartTime = 0;
  master.promotedReplica = undefined;
  master.runId = undefined;
  master.replicaMasterHost = undefined;
  const now = state.now();
  link.actPingTime = now;
  link.lastPingTime = 0;
  link.lastAvailTime = now;
  link.lastPongTime = now;
  master.roleReportedTime = now;
  master.roleReported = flag.master;
}

/**
 * `sentinelResetMasterAndChangeAddress()`: the switch itself. The replicas are known anew under the new
 * address, the old master as the last of them; the other Sentinels stay, with what they last said.
 */
export function resetMasterAndChangeAddress(
  state: SentinelState,
  master: Instance,
  host: string,
  port: number,
): void {
  const { addresses } = state;
  const address = addresses.create(host, port, false);
  if (typeof address === "string") return;
  const replicas = master.replicas.records
    .map((replica) => replica.address)
    .filter((known) => !addresses.equal(known, address));
  if (!addresses.equal(address, master.address)) replicas.push(master.address);

  resetMaster(state, master, true);
  master.address = address;
  master.objectivelyDownSince = 0;
  master.subjectivelyDownSince = 0;
  state.noteNames(master);
  for (const known of replicas) {
    const replica = state.createReplica(master, known.hostname, known.port);
    if (typeof replica !== "string") event(state, "*", "+slave", replica);
  }
  flushConfig(state);
}
