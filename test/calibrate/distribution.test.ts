import { describe, expect, test } from "vitest";
import { criticalDistance, Distribution, distance } from "../../src/calibrate/distribution.js";
import { draw } from "../../src/calibrate/draw.js";

const oneToEleven = new Distribution([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);

describe("a distribution", () => {
  test("has quantiles between its values in proportion", () => {
    expect([0, 0.1, 0.5, 0.95, 1].map((share) => oneToEleven.quantile(share))).toEqual([
      1, 2, 6, 10.5, 11,
    ]);
    expect(oneToEleven.spread).toBe(8);
    expect(new Distribution([]).median).toBeNaN();
  });

  test("has no distance from itself, and the whole from one that lies elsewhere", () => {
    expect(distance(oneToEleven, oneToEleven)).toBe(0);
    expect(distance(oneToEleven, new Distribution([20, 21]))).toBe(1);
  });

  test("is as far from another as their cumulative shares are at the worst place", () => {
    const early = new Distribution([1, 1, 1, 5]);
    const late = new Distribution([1, 5, 5, 5]);

    expect(distance(early, late)).toBe(0.5);
    expect(distance(late, early)).toBe(0.5);
  });

  // M. A. Stephens 1974: the tables have 0.409 for ten and 0.227 for thirty-four.
  test("may be further from its source the fewer values it has", () => {
    expect(criticalDistance(10)).toBeCloseTo(0.409, 2);
    expect(criticalDistance(34)).toBeCloseTo(0.227, 2);
  });
});

describe("a drawing", () => {
  test("shows both sides on one axis, every value, and the fullest place highest", () => {
    const drawing = draw(new Distribution([0, 0, 0, 99]), new Distribution([50]), 10);

    expect(drawing).toEqual({
      from: 0,
      to: 99,
      recorded: "█        ▃",
      simulated: "     █    ",
    });
  });
});
