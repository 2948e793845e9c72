/**
 * A script on a disk, as far as Sentinel can tell: how long it runs and the code it exits with. What a
 * script does to the world is for the steps of a scenario to say. Any other content is a file that
 * cannot be executed.
 */
import type { Duration } from "../../kernel/time.js";
import { resolvePath } from "../config/path.js";
import type { ServerProcess } from "../server/process.js";

export interface ScriptFile {
  readonly kind: "script";
  readonly takes: Duration;
  readonly exit: number;
}

export function scriptFile(exit: number, takes: Duration): ScriptFile {
  return { kind: "script", takes, exit };
}

/** A program of the real machine: how long it runs, and how it ends, is seen when it has. */
interface RealProgram {
  readonly kind: "program";
}

const realProgram: RealProgram = { kind: "program" };

/** access(path, X_OK) and what execve() would start; undefined where there is no such script. */
export function scriptAt(
  { context, settings }: ServerProcess,
  path: string,
): ScriptFile | RealProgram | undefined {
  const { disk } = context;
  const absolute = resolvePath(settings.dir, path);
  if (disk.canExecute(absolute)) return realProgram;
  const content = disk.read(path) ?? disk.read(absolute);
  return isScript(content) ? content : undefined;
}

function isScript(content: unknown): content is ScriptFile {
  return (
    typeof content === "object" &&
    content !== null &&
    "kind" in content &&
    content.kind === "script"
  );
}
