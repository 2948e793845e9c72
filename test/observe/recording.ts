/** Reads the recordings of real clusters in test/data/real-runs (see the README there). */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { SentinelEvent } from "../../src/observe/phase-times.js";

const folder = resolve(import.meta.dirname, "../data/real-runs");

export const releases = ["6.2.1", "7.0.15"] as const;
export type Release = (typeof releases)[number];
export type Experiment = "kill_master" | "freeze_master" | "manual_failover";

export interface RecordedLine {
  readonly t: number;
  readonly kind: string;
  readonly node?: string;
  readonly [field: string]: unknown;
}

export interface RecordedPhases {
  readonly fault: number;
  readonly [phase: string]: number | null;
}

export function recordedLines(release: Release, experiment: string, run: number): RecordedLine[] {
  return readFileSync(join(folder, release, `${experiment}-${run}.ndjson`), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as RecordedLine);
}

export function recordedEvents(release: Release, experiment: string, run: number): SentinelEvent[] {
  return recordedLines(release, experiment, run).filter(
    (line) => line.kind === "event",
  ) as unknown as SentinelEvent[];
}

export function recordedPhases(release: Release, experiment: Experiment): RecordedPhases[] {
  const text = readFileSync(join(folder, release, "phases.json"), "utf8");
  return (JSON.parse(text) as Record<string, RecordedPhases[]>)[experiment] ?? [];
}
