/**
 * What a step or a client waits for. A trigger trips once; how long after it something happens, and how
 * often, is the plan's.
 *
 * Triggers see only what the nodes say about themselves (notes), like any person who reads their logs.
 */
import type { RedisNote } from "../redis/note.js";
import { loggedBy } from "../redis/server/log-line.js";
import type { Span } from "./duration.js";

export type Trigger =
  /** The start of the run. */
  | { readonly kind: "start" }
  /**
   * Every Sentinel that is up knows all others and every replica, and every replica's link is up;
   * looked at every `poll`, drawn each time, from the instant at which the last node was started.
   */
  | { readonly kind: "settled"; readonly poll: Span }
  /** Another step acted for the first time. */
  | { readonly kind: "step"; readonly step: string }
  /** A Sentinel published an event: for the `count`th time on any of `nodes` (undefined: on any). */
  | {
      readonly kind: "event";
      readonly nodes: readonly string[] | undefined;
      readonly channel: string;
      readonly payload: string | undefined;
      readonly count: number;
    }
  /** A line of a node's log. */
  | {
      readonly kind: "log";
      readonly nodes: readonly string[] | undefined;
      readonly text: string;
      readonly count: number;
    }
  /** A server reported a role, as which it starts or to which it changes. */
  | {
      readonly kind: "role";
      readonly nodes: readonly string[] | undefined;
      readonly role: "master" | "replica";
      readonly count: number;
    }
  /** A replica's link with its master came up or went down. */
  | {
      readonly kind: "link";
      readonly nodes: readonly string[] | undefined;
      readonly up: boolean;
      readonly count: number;
    }
  /** A client's operation was acknowledged (or failed, where `acknowledged` is false). */
  | {
      readonly kind: "operation";
      readonly nodes: readonly string[] | undefined;
      readonly key: string | undefined;
      readonly acknowledged: boolean;
      readonly count: number;
    };

/** A trigger under way: counts what matches until it trips. */
export class Tripwire {
  readonly trigger: Trigger;
  #seen = 0;

  constructor(trigger: Trigger) {
    this.trigger = trigger;
  }

  get tripped(): boolean {
    return this.#seen >= wanted(this.trigger);
  }

  /** True once: with the note that trips it. */
  note(node: string, note: RedisNote): boolean {
    if (this.tripped || !matches(this.trigger, node, note)) return false;
    this.#seen++;
    return this.tripped;
  }
}

function wanted(trigger: Trigger): number {
  return "count" in trigger ? trigger.count : 1;
}

function matches(trigger: Trigger, node: string, note: RedisNote): boolean {
  if (!("nodes" in trigger)) return false;
  if (trigger.nodes !== undefined && !trigger.nodes.includes(node)) return false;
  switch (trigger.kind) {
    case "event":
      return (
        note.kind === "event" &&
        note.channel === trigger.channel &&
        (trigger.payload === undefined || fits(trigger.payload, note.payload))
      );
    case "log":
      return isLogged(note, trigger.text);
    case "role":
      return note.kind === "role" && note.role === trigger.role;
    case "link":
      return note.kind === "link" && note.up === trigger.up;
    case "operation":
      return (
        (note.kind === "ok" || (!trigger.acknowledged && note.kind === "fail")) &&
        (note.kind === "ok") === trigger.acknowledged &&
        (trigger.key === undefined || fits(trigger.key, note.key))
      );
  }
}

/** Does this add a line to the log that fits? A Sentinel's events are lines of its log, too. */
export function isLogged(note: RedisNote, pattern: string): boolean {
  const logged = loggedBy(note);
  return logged !== undefined && fits(pattern, logged.text);
}

/** Does the text fit the pattern, in which `*` stands for anything and `?` for one character? */
export function fits(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (pattern[p] === "*") {
      star = p++;
      resume = t;
    } else if (p < pattern.length && (pattern[p] === "?" || pattern[p] === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}

/** What a Sentinel can publish (`sentinelEvent()`), less the debug-level events that go to the log only. */
export const sentinelChannels: readonly string[] = [
  "+monitor",
  "-monitor",
  "+slave",
  "+sentinel",
  "+sentinel-address-switch",
  "+sentinel-address-update",
  "+sentinel-invalid-addr",
  "+sdown",
  "-sdown",
  "+odown",
  "-odown",
  "+new-epoch",
  "+vote-for-leader",
  "+try-failover",
  "+elected-leader",
  "-failover-abort-not-elected",
  "+failover-state-select-slave",
  "-failover-abort-no-good-slave",
  "+selected-slave",
  "+failover-state-send-slaveof-noone",
  "+failover-state-wait-promotion",
  "-failover-abort-slave-timeout",
  "+promoted-slave",
  "+failover-state-reconf-slaves",
  "+slave-reconf-sent",
  "+slave-reconf-sent-be",
  "+slave-reconf-inprog",
  "+slave-reconf-done",
  "-slave-reconf-sent-timeout",
  "+failover-end-for-timeout",
  "+failover-end",
  "+switch-master",
  "+config-update-from",
  "+convert-to-slave",
  "+fix-slave-config",
  "+role-change",
  "-role-change",
  "+reboot",
  "+reset-master",
  "+set",
  "+tilt",
  "-tilt",
  "-cmd-link-reconnection",
  "-pubsub-link-reconnection",
  "+script-child",
  "-script-child",
  "-script-error",
  "-script-timeout",
];
