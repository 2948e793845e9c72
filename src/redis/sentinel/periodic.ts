/**
 * What a Sentinel sends to every instance again and again (`sentinelSendPeriodicCommands()`): INFO, PING
 * and the hello, in this order. Only a reply moves INFO's and the hello's clocks, so while an instance is
 * silent both go out with every tick, until too many commands are pending; then even pings stop.
 */
import { sendHello } from "./hello.js";
import { flag, type Instance } from "./instance.js";
import { callback } from "./link.js";
import type { SentinelState } from "./state.js";
import { closeInfoPeriod, maxPendingCommands } from "./timing.js";

export function sendPeriodicCommands(state: SentinelState, instance: Instance, now: number): void {
  const { link } = instance;
  if (link.disconnected) return;
  if (link.pendingCommands >= maxPendingCommands * link.refcount) return;
  const { timing } = state;

  if (!instance.isSentinel && infoIsDue(instance, timing.infoPeriod, now)) {
    state.ask(instance, instance.requests.fixed.info, callback.info);
  }
  const pingPeriod = Math.min(instance.downAfter, timing.pingPeriod);
  if (
    now - link.lastPongTime > pingPeriod &&
    now - link.lastPingTime > Math.trunc(pingPeriod / 2)
  ) {
    sendPing(state, instance);
  }
  if (now - instance.lastPubTime > timing.publishPeriod) sendHello(state, instance);
}

/** A replica is watched closely while its master is failing over or it has lost its master itself. */
function infoIsDue(instance: Instance, infoPeriod: number, now: number): boolean {
  if (instance.infoRefresh === 0) return true;
  const { master } = instance;
  const closely =
    master !== undefined &&
    (master.is(flag.objectivelyDown | flag.failoverInProgress) ||
      instance.masterLinkDownTime !== 0);
  return now - instance.infoRefresh > (closely ? closeInfoPeriod : infoPeriod);
}

/** `sentinelSendPing()`: act_ping_time is that of the first ping without an answer. */
export function sendPing(state: SentinelState, instance: Instance): void {
  const { link } = instance;
  if (!state.ask(instance, instance.requests.fixed.ping, callback.ping)) return;
  link.lastPingTime = state.now();
  if (link.actPingTime === 0) link.actPingTime = link.lastPingTime;
}
