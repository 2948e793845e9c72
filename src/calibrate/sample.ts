/** One run as calibration sees it, recorded or simulated: the same shape, so that nothing is measured twice. */
import type { PhaseTimes, SentinelEvent } from "../observe/phase-times.js";

export interface Sample {
  /** Milliseconds from the start of the first server until the cluster had settled; unknown in some recordings. */
  readonly settled: number | undefined;
  /** Milliseconds from the fault. */
  readonly phases: PhaseTimes;
  /** What the client saw; undefined where there was none. */
  readonly writes: Writes | undefined;
  /** What each Sentinel published from the fault on; undefined where only the phases were kept. */
  readonly events: readonly SentinelEvent[] | undefined;
}

export interface Writes {
  /** The longest time between two acknowledged writes, in milliseconds. */
  readonly gap: number;
  readonly acknowledged: number;
  readonly failed: number;
  /** Acknowledged, and not on the surviving master at the end. */
  readonly lost: number;
}
