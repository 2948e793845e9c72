/**
 * A script on a disk, as far as Sentinel can tell: how long it runs and the code it exits with. What a
 * script does to the world is for the steps of a scenario to say. Any other content is a file that
 * cannot be executed.
 */
import type { Disk } from "../../kernel/actor.js";
import type { Duration } from "../../kernel/time.js";

export interface ScriptFile {
  readonly kind: "script";
  readonly takes: Duration;
  readonly exit: number;
}

export function scriptFile(exit: number, takes: Duration): ScriptFile {
  return { kind: "script", takes, exit };
}

/** access(path, X_OK) and what execve() would start; undefined where there is no such script. */
export function scriptAt(disk: Disk, path: string): ScriptFile | undefined {
  const content = disk.read(path);
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
