/** `redsim explore`: a scenario, or worlds of its own making, under many seeds on all cores. */
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { CommandModule } from "yargs";
import {
  type Exploration,
  type ExploreOptions,
  explore,
  type Found,
  type Progress,
  seedCount,
} from "../explore/explore.js";
import { type FindingFolder, Findings } from "../explore/findings.js";
import type { UnequalRuns } from "../explore/repeat.js";
import { selfContained } from "../explore/self-contained.js";
import { Threads } from "../explore/threads.js";
import type { Also } from "../explore/trial.js";
import { parseDuration } from "../scenario/duration.js";
import { checkDeterminismOf, checkDeterminismOption, printDivergence } from "./divergence.js";
import { type ExitCode, exitCode } from "./exit-code.js";
import { showsAgain, sizeText } from "./findings-command.js";
import { out, say, wrap } from "./print.js";
import { programVersion } from "./program.js";
import { Meter } from "./progress.js";
import { repeated } from "./repeated.js";
import { loadScenario, reasonOf } from "./scenario-source.js";
import { seedRange } from "./seed-range.js";
import { UserError } from "./user-error.js";

interface ExploreArguments {
  readonly scenario: string | undefined;
  readonly swarm: boolean | undefined;
  readonly seeds: string;
  readonly jobs: number;
  readonly time: string | undefined;
  readonly shard: string | undefined;
  readonly also: readonly Also[];
  readonly "check-determinism": string | undefined;
  readonly set: readonly string[];
  readonly findings: string;
  readonly shrink: number;
  readonly json: boolean | undefined;
}

export const exploreCommand: CommandModule<object, ExploreArguments> = {
  command: "explore [scenario]",
  describe: "Look for seeds under which a law breaks",
  builder: (yargs) =>
    yargs
      .positional("scenario", { type: "string", describe: "A scenario of the library, or a file" })
      .option("swarm", {
        type: "boolean",
        describe: "Draw the world itself from each seed: nodes, settings, network, faults",
      })
      .option("seeds", { type: "string", default: "1..1000", describe: "Seeds from A to B: A..B" })
      .option("jobs", { type: "number", default: 0, describe: "Worker threads; 0: one a core" })
      .option("time", { type: "string", describe: "Begin no run after so much real time: 60s" })
      .option("shard", { type: "string", describe: "Only every n-th seed, from the i-th on: i/n" })
      .option("also", {
        choices: ["expectations", "losses", "consistency"] as const,
        array: true,
        nargs: 1,
        default: [],
        describe: "What Redis does not promise, and is to be found as well",
      })
      .option("check-determinism", checkDeterminismOption)
      .option("set", repeated("Change the scenario first: path=value"))
      .option("findings", {
        type: "string",
        default: "findings",
        describe: "The folder in which findings are kept",
      })
      .option("shrink", {
        type: "number",
        default: 600,
        describe: "Runs that making one finding small may take; 0: none",
      })
      .option("json", { type: "boolean", describe: "Print the result as JSON" })
      .conflicts("swarm", "scenario")
      .strict(),
  handler: async (args) => {
    process.exitCode = await run(args);
  },
};

/** Each has a heap of its own: more would take memory, and no machine has so many cores. */
const jobsMax = 256;

async function run(args: ExploreArguments): Promise<ExitCode> {
  if (args.scenario === undefined && args.swarm !== true)
    throw UserError.of("", "nothing to explore", "name a scenario, or say --swarm");
  if (args.swarm === true && args.set.length > 0)
    throw UserError.of("--set", "the swarm draws its settings itself", "name a scenario instead");
  const source =
    args.scenario === undefined
      ? undefined
      : selfContained(loadScenario(args.scenario, args.set).source);
  const options: ExploreOptions = {
    source,
    seeds: seedRange(args.seeds),
    budget: budgetOf(args.time),
    shard: shardOf(args.shard),
    also: args.also,
    repeatEvery: checkDeterminismOf(args["check-determinism"]),
    patience: args.shrink,
  };
  if (seedCount(options) === 0)
    throw UserError.of(
      "--shard",
      `none of the seeds ${args.seeds} is in ${args.shard}`,
      "fewer shards",
    );
  checkFolder(args.findings);
  if (!Number.isInteger(args.jobs) || args.jobs < 0)
    throw UserError.of("--jobs", `${args.jobs} is not a number of threads`, "0: one a core");
  if (args.jobs > jobsMax)
    throw UserError.of("--jobs", `${args.jobs} are more than ${jobsMax} threads`, "0: one a core");
  if (!Number.isInteger(args.shrink) || args.shrink < 0)
    throw UserError.of("--shrink", `${args.shrink} is not a number of runs`, "0: none");
  const meter = new Meter();
  const threads = new Threads(args.jobs);
  const stop = stopOnInterrupt(meter);
  const exploration = await explore(threads, { ...options, stop }, (progress) =>
    meter.show(() => standing(progress)),
  );
  await threads.close();
  meter.clear();
  const findings = new Findings(args.findings);
  const by = { program: programVersion, at: new Date(), also: args.also };
  const folders = exploration.found.map((found) => kept(findings, found, by));
  if (args.json === true) out(JSON.stringify({ ...exploration, found: folders }, undefined, 2));
  else print(exploration, folders);
  if (exploration.unequal !== undefined) return exitCode.divergence;
  if (exploration.found.length > 0) return exitCode.broken;
  return stop.aborted ? exitCode.interrupted : exitCode.ok;
}

/** Findings can be kept there; before the search, so that a wrong path costs nothing. */
function checkFolder(path: string): void {
  if (path === "") throw UserError.of("--findings", "this is no path", "--findings FOLDER");
  let there = resolve(path);
  while (!existsSync(there)) there = dirname(there);
  try {
    if (!statSync(there).isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR" });
    accessSync(there, constants.W_OK);
  } catch (error) {
    throw UserError.of(
      path,
      `findings cannot be kept here: ${reasonOf(error)}`,
      "--findings FOLDER",
    );
  }
}

/** What cannot be kept after all is said before the reason. */
function kept(findings: Findings, found: Found, by: Parameters<Findings["add"]>[1]): FindingFolder {
  try {
    return findings.add(found, by);
  } catch (error) {
    const { law, text } = found.finding;
    say(`not kept: ${law}: ${text} (seeds ${found.seeds.slice(0, 5).join(", ")})`);
    throw error;
  }
}

/** A night's search is not lost by ^C: what it found is made small and kept first. A second one ends it at once. */
function stopOnInterrupt(meter: Meter): AbortSignal {
  const stop = new AbortController();
  process.once("SIGINT", () => {
    stop.abort();
    meter.clear();
    say("interrupted: shrinking and keeping what was found; ^C again to leave it");
    process.once("SIGINT", () => process.exit(exitCode.interrupted));
  });
  return stop.signal;
}

function print(exploration: Exploration, folders: ReturnType<Findings["all"]>): void {
  const { runs, virtualMs, realMs, unequal } = exploration;
  const seconds = realMs / 1_000;
  out(
    `${runs} runs in ${seconds.toFixed(1)} s: ${(runs / seconds).toFixed(0)} a second, ${(virtualMs / realMs).toFixed(0)} times real time`,
  );
  if (unequal !== undefined) printUnequal(unequal);
  if (folders.length === 0) out(runs === 0 ? "nothing was run" : "no law was broken");
  for (const { finding, path } of folders) {
    const { law, text, count, seeds, size } = finding;
    out("");
    out(wrap("", `${law}: ${text}`));
    out(`  ${count} of the seeds, such as ${seeds.slice(0, 5).join(", ")}`);
    out(`  shrunk to ${sizeText(size)}: ${path}`);
    out(`  ${showsAgain(path, finding)}`);
  }
}

function printUnequal({ seed, fingerprints, divergence }: UnequalRuns): void {
  out(`seed ${seed} is not the same run twice: fingerprints ${fingerprints.join(" and ")}`);
  if (divergence !== undefined) printDivergence(divergence);
  else out("side by side two runs are the same: it matters what was run before");
}

function standing({ runs, of, runsPerSecond, speed, findings }: Progress): string {
  return `${runs} of ${of} seeds, ${runsPerSecond.toFixed(0)} runs/s, ${speed.toFixed(0)} times real time, ${findings} findings`;
}

function shardOf(text: string | undefined): { readonly index: number; readonly of: number } {
  if (text === undefined) return { index: 1, of: 1 };
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const [index, of] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || index < 1 || index > of)
    throw UserError.of("--shard", `${text} is not a share of the seeds`, "such as 1/4");
  return { index, of };
}

function budgetOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const budget = parseDuration(text);
  if (budget === undefined)
    throw UserError.of("--time", `${text} is not a duration`, "such as 60s or 8h");
  if (budget === 0) throw UserError.of("--time", "no run fits into no time", "such as 60s or 8h");
  return budget / 1_000;
}
