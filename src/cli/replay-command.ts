/** `redsim replay`: runs a trace again and stops at the first line that differs. */
import { readFileSync } from "node:fs";
import type { CommandModule } from "yargs";
import * as z from "zod";
import type { OutsideInput } from "../kernel/outside.js";
import type { Observer, RunRecord } from "../kernel/record.js";
import { type Instant, microseconds, seconds } from "../kernel/time.js";
import { type TraceHeader, traceFormat, traceLine } from "../observe/trace.js";
import { Run } from "../run.js";
import { outsideHost, served } from "../scenario/served.js";
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
  const read = scenarioOf({ ...header.scenario, files: header.files, set: header.set });
  const scenario = header.served === undefined ? read : served(read, header.served);
  const comparison = new Comparison(lines, header.level);
  const run = new Run({
    scenario,
    seed: header.seed,
    observers: [comparison],
    ...(header.served === undefined ? {} : { outside: outsideHost(read) }),
    until: microseconds(header.until ?? endedAt(lines)),
  });
  const goOn = (until: number) => {
    while (run.now < until && !run.isOver && comparison.difference === undefined)
      run.advance(microseconds(Math.min(seconds(1), until - run.now)));
  };
  for (const { at, input } of outsideInputs(path, lines)) {
    goOn(at);
    if (comparison.difference === undefined) run.take(input);
  }
  goOn(endedAt(lines));
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

/** What came in from outside: what the run cannot know by itself. */
function* outsideInputs(
  path: string,
  lines: readonly string[],
): Iterable<{ readonly at: Instant; readonly input: OutsideInput }> {
  for (const [i, line] of lines.entries()) {
    if (!line.includes('"kind":"outside"')) continue;
    const record = parsed(line);
    if (record?.["kind"] !== "outside") continue;
    const read = outsideSchema.safeParse(record);
    if (!read.success)
      throw UserError.of(
        `${path}:${i + 1}`,
        "this is no input from outside",
        "redsim serve --trace writes them",
      );
    const { t, kind: _, ...input } = record;
    yield { at: t as Instant, input: input as unknown as OutsideInput };
  }
}

/** Where the run ended, by its last line. */
function endedAt(lines: readonly string[]): number {
  const t = parsed(lines.at(-1) ?? "")?.["t"];
  return typeof t === "number" ? t : 0;
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
  served: z.object({ network: z.int().min(1).max(254), bare: z.boolean() }).optional(),
  scenario: z.object({ name: z.string(), text: z.string() }),
  set: z.array(z.string()),
  files: z.record(z.string(), z.string()),
});

/** A line that came in from outside, as far as a wrong one could do harm. */
const outsideSchema = z.intersection(
  z.object({ t: z.int().min(0) }),
  z.discriminatedUnion("does", [
    z.object({ does: z.literal("connect"), connection: z.int(), node: z.string() }),
    z.object({ does: z.literal("send"), connection: z.int(), bytes: z.string() }),
    z.object({ does: z.literal("end"), connection: z.int() }),
    z.object({ does: z.literal("abort"), connection: z.int() }),
    z.object({ does: z.literal("inject"), fault: z.looseObject({ kind: z.string() }) }),
  ]),
);

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
