/** Replicas that are told whom to follow, as recorded from real Sentinels: test/data/sentinel-traces. */
import { describe, test } from "vitest";
import {
  type Cluster,
  expectReproduced,
  failoverTimeout,
  prefer,
  refuseReplicaof,
} from "./driver.js";

const failover = {
  failover: (cluster: Cluster) => cluster.send("s0", "SENTINEL FAILOVER mymaster"),
};

describe("replicas are reconfigured as it was recorded", () => {
  // sentinelFailoverReconfNextSlave(): with parallel-syncs 1 the timeout is never looked at. That the stuck
  // replica comes first is the leader's hash order; the seeds that have it otherwise do not fit.
  test("when one is stuck and is the only one that may be told at a time", () => {
    expectReproduced("reconfto_7.0.15", {
      replicas: 4,
      config: [...failoverTimeout(60_000), "sentinel parallel-syncs mymaster 2"],
      sentinelsAlike: ["S1", "S2"],
      portsAlike: ["6002", "6003"],
      seed: 2,
      prepare: (cluster) => {
        prefer(cluster, "r4");
        refuseReplicaof(cluster, "r1");
        cluster.runTo(13_003);
        cluster.send("s0", "SENTINEL SET mymaster parallel-syncs 1");
      },
      play: failover,
    });
  });

  // The same: with a second slot the stuck one is told again, and counts as done.
  test("when one is stuck and two may be told at a time", () => {
    expectReproduced("reconfto2_7.0.15", {
      replicas: 4,
      config: [...failoverTimeout(30_000), "sentinel parallel-syncs mymaster 2"],
      sentinelsAlike: ["S1", "S2"],
      portsAlike: ["6002", "6003"],
      seed: 9,
      tolerance: 2_000,
      prepare: (cluster) => {
        prefer(cluster, "r4");
        refuseReplicaof(cluster, "r1");
      },
      play: failover,
    });
  });

  // sentinelFailoverDetectEnd(): +failover-end-for-timeout, then the best effort, then the others fix it.
  test("when none of them follows within failover-timeout", () => {
    expectReproduced("endto_7.0.15", {
      replicas: 4,
      config: failoverTimeout(5_000),
      sentinelsAlike: ["S1", "S2"],
      portsAlike: ["6001", "6002", "6003"],
      seed: 23,
      prepare: (cluster) => {
        prefer(cluster, "r4");
        refuseReplicaof(cluster, "r1", "r2", "r3");
      },
      play: failover,
    });
  });

  test("when one of them hangs", () => {
    expectReproduced("hungslave_7.0.15", {
      replicas: 3,
      config: failoverTimeout(10_000),
      portsAlike: ["6002", "6003"],
      seed: 2,
      play: {
        "SIGSTOP r1": (cluster) => cluster.pause("r1"),
        "kill master": (cluster) => cluster.kill("r0"),
      },
    });
  });

  // A hung replica takes the only slot where the leader's hash order puts it first, and starves the rest.
  // +slave-reconf-sent-be is said and never sent, for the switch of the same tick closes the links: another
  // Sentinel has to fix the replica (+fix-slave-config).
  test("when a hanging one is told first", () => {
    expectReproduced("hungfirst_7.0.15", {
      replicas: 4,
      config: failoverTimeout(12_000),
      portsAlike: ["6001", "6002"],
      seed: 2,
      prepare: (cluster) => prefer(cluster, "r4"),
      play: {
        "SIGSTOP r1 r2": (cluster) => cluster.pause("r1", "r2"),
        "kill master": (cluster) => cluster.kill("r0"),
      },
    });
  });

  // sentinelRefreshInstanceInfo(): +fix-slave-config after failover-timeout, +convert-to-slave after 8 s.
  test("when one follows somebody else, or nobody", () => {
    expectReproduced("wrongmaster_7.0.15", {
      config: failoverTimeout(10_000),
      portsAlike: [],
      play: {
        "replica2 of replica1": (cluster) => cluster.send("r2", "SLAVEOF 127.0.0.1 6001"),
        "replica2 slaveof no one": (cluster) => cluster.send("r2", "SLAVEOF NO ONE"),
      },
    });
  });
});
