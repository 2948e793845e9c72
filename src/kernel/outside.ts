/**
 * What comes into a run from outside the simulation: real programs and whoever breaks the cluster by
 * hand. Each input acts between two steps, at the instant that now is; with that instant it is all
 * that a replay needs to do the same again.
 *
 * Connections that come in are numbered from 1 by whoever stands outside, those that go out from -1
 * downwards by the run; no number is used twice in a run.
 */
import type { Address, DialAnswer } from "./actor.js";
import type { Fault } from "./fault.js";

/** A process as the shell that starts it knows it. */
export interface Launch {
  /** What is executed, and in which version. */
  readonly program: string;
  readonly version: string;
  readonly executable: string;
  /** Where it is started. */
  readonly directory: string;
  /** Its configuration file, an absolute path; undefined: it has none. */
  readonly config?: string | undefined;
  /** Lines that count like more lines of that file: from the command line and from stdin. */
  readonly options: string;
  readonly pid: number;
  readonly port: number;
  /** Somebody else listens on its port. */
  readonly isPortTaken: boolean;
}

export type OutsideInput =
  /** Somebody connects to the port of this node, from this address. */
  | {
      readonly does: "connect";
      readonly connection: number;
      readonly node: string;
      readonly from?: Address;
    }
  /** Whom a node dialled has taken the connection, or not. */
  | { readonly does: "answer"; readonly connection: number; readonly how: DialAnswer }
  /** Bytes as they came, as a binary string. */
  | { readonly does: "send"; readonly connection: number; readonly bytes: string }
  /** It will send nothing more, and may still want to read. */
  | { readonly does: "end"; readonly connection: number }
  /** It is gone. */
  | { readonly does: "abort"; readonly connection: number }
  | { readonly does: "inject"; readonly fault: Fault }
  /** A process is started on a host of the run: a node that is new, or one that is down. */
  | {
      readonly does: "start";
      readonly node: string;
      readonly host: string;
      readonly launch: Launch;
    }
  /** A real program that a node had started has ended: `code` as waitpid() tells it. */
  | {
      readonly does: "ended";
      readonly node: string;
      readonly child: number;
      readonly code: number;
    };
