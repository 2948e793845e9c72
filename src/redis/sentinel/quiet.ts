/**
 * Until when a Sentinel has nothing to do for an instance.
 *
 * The tick of Redis visits every instance ten to twenty times a second and nearly always finds nothing due.
 * Here each record of a healthy instance carries the first moment at which a visit could do anything, and
 * is passed over until then. That is the same as visiting it, because every time that a visit looks at
 * only ever becomes later: replies move it on, and nothing else does. Whatever is not of that kind is
 * either excluded (whoever is held to be down, a failover under way, TILT) or told by `state.disturb()`,
 * after which the next tick visits all: a connection that was lost, a command that changes settings, a
 * jump of the clock. A test compares runs with and without.
 */
import { flag, type Instance } from "./instance.js";
import type { SentinelState } from "./state.js";
import { closeInfoPeriod } from "./timing.js";

/** Whose turn comes with every tick: on a master this holds for all its instances. */
const restless =
  flag.subjectivelyDown |
  flag.objectivelyDown |
  flag.failoverInProgress |
  flag.forceFailover |
  flag.masterReboot;

export function isRestless(instance: Instance): boolean {
  return instance.is(restless);
}

/** It is visited with the next tick. */
export const notQuiet = -1;

/** To be asked after a visit: a moment of `SentinelState.uptime`. */
export function quietUntil(state: SentinelState, instance: Instance): number {
  const { link } = instance;
  if (link.disconnected || isRestless(instance)) return notQuiet;
  if (instance.isMaster && !isCalm(instance)) return notQuiet;
  const { timing } = state;
  const now = state.now();
  // A time ahead of the clock, which was put back, may be followed by an earlier one.
  const since = (time: number) => Math.min(time, now);

  // sendPeriodicCommands()
  const ping = Math.min(instance.downAfter, timing.pingPeriod);
  let due = Math.max(since(link.lastPongTime) + ping, since(link.lastPingTime) + (ping >> 1));
  due = Math.min(due, since(instance.lastPubTime) + timing.publishPeriod);
  if (!instance.isSentinel) {
    if (instance.infoRefresh === 0) return notQuiet;
    const closely = instance.masterLinkDownTime !== 0;
    const period = closely ? closeInfoPeriod : timing.infoPeriod;
    due = Math.min(due, since(instance.infoRefresh) + period);
  }
  // checkSubjectivelyDown(), and the links that seem stalled.
  const unanswered = link.actPingTime;
  if (unanswered !== 0) {
    const half = Math.trunc(instance.downAfter / 2);
    due = Math.min(due, since(unanswered) + half);
  }
  if (link.pubsub !== undefined)
    due = Math.min(due, since(link.pubsubLastActivity) + timing.publishPeriod * 3);
  return Math.max(notQuiet, due - state.uptimeFrom);
}

/** A master that says so, about which no other Sentinel has an opinion that could expire. */
function isCalm(master: Instance): boolean {
  if (master.roleReported === flag.replica) return false;
  for (const sentinel of master.sentinels.records)
    if (sentinel.leader !== undefined || sentinel.is(flag.masterDown)) return false;
  return true;
}
