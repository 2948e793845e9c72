import { describe, expect, test } from "vitest";
import { compare, holds } from "../../src/calibrate/comparison.js";
import { experiment } from "../../src/calibrate/experiment.js";
import { calibrationDocument } from "../../src/calibrate/markdown.js";
import { recordedSamples } from "../../src/calibrate/recording.js";
import { reportLines } from "../../src/calibrate/report.js";
import type { Sample } from "../../src/calibrate/sample.js";
import { recordedLines, recordedPhases } from "../observe/recording.js";

const recorded = recordedSamples(
  recordedPhases("6.2.1", "kill_master"),
  [1, 2, 3].map((run) => recordedLines("6.2.1", "kill_master", run)),
);

/** The same, with every phase from the switch on so much later. */
function late(ms: number): Sample[] {
  return recorded.map((sample) => {
    const { switch: switched = 0, end = 0 } = sample.phases;
    return { ...sample, phases: { ...sample.phases, switch: switched + ms, end: end + ms } };
  });
}

describe("the report of a comparison", () => {
  test("holds between the recordings and themselves", () => {
    const comparison = compare(experiment("kill_master"), "6.2.1", recorded, recorded);

    expect(holds(comparison)).toBe(true);
    expect(comparison.measures.map(({ distance }) => distance)).toEqual(
      comparison.measures.map(() => 0),
    );
  });

  test("names the one duration that is wrong", () => {
    const comparison = compare(experiment("kill_master"), "6.2.1", recorded, late(100));

    const wrong = reportLines(comparison).flatMap((line, index, lines) =>
      line.endsWith("NO") ? [lines[index - 1]?.slice(0, 27).trim()] : [],
    );
    expect(wrong).toEqual(["promoted to switch"]);
    expect(holds(comparison)).toBe(false);
  });

  test("fits on eighty columns", () => {
    const comparison = compare(experiment("kill_master"), "6.2.1", recorded, late(1_000));

    const tooLong = reportLines(comparison).filter((line) => [...line].length > 80);
    expect(tooLong).toEqual([]);
  });

  test("says what each side of an order shows", () => {
    const reversed = recorded.map((sample) => ({
      ...sample,
      events: sample.events?.toReversed(),
    }));

    const comparison = compare(experiment("kill_master"), "6.2.1", recorded, reversed);

    expect(comparison.broken.length).toBeGreaterThan(50);
    expect(comparison.missing.length).toBeGreaterThan(10);
    expect(reportLines(comparison).join("\n")).toContain(
      "  NO  +sdown master before +new-epoch: recorded 9 times;\n" +
        "      the other way in 9 of 9 runs",
    );
  });

  test("becomes a document with a table and drawings", () => {
    const comparison = compare(experiment("kill_master"), "6.2.1", recorded, late(100));

    const text = calibrationDocument([comparison]);

    expect(text).toContain("Of 1 comparisons 0 hold.");
    expect(text).toMatch(/^\| fault to sdown \| real \| 5011\.0 \|/m);
    expect(text.match(/^```$/gm)?.length).toBe(4);
  });
});
