/**
 * Making the connections of a link (`sentinelReconnectInstance()`): at most once a second, for every
 * instance whose link misses one. A refusal, or silence, is heard of later; there is no connect timeout.
 */
import { type Request, request } from "../wire/value.js";
import { debugEvent } from "./event.js";
import type { Instance } from "./instance.js";
import { callback } from "./link.js";
import { sendPing } from "./periodic.js";
import type { SentinelState } from "./state.js";

export function reconnect(state: SentinelState, instance: Instance): void {
  const { link } = instance;
  if (!link.disconnected) return;
  if (instance.address.port === 0) return;
  const now = state.now();
  if (now - link.lastReconnectTime < state.timing.pingPeriod) return;
  link.lastReconnectTime = now;

  if (link.command === undefined) connectCommand(state, instance);
  if (!instance.isSentinel && link.pubsub === undefined) connectPubsub(state, instance);
  link.disconnected =
    link.command === undefined || (!instance.isSentinel && link.pubsub === undefined);
}

function connectCommand(state: SentinelState, instance: Instance): void {
  resolveAgain(state, instance);
  if (instance.address.ip === "") {
    debugEvent(state, "-cmd-link-reconnection", instance, " #Name or service not known");
    return;
  }
  const { link } = instance;
  link.command = state.connect(link, instance.address);
  link.localIp = undefined;
  link.pendingCommands = 0;
  link.commandConnectTime = state.now();
  const auth = authRequest(state, instance);
  if (auth !== undefined) state.ask(instance, auth, callback.discard);
  state.ask(instance, setName(state, instance, "cmd"), callback.discard);
  sendPing(state, instance);
}

function connectPubsub(state: SentinelState, instance: Instance): void {
  if (instance.address.ip === "") {
    debugEvent(state, "-pubsub-link-reconnection", instance, " #Name or service not known");
    return;
  }
  const { link } = instance;
  link.pubsub = state.connect(link, instance.address);
  link.subscriber = instance;
  link.pubsubConnectTime = state.now();
  const auth = authRequest(state, instance);
  if (auth !== undefined) state.askOnPubsub(instance, auth);
  state.askOnPubsub(instance, setName(state, instance, "pubsub"));
  // Answered by pub/sub messages, which are no replies: it is not counted.
  state.context.send(link.pubsub, instance.requests.fixed.subscribe);
}

/** From 7.0 on, with resolve-hostnames, a name is resolved again for each new connection. */
function resolveAgain(state: SentinelState, instance: Instance): void {
  if (!state.behaviour.from70 || !state.settings.resolveHostnames) return;
  const { hostname, port } = instance.address;
  const address = state.addresses.create(hostname, port, false);
  if (typeof address !== "string") instance.address = address;
}

/** `sentinelSendAuthIfNeeded()` */
function authRequest(state: SentinelState, instance: Instance): Request | undefined {
  const { sentinelPass, sentinelUser } = state.settings;
  const { monitored } = instance;
  let pass = monitored.authPass;
  let user = monitored.authUser;
  if (instance.isSentinel) {
    // Without sentinel-pass, requirepass is taken for both directions.
    pass = sentinelPass ?? (state.process.settings.requirepass || undefined);
    user = sentinelPass === undefined ? undefined : sentinelUser;
  }
  if (pass === undefined) return undefined;
  const auth = instance.requests.name("AUTH");
  return user === undefined ? request(auth, pass) : request(auth, user, pass);
}

/** `sentinelSetClientName()` */
function setName(state: SentinelState, instance: Instance, use: "cmd" | "pubsub"): Request {
  const name = `sentinel-${state.myid.slice(0, 8)}-${use}`;
  return request(instance.requests.name("CLIENT"), "SETNAME", name);
}
