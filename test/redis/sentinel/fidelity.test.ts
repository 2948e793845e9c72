import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const page = readFileSync(new URL("../../../docs/fidelity/sentinel.md", import.meta.url), "utf8");

function testFile(name: string): string {
  return readFileSync(new URL(`./${name}.test.ts`, import.meta.url), "utf8");
}

/** The last cells of rows that name a test: its file, and words that are in it. */
const cited = page
  .split("\n")
  .flatMap((line) => [...line.matchAll(/\| `([\w/-]+)`: (.+?) \|/g)])
  .map(([, file = "", words = ""]) => ({ file, words }));

describe("the page on Sentinel's fidelity", () => {
  test("names every pitfall and every recording", () => {
    const numbers = [...page.matchAll(/^\| (\d+) \|/gm)].map(([, number]) => Number(number));

    expect(numbers).toEqual(Array.from({ length: 58 }, (_, i) => i + 1));
    expect(cited.length).toBeGreaterThan(90);
  });

  test.each(cited)("cites a test that is there: $file, $words", ({ file, words }) => {
    expect(testFile(file)).toContain(words);
  });
});
