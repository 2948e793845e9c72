/** `redsim run --seeds A..B`: one scenario under many seeds, and what they have in common. */
import type { Duration } from "../kernel/time.js";
import { phases } from "../observe/failovers.js";
import type { RunResult } from "../run/result.js";
import { Run } from "../run.js";
import { type ExitCode, exitCode } from "./exit-code.js";
import { out, say } from "./print.js";
import { type RunArguments, replayCommand, verdictCode } from "./run-command.js";
import type { LoadedScenario } from "./scenario-source.js";
import { UserError } from "./user-error.js";

export interface SeedsOptions extends Omit<RunArguments, "seeds" | "until"> {
  readonly seeds: string;
  readonly until: Duration | undefined;
}

/** Their results are all kept until the end; and every one of them is a number of its own. */
const seedsMax = 1_000_000;

export function runSeeds({ scenario }: LoadedScenario, options: SeedsOptions): ExitCode {
  const [first, last] = rangeOf(options.seeds);
  const results: RunResult[] = [];
  for (let seed = first; seed <= last; seed++) {
    const until = options.until === undefined ? {} : { until: options.until };
    results.push(new Run({ scenario, seed: `${seed}`, ...until }).finish());
    if (process.stderr.isTTY === true && seed % 10 === 0)
      process.stderr.write(`\rseed ${seed} of ${last} `);
  }
  if (process.stderr.isTTY === true) process.stderr.write("\r\u001b[K");
  const broken = results.filter((result) => verdictCode(result) !== exitCode.ok);
  if (options.json === true)
    out(JSON.stringify({ scenario: scenario.file, runs: results }, undefined, 2));
  else if (options.quiet !== true) printTable(results);
  if (options.json !== true) printBroken(broken, results.length, options);
  return broken.length === 0 ? exitCode.ok : exitCode.broken;
}

function printTable(results: readonly RunResult[]): void {
  out(row("", ["min", "p10", "median", "p90", "max"]));
  const line = (name: string, values: readonly number[]) => {
    if (values.length > 0) out(row(name, quantiles(values)));
  };
  line(
    "acknowledged",
    results.map((each) => each.metrics.acknowledged),
  );
  line(
    "failed",
    results.map((each) => each.metrics.failed),
  );
  line(
    "unknown",
    results.map((each) => each.metrics.unknown),
  );
  line(
    "lost",
    results.map((each) => each.metrics.lost),
  );
  line(
    "longest write gap ms",
    results.map((each) => each.metrics.longestWriteGapMs),
  );
  line(
    "two masters ms",
    results.map((each) => each.metrics.twoMastersMs),
  );
  for (const phase of phases)
    line(
      `failover ${phase} ms`,
      results.flatMap(
        (each) =>
          each.failovers.find((failover) => failover.aborted === undefined)?.phases[phase] ?? [],
      ),
    );
}

function row(name: string, cells: readonly string[]): string {
  return `${name.padEnd(26)}${cells.map((cell) => cell.padStart(10)).join("")}`;
}

function quantiles(values: readonly number[]): string[] {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return [0, 0.1, 0.5, 0.9, 1].map((share) => `${Math.round(at(share) * 10) / 10}`);
}

function printBroken(broken: readonly RunResult[], of: number, options: SeedsOptions): void {
  const { until, seeds: _, ...rest } = options;
  const args: RunArguments = {
    ...rest,
    seeds: undefined,
    until: until === undefined ? undefined : `${until}us`,
  };
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

function rangeOf(text: string): readonly [number, number] {
  const match = /^(\d+)\.\.(\d+)$/.exec(text);
  const first = Number(match?.[1]);
  const last = Number(match?.[2]);
  if (match === null || last < first || !Number.isSafeInteger(last))
    throw UserError.of("--seeds", `${text} is not a range of seeds`, "such as 1..1000");
  if (last - first >= seedsMax)
    throw UserError.of("--seeds", `${text} is more than a million seeds`, "such as 1..1000");
  return [first, last];
}
