/** The scripts that a Sentinel's node has started: real processes, children of its stand-in. */
import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";

/** execve() failed: what `sentinelRunPendingScripts()` exits with in the child. */
const cannotExecute = 2;

export class Scripts {
  readonly #running = new Map<number, ChildProcess>();
  readonly #ended: (child: number, code: number) => void;

  /** `ended`: a child, and how, as waitpid() tells it. */
  constructor(ended: (child: number, code: number) => void) {
    this.#ended = ended;
  }

  execute(child: number, [path = "", ...args]: readonly string[]): void {
    const process = spawn(path, args, { stdio: ["ignore", "inherit", "inherit"] });
    this.#running.set(child, process);
    process.once("error", () => this.#ends(child, cannotExecute));
    process.once("exit", (code, signal) =>
      this.#ends(child, signal === null ? (code ?? 0) : -constants.signals[signal]),
    );
  }

  signal(child: number, signal: number): void {
    this.#running.get(child)?.kill(signal);
  }

  #ends(child: number, code: number): void {
    if (this.#running.delete(child)) this.#ended(child, code);
  }
}
