/** `redsim explore`: a scenario, or worlds of its own making, under many seeds on all cores. */
import type { CommandModule } from "yargs";
import {
  type Exploration,
  type ExploreOptions,
  explore,
  type Progress,
} from "../explore/explore.js";
import { Findings } from "../explore/findings.js";
import { Threads } from "../explore/threads.js";
import type { Also } from "../explore/trial.js";
import { parseDuration } from "../scenario/duration.js";
import { type ExitCode, exitCode } from "./exit-code.js";
import { out, say } from "./print.js";
import { programVersion } from "./program.js";
import { loadScenario } from "./scenario-source.js";
import { UserError } from "./user-error.js";

interface ExploreArguments {
  readonly scenario: string | undefined;
  readonly swarm: boolean | undefined;
  readonly seeds: string;
  readonly jobs: number;
  readonly time: string | undefined;
  readonly shard: string | undefined;
  readonly also: readonly Also[];
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
      .option("set", {
        type: "string",
        array: true,
        nargs: 1,
        default: [],
        describe: "Change the scenario first: path=value",
      })
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

async function run(args: ExploreArguments): Promise<ExitCode> {
  if (args.scenario === undefined && args.swarm !== true)
    throw UserError.of("", "nothing to explore", "name a scenario, or say --swarm");
  if (args.swarm === true && args.set.length > 0)
    throw UserError.of("--set", "the swarm draws its settings itself", "name a scenario instead");
  const source =
    args.scenario === undefined ? undefined : loadScenario(args.scenario, args.set).source;
  const options: ExploreOptions = {
    source,
    seeds: rangeOf(args.seeds),
    budget: budgetOf(args.time),
    shard: shardOf(args.shard),
    also: args.also,
    patience: args.shrink,
  };
  const meter = new Meter();
  const threads = new Threads(args.jobs);
  const exploration = await explore(threads, options, (progress) => meter.show(progress));
  await threads.close();
  meter.clear();
  const findings = new Findings(args.findings);
  const folders = exploration.found.map((found) => findings.add(found, programVersion, args.also));
  if (args.json === true) out(JSON.stringify({ ...exploration, found: folders }, undefined, 2));
  else print(exploration, folders);
  return exploration.found.length === 0 ? exitCode.ok : exitCode.broken;
}

function print(exploration: Exploration, folders: ReturnType<Findings["all"]>): void {
  const { runs, virtualMs, realMs } = exploration;
  const seconds = realMs / 1_000;
  out(
    `${runs} runs in ${seconds.toFixed(1)} s: ${(runs / seconds).toFixed(0)} a second, ${(virtualMs / realMs).toFixed(0)} times real time`,
  );
  if (folders.length === 0) out("no law was broken");
  for (const { finding, path } of folders) {
    const { law, text, count, seeds, size } = finding;
    out("");
    out(`${law}: ${text}`);
    out(`  ${count} of the seeds, such as ${seeds.slice(0, 5).join(", ")}`);
    out(
      `  shrunk to ${size.faults} steps, ${size.servers} servers, ${size.sentinels} Sentinels: ${path}`,
    );
    out(`  npx redsim run ${path}/shrunk.yaml --seed ${finding.seed} --heal`);
  }
}

/** On a terminal one line that changes; elsewhere a line now and then. */
class Meter {
  readonly #isTerminal = process.stderr.isTTY === true;
  #shownAt = performance.now();

  show({ runs, of, runsPerSecond, speed, findings }: Progress): void {
    const now = performance.now();
    if (now - this.#shownAt < (this.#isTerminal ? 200 : 10_000)) return;
    this.#shownAt = now;
    const text = `${runs} of ${of} seeds, ${runsPerSecond.toFixed(0)} runs/s, ${speed.toFixed(0)} times real time, ${findings} findings`;
    if (this.#isTerminal) process.stderr.write(`\r\u001b[K${text}`);
    else say(text);
  }

  clear(): void {
    if (this.#isTerminal) process.stderr.write("\r\u001b[K");
  }
}

function rangeOf(text: string): { readonly first: number; readonly last: number } {
  const match = /^(\d+)\.\.(\d+)$/.exec(text);
  const [first, last] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || last < first)
    throw UserError.of("--seeds", `${text} is not a range of seeds`, "such as 1..1000");
  return { first, last };
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
  return budget / 1_000;
}
