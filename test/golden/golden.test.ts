/**
 * Every scenario of the library, pinned by seed and fingerprint, and what a person would read of some.
 * `npm run golden` rewrites both; the diff is the review. What changes a fingerprint means that old
 * seeds mean something new, and belongs into the changelog.
 */
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { library } from "../../src/cli/scenario-source.js";
import { runOfLibrary } from "../library.js";
import { fingerprints } from "./fingerprints.js";

const file = (name: string) => resolve(import.meta.dirname, name);

describe("the library", () => {
  const all = fingerprints();

  test("has its fingerprints (npm run golden rewrites them)", async () => {
    await expect(`${JSON.stringify(all, undefined, 2)}\n`).toMatchFileSnapshot(
      file("fingerprints.json"),
    );
  });

  test.each(library().map(({ name }) => name))("%s is another run under another seed", (name) => {
    const prints = Object.values(all[name] ?? {});

    expect(prints.length).toBeGreaterThan(1);
    expect(new Set(prints).size).toBe(prints.length);
  });
});

describe("what the Sentinels publish", () => {
  test.each([["kill-master"], ["freeze-master"]])("in %s reads as it always did", async (name) => {
    const { run, notes } = runOfLibrary(name);
    const lines = notes.flatMap(({ at, node, note }) =>
      note.kind === "event"
        ? [`${(at / 1e6).toFixed(3).padStart(7)} ${node} ${note.channel} ${note.payload}`]
        : [],
    );
    const prose = run.plan.prose.split("\n").map((line) => `# ${line}`.trimEnd());

    expect(lines.length).toBeLessThanOrEqual(150);
    await expect([...prose, "", ...lines, ""].join("\n")).toMatchFileSnapshot(
      file(`${name}.events.txt`),
    );
  });
});
