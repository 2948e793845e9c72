/**
 * Virtual time: whole microseconds, counted from 0 at the start of a run.
 *
 * Instants and durations are plain numbers at run time and different types to the compiler, so that
 * a point in time is never added to another and a bare number never passes for either. They are made
 * here and nowhere else.
 */

declare const instant: unique symbol;
declare const duration: unique symbol;

/** A point in virtual time: whole microseconds since the start of the run, from 0. */
export type Instant = number & { readonly [instant]: true };

/** A span of virtual time: whole microseconds, never negative. */
export type Duration = number & { readonly [duration]: true };

export const start = 0 as Instant;
export const never = Number.MAX_SAFE_INTEGER as Instant;
export const none = 0 as Duration;

/** `count` is a whole number from 0 on; a run refuses what is not. */
export function microseconds(count: number): Duration {
  return count as Duration;
}

/** Fractions of a millisecond are kept to the microsecond. `count` is 0 or more; a run refuses less, and NaN. */
export function milliseconds(count: number): Duration {
  return Math.round(count * 1_000) as Duration;
}

/** Fractions of a second are kept to the microsecond. `count` is 0 or more; a run refuses less, and NaN. */
export function seconds(count: number): Duration {
  return Math.round(count * 1_000_000) as Duration;
}

export function earlier(a: Instant, b: Instant): Instant {
  return Math.min(a, b) as Instant;
}

export function after(from: Instant, span: Duration): Instant {
  return (from + span) as Instant;
}

export function plus(a: Duration, b: Duration): Duration {
  return (a + b) as Duration;
}
