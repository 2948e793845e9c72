/**
 * One seed, one run: in this process and in another, watched or not, at whatever level, in one go or
 * step by step.
 */
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { loadScenario } from "../../src/cli/scenario-source.js";
import type { Level, RunRecord } from "../../src/kernel/record.js";
import { milliseconds } from "../../src/kernel/time.js";
import { traceLine } from "../../src/observe/trace.js";
import { Run } from "../../src/run.js";
import { fingerprint } from "./fingerprints.js";

const names = ["walkthrough", "kill-master", "minority-master-writes", "link-flap"];

/** The whole trace of a run: every record as its line. */
function trace(name: string, level: Level): { readonly lines: string[]; readonly print: string } {
  const lines: string[] = [];
  const record = (each: RunRecord) => lines.push(traceLine(each));
  const run = new Run({ ...loadScenario(name, []), observers: [{ level, record }] });
  run.finish();
  return { lines, print: run.fingerprint };
}

describe.each(names)("%s under one seed", (name) => {
  const print = fingerprint(name, "1");

  test("is the same run to the byte, twice in one process", () => {
    const [first, second] = [trace(name, "steps"), trace(name, "steps")];

    expect(first.lines.length).toBeGreaterThan(1_000);
    expect(first.lines.findIndex((line, i) => line !== second.lines[i])).toBe(-1);
    expect(first.lines.length).toBe(second.lines.length);
  });

  test.each(["notes", "wire", "steps"] as const)("is the same run when watched (%s)", (level) => {
    expect(trace(name, level).print).toBe(print);
  });

  test("is the same run when stepped from outside", () => {
    const run = new Run({ ...loadScenario(name, []), seed: "1" });
    while (!run.isOver) run.advance(milliseconds(777));

    expect(run.fingerprint).toBe(print);
  });

  test("is the same run in another process", () => {
    const main = resolve(import.meta.dirname, "../../dist/cli/main.js");
    const printed = execFileSync(process.execPath, [main, "run", name, "--json"], {
      encoding: "utf8",
    });

    expect((JSON.parse(printed) as { readonly fingerprint: string }).fingerprint).toBe(print);
  });
});
