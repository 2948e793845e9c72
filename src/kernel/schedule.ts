/**
 * What can stand in the queue, a closed list: a timer that is due, a process that has something to do
 * at the end of its busy time, a connection that a segment reaches, or an action. The first three are
 * objects that exist anyway, queued again and again; actions are for what is rare.
 */
import type { Connection } from "./connection.js";
import type { Process } from "./process.js";
import type { Instant } from "./time.js";
import type { Timer } from "./timer.js";

export class Action {
  readonly kind = "action";
  readonly run: () => void;

  constructor(run: () => void) {
    this.run = run;
  }
}

export type QueuedEvent = Timer | Process | Connection | Action;

/** The loop, as those see it who act for it. */
export interface Schedule {
  readonly now: Instant;
  /** Queues an event; `at` is not before now. */
  push(at: number, event: QueuedEvent): void;
  /** This process has something to do: now if it sleeps, when it is no longer busy or paused otherwise. */
  poke(process: Process): void;
  /** A segment leaves; told to whoever watches the wire. */
  sent(connection: Connection, payloads: number, bytes: number): void;
}
