/**
 * Is it down? Subjectively (SDOWN): this Sentinel hears nothing acceptable from it. Objectively (ODOWN):
 * a quorum of Sentinels says so of a master. The opinions of the others are asked for while it is down
 * and expire five seconds after they were last given.
 */
import { request, type Value } from "../wire/value.js";
import { event } from "./event.js";
import { failoverState, flag, type Instance } from "./instance.js";
import { callback } from "./link.js";
import { notQuiet } from "./quiet.js";
import type { SentinelState } from "./state.js";

/** `sentinelCheckSubjectivelyDown()`; on the way, links that seem stalled are closed to be made anew. */
export function checkSubjectivelyDown(state: SentinelState, instance: Instance, now: number): void {
  const { link } = instance;
  const unanswered = link.actPingTime;
  let silence = 0;
  if (unanswered !== 0) silence = now - unanswered;
  else if (link.disconnected) silence = now - link.lastAvailTime;

  closeStalled(state, instance, now);
  if (silence > instance.downAfter || misbehaves(state, instance, now)) {
    if (instance.is(flag.subjectivelyDown)) return;
    event(state, "#", "+sdown", instance);
    instance.subjectivelyDownSince = now;
    instance.set(flag.subjectivelyDown);
  } else if (instance.is(flag.subjectivelyDown)) {
    event(state, "#", "-sdown", instance);
    instance.clear(flag.subjectivelyDown | flag.scriptKillSent);
  }
}

function closeStalled(state: SentinelState, instance: Instance, now: number): void {
  const { link } = instance;
  const { minLinkReconnectPeriod, publishPeriod } = state.timing;
  if (
    link.actPingTime !== 0 &&
    link.command !== undefined &&
    now - link.commandConnectTime > minLinkReconnectPeriod
  ) {
    const half = Math.trunc(instance.downAfter / 2);
    if (now - link.actPingTime > half && now - link.lastPongTime > half) state.closeCommand(link);
  }
  if (
    link.pubsub !== undefined &&
    now - link.pubsubConnectTime > minLinkReconnectPeriod &&
    now - link.pubsubLastActivity > publishPeriod * 3
  ) {
    state.closePubsub(link);
  }
}

/** A master that answers and yet is none: it says that it is a replica, or was restarted and still loads. */
function misbehaves(state: SentinelState, instance: Instance, now: number): boolean {
  if (!instance.isMaster) return false;
  if (
    instance.roleReported === flag.replica &&
    now - instance.roleReportedTime > instance.downAfter + state.timing.infoPeriod * 2
  ) {
    return true;
  }
  return (
    instance.is(flag.masterReboot) &&
    now - instance.masterRebootSince > instance.masterRebootDownAfter
  );
}

/** `sentinelCheckObjectivelyDown()`: peers count whatever this Sentinel thinks of them. */
export function checkObjectivelyDown(state: SentinelState, master: Instance): void {
  let count = 0;
  if (master.is(flag.subjectivelyDown)) {
    count = 1;
    for (const sentinel of master.sentinels.records) if (sentinel.is(flag.masterDown)) count++;
  }
  if (count > 0 && count >= master.quorum) {
    if (master.is(flag.objectivelyDown)) return;
    event(state, "#", "+odown", master, ` #quorum ${count}/${master.quorum}`);
    master.set(flag.objectivelyDown);
    master.objectivelyDownSince = state.now();
  } else if (master.is(flag.objectivelyDown)) {
    event(state, "#", "-odown", master);
    master.clear(flag.objectivelyDown);
  }
}

/**
 * `sentinelAskMasterStateToOtherSentinels()`: the same question asks for a vote once a failover has been
 * started. The spacing counts from the last answer: a peer that does not answer is asked with each tick.
 */
export function askOtherSentinels(state: SentinelState, master: Instance, forced: boolean): void {
  const { askPeriod } = state.timing;
  const isDown = master.is(flag.subjectivelyDown);
  const now = state.now();
  for (const sentinel of master.sentinels.records) {
    // Called with each tick, and nearly always there is nothing to ask and nothing to forget.
    if (!isDown && sentinel.leader === undefined && !sentinel.is(flag.masterDown)) continue;
    const since = now - sentinel.lastMasterDownReplyTime;
    if (since > askPeriod * 5) {
      sentinel.clear(flag.masterDown);
      sentinel.leader = undefined;
    }
    if (!isDown || sentinel.link.disconnected) continue;
    if (!forced && since < askPeriod) continue;
    state.ask(sentinel, question(state, master), callback.masterDown);
  }
}

function question(state: SentinelState, master: Instance) {
  return request(
    master.requests.name("SENTINEL"),
    "is-master-down-by-addr",
    state.addresses.text(master.address),
    `${master.address.port}`,
    `${state.currentEpoch}`,
    master.failoverState === failoverState.none ? "*" : state.myid,
  );
}

/** `sentinelReceiveIsMasterDownReply()`: an answer of another shape does not count as one. */
export function receiveMasterDown(state: SentinelState, sentinel: Instance, reply: Value): void {
  if (reply.kind !== "array" || reply.items.length !== 3) return;
  const [down, leader, epoch] = reply.items;
  if (down?.kind !== "integer" || leader?.kind !== "bulk" || epoch?.kind !== "integer") return;
  sentinel.lastMasterDownReplyTime = state.now();
  sentinel.monitored.quietUntil = notQuiet;
  if (down.value === 1) sentinel.set(flag.masterDown);
  else sentinel.clear(flag.masterDown);
  if (leader.text === "*") return;
  if (sentinel.leaderEpoch !== epoch.value) {
    const level = state.behaviour.from72 ? "*" : "#";
    state.process.log(level, `${sentinel.name} voted for ${leader.text} ${epoch.value}`);
  }
  sentinel.leader = leader.text;
  sentinel.leaderEpoch = epoch.value;
}
