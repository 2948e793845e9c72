/**
 * An instance as SENTINEL MASTERS, REPLICAS and SENTINELS show it (`addReplySentinelRedisInstance()`):
 * names and values, all bulk strings, in Redis's order.
 */
import { array, bulk, map, type Protocol, type Value } from "../wire/value.js";
import { failoverState, flag, type Instance } from "./instance.js";
import type { SentinelState } from "./state.js";

/** Those of a table; replicas that do not want to be announced are left out (since 7.0). */
export function instancesReply(
  state: SentinelState,
  instances: readonly Instance[],
  protocol: Protocol,
): Value {
  const shown = instances.filter((instance) => !instance.isReplica || instance.replicaAnnounced);
  return array(shown.map((instance) => instanceReply(state, instance, protocol)));
}

export function instanceReply(state: SentinelState, instance: Instance, protocol: Protocol): Value {
  const items: Value[] = [];
  const field = (name: string, value: string | number): void => {
    items.push(bulk(name), bulk(`${value}`));
  };
  const now = state.now();
  const { link } = instance;
  field("name", instance.name);
  field("ip", state.addresses.text(instance.address));
  field("port", instance.address.port);
  field("runid", instance.runId ?? "");
  field("flags", flagsText(state, instance));
  field("link-pending-commands", link.pendingCommands);
  field("link-refcount", link.refcount);
  if (instance.is(flag.failoverInProgress)) {
    field("failover-state", failoverStateTexts[instance.failoverState]);
  }
  field("last-ping-sent", link.actPingTime === 0 ? 0 : now - link.actPingTime);
  field("last-ok-ping-reply", now - link.lastAvailTime);
  field("last-ping-reply", now - link.lastPongTime);
  if (instance.is(flag.subjectivelyDown)) {
    field("s-down-time", now - instance.subjectivelyDownSince);
  }
  if (instance.is(flag.objectivelyDown)) field("o-down-time", now - instance.objectivelyDownSince);
  field("down-after-milliseconds", instance.downAfter);
  if (!instance.isSentinel) {
    field("info-refresh", infoAge(state, instance, now));
    field("role-reported", instance.roleReported === flag.master ? "master" : "slave");
    field("role-reported-time", now - instance.roleReportedTime);
  }
  if (instance.isMaster) masterFields(instance, field);
  if (instance.isReplica) replicaFields(state, instance, field);
  if (instance.isSentinel) {
    field("last-hello-message", now - instance.lastHelloTime);
    field("voted-leader", instance.leader ?? "?");
    field("voted-leader-epoch", instance.leaderEpoch);
  }
  return map(items, protocol);
}

type Field = (name: string, value: string | number) => void;

function masterFields(master: Instance, field: Field): void {
  field("config-epoch", master.configEpoch);
  field("num-slaves", master.replicas.size);
  field("num-other-sentinels", master.sentinels.size);
  field("quorum", master.quorum);
  field("failover-timeout", master.failoverTimeout);
  field("parallel-syncs", master.parallelSyncs);
  if (master.notificationScript !== undefined) {
    field("notification-script", master.notificationScript);
  }
  if (master.clientReconfigScript !== undefined) {
    field("client-reconfig-script", master.clientReconfigScript);
  }
}

function replicaFields(state: SentinelState, replica: Instance, field: Field): void {
  field("master-link-down-time", replica.masterLinkDownTime);
  field("master-link-status", replica.replicaMasterLinkUp ? "ok" : "err");
  field("master-host", replica.replicaMasterHost ?? "?");
  field("master-port", replica.replicaMasterPort);
  field("slave-priority", replica.replicaPriority);
  field("slave-repl-offset", replica.replicaReplOffset);
  if (state.behaviour.from70) field("replica-announced", replica.replicaAnnounced ? 1 : 0);
}

/** Before the first INFO 6.2.1 subtracts a zero; later versions show 0. */
function infoAge(state: SentinelState, instance: Instance, now: number): number {
  return instance.infoRefresh === 0 && state.behaviour.from70 ? 0 : now - instance.infoRefresh;
}

/** `sentinelFailoverStateStr()`, by state. */
const failoverStateTexts = {
  [failoverState.none]: "none",
  [failoverState.waitStart]: "wait_start",
  [failoverState.selectReplica]: "select_slave",
  [failoverState.sendReplicaofNoOne]: "send_slaveof_noone",
  [failoverState.waitPromotion]: "wait_promotion",
  [failoverState.reconfReplicas]: "reconf_slaves",
  [failoverState.updateConfig]: "update_config",
} as const;

/** Flags in their order in the reply; `disconnected` comes after the kind. */
const kindFlags = [
  [flag.subjectivelyDown, "s_down"],
  [flag.objectivelyDown, "o_down"],
  [flag.master, "master"],
  [flag.replica, "slave"],
  [flag.sentinel, "sentinel"],
] as const;

const stateFlags = [
  [flag.masterDown, "master_down"],
  [flag.failoverInProgress, "failover_in_progress"],
  [flag.promoted, "promoted"],
  [flag.reconfSent, "reconf_sent"],
  [flag.reconfInProgress, "reconf_inprog"],
  [flag.reconfDone, "reconf_done"],
] as const;

const stateFlagsFrom70 = [
  [flag.forceFailover, "force_failover"],
  [flag.scriptKillSent, "script_kill_sent"],
] as const;

const stateFlagsFrom72 = [[flag.masterReboot, "master_reboot"]] as const;

/** As in the reply: comma-separated, in Redis's order. */
export function flagsText(state: SentinelState, instance: Instance): string {
  const words: string[] = [];
  const add = (flags: readonly (readonly [number, string])[]): void => {
    for (const [bit, word] of flags) if (instance.is(bit)) words.push(word);
  };
  add(kindFlags);
  if (instance.link.disconnected) words.push("disconnected");
  add(stateFlags);
  if (state.behaviour.from70) add(stateFlagsFrom70);
  if (state.behaviour.from72) add(stateFlagsFrom72);
  return words.join(",");
}
