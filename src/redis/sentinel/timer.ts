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
import { isRestless, quietUntil } from "./quiet.js";
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
 * machine sees them as of the tick before. At most one master a tick is switched. Those for whom nothing
 * is due are passed over (quiet.ts).
 */
function handleInstances(state: SentinelState): void {
  let toSwitch: Instance | undefined;
  const visitsAll = state.beginRound();
  const masters = state.masters.records;
  for (let i = 0; i < masters.length; i++) {
    const master = masters[i] as Instance;
    if (visitsAll || !isQuiet(state, master)) handle(state, master);
    const visitsTheirs = visitsAll || isRestless(master);
    handleAll(state, master.replicas.records, visitsTheirs);
    handleAll(state, master.sentinels.records, visitsTheirs);
    if (state.exited) return;
    if (master.failoverState === failoverState.updateConfig) toSwitch = master;
  }
  if (toSwitch !== undefined) switchToPromoted(state, toSwitch);
}

function handleAll(state: SentinelState, instances: readonly Instance[], visitsAll: boolean): void {
  for (let i = 0; i < instances.length; i++) {
    const instance = instances[i] as Instance;
    if (!visitsAll && isQuiet(state, instance)) continue;
    if (state.exited) return;
    handle(state, instance);
  }
}

function isQuiet(state: SentinelState, instance: Instance): boolean {
  return instance.quietUntil >= state.uptime && !state.isDisturbed;
}

/** A visit, after which it is known when the next one may be of use. */
function handle(state: SentinelState, instance: Instance): void {
  visit(state, instance);
  instance.quietUntil = quietUntil(state, instance);
  // A visit may have held the process up: a file was flushed.
  state.uptime = state.now() - state.uptimeFrom;
}

/** `sentinelHandleRedisInstance()`: monitoring always, acting only out of TILT. */
function visit(state: SentinelState, instance: Instance): void {
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
