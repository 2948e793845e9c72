/** `redsim replay`: runs a trace again and stops at the first line that differs. */
import type { CommandModule } from "yargs";
import type { Observer, RunRecord } from "../kernel/record.js";
import { traceLine } from "../observe/trace.js";
import { traceEnd } from "../run/trace-frame.js";
import { type ExitCode, exitCode } from "./exit-code.js";
import { out, wrap } from "./print.js";
import { programVersion } from "./program.js";
import { readTrace, rerun } from "./trace-file.js";

interface ReplayArguments {
  readonly trace: string;
}

export const replayCommand: CommandModule<object, ReplayArguments> = {
  command: "replay <trace>",
  describe: "Run a trace again and compare it line by line",
  builder: (yargs) =>
    yargs
      .positional("trace", {
        type: "string",
        demandOption: true,
        describe: "A file that `redsim run --trace` wrote, or the trace of a finding",
      })
      .strict(),
  handler: (args) => {
    process.exitCode = replay(args.trace);
  },
};

/** Compares each record with the next line of the trace; silent after the first difference. */
class Comparison implements Observer {
  readonly level: Observer["level"];
  readonly #lines: readonly string[];
  /** Index of the next line; the header is line 0. */
  next = 1;
  difference: { readonly line: number; readonly now: string } | undefined;

  constructor(lines: readonly string[], level: Observer["level"]) {
    this.#lines = lines;
    this.level = level;
  }

  record(record: RunRecord): void {
    this.compare(traceLine(record));
  }

  compare(line: string): void {
    if (this.difference !== undefined) return;
    if (line !== this.#lines[this.next]) this.difference = { line: this.next, now: line };
    this.next++;
  }
}

function replay(path: string): ExitCode {
  const trace = readTrace(path);
  const { lines, header } = trace;
  const comparison = new Comparison(lines, header.level);
  const run = rerun(trace, comparison, () => comparison.difference !== undefined);
  if (comparison.difference === undefined)
    comparison.compare(JSON.stringify(traceEnd(run, run.result())));
  if (comparison.difference !== undefined) {
    diverged(path, lines, comparison.difference);
    if (header.program !== programVersion)
      out(
        wrap(
          "",
          `${header.program} wrote this trace, and this is ${programVersion}: ${oneVersion}`,
        ),
      );
    return exitCode.divergence;
  }
  out(`${lines.length - 2} records are the same again, fingerprint ${run.fingerprint}`);
  return exitCode.ok;
}

const oneVersion = "a seed means the same within one version of redsim only";

function diverged(
  path: string,
  lines: readonly string[],
  { line, now }: { readonly line: number; readonly now: string },
): void {
  out(`${path}:${line + 1}: this run differs from its trace`);
  for (const before of lines.slice(Math.max(1, line - 5), line)) out(`    ${before}`);
  out(`  trace  ${lines[line] ?? "(nothing more)"}`);
  out(`  replay ${now}`);
}
