/**
 * The experiments that were recorded with real Redis, and the scenario that plays each of them again
 * with the same settings and the same timeline.
 */
import { type Duration, milliseconds, seconds } from "../kernel/time.js";

export const experimentNames = [
  "kill_master",
  "freeze_master",
  "manual_failover",
  "replica_link_flap",
  "backlog_overflow",
] as const;
export type ExperimentName = (typeof experimentNames)[number];

export interface Experiment {
  readonly name: ExperimentName;
  /** Its scenario in the library. */
  readonly scenario: string;
  /** The step from which everything is counted. */
  readonly fault: string;
  /** The last step; the client went on for `tail` after it. */
  readonly last: string;
  readonly tail: Duration;
  /** Does a failover follow? Else there is only the time to settle, and what the client sees. */
  readonly failsOver: boolean;
}

export const experiments: readonly Experiment[] = [
  {
    name: "kill_master",
    scenario: "kill-master",
    fault: "kill",
    last: "start-again",
    tail: seconds(25),
    failsOver: true,
  },
  {
    name: "freeze_master",
    scenario: "freeze-master",
    fault: "freeze",
    last: "thaw",
    tail: seconds(30),
    failsOver: true,
  },
  {
    name: "manual_failover",
    scenario: "manual-failover",
    fault: "failover",
    last: "failover",
    tail: milliseconds(26_200),
    failsOver: true,
  },
  {
    name: "replica_link_flap",
    scenario: "link-flap",
    fault: "flap",
    last: "flap",
    tail: milliseconds(50_100),
    failsOver: false,
  },
  {
    name: "backlog_overflow",
    scenario: "backlog-overflow",
    fault: "cut",
    last: "cut",
    tail: seconds(42),
    failsOver: false,
  },
];

/** The releases that were recorded, and redsim's version for each. */
export const releases = [
  { release: "6.2.1", version: "6.2" },
  { release: "7.0.15", version: "7.0" },
] as const;
export type Release = (typeof releases)[number]["release"];

export function experiment(name: ExperimentName): Experiment {
  const found = experiments.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no experiment is called ${name}`);
  return found;
}
