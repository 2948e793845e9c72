/** Exploring for one mutant: seeds from 1 on, until a law breaks. */
import { type Finding, tryOut } from "../../src/explore/trial.js";
import { groundScenario } from "./grounds.js";
import type { Mutant } from "./mutants.js";

export interface Catch {
  readonly seed: number;
  readonly findings: readonly Finding[];
}

/** Undefined: it went unnoticed. */
export function hunt({ ground, program }: Mutant, seeds: number): Catch | undefined {
  for (let seed = 1; seed <= seeds; seed++) {
    const { findings } = tryOut(groundScenario(ground, seed), `${seed}`, { program });
    if (findings.length > 0) return { seed, findings };
  }
  return undefined;
}
