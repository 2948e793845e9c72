/** `redsim run --twice`: two runs side by side, compared at every virtual second, and where they part. */
import type { Observer, RunRecord } from "../kernel/record.js";
import { type Duration, seconds } from "../kernel/time.js";
import { traceLine } from "../observe/trace.js";
import { Run } from "../run.js";
import type { Scenario } from "../scenario/scenario.js";
import { type ExitCode, exitCode } from "./exit-code.js";
import { out } from "./print.js";

export interface TwiceOptions {
  readonly seed: string;
  readonly until: Duration | undefined;
  readonly quiet: boolean;
}

/** The steps of the current second: all that is kept of a run under comparison. */
class LastSecond implements Observer {
  readonly level = "steps";
  records: RunRecord[] = [];

  record(record: RunRecord): void {
    this.records.push(record);
  }
}

export function runTwice(scenario: Scenario, options: TwiceOptions): ExitCode {
  const until = options.until === undefined ? {} : { until: options.until };
  const watchers = [new LastSecond(), new LastSecond()] as const;
  const [one, other] = watchers.map(
    (watcher) => new Run({ scenario, seed: options.seed, observers: [watcher], ...until }),
  ) as [Run, Run];
  while (!one.isOver) {
    for (const watcher of watchers) watcher.records = [];
    one.advance(seconds(1));
    other.advance(seconds(1));
    if (one.fingerprint !== other.fingerprint) {
      printDivergence(one, other, watchers[0].records, watchers[1].records);
      return exitCode.divergence;
    }
  }
  if (!options.quiet)
    out(`two runs of ${one.steps} events are equal, fingerprint ${one.fingerprint}`);
  return exitCode.ok;
}

function printDivergence(
  one: Run,
  other: Run,
  first: readonly RunRecord[],
  second: readonly RunRecord[],
): void {
  out(`the two runs differ in the second before ${(one.now / 1e6).toFixed(0)} s:`);
  const lines = [first.map(traceLine), second.map(traceLine)] as const;
  const at = lines[0].findIndex((line, index) => line !== lines[1][index]);
  for (const line of lines[0].slice(Math.max(at - 5, 0), at)) out(`    ${line}`);
  out(`  1 ${lines[0][at] ?? "(nothing more)"}`);
  out(`  2 ${lines[1][at] ?? "(nothing more)"}`);
  const draws = new Map(other.draws.map(({ stream, draws }) => [stream, draws]));
  for (const { stream, draws: count } of one.draws)
    if (draws.get(stream) !== count)
      out(`  stream ${stream}: ${count} draws in one, ${draws.get(stream) ?? 0} in the other`);
}
