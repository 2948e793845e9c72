/** A fault as a sentence about what is done, as an operator would note it. */
import type { Fault } from "../kernel/fault.js";

export function describeFault(fault: Fault): string {
  switch (fault.kind) {
    case "kill":
      return `kill -${fault.signal === "KILL" ? "9" : fault.signal} ${fault.node}`;
    case "restart":
    case "pause":
    case "resume":
      return `${fault.kind} ${fault.node}`;
    case "install":
      return `install Redis ${fault.program} on ${fault.node}`;
    case "powerOff":
      return `power off ${fault.host}`;
    case "powerOn":
      return `power on ${fault.host}`;
    case "cut": {
      const arrow = fault.direction === "both" ? "<->" : fault.direction === "to" ? "->" : "<-";
      return `cut ${fault.a.join(" ")} ${arrow} ${fault.b?.join(" ") ?? "everyone"}${fault.mode === "reject" ? " (reject)" : ""}`;
    }
    case "heal":
      return fault.name === undefined ? "heal all cuts" : `heal ${fault.name}`;
    case "slow":
      return `slow ${fault.a.join(" ")} <-> ${fault.b?.join(" ") ?? "everyone"}`;
    case "restore":
      return `restore ${fault.a.join(" ")} <-> ${fault.b?.join(" ") ?? "everyone"}`;
    case "skew":
      return `skew the clock of ${fault.host} by ${fault.offset} ms, ${fault.ppm} ppm`;
    case "unskew":
      return `set the clock of ${fault.host} right`;
    case "jump":
      return `the clock of ${fault.host} jumps by ${fault.by} ms`;
    case "fillDisk":
      return `fill the disk of ${fault.host}`;
    case "freeDisk":
      return `free the disk of ${fault.host}`;
    case "fillMemory":
      return `fill the memory of ${fault.host}`;
    case "freeMemory":
      return `free the memory of ${fault.host}`;
    case "slowDisk":
      return `slow the disk of ${fault.host}`;
    case "restoreDisk":
      return `restore the disk of ${fault.host}`;
    case "wipeDisk":
      return `wipe ${fault.prefix} on ${fault.host}`;
    case "unresolve":
      return `the name ${fault.name} no longer resolves`;
    case "resolve":
      return `the name ${fault.name} resolves${fault.ip === undefined ? "" : ` to ${fault.ip}`}`;
    case "starve":
      return `${fault.host} gets no time for ${fault.time / 1_000} ms`;
  }
}
