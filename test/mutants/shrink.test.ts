/**
 * What exploring finds comes back small. `npm run test:long` shrinks the failures of all mutants and holds
 * the table of docs/findings.md; `npm test` those of a few, whose rows must be there.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { shrink } from "../../src/explore/shrink.js";
import { groundSource } from "./grounds.js";
import { hunt } from "./hunt.js";
import { type Mutant, mutants } from "./mutants.js";

const isLong = process.env["REDSIM_LONG"] !== undefined;
const chosen = mutants.filter((_, i) => isLong || i % 16 === 0);
/** Runs that shrinking one of them may take. */
const patience = 150;
/** Milliseconds of the processor: a minute, and half as much again where others use the machine. */
const longest = 90_000;

const path = resolve(import.meta.dirname, "../../docs/findings.md");
const page = readFileSync(path, "utf8");
const table = /(\| a node that .*\n\| -.*\n)((?:\|.*\n)+)/;
const shown = table.exec(page)?.[2]?.trimEnd().split("\n") ?? [];

interface Row {
  readonly text: string;
  readonly faults: number;
  readonly servers: number;
  readonly took: number;
}

function shrunken(mutant: Mutant): Row {
  const { name, laws, ground, program } = mutant;
  const caught = hunt(mutant, 25) ?? expect.fail(`${name} went unnoticed`);
  const { law, signature } =
    caught.findings.find((each) => laws.some((words) => each.law.includes(words))) ??
    expect.fail(`${name} broke another law`);
  const source = groundSource(ground, caught.seed);
  const began = process.cpuUsage().user;
  const shrunk = shrink(source, { seed: `${caught.seed}`, signature, patience, program });
  const took = (process.cpuUsage().user - began) / 1_000;

  expect(
    shrunk.trial.findings.map((finding) => finding.signature),
    name,
  ).toContain(signature);
  expect(shrunk.source.text.length).toBeLessThanOrEqual(source.text.length + 100);
  const { faults, servers, sentinels } = shrunk.size;
  const cells = [name, law, caught.seed, faults, servers, sentinels];
  return { text: `| ${cells.join(" | ")} |`, faults, servers, took };
}

describe("what exploring finds of a mutant", { timeout: 3_600_000 }, () => {
  const rows = chosen.map((mutant) => [mutant.name, mutant] as const);
  const done: Row[] = [];

  test.each(rows)("comes back small: %s", (_, mutant) => {
    const row = shrunken(mutant);
    done.push(row);

    expect(row.took).toBeLessThan(longest);
    if (!isLong) expect(shown).toContain(row.text);
  });

  test("has at most 3 faults and 4 servers, in the median", () => {
    expect(done.length).toBe(chosen.length);
    expect(median(done.map(({ faults }) => faults))).toBeLessThanOrEqual(3);
    expect(median(done.map(({ servers }) => servers))).toBeLessThanOrEqual(4);
  });

  if (isLong)
    test("is what docs/findings.md shows (npm run test:long -- --update rewrites it)", async () => {
      const body = done.map(({ text }) => `${text}\n`).join("");

      expect(page).toMatch(table);
      await expect(page.replace(table, (_, head: string) => `${head}${body}`)).toMatchFileSnapshot(
        path,
      );
    });
});

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
