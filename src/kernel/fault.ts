/**
 * The closed list of faults. Each comes with the one that undoes it; all are events in the same queue
 * as everything else, and so in the trace, in order, replayed like the rest.
 *
 * Nodes and hosts are named as the scenario names them.
 */
import type { Duration } from "./time.js";

/** Which way a cut works, seen from `a`: both ways, only from a to b, or only from b to a. */
export type Direction = "both" | "to" | "from";

/** How a firewall treats what it does not let pass: silently, or with a refusal. */
export type CutMode = "drop" | "reject";

export interface LinkSettings {
  /** One way, before jitter. Never 0: a link without latency is made 1 µs. */
  readonly latency: Duration;
  /** Added to the latency, drawn uniformly from 0 to this. */
  readonly jitter: Duration;
  /**
   * Rare long delays: weights of a table of added delays, drawn by integer weight; empty for none.
   */
  readonly tail: readonly { readonly weight: number; readonly added: Duration }[];
  /** Bytes a second; 0 is unlimited. */
  readonly bandwidth: number;
  /** Segments lost, in parts per million; on a stream a loss is a delay of one retransmission. */
  readonly lossPpm: number;
}

export type Fault =
  /** KILL ends the process at once; TERM asks it to shut down, and INT does so from a terminal. */
  | { readonly kind: "kill"; readonly node: string; readonly signal: "KILL" | "TERM" | "INT" }
  | { readonly kind: "restart"; readonly node: string }
  /** Another program lies on the node's machine (an upgrade, or a downgrade): its next boot runs that. */
  | { readonly kind: "install"; readonly node: string; readonly program: string }
  /** SIGSTOP, and SIGCONT. */
  | { readonly kind: "pause"; readonly node: string }
  | { readonly kind: "resume"; readonly node: string }
  /** The machine loses power: what was not fsynced may be gone; peers hear nothing. */
  | { readonly kind: "powerOff"; readonly host: string }
  /** The machine boots; its nodes start if `start` (a supervisor), else wait for `restart`. */
  | { readonly kind: "powerOn"; readonly host: string; readonly start: boolean }
  /**
   * No packet between any host of `a` and any host of `b`; `b` undefined is everybody else (isolate).
   * `name` identifies the cut for its heal; cuts add up.
   */
  | {
      readonly kind: "cut";
      readonly name: string;
      readonly a: readonly string[];
      readonly b: readonly string[] | undefined;
      readonly direction: Direction;
      readonly mode: CutMode;
    }
  /** Undoes the cut of that name; undefined heals all. */
  | { readonly kind: "heal"; readonly name: string | undefined }
  /** Changes the named settings of the links from `a` to `b` (both ways where `direction` says so). */
  | {
      readonly kind: "slow";
      readonly a: readonly string[];
      readonly b: readonly string[] | undefined;
      readonly direction: Direction;
      readonly settings: Partial<LinkSettings>;
    }
  /** The links between `a` and `b` are as the scenario set them up. */
  | {
      readonly kind: "restore";
      readonly a: readonly string[];
      readonly b: readonly string[] | undefined;
    }
  /** The host's wall clock is off by `offset` milliseconds (may be negative) and runs `ppm` parts per million fast. */
  | {
      readonly kind: "skew";
      readonly host: string;
      readonly offset: number;
      readonly ppm: number;
    }
  | { readonly kind: "unskew"; readonly host: string }
  /** The wall clock jumps by so many milliseconds, once (may be negative); its pair is the jump back. */
  | { readonly kind: "jump"; readonly host: string; readonly by: number }
  /** The disk is full until freed. */
  | { readonly kind: "fillDisk"; readonly host: string }
  | { readonly kind: "freeDisk"; readonly host: string }
  /** No memory is left for a copy of a process: fork() fails until some is freed. */
  | { readonly kind: "fillMemory"; readonly host: string }
  | { readonly kind: "freeMemory"; readonly host: string }
  /** fsync and writes take `factor` times as long, plus `added` for each fsync. */
  | {
      readonly kind: "slowDisk";
      readonly host: string;
      readonly factor: number;
      readonly added: Duration;
    }
  | { readonly kind: "restoreDisk"; readonly host: string }
  /** Files under `prefix` are gone for good (`unwipe` does not exist: its pair is a restart with what a full resync brings). */
  | { readonly kind: "wipeDisk"; readonly host: string; readonly prefix: string }
  /** A name no longer resolves, resolves again, or resolves to another address. */
  | { readonly kind: "unresolve"; readonly name: string }
  | { readonly kind: "resolve"; readonly name: string; readonly ip: string | undefined }
  /** The host's processes get no time for so long (swap storm, noisy neighbour): a pause that ends by itself. */
  | { readonly kind: "starve"; readonly host: string; readonly time: Duration };
