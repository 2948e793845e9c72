/**
 * The scenario of stand-ins: one host, this machine, on which nothing runs yet. Its nodes come as they
 * are started (`run/guests`), all on the loopback address, each with ports of its own, so that what
 * they announce is where programs on this machine find them.
 */
import type { Duration } from "../kernel/time.js";
import { seconds } from "../kernel/time.js";
import type { Scenario } from "./scenario.js";
import { newest } from "./version.js";

export interface LoneHost {
  /** All that lead to this machine; the first is the one that nodes see as their own. */
  readonly ips: readonly string[];
  /** Names that the machine resolves. */
  readonly names: readonly { readonly name: string; readonly ip: string }[];
  /** Milliseconds that its clock is ahead of the run's own. */
  readonly offset: number;
}

/** What faults and nodes call the machine. */
export const loneHostName = "localhost";
/** Longer than anybody's: ten years. */
const durationMax: Duration = seconds(10 * 365 * 86_400);

export function loneHostScenario({ ips, names, offset }: LoneHost): Scenario {
  return {
    file: "stand-ins",
    title: "Stand-ins",
    prose: "",
    version: newest,
    seed: "1",
    duration: durationMax,
    hosts: [{ name: loneHostName, ips, machine: {}, clock: { offset, ppm: 0 } }],
    defaultLink: {},
    links: [],
    names,
    nodes: [],
    clients: [],
    steps: [],
    expectations: [],
  };
}
