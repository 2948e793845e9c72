/**
 * What comes into a run from outside the simulation: real clients and whoever breaks the cluster by
 * hand. Each input acts between two steps, at the instant that now is; with that instant it is all
 * that a replay needs to do the same again.
 *
 * Connections are numbered by whoever stands outside, and no number is used twice in a run.
 */
import type { Fault } from "./fault.js";

export type OutsideInput =
  /** Somebody connects to the port of this node. */
  | { readonly does: "connect"; readonly connection: number; readonly node: string }
  /** Bytes as they came, as a binary string. */
  | { readonly does: "send"; readonly connection: number; readonly bytes: string }
  /** It will send nothing more, and may still want to read. */
  | { readonly does: "end"; readonly connection: number }
  /** It is gone. */
  | { readonly does: "abort"; readonly connection: number }
  | { readonly does: "inject"; readonly fault: Fault };
