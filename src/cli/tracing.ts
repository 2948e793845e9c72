/** Writes a run's trace: header, records, end. */
import type { Level, Observer, RunRecord } from "../kernel/record.js";
import { type TraceEnd, type TraceHeader, traceFormat, traceLine } from "../observe/trace.js";
import type { RunResult } from "../run/result.js";
import type { Run } from "../run.js";
import { LineFile } from "./line-file.js";
import { programVersion } from "./program.js";
import type { SourceText } from "./scenario-source.js";

export interface TraceOptions {
  readonly level: Level;
  readonly seed: string;
  /** Virtual microseconds, where the run is cut short. */
  readonly until: number | undefined;
  readonly source: SourceText;
  /** The run is served to real clients. */
  readonly serving?: TraceHeader["served"];
}

export class TraceWriter implements Observer {
  readonly level: Level;
  readonly #file: LineFile;

  constructor(path: string, options: TraceOptions) {
    this.level = options.level;
    this.#file = new LineFile(path);
    this.#file.line(JSON.stringify(headerOf(options)));
  }

  record(record: RunRecord): void {
    this.#file.line(traceLine(record));
  }

  /** The run broke off. */
  abandon(): void {
    this.#file.abandon();
  }

  end(run: Run, result: RunResult): void {
    this.#file.line(JSON.stringify(endOf(run, result)));
    this.#file.close();
  }
}

function headerOf(options: TraceOptions): TraceHeader {
  const { source } = options;
  return {
    kind: "redsim-trace",
    format: traceFormat,
    program: programVersion,
    level: options.level,
    seed: options.seed,
    ...(options.until === undefined ? {} : { until: options.until }),
    ...(options.serving === undefined ? {} : { served: options.serving }),
    scenario: { name: source.name, text: source.text },
    set: source.set,
    files: source.files,
  };
}

export function endOf(run: Run, result: RunResult): TraceEnd {
  return {
    kind: "end",
    t: run.now,
    fingerprint: result.fingerprint,
    steps: result.events,
    expectations: result.expectations.map(({ text, holds }) => ({ text, holds })),
    laws: result.laws.map(({ law, violations }) => ({ law, violations: violations.length })),
  };
}
