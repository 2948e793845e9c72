/** One experiment under one release: recordings on one side, simulated runs on the other. */
import type { Experiment } from "./experiment.js";
import {
  clientMeasures,
  compareMeasure,
  durations,
  type Measure,
  type MeasureComparison,
  settling,
} from "./measure.js";
import {
  type BrokenPrecedence,
  brokenPrecedences,
  type MissingPair,
  missingPairs,
  sequencesOf,
} from "./order.js";
import type { Sample } from "./sample.js";

export interface Comparison {
  readonly experiment: Experiment;
  readonly release: string;
  readonly recordings: number;
  readonly runs: number;
  /** Durations between phases first, then the time to settle, then what the client saw. */
  readonly measures: readonly MeasureComparison[];
  /** Over so many sequences of events, recorded and simulated. */
  readonly sequences: { readonly recorded: number; readonly simulated: number };
  /** Orders that hold in reality and not here. */
  readonly broken: readonly BrokenPrecedence[];
  /** Orders that hold in all recordings and that so few recordings could show by chance. */
  readonly open: readonly BrokenPrecedence[];
  readonly missing: readonly MissingPair[];
}

/** One case in twenty. */
const significance = 0.05;

export function compare(
  experiment: Experiment,
  release: string,
  recorded: readonly Sample[],
  simulated: readonly Sample[],
): Comparison {
  const real = sequencesOf(recorded);
  const own = sequencesOf(simulated);
  const turned = brokenPrecedences(real, own);
  return {
    experiment,
    release,
    recordings: recorded.length,
    runs: simulated.length,
    measures: measuresOf(experiment).flatMap(
      (measure) => compareMeasure(measure, recorded, simulated) ?? [],
    ),
    sequences: { recorded: real.length, simulated: own.length },
    broken: turned.filter(({ chance }) => chance < significance),
    open: turned.filter(({ chance }) => chance >= significance),
    missing: missingPairs(real, own),
  };
}

function measuresOf({ name, failsOver }: Experiment): readonly Measure[] {
  const begunBy = name === "manual_failover" ? "operator" : "fault";
  return [...(failsOver ? durations(begunBy) : []), settling, ...clientMeasures];
}

/** Do all bounded measures lie within their bounds, and all orders hold? */
export function holds({ measures, broken, missing }: Comparison): boolean {
  return (
    broken.length === 0 &&
    missing.length === 0 &&
    measures.every(({ verdict }) => verdict === undefined || (verdict.median && verdict.spread))
  );
}
