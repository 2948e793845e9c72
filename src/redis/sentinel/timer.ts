/**
 * The tick of a Sentinel (`sentinelTimer()`), called with every serverCron: TILT, then every instance in
 * its order, the scripts, then a new random frequency. That frequency is what keeps Sentinels that were started
 * together from asking for votes at the same moment for ever.
 */

import { reconnect } from "./connect.js";
import { askOtherSentinels, checkObjectivelyDown, checkSubjectivelyDown } from "./down.js";
import { plainEvent } from "./event.js";
import { failoverStateMachine, startFailoverIfNeeded, switchToPromoted } from "./failover.js";
import { failoverState, type Instance } from "./instance.js";
import { sendPeriodicCommands } from "./periodic.js";
import type { SentinelState } from "./state.js";

export function tick(state: SentinelState): void {
  checkTiltCondition(state);
  handleInstances(state);
  if (state.exited) return;
  state.scripts.tick(state);
  state.hz = 10 + state.context.random.below(10);
}

/** `sentinelCheckTiltCondition()`: time has jumped, or this process was held up: nothing is to be believed. */
function checkTiltCondition(state: SentinelState): void {
  const now = state.now();
  const delta = now - state.previousTime;
  if (delta < 0 || delta > state.timing.tiltTrigger) {
    state.tilt = true;
    state.tiltStart = now;
    plainEvent(state, "#", "+tilt", "#tilt mode entered", undefined);
  }
  state.previousTime = state.now();
}

/**
 * `sentinelHandleDictOfRedisInstances()`: a master before its replicas and Sentinels, so that its state
 * machine sees them as of the tick before. At most one master a tick is switched.
 */
function handleInstances(state: SentinelState): void {
  let toSwitch: Instance | undefined;
  const masters = state.masters.records;
  for (let i = 0; i < masters.length; i++) {
    const master = masters[i] as Instance;
    handle(state, master);
    handleAll(state, master.replicas.records);
    handleAll(state, master.sentinels.records);
    if (state.exited) return;
    if (master.failoverState === failoverState.updateConfig) toSwitch = master;
  }
  if (toSwitch !== undefined) switchToPromoted(state, toSwitch);
}

function handleAll(state: SentinelState, instances: readonly Instance[]): void {
  for (let i = 0; i < instances.length; i++) {
    if (state.exited) return;
    handle(state, instances[i] as Instance);
  }
}

/** `sentinelHandleRedisInstance()`: monitoring always, acting only out of TILT. */
function handle(state: SentinelState, instance: Instance): void {
  reconnect(state, instance);
  const now = state.now();
  sendPeriodicCommands(state, instance, now);

  if (state.tilt) {
    if (now - state.tiltStart < state.timing.tiltPeriod) return;
    state.tilt = false;
    plainEvent(state, "#", "-tilt", "#tilt mode exited", undefined);
  }
  checkSubjectivelyDown(state, instance, now);
  if (!instance.isMaster) return;
  checkObjectivelyDown(state, instance);
  if (startFailoverIfNeeded(state, instance)) askOtherSentinels(state, instance, true);
  failoverStateMachine(state, instance);
  if (state.exited) return;
  askOtherSentinels(state, instance, false);
}
