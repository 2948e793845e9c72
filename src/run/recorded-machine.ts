/** A real machine whose every answer is a record, so that a replay can be answered without it. */
import type { ChildId } from "../kernel/actor.js";
import type { FoundFile, RealMachine } from "../kernel/real-machine.js";
import type { RunRecord } from "../kernel/record.js";
import type { Instant } from "../kernel/time.js";

export class RecordedMachine implements RealMachine {
  readonly #machine: RealMachine;
  readonly #now: () => Instant;
  readonly #tell: (record: RunRecord) => void;

  constructor(machine: RealMachine, now: () => Instant, tell: (record: RunRecord) => void) {
    this.#machine = machine;
    this.#now = now;
    this.#tell = tell;
  }

  find(path: string): FoundFile | undefined {
    const answer = this.#machine.find(path);
    this.#tell({ kind: "machine", at: this.#now(), asked: "find", path, answer });
    return answer;
  }

  canExecute(path: string): boolean {
    const answer = this.#machine.canExecute(path);
    this.#tell({ kind: "machine", at: this.#now(), asked: "canExecute", path, answer });
    return answer;
  }

  write(path: string, text: string): string | undefined {
    const answer = this.#machine.write(path, text);
    const bytes = text.length;
    this.#tell({ kind: "machine", at: this.#now(), asked: "write", path, bytes, answer });
    return answer;
  }

  rename(from: string, to: string): string | undefined {
    const answer = this.#machine.rename(from, to);
    this.#tell({ kind: "machine", at: this.#now(), asked: "rename", path: to, answer });
    return answer;
  }

  remove(path: string): void {
    this.#machine.remove(path);
  }

  execute(node: string, child: ChildId, args: readonly string[]): void {
    this.#machine.execute(node, child, args);
  }

  signal(node: string, child: ChildId, signal: number): void {
    this.#machine.signal(node, child, signal);
  }
}
