/**
 * Hello messages: how Sentinels find each other and spread a new configuration. Each Sentinel publishes
 * one on every instance every two seconds:
 *
 *   <ip>,<port>,<runid>,<current-epoch>,<master-name>,<master-ip>,<master-port>,<master-config-epoch>
 *
 * Redis propagates PUBLISH to its replicas, so each hello is heard several times and processing it must
 * be idempotent. Its text stays the same while nothing happens: it is made once, and split once.
 */
import { leadingInteger } from "../wire/text.js";
import { type Request, request, type Value } from "../wire/value.js";
import { event, plainEvent } from "./event.js";
import { flushConfig } from "./flush.js";
import { currentMasterAddress, type Instance } from "./instance.js";
import { callback, type InstanceLink } from "./link.js";
import { resetMasterAndChangeAddress } from "./reset.js";
import { callClientReconfigScript } from "./scripts.js";
import type { SentinelState } from "./state.js";
import { helloChannel } from "./timing.js";

export interface Hello {
  readonly ip: string;
  readonly port: number;
  readonly runId: string;
  readonly currentEpoch: number;
  readonly masterName: string;
  readonly masterIp: string;
  readonly masterPort: number;
  readonly configEpoch: number;
}

/** What was last published about a master, and what it was made of. */
export interface HelloMemo {
  readonly ip: string;
  readonly port: number;
  readonly currentEpoch: number;
  readonly masterIp: string;
  readonly masterPort: number;
  readonly configEpoch: number;
  readonly command: string;
  readonly request: Request;
}

/** A message that was heard: the hello it is, if it is one, and whether it names ourselves. */
interface Heard {
  readonly hello: Hello | undefined;
  readonly isOurs: boolean;
}

/** More than the different hellos that the Sentinels of a hundred masters publish. */
const rememberedMax = 1_024;

/** Texts that were heard before; forgotten all at once when there are too many. */
export class HelloMessages {
  readonly #known = new Map<string, Heard>();

  read(text: string, myid: string): Heard {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const heard = { hello: parseHello(text), isOurs: text.includes(myid) };
    if (this.#known.size >= rememberedMax) this.#known.clear();
    this.#known.set(text, heard);
    return heard;
  }
}

/** Undefined for a text that is not a hello: anything but eight tokens. */
function parseHello(text: string): Hello | undefined {
  const tokens = text.split(",");
  if (tokens.length !== 8) return undefined;
  const [ip, port, runId, epoch, masterName, masterIp, masterPort, configEpoch] =
    tokens as EightTexts;
  return {
    ip,
    port: leadingInteger(port),
    runId,
    currentEpoch: leadingInteger(epoch),
    masterName,
    masterIp,
    masterPort: leadingInteger(masterPort),
    configEpoch: leadingInteger(configEpoch),
  };
}

type EightTexts = [string, string, string, string, string, string, string, string];

/** `sentinelSendHello()` */
export function sendHello(state: SentinelState, instance: Instance): void {
  const { link, monitored } = instance;
  if (link.disconnected) return;
  const { settings } = state;
  const ip = settings.announceIp ?? link.localIp ?? state.context.ip;
  const port = settings.announcePort !== 0 ? settings.announcePort : state.process.settings.port;
  state.ask(instance, helloRequest(state, monitored, ip, port), callback.publish);
}

function helloRequest(state: SentinelState, master: Instance, ip: string, port: number): Request {
  const { currentEpoch } = state;
  const { configEpoch } = master;
  const address = currentMasterAddress(master);
  const masterIp = state.addresses.text(address);
  const masterPort = address.port;
  const command = master.requests.name("PUBLISH");
  const last = master.hello;
  if (
    last !== undefined &&
    last.ip === ip &&
    last.port === port &&
    last.currentEpoch === currentEpoch &&
    last.masterIp === masterIp &&
    last.masterPort === masterPort &&
    last.configEpoch === configEpoch &&
    last.command === command
  ) {
    return last.request;
  }
  const text =
    `${ip},${port},${state.myid},${currentEpoch},` +
    `${master.name},${masterIp},${masterPort},${configEpoch}`;
  const made = request(command, helloChannel, text);
  master.hello = {
    ip,
    port,
    currentEpoch,
    masterIp,
    masterPort,
    configEpoch,
    command,
    request: made,
  };
  return made;
}

/** `sentinelReceiveHelloMessages()`: anything on the pub/sub connection shows that it lives. */
export function receiveHello(state: SentinelState, link: InstanceLink, reply: Value): void {
  link.pubsubLastActivity = state.now();
  if (reply.kind !== "array" && !(reply.kind === "push" && state.behaviour.from72)) return;
  const [kind, channel, message] = reply.items;
  if (reply.items.length !== 3 || kind?.kind !== "bulk" || kind.text !== "message") return;
  if (channel?.kind !== "bulk" || message?.kind !== "bulk") return;
  const { hello, isOurs } = state.hellos.read(message.text, state.myid);
  // Not interested in meeting ourselves.
  if (!isOurs && hello !== undefined) processHello(state, hello);
}

/**
 * `sentinelProcessHelloMessage()`. The master is the one of that name, on whatever channel the message
 * came. A Sentinel that is not known under this address and id is added, taking the place of any with
 * the same id; then the greater epoch, and the newer configuration, win.
 */
export function processHello(state: SentinelState, hello: Hello): void {
  const master = state.masters.get(hello.masterName);
  if (master === undefined) return;

  const sentinel = findSentinel(state, master, hello) ?? addSentinel(state, master, hello);
  if (hello.currentEpoch > state.currentEpoch) {
    state.currentEpoch = hello.currentEpoch;
    flushConfig(state);
    plainEvent(state, "#", "+new-epoch", `${state.currentEpoch}`, master);
  }
  if (sentinel === undefined) return;
  if (master.configEpoch < hello.configEpoch) updateConfig(state, master, sentinel, hello);
  sentinel.lastHelloTime = state.now();
}

/** The same id at the same address; the comparison of texts settles almost every case. */
function findSentinel(state: SentinelState, master: Instance, hello: Hello): Instance | undefined {
  const known = master.sentinels.get(hello.runId);
  if (known !== undefined && known.address.port === hello.port && known.address.ip === hello.ip) {
    return known;
  }
  return state.instanceAt(master.sentinels, hello.ip, hello.port, hello.runId);
}

function addSentinel(state: SentinelState, master: Instance, hello: Hello): Instance | undefined {
  const { ip, port, runId } = hello;
  const moved = removeSentinel(state, master, runId);
  if (moved) {
    const where = ` ip ${ip} port ${port} for ${runId}`;
    event(state, "*", "+sentinel-address-switch", master, where);
  } else {
    const other = state.instanceAt(master.sentinels, ip, port, undefined);
    if (other !== undefined) invalidateAddress(state, other);
  }

  const sentinel = state.createSentinel(master, runId, ip, port);
  if (typeof sentinel === "string") return undefined;
  if (!moved) event(state, "*", "+sentinel", sentinel);
  sentinel.runId = runId;
  state.shareLink(sentinel);
  if (moved) updateAddressInAllMasters(state, sentinel);
  flushConfig(state);
  return sentinel;
}

/** `removeMatchingSentinelFromMaster()` */
function removeSentinel(state: SentinelState, master: Instance, runId: string): boolean {
  let removed = false;
  for (const sentinel of master.sentinels.records) {
    if (sentinel.runId !== runId) continue;
    master.sentinels.remove(sentinel);
    state.release(sentinel);
    removed = true;
  }
  return removed;
}

/**
 * Another id was known at this address. 6.2.1 keeps that record with port 0, never to be connected again
 * but still a voter; from 7.0 on it is removed under all masters.
 */
function invalidateAddress(state: SentinelState, other: Instance): void {
  event(state, "*", "+sentinel-invalid-addr", other);
  const { runId } = other;
  if (!state.behaviour.from70) {
    other.address = { ...other.address, port: 0 };
    updateAddressInAllMasters(state, other);
    return;
  }
  if (runId === undefined) return;
  for (const master of state.masters.records) removeSentinel(state, master, runId);
}

/** `sentinelUpdateSentinelAddressInAllMasters()` */
function updateAddressInAllMasters(state: SentinelState, sentinel: Instance): void {
  if (sentinel.runId === undefined) return;
  let others = 0;
  for (const master of state.masters.records) {
    const match = state.instanceCalled(master.sentinels, sentinel.runId);
    if (match === undefined) continue;
    state.closeCommand(match.link);
    state.closePubsub(match.link);
    if (match === sentinel) continue;
    match.address = sentinel.address;
    others++;
  }
  if (others > 0) {
    const count = ` ${others} additional matching instances`;
    event(state, "*", "+sentinel-address-update", sentinel, count);
  }
}

/** A newer configuration: taken over at once, whatever this Sentinel was doing with the master. */
function updateConfig(
  state: SentinelState,
  master: Instance,
  sentinel: Instance,
  hello: Hello,
): void {
  master.configEpoch = hello.configEpoch;
  const { masterIp, masterPort } = hello;
  const old = master.address;
  if (masterPort === old.port && state.addresses.equalsHost(old, masterIp)) return;
  event(state, "#", "+config-update-from", sentinel);
  const from = `${state.addresses.text(old)} ${old.port}`;
  plainEvent(
    state,
    "#",
    "+switch-master",
    `${master.name} ${from} ${masterIp} ${masterPort}`,
    master,
  );
  resetMasterAndChangeAddress(state, master, masterIp, masterPort);
  callClientReconfigScript(state, master, "observer", old, master.address);
}

/** `sentinelForceHelloUpdateForMaster()`: everybody gets a hello with the next tick. */
export function forceHelloUpdate(state: SentinelState, master: Instance): void {
  state.disturb();
  const period = state.timing.publishPeriod + 1;
  backdate(master, period);
  for (const sentinel of master.sentinels.records) backdate(sentinel, period);
  for (const replica of master.replicas.records) backdate(replica, period);
}

function backdate(instance: Instance, period: number): void {
  if (instance.lastPubTime >= period) instance.lastPubTime -= period;
}
