/** Restarts as real Sentinels saw them: test/data/sentinel-traces. */
import { describe, test } from "vitest";
import { expectReproduced, failoverTimeout } from "./driver.js";

describe("a restart is seen as it was recorded", () => {
  // sentinelRefreshInstanceInfo(): +reboot comes with the next INFO.
  test("of a master that is back within down-after", () => {
    expectReproduced("reboot_7.0.15", {
      config: failoverTimeout(10_000),
      play: {
        "restart master fast": (cluster) => {
          cluster.kill("r0");
          cluster.restart("r0");
        },
      },
    });
  });

  // sentinelCheckSubjectivelyDown() of 7.0: master-reboot-down-after-period counts from that INFO.
  test("of a master that loads its dataset for longer than it may", () => {
    expectReproduced("masterreboot_7.0.15", {
      seed: 72,
      config: failoverTimeout(10_000),
      prepare: (cluster) => {
        cluster.runTo(13_016);
        for (const node of ["s0", "s1", "s2"]) {
          cluster.send(node, "SENTINEL SET mymaster master-reboot-down-after-period 3000");
        }
      },
      play: {
        "kill+restart master (slow load)": (cluster) => {
          cluster.kill("r0");
          cluster.giveDataset("r0", 60);
          cluster.restart("r0");
        },
      },
    });
  });

  test("of a Sentinel, by the others", () => {
    expectReproduced("killsent_7.0.15", {
      config: failoverTimeout(10_000),
      play: {
        "kill s2": (cluster) => cluster.kill("s2"),
        "restart s2": (cluster) => cluster.restart("s2"),
      },
    });
  });
});
