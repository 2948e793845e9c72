/** The real machine of an earlier run, as far as it was recorded: it answers what it answered then. */
import type { FoundFile, RealMachine } from "../kernel/real-machine.js";

export class RememberedMachine implements RealMachine {
  readonly #answers: Iterator<unknown>;

  /** `answers`: in the order in which the questions were asked. */
  constructor(answers: Iterator<unknown>) {
    this.#answers = answers;
  }

  find(): FoundFile | undefined {
    return this.#next() as FoundFile | undefined;
  }

  canExecute(): boolean {
    return this.#next() === true;
  }

  write(): string | undefined {
    return this.#next() as string | undefined;
  }

  rename(): string | undefined {
    return this.#next() as string | undefined;
  }

  remove(): void {}
  execute(): void {}
  signal(): void {}

  #next(): unknown {
    const { done, value } = this.#answers.next();
    return done === true ? undefined : value;
  }
}
