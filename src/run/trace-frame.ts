/** The first and the last line of a run's trace: what a replay needs, and what it must come to. */
import { type TraceEnd, type TraceHeader, traceFormat } from "../observe/trace.js";
import type { Run } from "../run.js";
import type { RunResult } from "./result.js";

export interface TraceOptions extends Pick<TraceHeader, "program" | "level" | "seed"> {
  /** Virtual microseconds, where the run is cut short. */
  readonly until?: number | undefined;
  /** The run has the second phase, in which all is healed. */
  readonly healed?: boolean | undefined;
  /** The run is served to real clients. */
  readonly serving?: TraceHeader["served"];
  /** The run is that of stand-ins. */
  readonly host?: TraceHeader["host"];
  readonly source: TraceHeader["scenario"] & Pick<TraceHeader, "set" | "files">;
}

export function traceHeader({ source, ...options }: TraceOptions): TraceHeader {
  const { program, level, seed, until, healed, serving, host } = options;
  return {
    kind: "redsim-trace",
    format: traceFormat,
    program,
    level,
    seed,
    ...(until === undefined ? {} : { until }),
    ...(healed === true ? { healed } : {}),
    ...(serving === undefined ? {} : { served: serving }),
    ...(host === undefined ? {} : { host }),
    scenario: { name: source.name, text: source.text },
    set: source.set,
    files: source.files,
  };
}

export function traceEnd(run: Run, result: RunResult): TraceEnd {
  return {
    kind: "end",
    t: run.now,
    fingerprint: result.fingerprint,
    steps: result.events,
    expectations: result.expectations.map(({ text, holds }) => ({ text, holds })),
    laws: result.laws.map(({ law, violations }) => ({ law, violations: violations.length })),
  };
}
