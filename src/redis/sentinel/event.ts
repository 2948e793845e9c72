/**
 * What a Sentinel tells the world (`sentinelEvent()`): a message to its subscribers on
 * the channel named after the event, a note, from which its line in the log can be had as well, and, if
 * it is a warning about a master that has one, a call of the notification script. Debug events are only
 * logged.
 */
import type { Instance } from "./instance.js";
import { kindText } from "./instance.js";
import type { SentinelState } from "./state.js";

/** The marks of Redis's log levels: verbose, notice, warning. */
export type EventLevel = "-" | "*" | "#";

/** `LOG_MAX_LEN`, with C's closing zero. */
const payloadMax = 1_024 - 1;

/** An event about `instance`: its payload begins with the instance (`%@`); `more` follows. */
export function event(
  state: SentinelState,
  level: EventLevel,
  channel: string,
  instance: Instance,
  more = "",
): void {
  plainEvent(state, level, channel, describe(state, instance) + more, instance.monitored);
}

/** An event whose payload is just `text`; `master` is its subject, where it has one. */
export function plainEvent(
  state: SentinelState,
  level: EventLevel,
  channel: string,
  text: string,
  master: Instance | undefined,
): void {
  const payload = text.length > payloadMax ? text.slice(0, payloadMax) : text;
  state.process.publish(channel, payload);
  state.note({ kind: "event", level, channel, payload, master: master?.name });
  const script = master?.notificationScript;
  if (level === "#" && script !== undefined) state.scripts.schedule([script, channel, payload]);
}

/** An event for whoever debugs a Sentinel: logged, never published. */
export function debugEvent(
  state: SentinelState,
  channel: string,
  instance: Instance,
  more: string,
): void {
  if (!state.process.logs(".")) return;
  debugText(state, `${channel} ${describe(state, instance)}${more}`);
}

/** The same about nobody: channel and payload. */
export function debugText(state: SentinelState, text: string): void {
  const { process } = state;
  if (process.logs(".")) process.log(".", text);
}

/**
 * `master <name> <ip> <port>`, or `<kind> <name> <ip> <port> @ <master-name> <master-ip> <master-port>`,
 * where the master's address is that of its record: the old one until the switch.
 */
function describe(state: SentinelState, instance: Instance): string {
  const { addresses } = state;
  const { master, name, address } = instance;
  const own = `${kindText(instance)} ${name} ${addresses.text(address)} ${address.port}`;
  if (master === undefined) return own;
  return `${own} @ ${master.name} ${addresses.text(master.address)} ${master.address.port}`;
}
