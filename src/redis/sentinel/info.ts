/**
 * What INFO tells about a master or replica (`sentinelRefreshInstanceInfo()`): its run id and role, the
 * replicas of a master, a replica's view of its master. The first half only reads, and does so in TILT
 * too; the second acts on what was read.
 *
 * A reply has more than a hundred lines and about ten that matter. In every version these are in two of
 * its sections, Server and Replication: the others are skipped whole.
 */
import { leadingInteger } from "../wire/text.js";
import { sameText } from "./address.js";
import { event } from "./event.js";
import { crash, sendReplicaof } from "./failover.js";
import { flushConfig } from "./flush.js";
import { forceHelloUpdate } from "./hello.js";
import { failoverState, flag, type Instance, noDownFor, type Role } from "./instance.js";
import { callClientReconfigScript } from "./scripts.js";
import type { SentinelState } from "./state.js";

export function refreshInfo(state: SentinelState, instance: Instance, text: string): void {
  instance.info = text;
  instance.masterLinkDownTime = 0;
  const role = readInfo(state, instance, text);
  instance.infoRefresh = state.now();

  if (role !== instance.roleReported) reportRole(state, instance, role);
  if (state.tilt) return;
  const { master } = instance;
  if (master === undefined) return;
  if (role === flag.master) {
    if (!acknowledgePromotion(state, instance, master)) convertToReplica(state, instance, master);
  } else if (role === flag.replica) {
    fixReplicaConfig(state, instance, master);
    followReconfiguration(state, instance, master);
  }
}

/** Goes through the lines in their order; what follows `role:slave` is about its master. */
function readInfo(state: SentinelState, instance: Instance, text: string): Role | 0 {
  let role: Role | 0 = 0;
  let at = 0;
  while (at < text.length) {
    let end = text.indexOf("\r\n", at);
    if (end < 0) end = text.length;
    switch (text.charCodeAt(at)) {
      case 0x23: // #
        if (text.startsWith("# Replication", at)) break;
        if (text.startsWith("# Server", at)) readServer(state, instance, text, end);
        at = nextSection(text, end);
        continue;
      case 0x72: // r
        if (text.startsWith("role:master", at)) role = flag.master;
        else if (text.startsWith("role:slave", at)) role = flag.replica;
        else if (text.startsWith("run_id:", at)) readRunId(state, instance, text, at + 7, end);
        else if (role === flag.replica) readReplicaLine(state, instance, text.slice(at, end));
        break;
      case 0x6d: // m
        if (text.startsWith("master_link_down_since_seconds", at) && end - at >= 32) {
          instance.masterLinkDownTime = leadingInteger(text.slice(at + 31, end)) * 1_000;
        } else if (role === flag.replica) {
          readReplicaLine(state, instance, text.slice(at, end));
        }
        break;
      case 0x73: // s
        if (role === flag.replica) readReplicaLine(state, instance, text.slice(at, end));
        if (instance.isMaster) readReplica(state, instance, text.slice(at, end));
        break;
    }
    at = end + 2;
  }
  return role;
}

/** Of the first section only the run id matters. */
function readServer(state: SentinelState, instance: Instance, text: string, from: number): void {
  const line = text.indexOf("\r\nrun_id:", from);
  if (line < 0 || line > nextSection(text, from)) return;
  const end = text.indexOf("\r\n", line + 2);
  readRunId(state, instance, text, line + 9, end < 0 ? text.length : end);
}

/** Where the next title is. A search for one character is the fastest there is. */
function nextSection(text: string, from: number): number {
  let at = text.indexOf("#", from);
  while (at >= 0 && !text.startsWith("\r\n", at - 2)) at = text.indexOf("#", at + 1);
  return at < 0 ? text.length : at;
}

/** A run id that changes shows that the process was started again. */
function readRunId(
  state: SentinelState,
  instance: Instance,
  text: string,
  from: number,
  end: number,
): void {
  if (end - from < 40) return;
  const { runId } = instance;
  if (runId !== undefined && text.startsWith(runId, from)) return;
  if (runId !== undefined) {
    event(state, "*", "+reboot", instance);
    if (instance.isMaster && instance.masterRebootDownAfter !== 0) {
      instance.set(flag.masterReboot);
      instance.masterRebootSince = state.now();
    }
  }
  instance.runId = text.slice(from, from + 40);
}

const replicaLine = /^slave[0-9].*?ip=([^,]*).*?port=([0-9]*)/;
const oldReplicaLine = /^slave[0-9][^:]*:([^,]*),([^,]*),/;

/** A `slaveN:` line of a master's record, whatever role it reports: a replica not known yet is added. */
function readReplica(state: SentinelState, master: Instance, line: string): void {
  const found = replicaLine.exec(line) ?? oldReplicaLine.exec(line);
  if (found === null) return;
  const [, ip = "", digits = ""] = found;
  const port = leadingInteger(digits);
  if (state.replicaAt(master, ip, port) !== undefined) return;
  const replica = state.createReplica(master, ip, port);
  if (typeof replica === "string") return;
  event(state, "*", "+slave", replica);
  flushConfig(state);
}

function readReplicaLine(state: SentinelState, instance: Instance, line: string): void {
  const colon = line.indexOf(":");
  const value = line.slice(colon + 1);
  switch (line.slice(0, colon)) {
    case "master_host": {
      const known = instance.replicaMasterHost;
      if (known !== undefined && sameText(known, value)) break;
      instance.replicaMasterHost = value;
      instance.replicaConfChangeTime = state.now();
      break;
    }
    case "master_port": {
      const port = leadingInteger(value);
      if (instance.replicaMasterPort === port) break;
      instance.replicaMasterPort = port;
      instance.replicaConfChangeTime = state.now();
      break;
    }
    case "master_link_status":
      instance.replicaMasterLinkUp = sameText(value, "up");
      break;
    case "slave_priority":
      instance.replicaPriority = leadingInteger(value);
      break;
    case "slave_repl_offset":
      instance.replicaReplOffset = leadingInteger(value);
      break;
    case "replica_announced":
      if (state.behaviour.from70) instance.replicaAnnounced = leadingInteger(value) !== 0;
      break;
  }
}

/** `+role-change` when the role is what the record says, `-role-change` when it contradicts it. */
function reportRole(state: SentinelState, instance: Instance, role: Role | 0): void {
  const now = state.now();
  instance.roleReportedTime = now;
  instance.roleReported = role;
  if (role === flag.replica) instance.replicaConfChangeTime = now;
  const expected = (instance.flags & (flag.master | flag.replica)) === role;
  const word = role === flag.master ? "master" : "slave";
  const channel = expected ? "+role-change" : "-role-change";
  event(state, "-", channel, instance, ` new reported role is ${word}`);
}

/** The promoted replica says that it is a master: the new configuration is a fact, and is spread. */
function acknowledgePromotion(state: SentinelState, replica: Instance, master: Instance): boolean {
  if (
    !replica.is(flag.promoted) ||
    !master.is(flag.failoverInProgress) ||
    master.failoverState !== failoverState.waitPromotion
  ) {
    return false;
  }
  master.configEpoch = master.failoverEpoch;
  master.failoverState = failoverState.reconfReplicas;
  master.failoverStateChangeTime = state.now();
  state.noteNames(master);
  flushConfig(state);
  event(state, "#", "+promoted-slave", replica);
  if (state.crashAfterPromotion) {
    crash(state);
    return true;
  }
  event(state, "#", "+failover-state-reconf-slaves", master);
  callClientReconfigScript(state, master, "leader", master.address, replica.address);
  forceHelloUpdate(state, master);
  return true;
}

/** A replica that turned into a master by itself is made a replica again, once newer configurations had time to arrive. */
function convertToReplica(state: SentinelState, replica: Instance, master: Instance): void {
  const wait = state.timing.publishPeriod * 4;
  const now = state.now();
  if (
    !replica.is(flag.promoted) &&
    looksSane(state, master, now) &&
    noDownFor(replica, wait, now) &&
    now - replica.roleReportedTime > wait &&
    sendReplicaof(state, replica, master.address)
  ) {
    event(state, "*", "+convert-to-slave", replica);
  }
}

/** A replica of somebody else is made a replica of this master. */
function fixReplicaConfig(state: SentinelState, replica: Instance, master: Instance): void {
  const { address } = master;
  if (
    replica.replicaMasterPort === address.port &&
    state.addresses.equalsHost(address, replica.replicaMasterHost)
  ) {
    return;
  }
  const wait = master.failoverTimeout;
  const now = state.now();
  if (
    looksSane(state, master, now) &&
    noDownFor(replica, wait, now) &&
    now - replica.replicaConfChangeTime > wait &&
    sendReplicaof(state, replica, address)
  ) {
    event(state, "*", "+fix-slave-config", replica);
  }
}

/** How far a replica that was told to follow the promoted one has come. */
function followReconfiguration(state: SentinelState, replica: Instance, master: Instance): void {
  const promoted = master.promotedReplica?.address;
  if (
    replica.is(flag.reconfSent) &&
    promoted !== undefined &&
    replica.replicaMasterPort === promoted.port &&
    state.addresses.equalsHost(promoted, replica.replicaMasterHost)
  ) {
    replica.clear(flag.reconfSent);
    replica.set(flag.reconfInProgress);
    event(state, "*", "+slave-reconf-inprog", replica);
  }
  if (replica.is(flag.reconfInProgress) && replica.replicaMasterLinkUp) {
    replica.clear(flag.reconfInProgress);
    replica.set(flag.reconfDone);
    event(state, "*", "+slave-reconf-done", replica);
  }
}

/** `sentinelMasterLooksSane()`: it may be imposed on others. */
function looksSane(state: SentinelState, master: Instance, now: number): boolean {
  return (
    master.roleReported === flag.master &&
    !master.is(flag.subjectivelyDown | flag.objectivelyDown) &&
    now - master.infoRefresh < state.timing.infoPeriod * 2
  );
}
