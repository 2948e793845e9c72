/** `redsim calibrate`: how close simulated runs are to recordings of real Redis. */
import type { CommandModule } from "yargs";
import { type Comparison, compare, holds } from "../calibrate/comparison.js";
import { type Experiment, experiments, releases } from "../calibrate/experiment.js";
import { reportLines } from "../calibrate/report.js";
import type { Sample } from "../calibrate/sample.js";
import { longEnough, simulate } from "../calibrate/simulate.js";
import { type ExitCode, exitCode } from "./exit-code.js";
import { out } from "./print.js";
import { recordingsOf } from "./recordings.js";
import { loadScenario } from "./scenario-source.js";
import { UserError } from "./user-error.js";

interface CalibrateArguments {
  readonly seeds: number;
  readonly only: readonly string[];
  readonly release: string | undefined;
}

export const calibrateCommand: CommandModule<object, CalibrateArguments> = {
  command: "calibrate",
  describe: "Compare simulated runs with recordings of real Redis",
  builder: (yargs) =>
    yargs
      .option("seeds", { type: "number", default: 200, describe: "How many runs of each" })
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
      .strict(),
  handler: (args) => {
    process.exitCode = calibrate(args);
  },
};

function calibrate(args: CalibrateArguments): ExitCode {
  if (!Number.isInteger(args.seeds) || args.seeds < 1)
    throw UserError.of("--seeds", `${args.seeds} is not a number of runs`, "such as 200");
  const comparisons: Comparison[] = [];
  for (const experiment of chosen(args.only))
    for (const { release, version } of releases) {
      if (args.release !== undefined && args.release !== release) continue;
      const recorded = recordingsOf(release, experiment.name);
      const simulated = simulateAll(experiment, version, args.seeds);
      const comparison = compare(experiment, release, recorded, simulated);
      for (const line of reportLines(comparison)) out(line);
      comparisons.push(comparison);
    }
  return comparisons.every(holds) ? exitCode.ok : exitCode.broken;
}

function chosen(names: readonly string[]): readonly Experiment[] {
  for (const name of names)
    if (!experiments.some((each) => each.name === name))
      throw UserError.of(
        "--only",
        `no experiment is called ${name}`,
        experiments.map((each) => each.name).join(", "),
      );
  return names.length === 0 ? experiments : experiments.filter(({ name }) => names.includes(name));
}

function simulateAll(experiment: Experiment, version: string, seeds: number): Sample[] {
  const { scenario } = loadScenario(experiment.scenario, longEnough(version));
  const samples: Sample[] = [];
  for (let seed = 1; seed <= seeds; seed++) samples.push(simulate(experiment, scenario, `${seed}`));
  return samples;
}
