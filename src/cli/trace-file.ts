/** A trace as it was read: whether it is one, whether it is whole, and its run again. */
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import * as z from "zod";
import type { OutsideInput } from "../kernel/outside.js";
import type { Observer } from "../kernel/record.js";
import { type Instant, microseconds, seconds } from "../kernel/time.js";
import { type TraceHeader, traceFormat, traceMark } from "../observe/trace.js";
import { versions } from "../redis/version.js";
import { RememberedMachine } from "../run/remembered-machine.js";
import { Run } from "../run.js";
import { loneHostName, loneHostScenario } from "../scenario/lone-host.js";
import type { Scenario } from "../scenario/scenario.js";
import { outsideHost, served } from "../scenario/served.js";
import { reasonOf, scenarioOf } from "./scenario-source.js";
import { UserError } from "./user-error.js";

export interface TraceFile {
  readonly path: string;
  readonly header: TraceHeader;
  /** All of them: the header is the first, the end the last. */
  readonly lines: readonly string[];
}

/** Is this a file that begins as a trace does? */
export function isTrace(path: string): boolean {
  const start = Buffer.alloc(traceMark.length);
  try {
    const descriptor = openSync(path, "r");
    try {
      readSync(descriptor, start);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return false;
  }
  return start.toString("latin1") === traceMark;
}

export function readTrace(path: string): TraceFile {
  const lines = readLines(path);
  const header = headerOf(path, lines[0] ?? "");
  checkWhole(path, lines);
  return { path, header, lines };
}

/**
 * Its run again, from what its first line holds and what came in from outside. Between two virtual
 * seconds `isEnough` may end it early.
 */
export function rerun(
  trace: TraceFile,
  observer: Observer,
  isEnough: () => boolean = () => false,
): Run {
  const { header, path, lines } = trace;
  const { scenario, outside } = stageOf(header);
  const until = header.until ?? (header.healed === true ? undefined : endedAt(lines));
  const run = new Run({
    scenario,
    seed: header.seed,
    observers: [observer],
    ...(outside === undefined ? {} : { outside }),
    ...(header.host === undefined ? {} : { real: new RememberedMachine(answersIn(lines)) }),
    ...(until === undefined ? {} : { until: microseconds(until) }),
  });
  const goOn = (until: number) => {
    while (run.now < until && !run.isOver && !isEnough())
      run.advance(microseconds(Math.min(seconds(1), until - run.now)));
  };
  for (const { at, input } of outsideInputs(path, lines)) {
    goOn(at);
    if (!isEnough()) run.take(input);
  }
  goOn(header.healed === true ? run.end : endedAt(lines));
  if (header.healed === true && !isEnough()) for (const _ of run.healing()) if (isEnough()) break;
  return run;
}

/** The scenario, and the host on which those from outside stand, where there are any. */
function stageOf(header: TraceHeader): {
  readonly scenario: Scenario;
  readonly outside: string | undefined;
} {
  if (header.host !== undefined)
    return { scenario: loneHostScenario(header.host), outside: loneHostName };
  const read = scenarioOf({ ...header.scenario, files: header.files, set: header.set });
  if (header.served === undefined) return { scenario: read, outside: undefined };
  return { scenario: served(read, header.served), outside: outsideHost(read) };
}

/** What the real machine answered, in the order in which it was asked. */
function* answersIn(lines: readonly string[]): Iterator<unknown> {
  for (const line of lines)
    if (line.includes('"kind":"machine"')) {
      const record = parsed(line);
      if (record?.["kind"] === "machine") yield record["answer"];
    }
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
  // A trace that went through a checkout of another system has line ends of that.
  const lines = text.split(/\r?\n/);
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

/** What a run needs of the first line. */
const headerSchema = z.object({
  level: z.enum(["notes", "wire", "steps"]),
  seed: z.string(),
  until: z.int().min(0).optional(),
  healed: z.literal(true).optional(),
  served: z
    .intersection(
      z.union([
        z.object({ network: z.int().min(1).max(254) }),
        z.object({ announce: z.ipv4(), portBase: z.int().min(1).max(65_535).optional() }),
      ]),
      z.object({
        bare: z.boolean(),
        reaches: z.array(z.ipv4()).optional(),
        ahead: z.int().optional(),
      }),
    )
    .optional(),
  host: z
    .object({
      ips: z.array(z.ipv4()).min(1),
      names: z.array(z.object({ name: z.string(), ip: z.ipv4() })),
      offset: z.int(),
    })
    .optional(),
  scenario: z.object({ name: z.string(), text: z.string() }),
  set: z.array(z.string()),
  files: z.record(z.string(), z.string()),
});

/** A line that came in from outside, as far as a wrong one could do harm. */
const outsideSchema = z.intersection(
  z.object({ t: z.int().min(0) }),
  z.discriminatedUnion("does", [
    z.object({
      does: z.literal("connect"),
      connection: z.int(),
      node: z.string(),
      from: z.object({ ip: z.string(), port: z.int() }).optional(),
    }),
    z.object({
      does: z.literal("answer"),
      connection: z.int(),
      how: z.enum(["accepted", "refused", "unreachable", "timeout"]),
    }),
    z.object({ does: z.literal("send"), connection: z.int(), bytes: z.string() }),
    z.object({ does: z.literal("end"), connection: z.int() }),
    z.object({ does: z.literal("abort"), connection: z.int() }),
    z.object({ does: z.literal("inject"), fault: z.looseObject({ kind: z.string() }) }),
    z.object({
      does: z.literal("start"),
      node: z.string(),
      host: z.literal(loneHostName),
      launch: z.looseObject({
        program: z.enum(["redis-server", "redis-sentinel"]),
        version: z.enum(versions),
        directory: z.string(),
        options: z.string(),
        pid: z.int(),
        port: z.int(),
      }),
    }),
    z.object({
      does: z.literal("ended"),
      node: z.string(),
      child: z.int(),
      code: z.int(),
    }),
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
