/**
 * What observers are told. No record, and no string in one, is made that nobody asked for: an
 * observer names the level it needs, and a run without observers costs nothing for them.
 */
import type { Note } from "./actor.js";
import type { Fault } from "./fault.js";
import type { OutsideInput } from "./outside.js";
import type { FoundFile } from "./real-machine.js";
import type { Instant } from "./time.js";

/** `notes`: notes, faults and the fingerprint at each virtual second; `wire` adds segments; `steps` adds every step. */
export type Level = "notes" | "wire" | "steps";

export type RunRecord =
  | {
      readonly kind: "note";
      /** When the iteration began in which it was said, and how long the node had been busy in it by then. */
      readonly at: Instant;
      readonly spent: number;
      readonly node: string;
      readonly note: Note;
    }
  | { readonly kind: "fault"; readonly at: Instant; readonly fault: Fault }
  /** Whoever drives the run is about to do something: the act's name, and whom it has chosen. */
  | {
      readonly kind: "act";
      readonly at: Instant;
      readonly step: string;
      readonly on: readonly string[];
    }
  /** Something came in from outside the simulation, and acts now. */
  | { readonly kind: "outside"; readonly at: Instant; readonly input: OutsideInput }
  /** The real machine was asked by a node, and answered; what was written was as long as `bytes` says. */
  | {
      readonly kind: "machine";
      readonly at: Instant;
      readonly asked: "find" | "canExecute" | "write" | "rename";
      readonly path: string;
      readonly bytes?: number;
      readonly answer: FoundFile | boolean | string | undefined;
    }
  /** The process of a node began (`boot` counts from 0) or ended (`code` as waitpid tells it; power loss is -9). */
  | { readonly kind: "up"; readonly at: Instant; readonly node: string; readonly boot: number }
  | { readonly kind: "down"; readonly at: Instant; readonly node: string; readonly code: number }
  /** The end of each virtual second, with the fingerprint of all steps before it. */
  | { readonly kind: "second"; readonly at: Instant; readonly fingerprint: string }
  /** A segment left its sender. `from` and `to` are nodes; `bytes` its length. */
  | {
      readonly kind: "segment";
      readonly at: Instant;
      readonly from: string;
      readonly to: string;
      readonly bytes: number;
      readonly payloads: readonly unknown[];
    }
  /** A step of the loop: an input was handed to a node. */
  | {
      readonly kind: "step";
      readonly at: Instant;
      readonly node: string;
      readonly input: string;
      readonly detail: string;
    };

export interface Observer {
  readonly level: Level;
  record(record: RunRecord): void;
}
