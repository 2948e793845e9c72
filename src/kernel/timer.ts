/**
 * A timer of a process: one entry in the queue, pushed on when it turns out to be due later.
 *
 * A process that sleeps in epoll for a timer wakes late: the timeout counts whole milliseconds from
 * when it fell asleep, rounded up, and the wake-up itself takes a little (aeApiPoll()). Any iteration
 * that happens to run once the timer is due fires it all the same (processTimeEvents()). A process
 * with fine timers sleeps in clock_nanosleep() instead, which rounds nothing. One that rounds down, as
 * Redis before 7.0, wakes too early and asks epoll again and again until the timer is due; the last
 * turn of that takes an eighth of a wake-up.
 */
import type { TimerId } from "./actor.js";
import type { Process } from "./process.js";
import { never } from "./time.js";

export class Timer {
  readonly kind = "timer";
  readonly process: Process;
  readonly id: TimerId;
  readonly name: string;
  /** `never` while disarmed. */
  due: number = never;
  lateness = 0;
  /** Where its entry stands in the queue; -1 for none. An entry that comes at another instant is stale. */
  queuedAt = -1;

  constructor(process: Process, id: TimerId, name: string) {
    this.process = process;
    this.id = id;
    this.name = name;
  }

  /** When a process that fell asleep at `from` wakes for this timer. */
  wake(from: number): number {
    const left = this.due - from;
    if (left <= 0) return from + this.lateness;
    const { fineTimers, roundsDown } = this.process.node;
    if (fineTimers) return from + left + this.lateness;
    if (!roundsDown) return from + Math.ceil(left / 1_000) * 1_000 + this.lateness;
    // A little always passes between arming a timer and falling asleep.
    const timeout = Math.floor((left - 1) / 1_000) * 1_000;
    const spun = this.due + (this.lateness >> 3);
    return timeout === 0 ? spun : Math.max(spun, from + timeout + this.lateness);
  }
}
