/**
 * What state a process is in. SIGSTOP and SIGCONT cannot be caught, so they are seen where the system
 * shows them: in /proc, which Linux alone has. Elsewhere nobody is ever seen to be stopped.
 */
import { readFileSync } from "node:fs";

/** Undefined: there is no such process, or nobody can tell. */
export function isStopped(pid: number): boolean | undefined {
  const state = stateOf(pid);
  return state === undefined ? undefined : state === "T" || state === "t";
}

/** False for one that has ended, also while nobody has waited for it yet. */
export function isRunning(pid: number): boolean {
  const state = stateOf(pid);
  if (state !== undefined) return state !== "Z" && state !== "X";
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's, which we may not so much as ask.
    return (error as { readonly code?: string }).code === "EPERM";
  }
}

function stateOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // "pid (name) state ...", and the name may hold anything.
    return stat[stat.lastIndexOf(")") + 2];
  } catch {
    return undefined;
  }
}
