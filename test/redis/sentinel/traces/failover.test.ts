/** Failovers as recorded from real Sentinels: test/data/sentinel-traces. */
import { describe, test } from "vitest";
import {
  type Cluster,
  expectReproduced,
  failoverTimeout,
  prefer,
  refuseReplicaof,
} from "./driver.js";

const killMaster = { "kill master": (cluster: Cluster) => cluster.kill("r0") };
const sentinels = ["s0", "s1", "s2"] as const;

describe("a failover goes as it was recorded", () => {
  // sentinelFailoverStateMachine(), sentinelResetMasterAndChangeAddress(), sentinelRefreshInstanceInfo().
  test("when the master dies and comes back (6.2.1)", () => {
    expectReproduced("auto_6.2.1", {
      version: "6.2",
      config: failoverTimeout(10_000),
      play: { ...killMaster, "restart old master": (cluster) => cluster.restart("r0") },
    });
  });

  test("when the master dies, comes back, and is made master again by hand", () => {
    expectReproduced("auto-then-manual_7.0.15", {
      zero: 0,
      config: failoverTimeout(10_000),
      sentinelsAlike: ["S1", "S2"],
      seed: 4,
      play: {
        ...killMaster,
        "restart old master": (cluster) => cluster.restart("r0"),
        "manual failover on s0": (cluster) => cluster.send("s0", "SENTINEL FAILOVER mymaster"),
      },
    });
  });

  test("when the master hangs and goes on after it was replaced", () => {
    expectReproduced("stop_7.0.15", {
      config: failoverTimeout(10_000),
      seed: 2,
      play: {
        "SIGSTOP master": (cluster) => cluster.pause("r0"),
        "SIGCONT master": (cluster) => cluster.resume("r0"),
      },
    });
  });

  // sentinelCheckSubjectivelyDown(): down-after and twice the INFO period, which was set to 2 s.
  test("when the master says that it is a replica", () => {
    expectReproduced("roleslave_7.0.15", {
      config: failoverTimeout(20_000),
      seed: 22,
      prepare: (cluster) => {
        cluster.runTo(13_000);
        for (const node of sentinels) cluster.send(node, "SENTINEL DEBUG info-period 2000");
      },
      play: { "master SLAVEOF bogus": (cluster) => cluster.send("r0", "SLAVEOF 127.0.0.1 1") },
    });
  });

  // sentinelSelectSlave(). In two parts: who tries again is chance, and so is who is asked first in the end.
  test("when no replica can be promoted, again and again", () => {
    expectReproduced("nogood_7.0.15", {
      config: failoverTimeout(6_000),
      cuts: [53_000],
      seed: 111,
      tolerance: 2_600,
      play: {
        "kill replicas": (cluster) => cluster.kill("r1", "r2"),
        ...killMaster,
        "restart all": (cluster) => cluster.restart("r0", "r1", "r2"),
      },
    });
  });

  // sentinelFailoverWaitStart(): the random part of each attempt adds up.
  test("when there is no majority", () => {
    expectReproduced("noelect_7.0.15", {
      quorum: 1,
      config: failoverTimeout(5_000),
      sentinelsAlike: ["S1", "S2"],
      seed: 10,
      tolerance: 3_600,
      play: { "kill s1,s2": (cluster) => cluster.kill("s1", "s2"), ...killMaster },
    });
  });

  // sentinelFailoverWaitPromotion()
  test("when the chosen replica does not become a master", () => {
    expectReproduced("abortto_7.0.15", {
      config: failoverTimeout(5_000),
      sentinelsAlike: ["S1", "S2"],
      portsAlike: [],
      prepare: (cluster) => {
        prefer(cluster, "r2");
        refuseReplicaof(cluster, "r2");
      },
      play: { failover: (cluster) => cluster.send("s0", "SENTINEL FAILOVER mymaster") },
    });
  });

  // sentinelSimFailureCrash(): what the leader said last never left it.
  test("when the leader crashes after the promotion", () => {
    expectReproduced("crashpromo_7.0.15", {
      config: failoverTimeout(6_000),
      seed: 3,
      prepare: (cluster) => {
        cluster.runTo(13_000);
        for (const node of sentinels) {
          cluster.send(node, "SENTINEL SIMULATE-FAILURE crash-after-promotion");
        }
      },
      play: {
        "kill master": (cluster) => {
          cluster.kill("r0");
          cluster.runUntilSaid("+failover-state-wait-promotion");
          cluster.run(3_000);
          for (const node of sentinels) cluster.send(node, "SENTINEL SIMULATE-FAILURE help");
        },
      },
    });
  });

  // sentinelFailoverDetectEnd(), and stale MASTER_DOWN flags: +sdown and +odown in one tick.
  test("when the promoted replica dies before the failover has ended", () => {
    expectReproduced("promostuck_7.0.15", {
      replicas: 3,
      config: failoverTimeout(10_000),
      portsAlike: ["6001", "6002", "6003"],
      seed: 129,
      play: {
        "kill master": (cluster) => {
          cluster.kill("r0");
          const promoted = cluster.runUntilSaid("+promoted-slave");
          cluster.chosen = `r${promoted?.text.charAt("+promoted-slave slave 127.0.0.1:600".length)}`;
          cluster.kill(cluster.chosen);
        },
        "killed r2": () => {},
        "restart r2": (cluster) => cluster.restart(cluster.chosen),
      },
    });
  });

  // sentinelCheckTiltCondition(): it votes and switches, and sees the old master down 30 s later.
  test("when one Sentinel is in TILT", () => {
    expectReproduced("tilt_7.0.15", {
      config: failoverTimeout(10_000),
      sentinelsAlike: ["S1", "S2"],
      seed: 2,
      play: {
        "SIGSTOP s0": (cluster) => cluster.pause("s0"),
        "SIGCONT s0": (cluster) => cluster.resume("s0"),
        ...killMaster,
      },
    });
  });

  // sentinelCommand(): a master is looked for by address, so votes for the two are mixed up.
  test("when two masters have one address", () => {
    expectReproduced("two_7.0.15", {
      config: [
        ...failoverTimeout(10_000),
        "sentinel monitor m2 127.0.0.1 6000 2",
        "sentinel down-after-milliseconds m2 3000",
        "sentinel failover-timeout m2 10000",
      ],
      mastersAlike: ["mymaster", "m2"],
      seed: 97,
      play: killMaster,
    });
  });
});
