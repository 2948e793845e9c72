/**
 * A run that was explored, once more: one seed is one run, or redsim is wrong.
 *
 * The second run is as cheap as the first. Only where the two fingerprints differ are two more runs made
 * side by side, which tell the step and the stream of chance that part them.
 */
import { type Divergence, sideBySide } from "../run/side-by-side.js";
import type { Scenario } from "../scenario/scenario.js";
import { isHealed, type TrialOptions, tryOut } from "./trial.js";

/** Two runs of one seed that were not the same. */
export interface UnequalRuns {
  readonly seed: string;
  readonly fingerprints: readonly [string, string];
  /** Undefined: side by side two runs were the same, so it matters what the process had run before. */
  readonly divergence: Divergence | undefined;
}

/** Undefined: the run is the same again. */
export function repeat(
  scenario: Scenario,
  seed: string,
  fingerprint: string,
  options: TrialOptions,
): UnequalRuns | undefined {
  const again = tryOut(scenario, seed, options).fingerprint;
  if (again === fingerprint) return undefined;
  const { also = [], program } = options;
  const { divergence } = sideBySide({
    scenario,
    seed,
    healed: isHealed(also),
    ...(program === undefined ? {} : { program }),
  });
  return { seed, fingerprints: [fingerprint, again], divergence };
}
