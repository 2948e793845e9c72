/**
 * Arbitraries that shrink well: a topology by its counts, faults as a list of small plain steps, an
 * application by its pace. What fast-check hands back after shrinking is a scenario that anybody can run.
 */
import fc from "fast-check";
import { stringify } from "yaml";
import { readSource } from "../../src/explore/source.js";
import type { Scenario } from "../../src/scenario/scenario.js";

export const anySeed = fc.integer({ min: 1, max: 1_000_000 });

const anyTopology = fc.record({
  replicas: fc.integer({ min: 1, max: 3 }),
  sentinels: fc.constantFrom(1, 3, 5),
});

const servers = ["r1", "r2", "r3", "r4"] as const;
const anyTarget = fc.constantFrom("the master", "any replica", "s1", "r1", "r2");
const anySpan = fc.integer({ min: 1, max: 12 }).map((seconds) => `${seconds}s`);

/** One fault; the simplest is a short pause of the master. */
const anyFault = fc.oneof(
  fc.record({ pause: anyTarget, for: anySpan }),
  fc.record({ kill: anyTarget, for: anySpan }),
  fc.record({ isolate: anyTarget, for: anySpan }),
  fc.record({ "power-off": anyTarget, for: anySpan }),
  fc.record({
    cut: fc.record({
      from: fc.constantFrom("the master", "r2", "s1"),
      direction: fc.constantFrom("both", "to", "from"),
    }),
    for: anySpan,
  }),
  fc.record({ starve: fc.record({ on: anyTarget, time: anySpan }) }),
  fc.record({
    jump: fc.record({ on: anyTarget, by: fc.constantFrom("1s", "-1s", "20s", "-20s") }),
  }),
);

const anyCalendar = fc.array(
  fc.tuple(fc.integer({ min: 5, max: 25 }), anyFault).map(([at, fault]) => ({
    at: `${at}s`,
    ...fault,
  })),
  { maxLength: 5 },
);

const anyPace = fc.constantFrom("200ms", "100ms", "20ms");
const anyVersion = fc.constantFrom("7.0", "6.2", "7.2");

/** The text of a world of 30 seconds. */
export const anyScenarioText = fc
  .record({ version: anyVersion, nodes: anyTopology, pace: anyPace, steps: anyCalendar })
  .map(({ version, nodes, pace, steps }) =>
    stringify({
      version,
      duration: "30s",
      nodes,
      server: { save: "", "repl-timeout": 5 },
      sentinel: { "down-after-milliseconds": 1_000, "failover-timeout": 4_000 },
      clients: { c1: { workload: { every: pace } } },
      steps: steps.filter((step) => isThere(JSON.stringify(step), nodes)),
    }),
  );

/** A step that names a node which this topology has not would be a mistake. */
function isThere(step: string, { replicas }: { readonly replicas: number }): boolean {
  return servers.every((name, i) => i <= replicas || !step.includes(`"${name}"`));
}

export function scenarioOf(text: string): Scenario {
  const scenario = readSource({ name: "property.yaml", text, files: {}, set: [] });
  if (typeof scenario === "string") throw new Error(`${scenario}\n${text}`);
  return scenario;
}
