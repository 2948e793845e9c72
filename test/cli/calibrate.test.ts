/** `redsim calibrate` as a user types it, where nobody sees a terminal. */
import { describe, expect, test } from "vitest";
import { redsim } from "./redsim.js";

describe("a calibration", () => {
  const { code, out, err } = redsim([
    "calibrate",
    "--only",
    "backlog_overflow",
    "--release",
    "6.2.1",
    "--seeds",
    "2",
  ]);

  test("says what it is about to do, and what its words and columns mean", () => {
    expect(code).toBe(0);
    expect(err).toBe("backlog_overflow, Redis 6.2.1: 2 runs of backlog-overflow\n");
    expect(out).toMatch(/^backlog_overflow, Redis 6\.2\.1: 10 recordings, 2 runs\n/);
    for (const word of ["real, sim", "p10, p90", "KS", "ok", "ks", "NO", "order"])
      expect(out).toMatch(new RegExp(`^${word} +\\w`, "m"));
    expect(out.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });
});
