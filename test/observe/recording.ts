/** Reads the recordings of real clusters in test/data/real-runs (see the README there). */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type ExperimentName, releases as played } from "../../src/calibrate/experiment.js";
import {
  eventsOf,
  type RecordedLine as Line,
  linesOf,
  type RecordedRow,
  rowsOf,
} from "../../src/calibrate/recording.js";
import type { SentinelEvent } from "../../src/observe/phase-times.js";

export const releases = played.map(({ release }) => release);
export type Release = (typeof releases)[number];
export type RecordedLine = Line;

const folder = resolve(import.meta.dirname, "../data/real-runs");

export function recordedLines(release: Release, name: string, run: number): RecordedLine[] {
  return linesOf(readFileSync(join(folder, release, `${name}-${run}.ndjson`), "utf8"));
}

export function recordedEvents(
  release: Release,
  name: ExperimentName,
  run: number,
): SentinelEvent[] {
  return eventsOf(recordedLines(release, name, run));
}

export function recordedPhases(release: Release, name: ExperimentName): readonly RecordedRow[] {
  return rowsOf(readFileSync(join(folder, release, "phases.json"), "utf8"), name);
}
