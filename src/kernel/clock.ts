/**
 * The clocks of a machine: a monotonic one, which drifts but never jumps, and the wall clock on top
 * of it, which may be off, may jump, and starts at a large epoch, for Redis takes 0 for "never".
 *
 * Drift reaches a timer when it is armed; what is armed already keeps its instant.
 */
import type { Duration, Instant } from "./time.js";

export interface ClockSettings {
  /** The wall clock is off by so many milliseconds; may be negative. */
  readonly offset: number;
  /** It runs so many parts per million fast; may be negative. */
  readonly ppm: number;
}

export class HostClock {
  readonly #settings: ClockSettings;
  readonly #epoch: number;
  #ppm: number;
  /** Microseconds gained by drift until `#since`, and drifting from there. */
  #gained = 0;
  #since = 0;
  #jumped = 0;
  /** What the wall clock shows above the monotonic one. */
  #wallBase: number;

  /** `epoch`: milliseconds since 1970 at instant 0. */
  constructor(epoch: number, settings: ClockSettings) {
    this.#settings = settings;
    this.#epoch = epoch * 1_000;
    this.#ppm = settings.ppm;
    this.#wallBase = this.#epoch + Math.round(settings.offset * 1_000);
  }

  /** Microseconds since the run began, as this machine counts them. */
  monotonic(at: number): number {
    if (this.#ppm === 0) return at + this.#gained;
    return at + this.#gained + Math.floor(((at - this.#since) * this.#ppm) / 1_000_000);
  }

  /** Microseconds since 1970, as this machine believes. */
  wall(at: number): number {
    return this.#wallBase + this.monotonic(at);
  }

  /** How long a delay on this machine's clock takes in virtual time. */
  stretched(delay: Duration): number {
    if (this.#ppm === 0) return Math.ceil(delay);
    return Math.ceil((delay * 1_000_000) / (1_000_000 + this.#ppm));
  }

  skew(at: Instant, offset: number, ppm: number): void {
    this.#gained = this.monotonic(at) - at;
    this.#since = at;
    this.#ppm = ppm;
    this.#wallBase = this.#epoch + Math.round(offset * 1_000) + this.#jumped - this.#gained;
  }

  /** As set up, as if drift had never been; jumps stay. */
  unskew(at: Instant): void {
    this.skew(at, this.#settings.offset, this.#settings.ppm);
  }

  jump(by: number): void {
    const jump = Math.round(by * 1_000);
    this.#jumped += jump;
    this.#wallBase += jump;
  }
}
