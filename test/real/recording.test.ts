/** A recording of real Redis, made here and now: a small cluster, quick to be given up. */
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { durations } from "../../src/calibrate/measure.js";
import { record } from "../../src/calibrate/real/recorder.js";

test("a real master is killed, and every phase of the failover is recorded in its order", async () => {
  const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith("redsim-real-"));
  const before = folders();

  const sample = await record({ experiment: "kill_master", downAfter: 1_000, wait: 500 });

  const measured = durations("fault").map(({ name, of }) => [name, sample && of(sample)] as const);
  for (const [name, ms] of measured) expect(ms, name).toBeGreaterThanOrEqual(0);
  expect(sample?.phases.sdown).toBeGreaterThan(900);
  expect(sample?.phases.sdown).toBeLessThan(3_000);
  expect(new Set(sample?.events?.map(({ node }) => node))).toEqual(new Set(["s1", "s2", "s3"]));
  expect(folders()).toEqual(before);
}, 60_000);
