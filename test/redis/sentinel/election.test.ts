import { describe, expect, test } from "vitest";
import { electedLeader } from "../../../src/redis/sentinel/election.js";
import { World } from "./world.js";

const settleTime = 6_000;

describe("a vote", () => {
  // sentinelVoteLeader(): first come, first served; one vote an epoch.
  test("is given once an epoch, to the first who asks, and saved before it is said", () => {
    const world = new World({ sentinels: 1 });
    world.run(settleTime);

    const ask = "SENTINEL is-master-down-by-addr 10.0.0.1 6379";
    const got = world.command("s1", `${ask} 3 x`, `${ask} 3 y`, `${ask} 2 y`, `${ask} 4 y`);

    expect(got).toEqual([
      [0, "x", 3],
      [0, "x", 3],
      [0, "x", 3],
      [0, "y", 4],
    ]);
    expect(world.eventsOf("s1").slice(-4)).toEqual([
      "+new-epoch 3",
      "+vote-for-leader x 3",
      "+new-epoch 4",
      "+vote-for-leader y 4",
    ]);
    expect(world.config("s1")).toContain("sentinel leader-epoch mymaster 4\n");
    expect(world.config("s1")).toContain("sentinel current-epoch 4\n");
  });

  // After a restart leader_epoch is known and the leader is not.
  test("is not given again after a restart, but it is forgotten for whom it was", () => {
    const world = new World({ sentinels: 1 });
    world.run(settleTime);
    const ask = "SENTINEL is-master-down-by-addr 10.0.0.1 6379 3";
    world.command("s1", `${ask} x`);
    world.inject({ kind: "kill", node: "s1", signal: "KILL" });
    world.run(100);
    world.inject({ kind: "restart", node: "s1" });
    world.run(1_000);

    const [again] = world.command("s1", `${ask} y`);

    expect(again).toEqual([0, "*", 3]);
  });

  // sentinelVoteLeader(): failover_start_time = now + rand() % 1000.
  test("for somebody else holds back this Sentinel's own failover", () => {
    const world = new World({ sentinels: 1, quorum: 1 });
    world.run(settleTime);
    world.command("s1", "SENTINEL is-master-down-by-addr 10.0.0.1 6379 3 x");

    const { failoverStartTime } = world.master("s1");
    const now = world.state("s1").now();

    expect(failoverStartTime - now).toBeGreaterThan(-100);
    expect(failoverStartTime - now).toBeLessThan(1_000);
  });
});

describe("the leader", () => {
  /** Five Sentinels: s1 counts, the votes of its four peers are as given. */
  function count(quorum: number, votes: readonly (string | undefined)[], epoch = 7) {
    const world = new World({ sentinels: 5, quorum, replicas: 0 });
    world.run(settleTime);
    const state = world.state("s1");
    const master = world.master("s1");
    state.currentEpoch = 7;
    master.leaderEpoch = 7;
    master.leader = state.myid;
    master.sentinels.records.forEach((peer, i) => {
      peer.leader = votes[i] === "me" ? state.myid : votes[i];
      peer.leaderEpoch = 7;
    });
    const leader = electedLeader(state, master, epoch);
    return leader === state.myid ? "me" : leader;
  }

  // sentinelGetLeader(): voters/2+1 and the quorum, over all Sentinels ever known.
  test("has a majority of all known Sentinels", () => {
    expect(count(2, ["me", "me"])).toBe("me");
    expect(count(2, ["me"])).toBeUndefined();
    expect(count(2, ["x", "x", "x", "me"])).toBe("x");
    expect(count(2, ["x", "x", "me", "me"])).toBe("me");
  });

  test("has at least quorum votes", () => {
    expect(count(4, ["me", "me"])).toBeUndefined();
    expect(count(4, ["me", "me", "me"])).toBe("me");
  });

  test("is counted with this Sentinel's vote only if that is of the failover's epoch", () => {
    expect(count(2, ["me", "me"], 6)).toBeUndefined();
    expect(count(2, ["me", "me", "me"], 6)).toBe("me");
  });
});
