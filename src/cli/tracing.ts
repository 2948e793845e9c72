/** Writes a run's trace: header, records, end. */
import type { Observer, RunRecord } from "../kernel/record.js";
import { traceLine } from "../observe/trace.js";
import type { RunResult } from "../run/result.js";
import { type TraceOptions, traceEnd, traceHeader } from "../run/trace-frame.js";
import type { Run } from "../run.js";
import { LineFile } from "./line-file.js";
import { programVersion } from "./program.js";

export class TraceWriter implements Observer {
  readonly level: Observer["level"];
  readonly #file: LineFile;

  constructor(path: string, options: Omit<TraceOptions, "program">) {
    this.level = options.level;
    this.#file = new LineFile(path);
    this.#file.line(JSON.stringify(traceHeader({ ...options, program: programVersion })));
  }

  record(record: RunRecord): void {
    this.#file.line(traceLine(record));
  }

  /** The run broke off. */
  abandon(): void {
    this.#file.abandon();
  }

  end(run: Run, result: RunResult): void {
    this.#file.line(JSON.stringify(traceEnd(run, result)));
    this.#file.close();
  }
}
