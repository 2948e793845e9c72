import { describe, expect, test } from "vitest";
import type { Instant } from "../../src/kernel/time.js";
import { milliseconds } from "../../src/kernel/time.js";
import { FailoverFold } from "../../src/observe/failovers.js";
import { phaseTimes } from "../../src/observe/phase-times.js";
import { recordedEvents, recordedLines, recordedPhases, releases } from "./recording.js";

const recorded = releases.flatMap((release) =>
  [1, 2, 3].map((run) => ({ release, run, name: `kill_master-${run} of ${release}` })),
);

function instant(ms: number): Instant {
  return milliseconds(ms) as number as Instant;
}

describe.each(recorded)("the recording $name", ({ release, run }) => {
  const events = recordedEvents(release, "kill_master", run);
  const fault =
    recordedLines(release, "kill_master", run).find(
      (line) => line.kind === "action" && line["sig"] === "SIGKILL",
    )?.t ?? 0;

  test("has the phases that its table states", () => {
    const stated = recordedPhases(release, "kill_master").find((each) => each.fault === fault);

    const times = phaseTimes(events, fault);

    expect(stated).toBeDefined();
    expect(times.sdown).toBeCloseTo(stated?.["sdown"] ?? -1, 0);
    expect(times.elected).toBeCloseTo(stated?.["elected"] ?? -1, 0);
    expect(times.waitPromotion).toBeCloseTo(stated?.["wait_promo"] ?? -1, 0);
    expect(times.promoted).toBeCloseTo(stated?.["promoted"] ?? -1, 0);
    expect(times.switch).toBeCloseTo(stated?.["switch"] ?? -1, 0);
    expect(times.end).toBeCloseTo(stated?.["end"] ?? -1, 0);
  });

  test("is one failover that went through, with its leader, epoch and both addresses", () => {
    const fold = new FailoverFold();
    let told = false;

    for (const event of events) {
      if (!told && event.t > fault) {
        fold.fault(instant(fault));
        told = true;
      }
      fold.event(event.node, event.channel, event.payload, instant(event.t));
    }

    const through = fold.failovers.filter((each) => each.aborted === undefined);
    expect(through).toHaveLength(1);
    expect(through[0]).toMatchObject({ master: "mymaster", epoch: 1, from: "10.77.0.11:6379" });
    expect(through[0]?.leader).toMatch(/^s[123]$/);
    expect(through[0]?.to).toMatch(/^10\.77\.0\.1[23]:6379$/);
    expect(through[0]?.faultAt).toBe(instant(fault));
    expect(Object.keys(through[0]?.at ?? {})).toHaveLength(9);
  });
});
