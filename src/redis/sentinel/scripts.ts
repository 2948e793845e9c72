/**
 * The scripts that a Sentinel runs: a notification-script for every event of level warning that is about
 * a master, and a client-reconfig-script when a master has moved. They wait in one queue, at most sixteen
 * run at once, and one that is killed or exits with 1 is tried again, later each time.
 *
 * Scripts are started, collected and killed at the end of a tick only: until the next one a script that
 * has ended still counts as running.
 */
import type { ChildId } from "../../kernel/actor.js";
import { none } from "../../kernel/time.js";
import type { SentinelAddress } from "./address.js";
import { debugText, plainEvent } from "./event.js";
import type { Instance } from "./instance.js";
import { scriptAt } from "./script-file.js";
import type { SentinelState } from "./state.js";

/** `SENTINEL_SCRIPT_MAX_QUEUE`, `_MAX_RUNNING`, `_MAX_RETRY`. */
const maxQueue = 256;
const maxRunning = 16;
const maxRetry = 10;

/** execve() failed in the child: `_exit(2)`. */
const cannotExecute = 2;

/** What stands in the place of a signal where fork() itself failed. */
const forkFailed = 99;

/** SIGKILL */
const killSignal = 9;

/** `sentinelScriptJob` */
export interface ScriptJob {
  /** The path and what it is called with. */
  readonly args: readonly string[];
  /** The process that runs it; undefined while it waits. */
  child: ChildId | undefined;
  /** When it was started or is to be started again; 0: at once. */
  startTime: number;
  /** How often it was started. */
  retries: number;
}

interface Ended {
  readonly child: ChildId;
  readonly code: number;
}

export class ScriptQueue {
  /** Oldest first. */
  readonly jobs: ScriptJob[] = [];
  running = 0;
  /** Children that have ended and were not yet waited for. */
  #ended: Ended[] = [];

  /** `sentinelScheduleScriptExecution()`: a full queue loses its oldest job that does not run. */
  schedule(args: readonly string[]): void {
    this.jobs.push({ args, child: undefined, startTime: 0, retries: 0 });
    if (this.jobs.length <= maxQueue) return;
    this.jobs.splice(
      this.jobs.findIndex(({ child }) => child === undefined),
      1,
    );
  }

  /** SIGCHLD, which nobody handles: it waits for waitpid(). */
  childExited(child: ChildId, code: number): void {
    this.#ended.push({ child, code });
  }

  /** The part of `sentinelTimer()` that is about scripts. */
  tick(state: SentinelState): void {
    if (this.jobs.length === 0) return;
    this.#runPending(state);
    if (this.#ended.length > 0) this.#collect(state);
    if (this.running > 0) this.#killTimedOut(state);
  }

  /** `sentinelRunPendingScripts()`: where fork() fails, the job is tried again with every tick, for ever. */
  #runPending(state: SentinelState): void {
    const { context } = state;
    const { childMin } = context.machine;
    const now = state.now();
    for (const job of this.jobs) {
      if (this.running >= maxRunning) break;
      if (job.child !== undefined || job.startTime > now) continue;
      const path = job.args[0] as string;
      const script = scriptAt(state.process, path);
      job.startTime = state.now();
      job.retries++;
      if (!context.canFork()) {
        plainEvent(state, "#", "-script-error", `${path} ${forkFailed} 0`, undefined);
        continue;
      }
      if (script?.kind === "program") {
        job.child = context.spawn(path, none, { program: job.args });
      } else {
        const work = script !== undefined && script.takes > childMin ? script.takes : childMin;
        job.child = context.spawn(path, work, { code: script?.exit ?? cannotExecute });
      }
      this.running++;
      debugText(state, `+script-child ${processId(state, job.child)}`);
    }
  }

  /** `sentinelCollectTerminatedScripts()` */
  #collect(state: SentinelState): void {
    const ended = this.#ended;
    this.#ended = [];
    for (const { child, code } of ended) {
      const signal = Math.max(-code, 0);
      const exit = Math.max(code, 0);
      debugText(state, `-script-child ${processId(state, child)} ${exit} ${signal}`);
      const at = this.jobs.findIndex((job) => job.child === child);
      const job = this.jobs[at] as ScriptJob;
      this.running--;
      if ((signal !== 0 || exit === 1) && job.retries !== maxRetry) {
        job.child = undefined;
        job.startTime = state.now() + retryDelay(state, job.retries);
        continue;
      }
      if (code !== 0) {
        const text = `${job.args[0]} ${signal} ${exit}`;
        plainEvent(state, "#", "-script-error", text, undefined);
      }
      this.jobs.splice(at, 1);
    }
  }

  /** `sentinelKillTimedoutScripts()`: what was killed is collected with the next tick, and tried again. */
  #killTimedOut(state: SentinelState): void {
    const now = state.now();
    for (const { args, child, startTime } of this.jobs) {
      if (child === undefined || now - startTime <= state.timing.scriptMaxRuntime) continue;
      plainEvent(state, "#", "-script-timeout", `${args[0]} ${processId(state, child)}`, undefined);
      state.context.kill(child, killSignal);
    }
  }
}

/** `sentinelCallClientReconfScript()` */
export function callClientReconfigScript(
  state: SentinelState,
  master: Instance,
  role: "leader" | "observer",
  from: SentinelAddress,
  to: SentinelAddress,
): void {
  const { clientReconfigScript: path, name } = master;
  if (path === undefined) return;
  const { addresses, scripts } = state;
  const [fromText, toText] = [addresses.text(from), addresses.text(to)];
  scripts.schedule([path, name, role, "start", fromText, `${from.port}`, toText, `${to.port}`]);
}

/** `sentinelScriptRetryDelay()`: twice as long each time. */
function retryDelay(state: SentinelState, retries: number): number {
  let delay = state.timing.scriptRetryDelay;
  for (let i = 1; i < retries; i++) delay *= 2;
  return delay;
}

/** As in a container, where nobody else starts processes. */
export function processId({ process }: SentinelState, child: ChildId): number {
  return process.pid + 1 + child;
}
