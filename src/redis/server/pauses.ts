/**
 * CLIENT PAUSE, FAILOVER and a graceful shutdown hold clients back (`pauseClients()`).
 *
 * From 7.0 on each purpose has an end of its own and the strictest one counts; 6.2 knows a single
 * pause, which whoever ends it ends for all.
 */
import type { Behaviour } from "../version.js";

export type PausePurpose = "client" | "shutdown" | "failover";
/** `write` holds back what may change the dataset, `all` everything. */
export type PauseType = "write" | "all";

interface Pause {
  readonly purpose: PausePurpose;
  type: PauseType;
  /** Unix milliseconds. */
  end: number;
}

export class Pauses {
  /** What is held back now; undefined: nothing. */
  type: PauseType | undefined;
  readonly #behaviour: Behaviour;
  #pauses: Pause[] = [];
  /** The latest end ever asked for; 6.2 never takes it back, so that no later pause ends before. */
  #latest = 0;

  constructor(behaviour: Behaviour) {
    this.#behaviour = behaviour;
  }

  get active(): boolean {
    return this.type !== undefined;
  }

  /** Pauses, or makes a pause of that purpose longer and stricter, never the reverse. */
  pause(purpose: PausePurpose, type: PauseType, until: number): void {
    const { from70 } = this.#behaviour;
    this.#latest = Math.max(this.#latest, until);
    const one = from70 ? purpose : "client";
    const end = from70 ? until : this.#latest;
    const pause = this.#pauses.find((known) => known.purpose === one);
    if (pause === undefined) this.#pauses.push({ purpose: one, type, end });
    else {
      if (type === "all") pause.type = "all";
      if (end > pause.end) pause.end = end;
    }
    this.#update();
  }

  /** True when less is held back than before. */
  unpause(purpose: PausePurpose): boolean {
    const one = this.#behaviour.from70 ? purpose : "client";
    this.#pauses = this.#pauses.filter((pause) => pause.purpose !== one);
    return this.#update();
  }

  /** Ends what is over: strictly after its end. True when less is held back than before. */
  expire(now: number): boolean {
    if (this.type === undefined) return false;
    if (this.#pauses.every((pause) => pause.end >= now)) return false;
    this.#pauses = this.#pauses.filter((pause) => pause.end >= now);
    return this.#update();
  }

  /** `updateClientPauseTypeAndEndTime()` */
  #update(): boolean {
    const before = this.type;
    this.type = undefined;
    for (const pause of this.#pauses) if (this.type !== "all") this.type = pause.type;
    return before !== this.type && (before === "all" || this.type === undefined);
  }
}
