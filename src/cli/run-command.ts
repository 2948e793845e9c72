/** `redsim run`: one run with its transcript, or many for their distribution. */
import type { CommandModule } from "yargs";
import type { Level, Observer } from "../kernel/record.js";
import { type Duration, milliseconds } from "../kernel/time.js";
import { eventLine } from "../observe/event-line.js";
import { Transcript } from "../observe/transcript.js";
import { NodeLog } from "../run/node-log.js";
import type { RunResult } from "../run/result.js";
import { Run } from "../run.js";
import { parseDuration } from "../scenario/duration.js";
import type { Scenario } from "../scenario/scenario.js";
import { listed } from "../scenario/suggest.js";
import { castLines } from "./cast.js";
import { printChanges } from "./changes.js";
import { checkDeterminismOption } from "./divergence.js";
import { type ExitCode, exitCode } from "./exit-code.js";
import { ignoredLines } from "./ignored.js";
import { checkWritable, LineFile } from "./line-file.js";
import { heading, out, say, sectionLines, widestName, wrap } from "./print.js";
import { runWithProgress } from "./progress.js";
import { repeated } from "./repeated.js";
import { type LoadedScenario, loadScenario } from "./scenario-source.js";
import { runSeeds } from "./seeds.js";
import { summaryLines } from "./summary.js";
import { TraceWriter } from "./tracing.js";
import { runTwice } from "./twice.js";
import { UserError } from "./user-error.js";

export interface RunArguments {
  readonly scenario: string;
  readonly seed: string | undefined;
  readonly seeds: string | undefined;
  readonly set: readonly string[];
  readonly until: string | undefined;
  readonly trace: string | undefined;
  readonly level: Level;
  readonly events: string | undefined;
  readonly log: string | undefined;
  readonly json: boolean | undefined;
  readonly quiet: boolean | undefined;
  readonly verbose: boolean | undefined;
  readonly twice: boolean | undefined;
  readonly histogram: readonly string[];
  readonly "check-determinism": string | undefined;
  readonly heal: boolean | undefined;
}

export const runCommand: CommandModule<object, RunArguments> = {
  command: "run <scenario>",
  describe: "Run a scenario of the library, or a file",
  builder: (yargs) =>
    yargs
      .positional("scenario", {
        type: "string",
        demandOption: true,
        describe: "A name that `redsim list` shows, or a path to a YAML file",
      })
      .option("seed", {
        type: "string",
        requiresArg: true,
        describe: "Instead of the scenario's own seed",
      })
      .option("seeds", {
        type: "string",
        requiresArg: true,
        describe: "Run each seed from A to B: A..B",
      })
      .option("set", repeated("Change the scenario first: path=value, such as version=7.0"))
      .option("until", {
        type: "string",
        requiresArg: true,
        describe: "End the run after so much virtual time: 30s",
      })
      .option("trace", {
        type: "string",
        requiresArg: true,
        describe: "Write the trace to this file (NDJSON)",
      })
      .option("level", {
        choices: ["notes", "wire", "steps"] as const,
        default: "notes" as const,
        describe: "What the trace holds",
      })
      .option("events", {
        type: "string",
        requiresArg: true,
        describe: "Write events, faults and writes to this file (NDJSON)",
      })
      .option("log", {
        type: "string",
        requiresArg: true,
        describe: "Print the log of this node, as Redis writes it, instead of the transcript",
      })
      .option("json", { type: "boolean", describe: "Print the result as JSON" })
      .option("quiet", { type: "boolean", describe: "Print failures only" })
      .option("verbose", { type: "boolean", describe: "Print everything" })
      .option("twice", {
        type: "boolean",
        describe: "Run it twice and compare, step by step",
      })
      .option("histogram", repeated("With --seeds: show how this figure is spread, such as lost"))
      .option("check-determinism", checkDeterminismOption)
      .option("heal", {
        type: "boolean",
        describe: "At the end undo all faults and go on until all is well, as explore does",
      })
      .conflicts("seeds", ["seed", "trace", "events", "twice", "log", "heal", "verbose"])
      .conflicts("log", ["json", "quiet", "verbose", "twice"])
      .conflicts("twice", ["trace", "events", "json", "verbose"])
      .conflicts("quiet", "verbose")
      .strict(),
  handler: (args) => {
    process.exitCode = run(args);
  },
};

function run(args: RunArguments): ExitCode {
  const loaded = loadScenario(args.scenario, args.set);
  const until = untilOf(args.until);
  if (args.seeds !== undefined) return runSeeds(loaded, { ...args, seeds: args.seeds, until });
  checkSingle(args);
  const seed = args.seed ?? loaded.scenario.seed;
  if (args.twice === true)
    return runTwice(
      {
        scenario: loaded.scenario,
        seed,
        healed: args.heal === true,
        ...(until === undefined ? {} : { until }),
      },
      { isQuiet: args.quiet === true },
    );
  return runOnce(loaded, args, seed, until);
}

/** What only many runs have. */
function checkSingle({ histogram, "check-determinism": every }: RunArguments): void {
  const given =
    histogram.length > 0 ? "--histogram" : every === undefined ? "" : "--check-determinism";
  if (given !== "") throw UserError.of(given, "this is one run only", "with --seeds A..B");
}

function runOnce(
  { scenario, source }: LoadedScenario,
  args: RunArguments,
  seed: string,
  until: Duration | undefined,
): ExitCode {
  const shows = args.json !== true && args.quiet !== true && args.log === undefined;
  const transcript = shows ? transcriptOf(scenario, args.verbose === true) : undefined;
  checkOutputs(args);
  const trace =
    args.trace === undefined
      ? undefined
      : new TraceWriter(args.trace, {
          level: args.level,
          seed,
          until,
          healed: args.heal,
          source,
        });
  const events = args.events === undefined ? undefined : new LineFile(args.events);
  const observers: Observer[] = [];
  const log = args.log === undefined ? undefined : logOf(scenario, args.log, () => run);
  if (log !== undefined) observers.push(log);
  if (transcript !== undefined)
    observers.push({ level: "notes", record: (record) => transcript.record(record) });
  if (trace !== undefined) observers.push(trace);
  if (events !== undefined)
    observers.push({
      level: "notes",
      record: (record) => {
        const line = eventLine(record);
        if (line !== undefined) events.line(line);
      },
    });

  const run: Run = new Run({
    scenario,
    seed,
    observers,
    ...(until === undefined ? {} : { until }),
  });
  try {
    runWithProgress(run);
  } catch (error) {
    // What led to it is worth more than ever.
    trace?.abandon();
    events?.abandon();
    throw error;
  }
  const result = args.heal === true ? run.heal() : run.result();
  log?.end();
  trace?.end(run, result);
  events?.close();

  if (args.json === true) out(JSON.stringify(result, undefined, 2));
  if (transcript !== undefined) {
    const fromFiles = Object.keys(source.files).length > 0;
    printTranscript(run, transcript, result, args, fromFiles);
  }
  // A log is to be piped on: what fails is said beside it.
  if (args.log !== undefined) printFailures(result, say);
  if (args.quiet === true && args.json !== true) printFailures(result, out);
  return verdictCode(result);
}

/** Prints the log of that node while it runs. */
function logOf(scenario: Scenario, name: string, run: () => Run): NodeLog {
  const node = scenario.nodes.find((each) => each.name === name);
  if (node === undefined) {
    const names = scenario.nodes.map((each) => each.name);
    throw UserError.of("--log", `no node is called ${name}`, `there are ${listed(names)}`);
  }
  return new NodeLog(
    { name, isSentinel: node.kind === "sentinel" },
    () => run().clockOf(name),
    out,
  );
}

/** All that will be written can be written, each to a place of its own. */
function checkOutputs({ trace, events }: RunArguments): void {
  for (const path of [trace, events]) if (path !== undefined) checkWritable(path);
  if (trace !== undefined && trace === events)
    throw UserError.of("--events", `${events} is the file of --trace`, "name another one");
}

function transcriptOf(scenario: Scenario, verbose: boolean): Transcript {
  const clients = scenario.clients.map(({ name, settings }) => ({
    name,
    prints: settings.kind === "script" || settings.workloads.some(({ print }) => print),
  }));
  return new Transcript({ verbose, nodes: scenario.nodes, clients });
}

function printTranscript(
  run: Run,
  transcript: Transcript,
  result: RunResult,
  args: RunArguments,
  fromFiles: boolean,
): void {
  const { plan } = run;
  out(wrap("", plan.title));
  out(wrap("", `${plan.file}, seed ${plan.seed}, Redis ${plan.version}`));
  section("what runs", castLines(plan));
  const ignored = args.verbose === true ? ignoredLines(plan) : [];
  if (ignored.length > 0) section("directives without meaning here", ignored);
  const nameWidth = widestName(transcript.sections);
  for (const each of transcript.sections) section(each.title, sectionLines(each, nameWidth));
  const looked = plan.steps.some((step) => step.action.kind === "look");
  if (args.verbose === true || (fromFiles && !looked)) printChanges(run);
  section("summary", summaryLines(result, replayCommand(args, result.seed)));
}

function section(title: string, lines: readonly string[]): void {
  out("");
  out(heading(title));
  for (const line of lines) out(line);
}

function printFailures(result: RunResult, print: (line: string) => void): void {
  for (const verdict of result.expectations)
    if (!verdict.holds) print(`${verdict.where}: ${verdict.text}: ${verdict.found}`);
  for (const law of result.laws)
    for (const violation of law.violations) print(`${law.law}: ${violation.text}`);
  for (const mishap of result.mishaps) print(mishap);
}

/** The command that does the same again. */
export function replayCommand(args: RunArguments, seed: string): string {
  const set = args.set.map((each) => ` --set ${quoted(each)}`).join("");
  const until = args.until === undefined ? "" : ` --until ${args.until}`;
  const heal = args.heal === true ? " --heal" : "";
  return `npx redsim run ${quoted(args.scenario)} --seed ${quoted(seed)}${set}${until}${heal}`;
}

function quoted(text: string): string {
  return /^[\w./=:,@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

export function verdictCode(result: RunResult): ExitCode {
  const holds =
    result.expectations.every((each) => each.holds) &&
    result.laws.every((each) => each.holds) &&
    result.mishaps.length === 0;
  return holds ? exitCode.ok : exitCode.broken;
}

function untilOf(text: string | undefined): Duration | undefined {
  if (text === undefined) return undefined;
  const until = parseDuration(text);
  if (until === undefined || until < milliseconds(0))
    throw UserError.of("--until", `${text} is not a duration`, "such as 500ms, 30s or 2m");
  return until;
}
