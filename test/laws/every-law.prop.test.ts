/** Whole runs under any faults: every law of design, safety while they last and liveness after them. */
import { expect } from "vitest";
import { tryOut } from "../../src/explore/trial.js";
import { anyScenarioText, anySeed, scenarioOf } from "./any.js";
import { law } from "./law.js";

law(
  "no law breaks under any faults, and after them all is well",
  { runs: 12 },
  [anyScenarioText, anySeed],
  (text, seed) => {
    const { findings } = tryOut(scenarioOf(text), `${seed}`);

    expect(findings, `seed ${seed} of\n${text}`).toEqual([]);
  },
);
