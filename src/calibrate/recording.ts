/**
 * Recordings of real clusters as samples. Each release has phases.json, the phases of every run of
 * each experiment, and for some of those runs a file of lines, which adds the events in their order.
 */
import { type Phase, phases } from "../observe/failovers.js";
import type { PhaseTimes, SentinelEvent } from "../observe/phase-times.js";
import type { ExperimentName } from "./experiment.js";
import type { Sample } from "./sample.js";

/** A line of a recording; what else it holds depends on its kind. */
export interface RecordedLine {
  readonly t: number;
  readonly kind: string;
  readonly node?: string;
  readonly [field: string]: unknown;
}

/** A row of phases.json: milliseconds from `fault`; null for a phase that was not reached. */
export interface RecordedRow {
  readonly fault: number;
  readonly [field: string]: number | null;
}

const fields: Readonly<Record<Phase, string>> = {
  sdown: "sdown",
  odown: "odown",
  try: "try",
  elected: "elected",
  selected: "selected",
  waitPromotion: "wait_promo",
  promoted: "promoted",
  switch: "switch",
  end: "end",
};

export function linesOf(text: string): RecordedLine[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as RecordedLine);
}

export function eventsOf(lines: readonly RecordedLine[]): SentinelEvent[] {
  return lines.filter((line) => line.kind === "event") as unknown as SentinelEvent[];
}

export function rowsOf(phasesText: string, experiment: ExperimentName): readonly RecordedRow[] {
  return (JSON.parse(phasesText) as Record<string, readonly RecordedRow[]>)[experiment] ?? [];
}

/** The samples of an experiment: a row each, and its lines where there are some (the fault tells which). */
export function recordedSamples(
  rows: readonly RecordedRow[],
  runs: readonly (readonly RecordedLine[])[],
): Sample[] {
  return rows.map((row) => {
    const lines = runs.find((each) => faultOf(each) === row.fault);
    return {
      settled: lines === undefined ? undefined : settledOf(lines),
      phases: phasesOf(row),
      writes: writesOf(row),
      events: lines === undefined ? undefined : eventsOf(lines).filter(({ t }) => t >= row.fault),
    };
  });
}

/** The instant from which the phases are counted: the signal, the cut, or the operator's command. */
export function faultOf(lines: readonly RecordedLine[]): number | undefined {
  const acts = new Set(["signal", "partition"]);
  return lines.find((line) => line.kind === "cmd" || acts.has(line["do"] as string))?.t;
}

/** Milliseconds from the start of the first server. */
function settledOf(lines: readonly RecordedLine[]): number | undefined {
  const begin = lines.find((line) => line["do"] === "start");
  const settled = lines.find((line) => line.kind === "settled");
  if (begin === undefined || settled === undefined) return undefined;
  return settled.t - begin.t;
}

function phasesOf(row: RecordedRow): PhaseTimes {
  const times: PhaseTimes = {};
  for (const phase of phases) {
    const time = row[fields[phase]];
    if (time !== null && time !== undefined) times[phase] = time;
  }
  return times;
}

function writesOf(row: RecordedRow): Sample["writes"] {
  const { write_gap: gap, acked, failed, lost } = row;
  if (typeof gap !== "number") return undefined;
  return { gap, acknowledged: acked ?? 0, failed: failed ?? 0, lost: lost ?? 0 };
}
