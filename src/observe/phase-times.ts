/**
 * The phases of a run's first failover as the recordings of real Redis state them: for each, the first
 * event on any Sentinel after the fault. `failovers.ts` tells attempts apart; this fold deliberately
 * does not, so that recorded and simulated runs are measured by the same rule.
 */
import { type Phase, phases } from "./failovers.js";

export interface SentinelEvent {
  /** Milliseconds, from whenever the fault is counted from. */
  readonly t: number;
  readonly node: string;
  readonly channel: string;
  readonly payload: string;
}

/** Milliseconds from the fault to each phase; a phase that was not reached is absent. */
export type PhaseTimes = Partial<Record<Phase, number>>;

const channels: Readonly<Record<Phase, string>> = {
  sdown: "+sdown",
  odown: "+odown",
  try: "+try-failover",
  elected: "+elected-leader",
  selected: "+selected-slave",
  waitPromotion: "+failover-state-wait-promotion",
  promoted: "+promoted-slave",
  switch: "+switch-master",
  end: "+failover-end",
};

/** `faultAt`: milliseconds; what was said before does not count. */
export function phaseTimes(events: readonly SentinelEvent[], faultAt: number): PhaseTimes {
  const times: PhaseTimes = {};
  for (const event of events) {
    if (event.t < faultAt) continue;
    const phase = phases.find((each) => channels[each] === event.channel);
    if (phase === undefined || times[phase] !== undefined) continue;
    if (phase === "sdown" && !event.payload.startsWith("master ")) continue;
    times[phase] = event.t - faultAt;
  }
  return times;
}
