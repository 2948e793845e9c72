/** The public names of redsim, and nothing else. */
export { Bug } from "./kernel/assert.js";
export type { Fault, LinkSettings } from "./kernel/fault.js";
export type { Level, Observer, RunRecord } from "./kernel/record.js";
export {
  type Duration,
  type Instant,
  microseconds,
  milliseconds,
  seconds,
} from "./kernel/time.js";
export type { Violation } from "./observe/check/law.js";
export { checkRegister } from "./observe/check/linearizable.js";
export type { Failover, Phase } from "./observe/failovers.js";
export { phases } from "./observe/failovers.js";
export type { HistoryEntry } from "./observe/histories.js";
export type { Cause, Loss } from "./observe/lineage.js";
export { type PhaseTimes, phaseTimes, type SentinelEvent } from "./observe/phase-times.js";
export type { Problem } from "./redis/config/problem.js";
export type { RedisNote } from "./redis/note.js";
export type { Version } from "./redis/version.js";
export { versions } from "./redis/version.js";
export type { MonitoredView, NodeView, SentinelView, ServerView } from "./redis/view.js";
export type { ClientMetrics, FailoverResult, Metrics, RunResult, Verdict } from "./run/result.js";
export { Run, type RunOptions } from "./run.js";
export { type ParseOptions, parseScenario } from "./scenario/parse.js";
export type { Scenario } from "./scenario/scenario.js";
export { jsonSchema } from "./scenario/schema.js";
