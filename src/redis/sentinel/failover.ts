/**
 * The failover of a master: when it starts, and the state machine that carries it out, at most one step
 * a tick (`sentinelFailoverStateMachine()`). The step from waitPromotion on is INFO's, in info.ts.
 */
import { request } from "../wire/value.js";
import type { SentinelAddress } from "./address.js";
import { sameText } from "./address.js";
import { ctime } from "./ctime.js";
import { electedLeader } from "./election.js";
import { event, plainEvent } from "./event.js";
import { type FailoverState, failoverState, flag, type Instance } from "./instance.js";
import { callback } from "./link.js";
import { resetMasterAndChangeAddress } from "./reset.js";
import { selectReplica } from "./select.js";
import type { SentinelState } from "./state.js";
import { maxDesync } from "./timing.js";

/** `sentinelStartFailoverIfNeeded()`: not more often than every second failover-timeout. */
export function startFailoverIfNeeded(state: SentinelState, master: Instance): boolean {
  if (!master.is(flag.objectivelyDown) || master.is(flag.failoverInProgress)) return false;
  const notBefore = master.failoverStartTime + master.failoverTimeout * 2;
  if (state.now() < notBefore) {
    if (master.failoverDelayLogged !== master.failoverStartTime) {
      master.failoverDelayLogged = master.failoverStartTime;
      const when = ctime(Math.floor(notBefore / 1_000));
      const level = state.behaviour.from72 ? "*" : "#";
      const text = `Next failover delay: I will not start a failover before ${when}`;
      state.process.log(level, text);
    }
    return false;
  }
  startFailover(state, master);
  return true;
}

/** `sentinelStartFailover()`: the random part of the start time delays the give-up, not the start. */
export function startFailover(state: SentinelState, master: Instance): void {
  master.failoverState = failoverState.waitStart;
  master.set(flag.failoverInProgress);
  state.disturb();
  state.currentEpoch++;
  master.failoverEpoch = state.currentEpoch;
  plainEvent(state, "#", "+new-epoch", `${state.currentEpoch}`, master);
  event(state, "#", "+try-failover", master);
  master.failoverStartTime = state.now() + state.context.random.below(maxDesync);
  master.failoverStateChangeTime = state.now();
}

export function failoverStateMachine(state: SentinelState, master: Instance): void {
  if (!master.is(flag.failoverInProgress)) return;
  switch (master.failoverState) {
    case failoverState.waitStart:
      waitStart(state, master);
      break;
    case failoverState.selectReplica:
      promoteSelected(state, master);
      break;
    case failoverState.sendReplicaofNoOne:
      sendReplicaofNoOne(state, master);
      break;
    case failoverState.waitPromotion:
      waitPromotion(state, master);
      break;
    case failoverState.reconfReplicas:
      reconfNextReplica(state, master);
      break;
  }
}

/** `sentinelFailoverWaitStart()` */
function waitStart(state: SentinelState, master: Instance): void {
  const leader = electedLeader(state, master, master.failoverEpoch);
  const elected = leader !== undefined && sameText(leader, state.myid);
  if (!elected && !master.is(flag.forceFailover)) {
    const patience = Math.min(state.timing.electionTimeout, master.failoverTimeout);
    if (state.now() - master.failoverStartTime > patience) {
      event(state, "#", "-failover-abort-not-elected", master);
      abortFailover(state, master);
    }
    return;
  }
  event(state, "#", "+elected-leader", master);
  if (state.crashAfterElection) {
    crash(state);
    return;
  }
  enter(state, master, failoverState.selectReplica);
  event(state, "#", "+failover-state-select-slave", master);
}

/** `sentinelFailoverSelectSlave()` */
function promoteSelected(state: SentinelState, master: Instance): void {
  const replica = selectReplica(state, master);
  if (replica === undefined) {
    event(state, "#", "-failover-abort-no-good-slave", master);
    abortFailover(state, master);
    return;
  }
  event(state, "#", "+selected-slave", replica);
  replica.set(flag.promoted);
  master.promotedReplica = replica;
  enter(state, master, failoverState.sendReplicaofNoOne);
  event(state, "*", "+failover-state-send-slaveof-noone", replica);
}

/** `sentinelFailoverSendSlaveOfNoOne()`: waits for the link as long as the failover may take. */
function sendReplicaofNoOne(state: SentinelState, master: Instance): void {
  const replica = master.promotedReplica;
  if (replica === undefined || replica.link.disconnected) {
    waitPromotion(state, master);
    return;
  }
  if (!sendReplicaof(state, replica, undefined)) return;
  event(state, "*", "+failover-state-wait-promotion", replica);
  enter(state, master, failoverState.waitPromotion);
}

/** `sentinelFailoverWaitPromotion()`: only the timeout; that it worked is seen in INFO. */
function waitPromotion(state: SentinelState, master: Instance): void {
  if (state.now() - master.failoverStateChangeTime <= master.failoverTimeout) return;
  event(state, "#", "-failover-abort-slave-timeout", master);
  abortFailover(state, master);
}

/**
 * `sentinelFailoverReconfNextSlave()`: tells the next replicas to follow the promoted one, parallel-syncs
 * of them at a time. One that does not answer keeps its slot: its timeout is seen only while another is
 * free, and then it is told again at once.
 */
function reconfNextReplica(state: SentinelState, master: Instance): void {
  const underWay = flag.reconfSent | flag.reconfInProgress;
  let inProgress = 0;
  for (const replica of master.replicas.records) if (replica.is(underWay)) inProgress++;

  for (const replica of master.replicas.records) {
    if (inProgress >= master.parallelSyncs) break;
    if (replica.is(flag.promoted | flag.reconfDone)) continue;
    if (
      replica.is(flag.reconfSent) &&
      state.now() - replica.reconfSentTime > state.timing.replicaReconfTimeout
    ) {
      event(state, "*", "-slave-reconf-sent-timeout", replica);
      replica.clear(flag.reconfSent);
      replica.set(flag.reconfDone);
    }
    if (replica.is(underWay) || replica.link.disconnected) continue;
    if (!sendReplicaof(state, replica, master.promotedReplica?.address)) continue;
    replica.set(flag.reconfSent);
    replica.reconfSentTime = state.now();
    event(state, "*", "+slave-reconf-sent", replica);
    inProgress++;
  }
  detectEnd(state, master);
}

/** `sentinelFailoverDetectEnd()`: never while the promoted replica itself is down, not even in time. */
function detectEnd(state: SentinelState, master: Instance): void {
  const promoted = master.promotedReplica;
  if (promoted === undefined || promoted.is(flag.subjectivelyDown)) return;

  const timeout = state.now() - master.failoverStateChangeTime > master.failoverTimeout;
  const settled = flag.promoted | flag.reconfDone | flag.subjectivelyDown;
  const done = master.replicas.records.every((replica) => replica.is(settled));
  if (timeout) event(state, "#", "+failover-end-for-timeout", master);
  if (timeout || done) {
    event(state, "#", "+failover-end", master);
    enter(state, master, failoverState.updateConfig);
  }
  if (!timeout) return;

  // The best that can still be done for those that are left.
  const told = flag.promoted | flag.reconfDone | flag.reconfSent;
  for (const replica of master.replicas.records) {
    if (replica.is(told) || replica.link.disconnected) continue;
    if (!sendReplicaof(state, replica, promoted.address)) continue;
    event(state, "*", "+slave-reconf-sent-be", replica);
    replica.set(flag.reconfSent);
  }
}

/** `sentinelFailoverSwitchToPromotedSlave()`: from here on the promoted replica is the master. */
export function switchToPromoted(state: SentinelState, master: Instance): void {
  const { addresses } = state;
  const from = master.address;
  const to = master.promotedReplica?.address ?? from;
  const change = `${addresses.text(from)} ${from.port} ${addresses.text(to)} ${to.port}`;
  plainEvent(state, "#", "+switch-master", `${master.name} ${change}`, master);
  resetMasterAndChangeAddress(state, master, to.hostname, to.port);
}

/** `sentinelAbortFailover()`: the time of the start stays, and with it the wait for the next. */
function abortFailover(state: SentinelState, master: Instance): void {
  master.clear(flag.failoverInProgress | flag.forceFailover);
  enter(state, master, failoverState.none);
  master.promotedReplica?.clear(flag.promoted);
  master.promotedReplica = undefined;
}

/**
 * `sentinelSendSlaveOf()`: SLAVEOF, CONFIG REWRITE and the disconnection of all clients, which then ask
 * for the master again, in one transaction. No reply is looked at: INFO will show what became of it.
 */
export function sendReplicaof(
  state: SentinelState,
  instance: Instance,
  to: SentinelAddress | undefined,
): boolean {
  if (instance.link.command === undefined) return false;
  const { requests } = instance;
  const { fixed } = requests;
  const replicaof =
    to === undefined
      ? fixed.replicaofNoOne
      : request(requests.name("SLAVEOF"), state.addresses.text(to), `${to.port}`);
  state.ask(instance, fixed.multi, callback.discard);
  state.ask(instance, replicaof, callback.discard);
  state.ask(instance, fixed.configRewrite, callback.discard);
  state.ask(instance, fixed.killNormal, callback.discard);
  state.ask(instance, fixed.killPubsub, callback.discard);
  state.ask(instance, fixed.exec, callback.discard);
  return true;
}

/** `sentinelSimFailureCrash()` */
export function crash(state: SentinelState): void {
  state.process.log("#", "Sentinel CRASH because of SENTINEL simulate-failure");
  state.exit(99);
}

function enter(state: SentinelState, master: Instance, next: FailoverState): void {
  master.failoverState = next;
  master.failoverStateChangeTime = state.now();
}
