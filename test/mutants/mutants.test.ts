/**
 * Every wrong node is found, by the right law, within so many seeds; and what finds them finds nothing
 * where the nodes are right.
 */
import { describe, expect, test } from "vitest";
import { tryOut } from "../../src/explore/trial.js";
import { groundScenario } from "./grounds.js";
import { hunt } from "./hunt.js";
import { type Mutant, mutants } from "./mutants.js";

/** The stated number: each mutant is found by one of the seeds from 1 to this. */
const seeds = 25;

describe("exploring finds a node that", () => {
  test.each(mutants.map((mutant) => [mutant.name, mutant] as const))("%s", (_, mutant) => {
    const caught = hunt(mutant, seeds);

    const named = caught?.findings.map(({ law }) => law) ?? [];
    const right = named.filter((law) => mutant.laws.some((words) => law.includes(words)));
    expect(right, `of ${named.join(", ")}`).not.toEqual([]);
  });
});

describe("right nodes", () => {
  const grounds = [...new Set(mutants.map(({ ground }) => ground ?? "swarm"))];

  test.each(grounds)(
    "keep every law where mutants are looked for (%s)",
    (ground: Mutant["ground"]) => {
      for (let seed = 1; seed <= 8; seed++)
        expect(tryOut(groundScenario(ground, seed), `${seed}`).findings, `seed ${seed}`).toEqual(
          [],
        );
    },
  );
});

test("there are at least 25 mutants, and no two are called the same", () => {
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  expect(mutants.length).toBeGreaterThanOrEqual(25);
});
