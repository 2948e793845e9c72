/**
 * How cost grows with the size of a cluster: with Sentinels on one master with two replicas, and with
 * masters under five Sentinels, each for a virtual minute. Those masters have no replicas: what is asked
 * is how much a Sentinel can watch.
 *
 * Two things grow faster than the cluster, here as in reality: Sentinels tell each other of themselves
 * through every instance they watch, so their messages grow with the square of their number; and a
 * Sentinel saves its whole file, all masters of it, with everything that it learns of any of them. Of that
 * only the comparing is left here: no text is made that nobody reads.
 */
import { parseScenario, Run, type Scenario, seconds } from "redsim";
import { processorTime, reference } from "./clock.js";

/** A cluster of a row. */
export interface Size {
  readonly masters: number;
  readonly replicas: number;
  readonly sentinels: number;
}

export const sizes: readonly Size[] = [
  ...[3, 5, 9, 25, 100].map((sentinels) => ({ masters: 1, replicas: 2, sentinels })),
  ...[1, 10, 100, 1_000].map((masters) => ({ masters, replicas: 0, sentinels: 5 })),
];

export interface Growth {
  readonly events: number;
  readonly nanosecondsPerEvent: number;
  /** How many reference operations an event costs. */
  readonly references: number;
  readonly virtualOverReal: number;
  readonly peakMegabytes: number;
}

/** Small worlds are played several times, so that more than a cold start is measured. */
const eventsMin = 200_000;
const length = seconds(60);

export function measureGrowth(size: Size): Growth {
  const scenario = clusterOf(size);
  if (size.masters * size.sentinels <= 100) play(scenario, eventsMin);
  const before = reference();
  const { nanoseconds, events, runs } = play(scenario, eventsMin);
  const perEvent = nanoseconds / events;
  return {
    events: events / runs,
    nanosecondsPerEvent: perEvent,
    references: (2 * perEvent) / (before + reference()),
    virtualOverReal: (length * runs * 1_000) / nanoseconds,
    peakMegabytes: process.resourceUsage().maxRSS / 1_024,
  };
}

/** The same run again and again, until there are so many events. */
function play(scenario: Scenario, wanted: number) {
  let events = 0;
  let runs = 0;
  const begin = processorTime();
  do {
    const run = new Run({ scenario });
    run.finish();
    events += run.steps;
    runs++;
  } while (events < wanted);
  return { nanoseconds: processorTime() - begin, events, runs };
}

function clusterOf({ masters, replicas, sentinels }: Size): Scenario {
  const quorum = Math.floor(sentinels / 2) + 1;
  const { scenario, problems } = parseScenario(
    `version: "7.0"
duration: 60s
nodes: { masters: ${masters}, replicas: ${replicas}, sentinels: ${sentinels}, quorum: ${quorum} }
`,
    { file: "scaling", set: [], read: () => undefined },
  );
  if (scenario === undefined)
    throw new Error(problems.map(({ where, what }) => `${where}: ${what}`).join("\n"));
  return scenario;
}
