/**
 * The observers that a program brings. What one of them throws (an assertion of a test, say) is no fault of
 * ours, and is thrown in the middle of a step: it is kept until that step is over, and comes out of
 * `advance` as it was thrown, at that instant, with the run whole behind it.
 */
import type { Observer } from "../kernel/record.js";
import type { Simulation } from "../kernel/simulation.js";

export class Watchers {
  readonly observers: readonly Observer[];
  /** The first that was thrown in the step under way. */
  #thrown: { readonly error: unknown } | undefined;
  /** Undefined while the world is built. */
  #simulation: Simulation | undefined;

  constructor(observers: readonly Observer[]) {
    this.observers = observers.map((observer) => ({
      level: observer.level,
      record: (record) => {
        try {
          observer.record(record);
        } catch (error) {
          this.#thrown ??= { error };
          this.#simulation?.halt();
        }
      },
    }));
  }

  watch(simulation: Simulation): void {
    this.#simulation = simulation;
  }

  /** Throws what an observer has thrown, once. */
  rethrow(): void {
    const thrown = this.#thrown;
    this.#thrown = undefined;
    if (thrown !== undefined) throw thrown.error;
  }
}
