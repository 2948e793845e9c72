/**
 * What a step does: a fault whose targets are chosen at its instant, an operator's command, or a look at
 * a file. Here a template with selectors becomes the kernel's faults, and a fault becomes its undoing.
 */
import { assertNever } from "../kernel/assert.js";
import type { CutMode, Direction, Fault, LinkSettings } from "../kernel/fault.js";
import type { Duration } from "../kernel/time.js";
import type { Version } from "../redis/version.js";
import type { Selector } from "./selector.js";

/** The kernel's faults, with selectors where those have names. */
export type FaultTemplate =
  | { readonly kind: "kill"; readonly target: Selector; readonly signal: "KILL" | "TERM" }
  | { readonly kind: "restart" | "pause" | "resume"; readonly target: Selector }
  | { readonly kind: "install"; readonly target: Selector; readonly program: Version }
  | {
      readonly kind:
        | "powerOff"
        | "unskew"
        | "fillDisk"
        | "freeDisk"
        | "fillMemory"
        | "freeMemory"
        | "restoreDisk";
      readonly target: Selector;
    }
  | { readonly kind: "powerOn"; readonly target: Selector; readonly start: boolean }
  | {
      readonly kind: "cut";
      readonly a: Selector;
      /** Undefined: everybody else. */
      readonly b: Selector | undefined;
      readonly direction: Direction;
      readonly mode: CutMode;
    }
  /** Heals what a step has cut; undefined: all. */
  | { readonly kind: "heal"; readonly step: string | undefined }
  | {
      readonly kind: "slow";
      readonly a: Selector;
      readonly b: Selector | undefined;
      readonly direction: Direction;
      readonly settings: Partial<LinkSettings>;
    }
  | { readonly kind: "restore"; readonly a: Selector; readonly b: Selector | undefined }
  | {
      readonly kind: "skew";
      readonly target: Selector;
      readonly offset: number;
      readonly ppm: number;
    }
  | { readonly kind: "jump"; readonly target: Selector; readonly by: number }
  | {
      readonly kind: "slowDisk";
      readonly target: Selector;
      readonly factor: number;
      readonly added: Duration;
    }
  | { readonly kind: "wipeDisk"; readonly target: Selector; readonly prefix: string }
  | { readonly kind: "starve"; readonly target: Selector; readonly time: Duration }
  | { readonly kind: "unresolve"; readonly name: string }
  | { readonly kind: "resolve"; readonly name: string; readonly ip: string | undefined };

export type Action =
  | { readonly kind: "fault"; readonly fault: FaultTemplate }
  /** An operator's session on each node: its lines one after another on one connection. */
  | {
      readonly kind: "command";
      readonly on: Selector;
      readonly lines: readonly string[];
      readonly password: string | undefined;
    }
  /** A file on the disk of each node, as `cat` shows it; undefined: its configuration file. */
  | { readonly kind: "look"; readonly on: Selector; readonly path: string | undefined };

/** Chooses at this instant; throws nothing: an error is a text for the run's result. */
export interface Choice {
  nodes(selector: Selector): readonly string[] | SelectorError;
  hosts(selector: Selector): readonly string[] | SelectorError;
}

export class SelectorError {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/**
 * The faults of one act of a step. `act` names it (`cut-1`, or `cut-1#2` for its second repetition): a
 * cut is known by the act that made it.
 */
export function faultsOf(
  template: FaultTemplate,
  act: string,
  choice: Choice,
): readonly Fault[] | SelectorError {
  switch (template.kind) {
    case "kill":
    case "restart":
    case "install":
    case "pause":
    case "resume": {
      const { target, ...rest } = template;
      return each(choice.nodes(target), (node) => ({ ...rest, node }) as Fault);
    }
    case "powerOff":
    case "powerOn":
    case "skew":
    case "unskew":
    case "jump":
    case "fillDisk":
    case "freeDisk":
    case "fillMemory":
    case "freeMemory":
    case "slowDisk":
    case "restoreDisk":
    case "wipeDisk":
    case "starve": {
      const { target, ...rest } = template;
      return each(choice.hosts(target), (host) => ({ ...rest, host }) as Fault);
    }
    case "cut":
    case "slow":
    case "restore": {
      const a = choice.hosts(template.a);
      if (a instanceof SelectorError) return a;
      const b = template.b === undefined ? undefined : choice.hosts(template.b);
      if (b instanceof SelectorError) return b;
      if (template.kind === "cut") return [{ ...template, name: act, a, b }];
      return [{ ...template, a, b }];
    }
    case "heal":
      return [{ kind: "heal", name: template.step }];
    case "unresolve":
    case "resolve":
      return [template];
    default:
      return assertNever(template);
  }
}

function each(
  names: readonly string[] | SelectorError,
  make: (name: string) => Fault,
): readonly Fault[] | SelectorError {
  return names instanceof SelectorError ? names : names.map(make);
}

/** The fault that undoes this one; undefined: it ends by itself, or nothing undoes it. */
export function undoing(fault: Fault): Fault | undefined {
  switch (fault.kind) {
    case "kill":
      return { kind: "restart", node: fault.node };
    case "pause":
      return { kind: "resume", node: fault.node };
    case "powerOff":
      return { kind: "powerOn", host: fault.host, start: true };
    case "cut":
      return { kind: "heal", name: fault.name };
    case "slow":
      return { kind: "restore", a: fault.a, b: fault.b };
    case "skew":
      return { kind: "unskew", host: fault.host };
    case "jump":
      return { kind: "jump", host: fault.host, by: -fault.by };
    case "fillDisk":
      return { kind: "freeDisk", host: fault.host };
    case "fillMemory":
      return { kind: "freeMemory", host: fault.host };
    case "slowDisk":
      return { kind: "restoreDisk", host: fault.host };
    case "unresolve":
      return { kind: "resolve", name: fault.name, ip: undefined };
    case "resolve":
      return { kind: "resolve", name: fault.name, ip: undefined };
    default:
      return undefined;
  }
}

/** Kinds whose effect lasts until it is undone: only these may be given a `for`. */
export const lasting: ReadonlySet<FaultTemplate["kind"]> = new Set([
  "kill",
  "pause",
  "powerOff",
  "cut",
  "slow",
  "skew",
  "jump",
  "fillDisk",
  "fillMemory",
  "slowDisk",
  "unresolve",
  "resolve",
]);
