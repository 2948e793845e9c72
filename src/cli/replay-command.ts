/** `redsim replay`: runs a trace again and stops at the first line that differs. */
import { readFileSync } from "node:fs";
import type { CommandModule } from "yargs";
import * as z from "zod";
import type { Observer, RunRecord } from "../kernel/record.js";
import { microseconds, seconds } from "../kernel/time.js";
import { type TraceHeader, traceFormat, traceLine } from "../observe/trace.js";
import { Run } from "../run.js";
import { type ExitCode, exitCode } from "./exit-code.js";
import { out } from "./print.js";
import { reasonOf, scenarioOf } from "./scenario-source.js";
import { endOf } from "./tracing.js";
import { UserError } from "./user-error.js";

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
        describe: "A file that `redsim run --trace` wrote",
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
  const lines = readLines(path);
  const header = headerOf(path, lines[0] ?? "");
  checkWhole(path, lines);
  const scenario = scenarioOf({ ...header.scenario, files: header.files, set: header.set });
  const comparison = new Comparison(lines, header.level);
  const run = new Run({
    scenario,
    seed: header.seed,
    observers: [comparison],
    ...(header.until === undefined ? {} : { until: microseconds(header.until) }),
  });
  while (!run.isOver && comparison.difference === undefined) run.advance(seconds(1));
  if (comparison.difference === undefined)
    comparison.compare(JSON.stringify(endOf(run, run.result())));
  if (comparison.difference !== undefined) return diverged(path, lines, comparison.difference);
  out(`${lines.length - 2} records are the same again, fingerprint ${run.fingerprint}`);
  return exitCode.ok;
}

function diverged(
  path: string,
  lines: readonly string[],
  { line, now }: { readonly line: number; readonly now: string },
): ExitCode {
  out(`${path}:${line + 1}: this run differs from its trace`);
  for (const before of lines.slice(Math.max(1, line - 5), line)) out(`    ${before}`);
  out(`  trace  ${lines[line] ?? "(nothing more)"}`);
  out(`  replay ${now}`);
  return exitCode.divergence;
}

function readLines(path: string): string[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw UserError.of(path, reasonOf(error));
  }
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function headerOf(path: string, line: string): TraceHeader {
  const header = parsed(line);
  if (header?.["kind"] !== "redsim-trace")
    throw UserError.of(
      `${path}:1`,
      "this is not a trace of redsim",
      "redsim run --trace writes one",
    );
  if (header["format"] !== traceFormat)
    throw UserError.of(
      `${path}:1`,
      `the trace has format ${String(header["format"])}, and this redsim reads format ${traceFormat}`,
      `it was written by redsim ${String(header["program"])}`,
    );
  const read = headerSchema.safeParse(header);
  if (read.success) return header as unknown as TraceHeader;
  const key = String(read.error.issues[0]?.path[0] ?? "");
  throw UserError.of(
    `${path}:1`,
    `the trace's first line has a wrong ${key}`,
    "redsim run --trace writes one",
  );
}

/** What a replay needs of the first line. */
const headerSchema = z.object({
  level: z.enum(["notes", "wire", "steps"]),
  seed: z.string(),
  until: z.int().min(0).optional(),
  scenario: z.object({ name: z.string(), text: z.string() }),
  set: z.array(z.string()),
  files: z.record(z.string(), z.string()),
});

/** The last line is the end, or the trace was cut off. */
function checkWhole(path: string, lines: readonly string[]): void {
  const last = parsed(lines.at(-1) ?? "");
  if (last?.["kind"] === "end") return;
  const what = last === undefined ? "in the middle of this line" : "after this line";
  throw UserError.of(
    `${path}:${lines.length}`,
    `the trace was cut off ${what}`,
    "its last line must be the end",
  );
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
