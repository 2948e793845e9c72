/**
 * What INFO tells about a master or replica (`sentinelRefreshInstanceInfo()`): its run id and role, the
 * replicas of a master, a replica's view of its master. The first half only reads, and does so in TILT
 * too; the second acts on what was read.
 *
 * A reply has more than a hundred lines and about ten that matter. In every version these are in two of
 * its sections, Server and Replication: the others are skipped whole.
 */
import { leadingInteger } from "../wire/text.js";
import { isIp, sameText } from "./address.js";
import { event } from "./event.js";
import { crash, sendReplicaof } from "./failover.js";
import { flushConfig } from "./flush.js";
import { forceHelloUpdate } from "./hello.js";
import { failoverState, flag, type Instance, noDownFor, type Role } from "./instance.js";
import { notQuiet } from "./quiet.js";
import { callClientReconfigScript } from "./scripts.js";
import type { SentinelState } from "./state.js";

export function refreshInfo(state: SentinelState, instance: Instance, text: string): void {
  instance.info = text;
  instance.quietUntil = notQuiet;
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
    const end = endOfLine(text, at);
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
        else if (role === flag.replica) readReplicaLine(state, instance, text, at, end);
        break;
      case 0x6d: // m
        if (text.startsWith("master_link_down_since_seconds", at) && end - at >= 32) {
          instance.masterLinkDownTime = integerAt(text, at + 31, end) * 1_000;
        } else if (role === flag.replica) {
          readReplicaLine(state, instance, text, at, end);
        }
        break;
      case 0x73: // s
        if (role === flag.replica) readReplicaLine(state, instance, text, at, end);
        if (instance.isMaster) readReplica(state, instance, text, at, end);
        break;
    }
    at = end + 2;
  }
  return role;
}

/** Where the line's "\r\n" is: a search for one character is the fastest there is. */
function endOfLine(text: string, from: number): number {
  let at = text.indexOf("\n", from);
  while (at >= 0 && text.charCodeAt(at - 1) !== 0x0d) at = text.indexOf("\n", at + 1);
  return at < 0 ? text.length : at - 1;
}

/** `atoi()` of a part of the text, without cutting it out where it is a plain number. */
function integerAt(text: string, from: number, end: number): number {
  if (end - from > plainDigits) return leadingInteger(text.slice(from, end));
  let value = 0;
  for (let at = from; at < end; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return leadingInteger(text.slice(from, end));
    value = value * 10 + digit;
  }
  return value;
}

/** As many digits every number holds exactly. */
const plainDigits = 15;

/** Of the first section only the run id matters. */
function readServer(state: SentinelState, instance: Instance, text: string, from: number): void {
  const line = text.indexOf("\r\nrun_id:", from);
  if (line < 0 || line > nextSection(text, from)) return;
  const end = text.indexOf("\r\n", line + 2);
  readRunId(state, instance, text, line + 9, end < 0 ? text.length : end);
}

/** Where the next title is. */
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
  instance.runId = detached(text.slice(from, from + 40));
}

/** What is cut from a text keeps all of it in memory: to be kept itself it is copied. */
function detached(part: string): string {
  return ` ${part}`.slice(1);
}

const replicaLine = /^slave[0-9].*?ip=([^,]*).*?port=([0-9]*)/;
const oldReplicaLine = /^slave[0-9][^:]*:([^,]*),([^,]*),/;

/**
 * The beginnings of `slaveN:` lines, up to what follows the port, that name a replica which is known by
 * its ip: as long as the same replicas are, so is it, and a line that begins like that needs no more looking at.
 */
export interface ListedReplicas {
  readonly records: readonly Instance[];
  readonly lines: string[];
}

/** A `slaveN:` line of a master's record, whatever role it reports: a replica not known yet is added. */
function readReplica(
  state: SentinelState,
  master: Instance,
  text: string,
  at: number,
  end: number,
): void {
  const { listed } = master;
  if (listed?.records === master.replicas.records)
    for (const line of listed.lines) if (text.startsWith(line, at)) return;
  const line = text.slice(at, end);
  const found = replicaLine.exec(line) ?? oldReplicaLine.exec(line);
  if (found === null) return;
  const [whole, ip = "", digits = ""] = found;
  const port = leadingInteger(digits);
  if (state.replicaAt(master, ip, port) !== undefined) {
    if (isIp(ip) && whole.length < line.length)
      list(master, detached(line.slice(0, whole.length + 1)));
    return;
  }
  const replica = state.createReplica(master, ip, port);
  if (typeof replica === "string") return;
  event(state, "*", "+slave", replica);
  flushConfig(state);
}

function list(master: Instance, line: string): void {
  const { records } = master.replicas;
  if (master.listed?.records === records) master.listed.lines.push(line);
  else master.listed = { records, lines: [line] };
}

function readReplicaLine(
  state: SentinelState,
  instance: Instance,
  text: string,
  at: number,
  end: number,
): void {
  if (text.startsWith("master_host:", at)) readMasterHost(state, instance, text, at + 12, end);
  else if (text.startsWith("master_port:", at)) {
    const port = integerAt(text, at + 12, end);
    if (instance.replicaMasterPort === port) return;
    instance.replicaMasterPort = port;
    instance.replicaConfChangeTime = state.now();
  } else if (text.startsWith("master_link_status:", at)) {
    instance.replicaMasterLinkUp = sameText(text.slice(at + 19, end), "up");
  } else if (text.startsWith("slave_priority:", at)) {
    instance.replicaPriority = integerAt(text, at + 15, end);
  } else if (text.startsWith("slave_repl_offset:", at)) {
    instance.replicaReplOffset = integerAt(text, at + 18, end);
  } else if (text.startsWith("replica_announced:", at)) {
    if (state.behaviour.from70) instance.replicaAnnounced = integerAt(text, at + 18, end) !== 0;
  }
}

function readMasterHost(
  state: SentinelState,
  instance: Instance,
  text: string,
  from: number,
  end: number,
): void {
  const known = instance.replicaMasterHost;
  if (known !== undefined && known.length === end - from) {
    if (text.startsWith(known, from) || sameText(known, text.slice(from, end))) return;
  }
  instance.replicaMasterHost = detached(text.slice(from, end));
  instance.replicaConfChangeTime = state.now();
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
