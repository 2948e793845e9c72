/** What a Sentinel saves by passing over those for whom nothing is due changes nothing about the run. */
import fc from "fast-check";
import { expect } from "vitest";
import { stringify } from "yaml";
import { readSource } from "../../src/explore/source.js";
import { swarmSource } from "../../src/explore/swarm.js";
import { Run } from "../../src/run.js";
import type { Scenario } from "../../src/scenario/scenario.js";
import { sentinels } from "../mutants/patch.js";
import { anyScenarioText, anySeed, scenarioOf } from "./any.js";
import { law } from "./law.js";

/** Sentinels that visit every instance with every tick, as `sentinelHandleDictOfRedisInstances()` does. */
const tireless = sentinels((state) => () => {
  state.disturb();
  return undefined;
});

function expectSame(scenario: Scenario, seed: string): void {
  const usual = new Run({ scenario, seed });
  const other = new Run({ scenario, seed, program: tireless });

  usual.heal();
  other.heal();

  expect([usual.steps, usual.fingerprint]).toEqual([other.steps, other.fingerprint]);
}

law(
  "a Sentinel that passes over quiet instances does what one does that visits all",
  { runs: 8 },
  [anyScenarioText, anySeed],
  (text, seed) => expectSame(scenarioOf(text), `${seed}`),
);

law(
  "in worlds of the swarm a Sentinel may pass over quiet instances as well",
  { runs: 6 },
  [anySeed],
  (seed) => {
    const scenario = readSource(swarmSource(`${seed}`));
    if (typeof scenario === "string") throw new Error(scenario);

    expectSame(scenario, `${seed}`);
  },
);

/** Clocks put back by less than a TILT, and settings that change under way. */
const anyDisturbance = fc.array(
  fc
    .tuple(
      fc.integer({ min: 3_000, max: 25_000 }),
      fc.oneof(
        fc.record({
          jump: fc.record({
            on: fc.constantFrom("s1", "s2", "s3"),
            by: fc.constantFrom("-3ms", "-40ms", "70ms", "900ms", "-900ms"),
          }),
        }),
        fc.record({
          skew: fc.record({
            on: fc.constantFrom("s1", "s2"),
            offset: fc.constantFrom("-25ms", "300ms"),
            drift: fc.constantFrom(-400, 0, 900),
          }),
        }),
        fc.record({
          command: fc.record({
            on: fc.constantFrom("s1", "s3"),
            send: fc.constantFrom(
              "SENTINEL SET mymaster down-after-milliseconds 300",
              "SENTINEL DEBUG PING-PERIOD 200 INFO-PERIOD 700",
              "SENTINEL RESET mymaster",
              "SENTINEL FAILOVER mymaster",
              "SENTINEL SET mymaster master-reboot-down-after-period 50",
              // One process under two names: its links are shared with those of the other Sentinels.
              "SENTINEL MONITOR other 10.77.0.12 6379 1",
              "SENTINEL SET other down-after-milliseconds 250",
              "SENTINEL REMOVE other",
            ),
          }),
        }),
        fc.record({
          command: fc.record({
            on: fc.constantFrom("r1", "r2", "r3"),
            send: fc.constantFrom(
              "REPLICAOF NO ONE",
              "REPLICAOF 10.77.0.13 6379",
              "CLIENT KILL TYPE pubsub",
              "CLIENT KILL TYPE normal",
              "CONFIG SET replica-priority 0",
              "SHUTDOWN NOSAVE",
            ),
          }),
        }),
        fc.record({ kill: fc.constantFrom("r1", "r2", "s3"), for: fc.constant("400ms") }),
        fc.record({ pause: fc.constantFrom("the master", "s2"), for: fc.constant("700ms") }),
      ),
    )
    .map(([at, what]) => ({ at: `${at}ms`, ...what })),
  { minLength: 2, maxLength: 8 },
);

law(
  "clocks that are put back and settings that change are noticed by quiet Sentinels, too",
  { runs: 10 },
  [anyDisturbance, anySeed],
  (steps, seed) => {
    const text = stringify({
      version: "7.0",
      duration: "30s",
      nodes: { replicas: 2, sentinels: 3 },
      sentinel: { "down-after-milliseconds": 900, "failover-timeout": 4_000 },
      steps: steps.map((step, i) => ({ name: `step-${i + 1}`, ...step })),
    });

    expectSame(scenarioOf(text), `${seed}`);
  },
);
