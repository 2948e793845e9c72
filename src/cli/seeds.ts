/** `redsim run --seeds A..B`: one scenario under many seeds, and what they have in common. */
import type { Duration } from "../kernel/time.js";
import type { RunResult } from "../run/result.js";
import { Run } from "../run.js";
import { checkDeterminismOf } from "./divergence.js";
import { type ExitCode, exitCode } from "./exit-code.js";
import { type Figure, figuresOf, histogramLines, tableLines } from "./figures.js";
import { out, say } from "./print.js";
import { type RunArguments, replayCommand, verdictCode } from "./run-command.js";
import type { LoadedScenario } from "./scenario-source.js";
import { type SeedRange, seedRange } from "./seed-range.js";
import { runTwice } from "./twice.js";
import { UserError } from "./user-error.js";

export interface SeedsOptions extends Omit<RunArguments, "seeds" | "until"> {
  readonly seeds: string;
  readonly until: Duration | undefined;
}

/** Their results are all kept until the end; and every one of them is a number of its own. */
const seedsMax = 1_000_000;

export function runSeeds({ scenario }: LoadedScenario, options: SeedsOptions): ExitCode {
  const { first, last } = rangeOf(options.seeds);
  const results: RunResult[] = [];
  const every = checkDeterminismOf(options["check-determinism"]);
  const until = options.until === undefined ? {} : { until: options.until };
  for (let seed = first; seed <= last; seed++) {
    results.push(new Run({ scenario, seed: `${seed}`, ...until }).finish());
    if (every !== undefined && (seed - first) % every === 0) {
      const code = runTwice({ scenario, seed: `${seed}`, ...until }, { isQuiet: true });
      if (code !== exitCode.ok) {
        out(`  ${replayCommand(oneOf(options), `${seed}`)} --twice`);
        return code;
      }
    }
    if (process.stderr.isTTY === true && seed % 10 === 0)
      process.stderr.write(`\rseed ${seed} of ${last} `);
  }
  if (process.stderr.isTTY === true) process.stderr.write("\r\u001b[K");
  const broken = results.filter((result) => verdictCode(result) !== exitCode.ok);
  if (options.json === true)
    out(JSON.stringify({ scenario: scenario.file, runs: results }, undefined, 2));
  else printFigures(figuresOf(results), options);
  if (options.json !== true) printBroken(broken, results.length, options);
  return broken.length === 0 ? exitCode.ok : exitCode.broken;
}

function printFigures(figures: readonly Figure[], { quiet, histogram }: SeedsOptions): void {
  const shown = histogram.map((name) => histogramOf(figures, name));
  if (quiet !== true) for (const line of tableLines(figures)) out(line);
  for (const each of shown) for (const line of ["", ...histogramLines(each)]) out(line);
  if (shown.length > 0) out("");
}

function histogramOf(figures: readonly Figure[], name: string): Figure {
  const figure = figures.find((each) => each.name === name);
  if (figure !== undefined) return figure;
  const names = figures.map((each) => each.name);
  throw UserError.of(
    "--histogram",
    `there is no figure ${name}`,
    `there are ${names.map((each) => `"${each}"`).join(", ")}`,
  );
}

function printBroken(broken: readonly RunResult[], of: number, options: SeedsOptions): void {
  const args = oneOf(options);
  out(broken.length === 0 ? `all ${of} seeds hold` : `${broken.length} of ${of} seeds do not hold`);
  for (const result of broken.slice(0, 10)) {
    for (const verdict of result.expectations)
      if (!verdict.holds) out(`  seed ${result.seed}: ${verdict.text}: ${verdict.found}`);
    for (const law of result.laws)
      for (const violation of law.violations.slice(0, 1))
        out(`  seed ${result.seed}: ${law.law}: ${violation.text}`);
    for (const mishap of result.mishaps) out(`  seed ${result.seed}: ${mishap}`);
    say(`  ${replayCommand(args, result.seed)}`);
  }
}

/** For a single seed. */
function oneOf({ until, seeds: _, ...rest }: SeedsOptions): RunArguments {
  return { ...rest, seeds: undefined, until: until === undefined ? undefined : `${until}us` };
}

function rangeOf(text: string): SeedRange {
  const range = seedRange(text);
  if (range.last - range.first >= seedsMax)
    throw UserError.of("--seeds", `${text} is more than a million seeds`, "such as 1..1000");
  return range;
}
