/**
 * `redsim calibrate`: how close simulated runs are to real Redis, either as it was recorded, or, with
 * `--real`, as it runs on this machine now.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { CommandModule } from "yargs";
import { type Comparison, compare, holds } from "../calibrate/comparison.js";
import { type Experiment, experiment, experiments, releases } from "../calibrate/experiment.js";
import { calibrationDocument } from "../calibrate/markdown.js";
import { installedRelease } from "../calibrate/real/processes.js";
import { realExperiments, usualSettings } from "../calibrate/real/recorder.js";
import { recordSeries } from "../calibrate/real/series.js";
import { legend, reportLines } from "../calibrate/report.js";
import type { Sample } from "../calibrate/sample.js";
import { longEnough, simulate } from "../calibrate/simulate.js";
import { versions } from "../redis/version.js";
import { suggestion } from "../scenario/suggest.js";
import { type ExitCode, exitCode } from "./exit-code.js";
import { out, wrap } from "./print.js";
import { Meter } from "./progress.js";
import { recordingsOf } from "./recordings.js";
import { loadScenario, reasonOf } from "./scenario-source.js";
import { UserError } from "./user-error.js";

interface CalibrateArguments {
  readonly seeds: number;
  readonly only: readonly string[];
  readonly release: string | undefined;
  readonly write: boolean | undefined;
  readonly real: boolean | undefined;
  readonly runs: number;
  readonly parallel: number;
}

/** What is simulated, for comparison with what was recorded of that release. */
interface Side {
  readonly experiment: Experiment;
  readonly release: string;
  readonly version: string;
}

export const calibrateCommand: CommandModule<object, CalibrateArguments> = {
  command: "calibrate",
  describe: "Compare simulated runs with recordings of real Redis",
  builder: (yargs) =>
    yargs
      .option("seeds", { type: "number", default: 400, describe: "How many runs of each" })
      .option("only", {
        type: "string",
        array: true,
        default: [],
        describe: "These experiments only, such as kill_master",
      })
      .option("release", {
        choices: releases.map(({ release }) => release),
        describe: "This release of Redis only",
      })
      .option("write", { type: "boolean", describe: "Write docs/calibration.md, too" })
      .option("real", {
        type: "boolean",
        describe: "Record the redis-server on the PATH now, and compare with that",
      })
      .option("runs", { type: "number", default: 10, describe: "How many recordings (--real)" })
      .option("parallel", {
        type: "number",
        default: 4,
        describe: "How many clusters side by side (--real)",
      })
      .conflicts("real", ["release", "write"])
      .strict(),
  handler: async (args) => {
    for (const name of ["seeds", "runs", "parallel"] as const)
      if (!Number.isInteger(args[name]) || args[name] < 1)
        throw UserError.of(`--${name}`, `${args[name]} is not a number of runs`, "such as 10");
    process.exitCode = args.real === true ? await calibrateReal(args) : calibrate(args);
  },
};

function calibrate(args: CalibrateArguments): ExitCode {
  const all = experiments.map(({ name }) => name);
  const meter = new Meter();
  const comparisons: Comparison[] = [];
  for (const played of chosen(all, args.only).map(experiment))
    for (const { release, version } of releases) {
      if (args.release !== undefined && args.release !== release) continue;
      const recorded = recordingsOf(release, played.name);
      const simulated = simulateAll({ experiment: played, release, version }, args.seeds, meter);
      comparisons.push(shown(compare(played, release, recorded, simulated)));
    }
  printLegend();
  if (args.write === true) write(calibrationDocument(comparisons));
  return comparisons.every(holds) ? exitCode.ok : exitCode.broken;
}

async function calibrateReal(args: CalibrateArguments): Promise<ExitCode> {
  const release = installedRelease();
  if (release === undefined)
    throw UserError.of("--real", "there is no redis-server on the PATH", "install one first");
  const version = versions.find((each) => release.startsWith(`${each}.`));
  if (version === undefined)
    throw UserError.of(
      "--real",
      `the redis-server on the PATH is ${release}, which redsim does not know`,
      `it knows ${versions.join(", ")}`,
    );
  // Children are ended, and folders removed, when this process exits.
  process.once("SIGINT", () => process.exit(exitCode.interrupted));
  process.once("SIGTERM", () => process.exit(143));
  const meter = new Meter();
  const comparisons: Comparison[] = [];
  for (const name of chosen(realExperiments, args.only)) {
    meter.begin(`${name}, Redis ${release}: ${args.runs} recordings, ${args.parallel} at a time`);
    const recorded = await recordSeries(usualSettings(name), {
      runs: args.runs,
      parallel: args.parallel,
      progress: (done) => meter.show(() => `${name}: ${done} of ${args.runs} recorded`),
    });
    const played = experiment(name);
    const simulated = simulateAll({ experiment: played, release, version }, args.seeds, meter);
    comparisons.push(shown(compare(played, release, recorded, simulated)));
  }
  printLegend();
  return comparisons.every(holds) ? exitCode.ok : exitCode.broken;
}

function shown(comparison: Comparison): Comparison {
  for (const line of reportLines(comparison)) out(line);
  return comparison;
}

function printLegend(): void {
  for (const [word, meaning] of legend) out(wrap(word.padEnd(11), meaning));
}

function write(text: string): void {
  const path = fileURLToPath(new URL("../../docs/calibration.md", import.meta.url));
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw UserError.of(path, `cannot be written: ${reasonOf(error)}`);
  }
}

/** Those of `names` that were asked for; all where nothing was. */
function chosen<Name extends string>(
  names: readonly Name[],
  only: readonly string[],
): readonly Name[] {
  for (const name of only)
    if (!names.some((each) => each === name))
      throw UserError.of("--only", `no experiment is called ${name}`, suggestion(name, names));
  return only.length === 0 ? names : names.filter((name) => only.includes(name));
}

function simulateAll(
  { experiment: played, release, version }: Side,
  seeds: number,
  meter: Meter,
): Sample[] {
  const what = `${played.name}, Redis ${release}`;
  meter.begin(`${what}: ${seeds} runs of ${played.scenario}`);
  const { scenario } = loadScenario(played.scenario, longEnough(version));
  const samples: Sample[] = [];
  while (samples.length < seeds) {
    samples.push(simulate(played, scenario, `${samples.length + 1}`));
    meter.show(() => `${what}: ${samples.length} of ${seeds} runs`);
  }
  meter.clear();
  return samples;
}
