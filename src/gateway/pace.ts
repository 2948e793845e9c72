/**
 * Virtual time after the clock on the wall: so many virtual microseconds for each real one, or none
 * while the clock is held.
 *
 * A run that cannot keep up is not chased for ever: what it is late by beyond a quarter of a second is
 * given up, and `lost` says how much that was.
 */
export interface PaceOptions {
  /** Virtual time so far, in microseconds. */
  readonly now: () => number;
  /** Moves virtual time by so many microseconds. */
  readonly advance: (microseconds: number) => void;
}

/** Virtual microseconds moved in one go, so that what leaves the run is not held up for long. */
const slice = 10_000;
/** Real milliseconds that one turn may take, before sockets are looked at again. */
const budget = 8;
/** Real milliseconds to be late by before the rest is given up. */
const lateMax = 250;
/** Between two turns while nobody has anything to do with the run. */
const idle = 2;
/** How long after the last input turns follow each other without a pause. */
const busyFor = 5;

export class Pace {
  readonly #options: PaceOptions;
  #speed = 0;
  /** Where virtual and real time were last set side by side. */
  #virtualStart = 0;
  #realStart = 0;
  #busyUntil = 0;
  /** Something came since the last turn. */
  #isHurried = false;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  readonly #nextTurn = () => this.#turn();
  /** Real milliseconds that were given up. */
  lost = 0;

  constructor(options: PaceOptions) {
    this.#options = options;
  }

  get speed(): number {
    return this.#speed;
  }

  /** 0 holds the clock. */
  set speed(speed: number) {
    this.#speed = speed;
    this.#stop();
    this.#realStart = performance.now();
    this.#virtualStart = this.#options.now();
    if (speed > 0) this.#next();
  }

  /** There is something to do: the next turn comes at once. */
  hurry(): void {
    if (this.#speed === 0) return;
    this.#isHurried = true;
    if (this.#immediate !== undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#immediate = setImmediate(this.#nextTurn);
  }

  #next(): void {
    const isBusy = performance.now() < this.#busyUntil;
    if (isBusy || this.#isHurried) this.#immediate = setImmediate(this.#nextTurn);
    else this.#timer = setTimeout(this.#nextTurn, idle);
  }

  #turn(): void {
    this.#immediate = undefined;
    this.#timer = undefined;
    const { now, advance } = this.#options;
    const began = performance.now();
    if (this.#isHurried) this.#busyUntil = began + busyFor;
    this.#isHurried = false;
    const target = Math.floor(this.#virtualStart + (began - this.#realStart) * 1_000 * this.#speed);
    while (now() < target && performance.now() - began < budget)
      advance(Math.min(slice, target - now()));
    const late = (target - now()) / (1_000 * this.#speed);
    if (late > lateMax) {
      this.lost += late - lateMax;
      this.#realStart += late - lateMax;
    }
    // Whoever was told something may have changed the speed.
    if (this.#speed > 0 && this.#timer === undefined && this.#immediate === undefined) this.#next();
  }

  #stop(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#timer = undefined;
    this.#immediate = undefined;
  }
}
