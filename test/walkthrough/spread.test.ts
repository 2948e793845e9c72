/**
 * Which writes fail: a matter of down-after-milliseconds (30 s), of the second between two writes and of
 * who is elected when. Chance moves it by a write or two, never by more.
 */
import { describe, expect, test } from "vitest";
import { printedBy, type RunOfLibrary, runOfLibrary } from "../library.js";

const seeds = Array.from({ length: 12 }, (_, i) => `${i + 1}`);

/** The number of the first write that works again. */
function firstAfter(walk: RunOfLibrary): number {
  return 18 + failures(walk).length;
}

function failures(walk: RunOfLibrary): readonly string[] {
  return printedBy(walk, "app").filter((line) => line.startsWith("Exception: "));
}

/** The seconds that each failed write took. */
function failedSeconds({ notes }: RunOfLibrary): readonly number[] {
  return notes.flatMap(({ note }) =>
    (note.kind === "fail" || note.kind === "info") && note.operation === "write"
      ? [note.micros / 1e6]
      : [],
  );
}

describe("a host that refuses connections to a closed port", () => {
  const walks = seeds.map((seed) => runOfLibrary("walkthrough", { seed }));

  test.each(seeds)("seed %s: foo18 fails at once, and so do about 31 writes in all", (seed) => {
    const walk = walks[Number(seed) - 1] ?? walks[0];
    if (walk === undefined) throw new Error("there are runs");

    expect(printedBy(walk, "app")).toContain("set foo17 bar17");
    // Recorded: foo18 to foo48 fail. A Sentinel counts 30 s from the last valid reply to it.
    expect(firstAfter(walk)).toBeGreaterThanOrEqual(47);
    expect(firstAfter(walk)).toBeLessThanOrEqual(51);
    const refused = failures(walk).filter((line) => line.endsWith("Connection refused."));
    expect(refused.length).toBeGreaterThanOrEqual(failures(walk).length - 2);
    expect(failedSeconds(walk).filter((each) => each > 0.01)).toEqual([]);
    expect(walk.result.metrics).toMatchObject({ lost: 0, unknown: 0, twoMastersMs: 0 });
  });

  test("either replica may be chosen", () => {
    const chosen = new Set(walks.map((walk) => walk.result.failovers[0]?.to));

    expect([...chosen].toSorted()).toEqual(["192.168.6.86:6380", "192.168.6.86:6381"]);
  });
});

describe("a host that drops what comes for a closed port", () => {
  const walks = seeds.map((seed) => runOfLibrary("walkthrough-dropped", { seed }));

  test.each(seeds)("seed %s: about ten writes fail, each after 2 s of socket_timeout", (seed) => {
    const walk = walks[Number(seed) - 1] ?? walks[0];
    if (walk === undefined) throw new Error("there are runs");

    // Published: foo18 to foo27 fail; with the second of sleep after each that is 3 s a write.
    expect(firstAfter(walk)).toBeGreaterThanOrEqual(28);
    expect(firstAfter(walk)).toBeLessThanOrEqual(31);
    const slow = failedSeconds(walk).filter((each) => each > 1.9 && each < 2.2);
    expect(slow.length).toBeGreaterThanOrEqual(9);
    expect(failures(walk).filter((line) => line.includes("Timeout")).length).toBe(slow.length);
    expect(walk.result.metrics.lost).toBe(0);
  });
});
