/**
 * What comes back on a Sentinel's links. Replies on a connection belong to its requests in their order,
 * as hiredis matches them; a pub/sub connection first answers what came before SUBSCRIBE and from then on
 * carries messages.
 */
import type { ConnectionId } from "../../kernel/actor.js";
import { ReplyError } from "../wire/parse-reply.js";
import type { Segment, Value } from "../wire/value.js";
import { receiveMasterDown } from "./down.js";
import { receiveHello } from "./hello.js";
import { refreshInfo } from "./info.js";
import { flag, type Instance } from "./instance.js";
import { callback, type InstanceLink } from "./link.js";
import type { SentinelState } from "./state.js";

export function receive(state: SentinelState, connection: ConnectionId, payload: Segment): void {
  const link = state.linkOn(connection);
  if (link === undefined) return;
  switch (payload.kind) {
    case "raw":
      receiveBytes(state, link, connection, payload.bytes);
      break;
    case "ballast":
    case "rdb":
    case "request":
      disconnect(state, link, connection);
      break;
    default:
      receiveReply(state, link, connection, payload);
  }
}

/** `redisProcessCallbacks()`: all replies that are whole; what is no reply is a protocol error. */
function receiveBytes(
  state: SentinelState,
  link: InstanceLink,
  connection: ConnectionId,
  bytes: string,
): void {
  let replies: readonly Value[];
  try {
    replies = state.readerOn(connection).feed(bytes);
  } catch (error) {
    if (!(error instanceof ReplyError)) throw error;
    disconnect(state, link, connection);
    return;
  }
  for (const reply of replies) {
    // One of them may have made us give up the connection.
    if (state.linkOn(connection) !== link) return;
    receiveReply(state, link, connection, reply);
  }
}

function receiveReply(
  state: SentinelState,
  link: InstanceLink,
  connection: ConnectionId,
  reply: Value,
): void {
  if (connection === link.command) receiveOnCommand(state, link, connection, reply);
  else receiveOnPubsub(state, link, connection, reply);
}

/** `__redisAsyncDisconnect()`: the client's side gives up a connection that misbehaves. */
function disconnect(state: SentinelState, link: InstanceLink, connection: ConnectionId): void {
  state.lost(connection);
  state.context.close(connection, "discard");
  link.disconnected = true;
  state.disturb();
}

function receiveOnCommand(
  state: SentinelState,
  link: InstanceLink,
  connection: ConnectionId,
  reply: Value,
): void {
  const callbacks = link.commandCallbacks;
  if (callbacks.length === 0) {
    if (reply.kind === "error") disconnect(state, link, connection);
    return;
  }
  const code = callbacks.shift();
  const { instance } = callbacks;
  link.pendingCommands--;
  if (instance === undefined) return;
  switch (code) {
    case callback.discard:
      break;
    case callback.ping:
      receivePong(state, link, instance, reply);
      break;
    case callback.info:
      if (reply.kind === "bulk" || (reply.kind === "verbatim" && state.behaviour.from72)) {
        refreshInfo(state, instance, reply.text);
      }
      break;
    case callback.publish:
      if (reply.kind !== "error") instance.lastPubTime = state.now();
      break;
    case callback.masterDown:
      receiveMasterDown(state, instance, reply);
      break;
  }
}

/** `redisProcessCallbacks()` of a subscribed connection. */
function receiveOnPubsub(
  state: SentinelState,
  link: InstanceLink,
  connection: ConnectionId,
  reply: Value,
): void {
  if (link.pubsubCallbacks.length > 0) {
    link.pubsubCallbacks.shift();
    link.pendingCommands--;
  } else if (reply.kind === "error") {
    disconnect(state, link, connection);
  } else {
    receiveHello(state, link, reply);
  }
}

/**
 * `sentinelPingReplyCallback()`. LOADING and MASTERDOWN are signs of life as good as PONG; any other
 * error leaves the ping unanswered but shows that somebody is there, so the link is not made anew.
 */
function receivePong(
  state: SentinelState,
  link: InstanceLink,
  instance: Instance,
  reply: Value,
): void {
  const now = state.now();
  if (reply.kind === "status" || reply.kind === "error") {
    const { text } = reply;
    if (text.startsWith("PONG")) {
      link.lastAvailTime = now;
      link.actPingTime = 0;
      instance.clear(flag.masterReboot);
    } else if (text.startsWith("LOADING") || text.startsWith("MASTERDOWN")) {
      link.lastAvailTime = now;
      link.actPingTime = 0;
    } else if (
      text.startsWith("BUSY") &&
      instance.is(flag.subjectivelyDown) &&
      !instance.is(flag.scriptKillSent)
    ) {
      state.ask(instance, instance.requests.fixed.scriptKill, callback.discard);
      instance.set(flag.scriptKillSent);
    }
  }
  link.lastPongTime = now;
}
