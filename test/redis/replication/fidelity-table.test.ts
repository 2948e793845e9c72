import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const page = fileURLToPath(new URL("../../../docs/fidelity/replication.md", import.meta.url));
const row = /^\| (\d+) \| .* \| \[[^\]]*\]\(([^)]*)\) \|$/gm;

interface Row {
  readonly number: string;
  readonly file: string;
}

/** The rows of the page's tables of numbers, with the file that each of them names. */
const rows: readonly Row[] = [...readFileSync(page, "utf8").matchAll(row)].map((match) => ({
  number: match[1] as string,
  file: fileURLToPath(new URL(match[2] as string, new URL(`file://${page}`))),
}));

describe("the page on the fidelity of replication", () => {
  test("has a row for each of the 55 behaviours and for each of the 25 vectors and their lengths", () => {
    const behaviours = rows.filter(({ file }) => file.includes("/behaviours/"));
    const vectors = rows.filter(({ file }) => file.endsWith("vectors.test.ts"));

    expect(behaviours.map(({ number }) => Number(number))).toEqual(
      Array.from({ length: 55 }, (_, i) => i + 1),
    );
    expect(vectors.map(({ number }) => Number(number))).toEqual(
      Array.from({ length: 26 }, (_, i) => i),
    );
  });

  test.each(rows)("names a file that has a test for $number: $file", ({ number, file }) => {
    expect(readFileSync(file, "utf8")).toMatch(new RegExp(`["(]${number}: `));
  });
});
