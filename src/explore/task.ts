/** What the workers are asked and what they answer: plain data, for it crosses threads. */

import { repeat, type UnequalRuns } from "./repeat.js";
import { type Shrunk, shrink } from "./shrink.js";
import { readSource, type ScenarioSource } from "./source.js";
import { swarmSource } from "./swarm.js";
import { type Also, type Finding, type Trial, tryOut } from "./trial.js";

/** A scenario under many seeds, or, without one, a world of the swarm for each seed. */
export interface Batch {
  readonly source: ScenarioSource | undefined;
  readonly seeds: readonly number[];
  readonly also: readonly Also[];
  /** Those of the seeds that are run twice, and must be the same run both times. */
  readonly repeated: readonly number[];
}

export interface BatchResult {
  readonly runs: number;
  readonly events: number;
  readonly virtualMs: number;
  readonly findings: readonly (Finding & { readonly seed: number })[];
  /** The first of the repeated seeds whose two runs were not the same. */
  readonly unequal: UnequalRuns | undefined;
}

export function runBatch({ source, seeds, also, repeated }: Batch): BatchResult {
  const findings: BatchResult["findings"][number][] = [];
  const sum = { runs: 0, events: 0, virtualMs: 0 };
  const fixed = source === undefined ? undefined : scenarioOf(source);
  for (const seed of seeds) {
    const scenario = fixed ?? scenarioOf(swarmSource(`${seed}`));
    const trial: Trial = tryOut(scenario, `${seed}`, { also });
    sum.runs++;
    sum.events += trial.events;
    sum.virtualMs += trial.virtualMs;
    for (const finding of trial.findings) findings.push({ ...finding, seed });
    if (!repeated.includes(seed)) continue;
    const unequal = repeat(scenario, `${seed}`, trial.fingerprint, { also });
    if (unequal !== undefined) return { ...sum, findings, unequal };
  }
  return { ...sum, findings, unequal: undefined };
}

export interface ShrinkTask {
  readonly source: ScenarioSource;
  readonly seed: string;
  readonly signature: string;
  readonly also: readonly Also[];
  /** Candidates tried at most. */
  readonly patience: number;
}

export function runShrink({ source, seed, signature, also, patience }: ShrinkTask): Shrunk {
  return shrink(source, { seed, signature, patience, also });
}

function scenarioOf(source: ScenarioSource) {
  const scenario = readSource(source);
  if (typeof scenario === "string") throw new Error(scenario);
  return scenario;
}
