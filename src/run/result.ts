/**
 * The result of a run: what `--json` prints, and what a library user gets. Plain data, in milliseconds.
 */
import type { Violation } from "../observe/check/law.js";
import type { Phase } from "../observe/failovers.js";
import type { HistoryEntry } from "../observe/histories.js";
import type { Loss } from "../observe/lineage.js";

export interface RunResult {
  /** The file as it was named. */
  readonly scenario: string;
  readonly title: string;
  readonly seed: string;
  /** Of Redis, by default for all nodes. */
  readonly version: string;
  /** 16 hexadecimal digits, equal for equal runs. */
  readonly fingerprint: string;
  /** Virtual time so far. */
  readonly virtualMs: number;
  /** Steps of the loop: events handled. */
  readonly events: number;
  readonly metrics: Metrics;
  readonly clients: readonly ClientMetrics[];
  readonly failovers: readonly FailoverResult[];
  readonly expectations: readonly Verdict[];
  readonly laws: readonly LawVerdict[];
  /** Each acknowledged write that is gone, with the moment and the reason. */
  readonly losses: readonly Loss[];
  /** What clients read, key by key; Redis promises nothing of the kind. */
  readonly consistency: Consistency;
  readonly final: Final;
  /** Steps that could not be carried out as written: a selector that chose nobody. */
  readonly mishaps: readonly string[];
  /** Clients and steps whose moment never came, each with what it waited for. */
  readonly waiting: readonly string[];
}

export interface Metrics {
  /** Writes of all clients by how they ended: done, certainly not done, and nobody knows. */
  readonly acknowledged: number;
  readonly failed: number;
  readonly unknown: number;
  /** Acknowledged writes that the surviving master does not have at the end. */
  readonly lost: number;
  /** The longest time that any client went without an acknowledged write. */
  readonly longestWriteGapMs: number;
  /** Time in which two servers of one group were masters, whether or not anybody wrote to both. */
  readonly twoMastersMs: number;
  /** Time in which no client that writes got through. */
  readonly withoutMasterMs: number;
}

export interface Consistency {
  /** Keys that were read, and so can be checked. */
  readonly keys: number;
  /** Of those, keys whose history was too tangled to decide. */
  readonly undecided: number;
  /** Keys whose history is not linearizable, each with the fewest operations that show it. */
  readonly anomalies: readonly {
    readonly key: string;
    readonly history: readonly HistoryEntry[];
  }[];
}

export interface ClientMetrics {
  readonly client: string;
  /** As in `Metrics`, of this client. */
  readonly acknowledged: number;
  readonly failed: number;
  readonly unknown: number;
  readonly lost: number;
  readonly longestWriteGapMs: number;
  /** When that gap began; undefined: there was none. */
  readonly gapFromMs: number | undefined;
  readonly reads: { readonly ok: number; readonly failed: number };
  /** What failed and unknown writes were told, most frequent first. */
  readonly errors: readonly { readonly error: string; readonly count: number }[];
}

export interface FailoverResult {
  /** The master's name in the Sentinels' configuration. */
  readonly master: string;
  readonly epoch: number;
  /** The Sentinel that ran the attempt. */
  readonly leader: string;
  /** `ip:port` of the old master, and of the replica chosen; undefined: it did not come to that. */
  readonly from: string;
  readonly to: string | undefined;
  /** The last fault or operator's command before it; undefined: there was none. */
  readonly faultAtMs: number | undefined;
  /** Milliseconds from the fault (from the first phase where no fault is known). */
  readonly phases: Partial<Record<Phase, number>>;
  /** The event that ended an attempt that did not go through. */
  readonly aborted: string | undefined;
}

/** Of an expectation of the scenario. */
export interface Verdict {
  /** The expectation, as a sentence. */
  readonly text: string;
  /** Its place in the scenario. */
  readonly where: string;
  readonly holds: boolean;
  /** What was found instead, or as well. */
  readonly found: string;
}

export interface LawVerdict {
  readonly law: string;
  readonly holds: boolean;
  readonly violations: readonly Violation[];
  /** Why this run cannot be judged by it; undefined: it was judged. */
  readonly excuse?: string;
}

export interface Final {
  readonly nodes: Readonly<Record<string, FinalNode>>;
  /** The master each Sentinel names, by Sentinel and then by the master's name; `down` where it does not run. */
  readonly sentinels: Readonly<Record<string, Readonly<Record<string, string>> | "down">>;
}

export type FinalNode =
  | { readonly role: "down" }
  | {
      readonly role: "master" | "replica";
      readonly replid: string;
      readonly offset: number;
      readonly keys: number;
      readonly linkUp: boolean;
    };
