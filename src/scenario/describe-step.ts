/**
 * A step of the plan as a person would say it: when it acts, what it does and to whom. Nothing is
 * resolved yet: *the master* is still whoever that will be.
 */
import { assertNever } from "../kernel/assert.js";
import type { Action, FaultTemplate } from "./action.js";
import { formatDuration } from "./duration.js";
import type { Selector } from "./selector.js";
import { listed } from "./suggest.js";
import type { Trigger } from "./trigger.js";

export function describeAction(action: Action): string {
  switch (action.kind) {
    case "fault":
      return describeFault(action.fault);
    case "command":
      return `${action.lines.join("; ")} on ${describeSelector(action.on)}`;
    case "look":
      return `look at ${action.path ?? "the configuration"} of ${describeSelector(action.on)}`;
    default:
      return assertNever(action);
  }
}

/** Undefined: from the start of the run. */
export function describeTrigger(trigger: Trigger): string | undefined {
  switch (trigger.kind) {
    case "start":
      return undefined;
    case "settled":
      return "after settled";
    case "step":
      return `after ${trigger.step}`;
    default: {
      const times = trigger.count === 1 ? "" : ` (number ${trigger.count})`;
      const on = trigger.nodes === undefined ? "" : ` of ${listed(trigger.nodes, "or")}`;
      return `after ${describeNote(trigger)}${on}${times}`;
    }
  }
}

function describeNote(trigger: Exclude<Trigger, { kind: "start" | "settled" | "step" }>): string {
  switch (trigger.kind) {
    case "event":
      return trigger.payload === undefined
        ? trigger.channel
        : `${trigger.channel} ${trigger.payload}`;
    case "log":
      return `the log line "${trigger.text}"`;
    case "role":
      return `the role ${trigger.role}`;
    case "link":
      return `link ${trigger.up ? "up" : "down"}`;
    case "operation":
      return `${trigger.key ?? "an operation"} ${trigger.acknowledged ? "acknowledged" : "failed"}`;
    default:
      return assertNever(trigger);
  }
}

function describeFault(fault: FaultTemplate): string {
  switch (fault.kind) {
    case "kill":
      return `kill -${fault.signal === "KILL" ? "9" : "TERM"} ${describeSelector(fault.target)}`;
    case "restart":
    case "pause":
    case "resume":
      return `${fault.kind} ${describeSelector(fault.target)}`;
    case "install":
      return `install Redis ${fault.program} on ${describeSelector(fault.target)}`;
    case "powerOff":
      return `power off ${describeSelector(fault.target)}`;
    case "powerOn":
      return `power on ${describeSelector(fault.target)}`;
    case "cut":
    case "slow":
    case "restore": {
      const others = fault.b === undefined ? "everyone" : describeSelector(fault.b);
      const direction = fault.kind === "restore" ? "both" : fault.direction;
      const arrow = direction === "both" ? "<->" : direction === "to" ? "->" : "<-";
      return `${fault.kind} ${describeSelector(fault.a)} ${arrow} ${others}`;
    }
    case "heal":
      return `heal ${fault.step ?? "all cuts"}`;
    case "skew":
      return `skew the clock of ${describeSelector(fault.target)}`;
    case "unskew":
      return `set the clock of ${describeSelector(fault.target)} right`;
    case "jump":
      return `the clock of ${describeSelector(fault.target)} jumps by ${fault.by} ms`;
    case "fillDisk":
      return `fill the disk of ${describeSelector(fault.target)}`;
    case "freeDisk":
      return `free the disk of ${describeSelector(fault.target)}`;
    case "fillMemory":
      return `fill the memory of ${describeSelector(fault.target)}`;
    case "freeMemory":
      return `free the memory of ${describeSelector(fault.target)}`;
    case "slowDisk":
      return `slow the disk of ${describeSelector(fault.target)}`;
    case "restoreDisk":
      return `restore the disk of ${describeSelector(fault.target)}`;
    case "wipeDisk":
      return `wipe the disk of ${describeSelector(fault.target)}`;
    case "starve":
      return `${describeSelector(fault.target)} gets no time for ${formatDuration(fault.time)}`;
    case "unresolve":
      return `the name ${fault.name} no longer resolves`;
    case "resolve":
      return `the name ${fault.name} resolves${fault.ip === undefined ? "" : ` to ${fault.ip}`}`;
    default:
      return assertNever(fault);
  }
}

function describeSelector(selector: Selector): string {
  switch (selector.kind) {
    case "names":
      return selector.names.join(" and ");
    case "master":
      return `the master${ofGroup(selector.group)}`;
    case "formerMaster":
      return `the former master${ofGroup(selector.group)}`;
    case "some":
      return `${selector.pick} ${selector.what}${ofGroup(selector.group)}`;
    case "leadingSentinel":
      return "the leading sentinel";
    case "host":
      return `the host of ${describeSelector(selector.of)}`;
    case "as":
      return `whom ${selector.step} chose`;
    case "union":
      return selector.of.map(describeSelector).join(" and ");
    default:
      return assertNever(selector);
  }
}

function ofGroup(group: string | undefined): string {
  return group === undefined ? "" : ` of ${group}`;
}
