/**
 * What exploring finds comes back small. `npm test` shrinks a few of the mutants' failures, `npm run
 * test:long` all of them.
 */
import { expect, test } from "vitest";
import { type Shrunk, shrink } from "../../src/explore/shrink.js";
import { groundSource } from "./grounds.js";
import { hunt } from "./hunt.js";
import { mutants } from "./mutants.js";

const isLong = process.env["REDSIM_LONG"] !== undefined;
const chosen = mutants.filter((_, i) => isLong || i % 16 === 0);
const patience = isLong ? 400 : 100;

test("of mutants' failures the median has at most 3 faults and 4 servers", {
  timeout: 3_600_000,
}, () => {
  const sizes: Shrunk["size"][] = [];
  for (const mutant of chosen) {
    const caught = hunt(mutant, 40);
    const signature =
      caught?.findings[0]?.signature ?? expect.fail(`${mutant.name} went unnoticed`);
    const seed = caught?.seed ?? 0;
    const { program } = mutant;
    const source = groundSource(mutant.ground, seed);
    const shrunk = shrink(source, { seed: `${seed}`, signature, patience, program });

    const again = shrunk.trial.findings.map((finding) => finding.signature);
    expect(again, mutant.name).toContain(signature);
    expect(shrunk.source.text.length).toBeLessThanOrEqual(source.text.length + 100);
    sizes.push(shrunk.size);
  }

  expect(median(sizes.map(({ faults }) => faults))).toBeLessThanOrEqual(3);
  expect(median(sizes.map(({ servers }) => servers))).toBeLessThanOrEqual(4);
});

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
