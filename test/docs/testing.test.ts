/** What docs/testing.md shows of tests is in those tests, to the letter. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const page = readFileSync(resolve(root, "docs/testing.md"), "utf8");

test("every excerpt of a program is one of a test that runs", () => {
  const excerpts = [...page.matchAll(/<!-- (test\/\S+) -->\n```ts\n(.*?)```/gs)];
  expect(excerpts).toHaveLength([...page.matchAll(/```ts\n/g)].length);
  expect(excerpts.length).toBeGreaterThan(4);

  for (const [, file = "", excerpt = ""] of excerpts)
    expect(readFileSync(resolve(root, file), "utf8")).toContain(excerpt);
});
