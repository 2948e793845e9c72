/**
 * What a scenario claims about its run: a closed list. They are judged over the records of the run by
 * the metrics of `observe`; a claim that does not hold is a result (exit code 1), not an error.
 */
import type { Duration } from "../kernel/time.js";

/** Both ends included; an absent end is open. */
export interface Bound {
  readonly atLeast: number | undefined;
  readonly atMost: number | undefined;
}

export type Expectation = ExpectationKind & {
  /** As a person would say it; shown with the verdict. */
  readonly text: string;
  /** `file:line:column`. */
  readonly where: string;
};

export type ExpectationKind =
  /** At the end one server is the master that most Sentinels name, and it is (or is not) one of these. */
  | {
      readonly kind: "master";
      readonly is: readonly string[] | undefined;
      readonly not: readonly string[] | undefined;
    }
  /** Events that match, on any of `nodes` (undefined: any), from the first act of a step on, for so long. */
  | {
      readonly kind: "event";
      readonly channel: string;
      readonly payload: string | undefined;
      readonly nodes: readonly string[] | undefined;
      /** Undefined: from the start of the run. */
      readonly after: string | undefined;
      readonly within: Duration | undefined;
      readonly times: Bound;
    }
  /** The same of lines in the logs of `nodes` (undefined: of any node). */
  | {
      readonly kind: "log";
      readonly line: string;
      readonly nodes: readonly string[] | undefined;
      readonly after: string | undefined;
      readonly within: Duration | undefined;
      readonly times: Bound;
    }
  /** The longest time between two acknowledged writes of a client (undefined: of each), in microseconds. */
  | { readonly kind: "outage"; readonly client: string | undefined; readonly micros: Bound }
  /** Acknowledged writes that the surviving master does not have at the end. */
  | { readonly kind: "lost"; readonly client: string | undefined; readonly writes: Bound }
  | {
      readonly kind: "operations";
      readonly outcome: "acknowledged" | "failed" | "unknown";
      readonly client: string | undefined;
      readonly count: Bound;
    }
  /** Time with two masters in one group, in microseconds. */
  | { readonly kind: "twoMasters"; readonly micros: Bound }
  /**
   * At the end every Sentinel that is up names one master, and every other server that is up follows it
   * with its link up, at the same offset and with the same data.
   */
  | { readonly kind: "agreement"; readonly holds: boolean }
  /** What a `command` or `look` step showed, all of its repetitions taken together. */
  | {
      readonly kind: "shows";
      readonly step: string;
      readonly nodes: readonly string[] | undefined;
      readonly contains: readonly string[];
      readonly lacks: readonly string[];
    }
  /** Lines that a client printed. */
  | {
      readonly kind: "prints";
      readonly client: string | undefined;
      readonly line: string;
      readonly times: Bound;
    }
  /**
   * Resynchronisations granted to any of `nodes`, as the replica's log tells it, after a step first acted
   * (undefined: in the whole run).
   */
  | {
      readonly kind: "resyncs";
      readonly resync: "full" | "partial";
      readonly nodes: readonly string[] | undefined;
      readonly after: string | undefined;
      readonly times: Bound;
    };
