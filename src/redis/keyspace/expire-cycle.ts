/**
 * How keys expire that nobody asks for (expire.c).
 *
 * Redis samples the table of expiry times from a cursor, bucket by bucket; so do we, key by key in
 * the order in which they got their expiry, round and round, which makes the order a matter of the
 * data alone. Its time limit is a number of keys here: in an event nothing takes time, and a
 * microsecond a key is about what the real one needs.
 */
import type { Keyspace } from "./keyspace.js";

const databasesPerCall = 16;
const keysPerLoop = 20;
/** Percent of a period that a slow cycle may take, and microseconds that a fast one may. */
const slowPercent = 25;
const fastMicroseconds = 1_000;
/** Percent of expired keys among those sampled up to which a database is left alone. */
const acceptableStale = 10;

/** What activeExpireCycle() keeps between calls. */
export class ExpireState {
  database = 0;
  outOfTime = false;
  lastFast = 0;
  /** Running average of expired among sampled keys (`stat_expired_stale_perc`). */
  stale = 0;

  /** A fast cycle has something to do only if the last one left much behind. */
  get wantsFast(): boolean {
    return this.outOfTime || this.stale >= acceptableStale / 100;
  }
}

export interface Cycle {
  readonly kind: "slow" | "fast";
  readonly nowMicroseconds: number;
  readonly hz: number;
}

export function activeExpireCycle(keyspace: Keyspace, state: ExpireState, cycle: Cycle): number {
  if (keyspace.host.expiryPaused) return 0;
  if (cycle.kind === "fast") {
    if (!state.wantsFast) return 0;
    if (cycle.nowMicroseconds < state.lastFast + fastMicroseconds * 2) return 0;
    state.lastFast = cycle.nowMicroseconds;
  }
  const count = keyspace.databases.length;
  const visits = state.outOfTime ? count : Math.min(databasesPerCall, count);
  if (!keyspace.hasExpiries) {
    // Ten times a second, in most servers always: all that is left of it is whose turn is next.
    state.database = (state.database + visits) % count;
    return 0;
  }
  const limit =
    cycle.kind === "fast"
      ? fastMicroseconds
      : Math.floor((slowPercent * 10_000) / Math.max(1, cycle.hz));
  const now = Math.floor(cycle.nowMicroseconds / 1_000);
  state.outOfTime = false;

  let sampled = 0;
  let expired = 0;
  let loops = 0;
  for (let visit = 0; visit < visits && !state.outOfTime; visit++) {
    const database = keyspace.databases[state.database % count];
    state.database = (state.database + 1) % count;
    if (database === undefined) break;
    let stale: boolean;
    do {
      loops++;
      const keys = Math.min(database.volatileSize, keysPerLoop);
      if (keys === 0) {
        database.averageTtl = 0;
        break;
      }
      let dead = 0;
      let living = 0;
      let left = 0;
      for (let i = 0; i < keys; i++) {
        const key = database.nextVolatile();
        const when = database.expiry(key);
        if (when > now) {
          living++;
          left += when - now;
        } else if (when < now) {
          database.expire(key);
          dead++;
        }
      }
      if (living > 0)
        database.averageTtl = smoothed(database.averageTtl, Math.floor(left / living));
      sampled += keys;
      expired += dead;
      stale = Math.floor((dead * 100) / keys) > acceptableStale;
      if (loops % 16 === 0 && sampled > limit) {
        state.outOfTime = true;
        break;
      }
    } while (stale);
  }
  state.stale = (sampled === 0 ? 0 : expired / sampled) * 0.05 + state.stale * 0.95;
  return expired;
}

/** A running average in which a new sample counts for one in fifty. */
function smoothed(average: number, sample: number): number {
  const before = average === 0 ? sample : average;
  return Math.floor(before / 50) * 49 + Math.floor(sample / 50);
}

/** Stops after four keys that are not due yet, as Redis does; the oldest are asked first. */
export function expireOwnKeys(keyspace: Keyspace, now: number): void {
  let early = 0;
  for (const database of keyspace.databases) {
    for (let left = database.ownExpiries; left > 0 && early <= 3; left--) {
      const key = database.takeOwnExpiry();
      if (key === undefined) break;
      const when = database.expiry(key);
      if (when === -1) continue;
      if (now > when) {
        database.expire(key);
      } else {
        database.keepOwnExpiry(key);
        early++;
      }
    }
  }
}
