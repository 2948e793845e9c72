import { describe, expect, test } from "vitest";
import { compareMeasure, durations, type Measure } from "../../src/calibrate/measure.js";
import type { Sample } from "../../src/calibrate/sample.js";
import type { PhaseTimes } from "../../src/observe/phase-times.js";

function sample(phases: PhaseTimes): Sample {
  return { settled: undefined, phases, writes: undefined, events: undefined };
}

/** Values as the settling times of samples: the plainest measure there is. */
function verdict(recorded: readonly number[], simulated: readonly number[]) {
  const measure: Measure = { name: "any", of: ({ settled }) => settled, bounded: true };
  const samples = (values: readonly number[]) =>
    values.map((settled) => ({ ...sample({}), settled }));
  return compareMeasure(measure, samples(recorded), samples(simulated))?.verdict;
}

function around(middle: number, width: number): number[] {
  return Array.from({ length: 41 }, (_, i) => middle + ((i - 20) * width) / 40);
}

describe("the durations", () => {
  const phases = {
    sdown: 5_040,
    odown: 5_150,
    try: 5_150,
    elected: 5_220,
    selected: 5_320,
    waitPromotion: 5_420,
    promoted: 6_180,
    switch: 6_250,
    end: 7_290,
  };

  test("lie between neighbouring phases, and the first after the fault", () => {
    expect(durations("fault").map(({ name, of }) => [name, of(sample(phases))])).toEqual([
      ["fault to sdown", 5_040],
      ["sdown to odown", 110],
      ["odown to elected", 70],
      ["elected to selected", 100],
      ["selected to wait-promotion", 100],
      ["wait-promotion to promoted", 760],
      ["promoted to switch", 70],
      ["switch to end", 1_040],
    ]);
  });

  test("have no sdown and odown where an operator began it", () => {
    const [first, second] = durations("operator");

    expect(first?.name).toBe("operator to elected");
    expect(second?.name).toBe("elected to selected");
  });

  test("are absent where a phase was not reached", () => {
    const [, odown] = durations("fault");

    expect(odown?.of(sample({ sdown: 5_000 }))).toBeUndefined();
  });
});

describe("the bounds", () => {
  test("allow a median 30 ms off below 400 ms", () => {
    expect(verdict(around(100, 80), around(130, 80))?.median).toBe(true);
    expect(verdict(around(100, 80), around(131, 80))?.median).toBe(false);
  });

  test("allow a median 5 % off above", () => {
    expect(verdict(around(5_000, 80), around(5_250, 80))?.median).toBe(true);
    expect(verdict(around(5_000, 80), around(5_251, 80))?.median).toBe(false);
  });

  test("allow a spread that differs by 30 ms or by half", () => {
    expect(verdict(around(100, 10), around(100, 45))?.spread).toBe(true);
    expect(verdict(around(500, 200), around(500, 299))?.spread).toBe(true);
  });

  test("refuse a spread that differs by more", () => {
    expect(verdict(around(500, 200), around(500, 305))?.spread).toBe(false);
    expect(verdict(around(500, 900), around(500, 200))?.spread).toBe(false);
  });
});
