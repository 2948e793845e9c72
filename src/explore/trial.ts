/**
 * One run that is explored: both phases, and what came to light in it.
 *
 * While the scenario's faults last only safety is judged; then everything is healed, and liveness must
 * come within the time that the settings allow for it. No text is built that nobody reads: a trace is
 * made of a finding only, by running it again.
 */
import { Bug } from "../kernel/assert.js";
import type { RunResult } from "../run/result.js";
import { Run, type RunOptions } from "../run.js";
import type { Scenario } from "../scenario/scenario.js";

/** What else counts as a finding: Redis promises none of these. */
export type Also = "expectations" | "losses" | "consistency";

export interface TrialOptions {
  readonly also?: readonly Also[];
  readonly program?: RunOptions["program"];
}

/** Something that broke. Two findings with one signature are taken for the same. */
export interface Finding {
  readonly signature: string;
  readonly law: string;
  readonly text: string;
  /** Virtual microseconds. */
  readonly at: number;
}

export interface Trial {
  readonly findings: readonly Finding[];
  readonly fingerprint: string;
  readonly virtualMs: number;
  readonly events: number;
}

/** Expectations speak of the scenario as it is written, without a second phase. */
export function isHealed(also: readonly Also[]): boolean {
  return !also.includes("expectations");
}

export function tryOut(scenario: Scenario, seed: string, options: TrialOptions = {}): Trial {
  const { also = [], program } = options;
  const run = new Run({ scenario, seed, ...(program === undefined ? {} : { program }) });
  let findings: Finding[];
  try {
    const result = isHealed(also) ? run.heal() : run.finish();
    findings = findingsOf(result, also);
  } catch (error) {
    if (!(error instanceof Bug)) throw error;
    findings = [finding("redsim keeps its own promises", error.message, run.now)];
  }
  const { fingerprint, steps: events } = run;
  return { findings, fingerprint, virtualMs: run.now / 1_000, events };
}

/** The first violation of each law, and what else was asked for. */
function findingsOf(result: RunResult, also: readonly Also[]): Finding[] {
  const findings = result.laws.flatMap(({ law, violations }) =>
    violations.slice(0, 1).map(({ text, at }) => finding(law, text, at)),
  );
  if (also.includes("expectations"))
    for (const { text, holds, found } of result.expectations)
      if (!holds) findings.push(finding(`expected: ${text}`, found, result.virtualMs * 1_000));
  if (also.includes("losses"))
    for (const loss of firstOfEach(result.losses, ({ cause }) => cause))
      findings.push(
        finding("no acknowledged write is lost", `${loss.cause}: ${loss.text}`, loss.lostAt),
      );
  if (also.includes("consistency") && result.consistency.anomalies.length > 0) {
    const { anomalies } = result.consistency;
    const at = Math.max(...(anomalies[0]?.history ?? []).map(({ ended }) => ended ?? 0));
    findings.push(finding("registers are linearizable", `${anomalies.length} keys are not`, at));
  }
  return findings;
}

function firstOfEach<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map(items.toReversed().map((item) => [keyOf(item), item])).values()];
}

function finding(law: string, text: string, at: number): Finding {
  return { signature: `${law}: ${shapeOf(text)}`, law, text, at };
}

/** The sentence without what differs from run to run: ids, numbers, which node of its kind. */
function shapeOf(text: string): string {
  return text
    .replace(/\b[0-9a-f]{40}\b/g, "ID")
    .replace(/\b(?:m\d+-)?r\d+\b/g, "r")
    .replace(/\b([scm])\d+\b/g, "$1")
    .replace(/\d+(\.\d+)*/g, "#");
}
