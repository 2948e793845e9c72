/** The recordings of real clusters that come with redsim. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ExperimentName, Release } from "../calibrate/experiment.js";
import { linesOf, recordedSamples, rowsOf } from "../calibrate/recording.js";
import type { Sample } from "../calibrate/sample.js";

const folder = fileURLToPath(new URL("../../test/data/real-runs", import.meta.url));

export function recordingsOf(release: Release, experiment: ExperimentName): Sample[] {
  const path = join(folder, release);
  const rows = rowsOf(readFileSync(join(path, "phases.json"), "utf8"), experiment);
  const runs = readdirSync(path)
    .filter((name) => name.startsWith(`${experiment}-`))
    .sort()
    .map((name) => linesOf(readFileSync(join(path, name), "utf8")));
  return recordedSamples(rows, runs);
}
