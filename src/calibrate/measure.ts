/**
 * What is compared: the duration between each two neighbouring phases of a failover, how long the
 * cluster took to settle, and what the client saw; and the bounds within which a simulation is held to
 * agree with its recordings.
 */
import { type Phase, phases } from "../observe/failovers.js";
import { criticalDistance, Distribution, distance } from "./distribution.js";
import type { Sample } from "./sample.js";

export interface Measure {
  readonly name: string;
  /** Undefined where a run does not have it. */
  readonly of: (sample: Sample) => number | undefined;
  /** The unit is milliseconds, and the bounds apply; else a count that is shown only. */
  readonly bounded: boolean;
}

const words: Readonly<Record<Phase, string>> = {
  sdown: "sdown",
  odown: "odown",
  try: "try",
  elected: "elected",
  selected: "selected",
  waitPromotion: "wait-promotion",
  promoted: "promoted",
  switch: "switch",
  end: "end",
};

/** +try-failover comes in the same breath as +odown or as the operator's command: it is no phase of its own. */
const counted = phases.filter((phase) => phase !== "try");

/** The durations between neighbouring phases that a failover begun by an operator has, or one begun by a fault. */
export function durations(begunBy: "fault" | "operator"): readonly Measure[] {
  const reached =
    begunBy === "fault"
      ? counted
      : counted.filter((phase) => phase !== "sdown" && phase !== "odown");
  return reached.map((phase, index) => {
    const before = reached[index - 1];
    return {
      name: `${before === undefined ? begunBy : words[before]} to ${words[phase]}`,
      of: ({ phases: at }) => {
        const to = at[phase];
        const from = before === undefined ? 0 : at[before];
        return to === undefined || from === undefined ? undefined : to - from;
      },
      bounded: true,
    };
  });
}

export const settling: Measure = {
  name: "start to settled",
  of: ({ settled }) => settled,
  bounded: false,
};

export const clientMeasures: readonly Measure[] = [
  { name: "write gap", of: ({ writes }) => writes?.gap, bounded: false },
  { name: "acknowledged", of: ({ writes }) => writes?.acknowledged, bounded: false },
  { name: "failed", of: ({ writes }) => writes?.failed, bounded: false },
  { name: "lost", of: ({ writes }) => writes?.lost, bounded: false },
];

export interface MeasureComparison {
  readonly name: string;
  readonly recorded: Distribution;
  readonly simulated: Distribution;
  readonly distance: number;
  /** What the distance must stay below for the two to pass for one, in 19 of 20 cases. */
  readonly critical: number;
  /** Undefined: there is no bound. */
  readonly verdict: Verdict | undefined;
}

export interface Verdict {
  readonly median: boolean;
  readonly spread: boolean;
}

export function compareMeasure(
  measure: Measure,
  recorded: readonly Sample[],
  simulated: readonly Sample[],
): MeasureComparison | undefined {
  const values = (samples: readonly Sample[]) =>
    new Distribution(samples.map(measure.of).filter((value) => value !== undefined));
  const real = values(recorded);
  const own = values(simulated);
  if (real.count === 0) return undefined;
  return {
    name: measure.name,
    recorded: real,
    simulated: own,
    distance: distance(real, own),
    critical: criticalDistance(real.count),
    verdict: measure.bounded
      ? { median: medianHolds(real, own), spread: spreadHolds(real, own) }
      : undefined,
  };
}

/** Within 30 ms where the recorded median is below 400 ms, within 5 % above. */
function medianHolds(recorded: Distribution, simulated: Distribution): boolean {
  const bound = recorded.median < 400 ? 30 : recorded.median * 0.05;
  return Math.abs(simulated.median - recorded.median) <= bound;
}

/** Within a factor of 1.5, or within 30 ms. */
function spreadHolds(recorded: Distribution, simulated: Distribution): boolean {
  if (Math.abs(simulated.spread - recorded.spread) <= 30) return true;
  return simulated.spread <= recorded.spread * 1.5 && recorded.spread <= simulated.spread * 1.5;
}
