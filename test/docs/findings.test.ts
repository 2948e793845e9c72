/** docs/findings.md: every scenario on the page still shows what the page says. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { readSource } from "../../src/explore/source.js";
import { tryOut } from "../../src/explore/trial.js";

const page = readFileSync(resolve(import.meta.dirname, "../../docs/findings.md"), "utf8");
const sections = page.split(/^## /m).flatMap((section) => {
  const law = /^Law: _(.+)\._ Seed ([\d.]+)\.$/m.exec(section);
  const text = /^```yaml\n([\s\S]*?)^```/m.exec(section)?.[1];
  const title = section.split("\n")[0] ?? "";
  return law === null || text === undefined
    ? []
    : [{ title, law: law[1] ?? "", seed: law[2] ?? "", text }];
});

test("the page has findings", () => {
  expect(sections.length).toBeGreaterThanOrEqual(3);
});

test.each(sections)("$title", ({ law, seed, text }) => {
  const scenario = readSource({ name: "finding.yaml", text, files: {}, set: [] });
  if (typeof scenario === "string") expect.fail(scenario);

  expect(tryOut(scenario, seed).findings.map((finding) => finding.law)).toContain(law);
});
