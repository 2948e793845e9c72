/** The public names of redsim, and nothing else; docs/library.md shows how they go together. */
export type {
  Actor,
  ActorFactory,
  Address,
  ChildFile,
  ChildId,
  ChildOptions,
  CloseReason,
  ConnectionId,
  Context,
  DialAnswer,
  Disk,
  Input,
  Machine,
  Note,
  Payload,
  TimerId,
} from "./kernel/actor.js";
export { Bug, type BugPlace } from "./kernel/assert.js";
export type { CutMode, Direction, Fault, LinkSettings } from "./kernel/fault.js";
export type { Launch, OutsideInput } from "./kernel/outside.js";
export type { RandomStream } from "./kernel/random.js";
export type { FoundFile, RealMachine } from "./kernel/real-machine.js";
export type { Level, Observer, RunRecord } from "./kernel/record.js";
export {
  type Duration,
  type Instant,
  microseconds,
  milliseconds,
  seconds,
} from "./kernel/time.js";
export { noteOf, type Violation } from "./observe/check/law.js";
export { checkRegister, type Verdict as RegisterVerdict } from "./observe/check/linearizable.js";
export type { Failover, Phase } from "./observe/failovers.js";
export { phases } from "./observe/failovers.js";
export { Histories, type HistoryEntry } from "./observe/histories.js";
export type { AcknowledgedWrite, Cause, Loss } from "./observe/lineage.js";
export { type PhaseTimes, phaseTimes, type SentinelEvent } from "./observe/phase-times.js";
export { type TraceEnd, type TraceHeader, traceFormat, traceLine } from "./observe/trace.js";
export type { OutsideOutput } from "./redis/client/outside.js";
export type { Problem, ProblemsError } from "./redis/config/problem.js";
export type { RedisNote } from "./redis/note.js";
export type { Version } from "./redis/version.js";
export { versions } from "./redis/version.js";
export type { MonitoredView, NodeView, SentinelView, ServerView } from "./redis/view.js";
export type {
  ClientMetrics,
  Consistency,
  FailoverResult,
  Final,
  FinalNode,
  LawVerdict,
  Metrics,
  RunResult,
  Verdict,
} from "./run/result.js";
export {
  type Divergence,
  type SideBySide,
  type SideBySideOptions,
  sideBySide,
} from "./run/side-by-side.js";
export { type TraceOptions, traceEnd, traceHeader } from "./run/trace-frame.js";
export { Run, type RunOptions } from "./run.js";
export { defineScenario, ScenarioError, type ScenarioInput } from "./scenario/define.js";
export type { Places } from "./scenario/document.js";
export { type Parsed, type ParseOptions, parseScenario } from "./scenario/parse.js";
export type { Plan, PlanNode } from "./scenario/plan.js";
export type { Scenario } from "./scenario/scenario.js";
export { jsonSchema } from "./scenario/schema.js";
