import { describe, expect, test } from "vitest";
import { currentMasterAddress, flag } from "../../../src/redis/sentinel/instance.js";
import { World, type WorldOptions } from "./world.js";

const settleTime = 15_000;

/** A settled world whose master was killed at `settleTime`. */
function killed(options: WorldOptions = {}): World {
  const world = new World(options);
  world.run(settleTime);
  world.inject({ kind: "kill", node: "r1", signal: "KILL" });
  return world;
}

/** The Sentinel that was elected. */
function leaderOf(world: World): string {
  const elected = world.events.find(({ channel }) => channel === "+elected-leader");
  if (elected === undefined) throw new Error("nobody was elected");
  return elected.node;
}

const m = "master mymaster 10.0.0.1 6379";
const r2 = "slave 10.0.0.2:6379 10.0.0.2 6379 @ mymaster 10.0.0.1 6379";
const r3 = "slave 10.0.0.3:6379 10.0.0.3 6379 @ mymaster 10.0.0.1 6379";

describe("a master that dies", () => {
  // The order of events of sentinel-traces/auto_6.2.1.txt.
  test.each(["6.2", "7.0", "7.2"] as const)("is failed over in Redis %s's order", (version) => {
    const world = killed({ version });
    world.run(8_000);

    const leader = leaderOf(world);
    const id = world.state(leader).myid;
    expect(world.eventsOf(leader, settleTime)).toEqual([
      `+sdown ${m}`,
      expect.stringMatching(/^\+odown master mymaster 10\.0\.0\.1 6379 #quorum [23]\/2$/),
      "+new-epoch 1",
      `+try-failover ${m}`,
      `+vote-for-leader ${id} 1`,
      `+elected-leader ${m}`,
      `+failover-state-select-slave ${m}`,
      `+selected-slave ${r2}`,
      `+failover-state-send-slaveof-noone ${r2}`,
      `+failover-state-wait-promotion ${r2}`,
      `-role-change ${r2} new reported role is master`,
      `+promoted-slave ${r2}`,
      `+failover-state-reconf-slaves ${m}`,
      `+slave-reconf-sent ${r3}`,
      `+slave-reconf-inprog ${r3}`,
      `+slave-reconf-done ${r3}`,
      `-odown ${m}`,
      `+failover-end ${m}`,
      "+switch-master mymaster 10.0.0.1 6379 10.0.0.2 6379",
      "+slave slave 10.0.0.3:6379 10.0.0.3 6379 @ mymaster 10.0.0.2 6379",
      "+slave slave 10.0.0.1:6379 10.0.0.1 6379 @ mymaster 10.0.0.2 6379",
      ...world.eventsOf(leader, world.when(leader, "+switch-master")).slice(5),
    ]);
  });

  // sentinelForceHelloUpdateForMaster(): the others hear of the promotion with the leader's next tick.
  test("is replaced on the other Sentinels before the leader itself switches", () => {
    const world = killed();
    world.run(8_000);

    const leader = leaderOf(world);
    const switched = world.when(leader, "+switch-master") ?? 0;
    for (const other of ["s1", "s2", "s3"].filter((name) => name !== leader)) {
      expect(world.when(other, "+config-update-from")).toBe(world.when(other, "+switch-master"));
      expect(world.when(other, "+switch-master")).toBeLessThan(switched);
      expect(world.config(other)).toContain("sentinel monitor mymaster 10.0.0.2 6379 2\n");
      expect(world.config(other)).toContain("sentinel config-epoch mymaster 1\n");
      expect(world.config(other)).toContain("sentinel known-replica mymaster 10.0.0.1 6379\n");
    }
    expect(world.names.slice(3).map(({ ip, epoch }) => `${ip} ${epoch}`)).toEqual(
      Array.from({ length: 3 }, () => "10.0.0.2 1"),
    );
  });

  // sentinelSendSlaveOf(): one transaction on the command connection.
  test("leaves its replica with a transaction that makes it a master", () => {
    const world = killed({ sentinels: 1, quorum: 1 });
    world.run(5_000);

    const asked = world.asked("r2").map(({ args }) => args.join(" "));
    const from = asked.indexOf("MULTI");
    expect(asked.slice(from, from + 6)).toEqual([
      "MULTI",
      "SLAVEOF NO ONE",
      "CONFIG REWRITE",
      "CLIENT KILL TYPE normal",
      "CLIENT KILL TYPE pubsub",
      "EXEC",
    ]);
  });

  // sentinelHandleRedisInstance() of a quorum of one: everything up to the own vote in one tick.
  test("is tried at once by a Sentinel that is its own quorum", () => {
    const world = killed({ sentinels: 1, quorum: 1 });
    world.run(5_000);

    const at = world.when("s1", "+sdown");
    const channels = ["+sdown", "+odown", "+new-epoch", "+try-failover", "+vote-for-leader"];
    expect(channels.map((channel) => world.when("s1", channel))).toEqual(channels.map(() => at));
  });

  // sentinelFailoverWaitStart() and sentinelStartFailoverIfNeeded(): min(10 s, failover-timeout), then twice it.
  test("stays where it is without a majority, and is tried again after twice failover-timeout", () => {
    const world = new World({
      quorum: 1,
      config: ["sentinel failover-timeout mymaster 5000"],
    });
    world.run(settleTime);
    world.inject({ kind: "kill", node: "s2", signal: "KILL" });
    world.inject({ kind: "kill", node: "s3", signal: "KILL" });
    world.inject({ kind: "kill", node: "r1", signal: "KILL" });
    world.run(20_000);

    const tried = world.when("s1", "+try-failover") ?? 0;
    const aborted = world.when("s1", "-failover-abort-not-elected") ?? 0;
    const again = world.when("s1", "+try-failover", tried + 1) ?? 0;
    expect(aborted - tried).toBeGreaterThan(5_000);
    expect(aborted - tried).toBeLessThan(6_101);
    expect(again - tried).toBeGreaterThanOrEqual(10_000);
    expect(again - tried).toBeLessThan(11_101);
    expect(world.logs.some((text) => text.startsWith("Next failover delay: I will not"))).toBe(
      true,
    );
  });

  // sentinelSelectSlave(): no candidate, no second look within the attempt.
  test("is given up at once when no replica may be promoted", () => {
    const world = new World();
    world.facts("r2").priority = 0;
    world.facts("r3").priority = 0;
    world.run(settleTime);
    world.inject({ kind: "kill", node: "r1", signal: "KILL" });
    world.run(5_000);

    const leader = leaderOf(world);
    expect(world.eventsOf(leader, settleTime).at(-1)).toBe(`-failover-abort-no-good-slave ${m}`);
    expect(world.master(leader).is(flag.failoverInProgress)).toBe(false);
  });

  // sentinelFailoverWaitPromotion()
  test("is given up when the chosen replica does not become a master in time", () => {
    const world = new World({ config: ["sentinel failover-timeout mymaster 4000"] });
    world.facts("r2").obeys = false;
    world.run(settleTime);
    world.inject({ kind: "kill", node: "r1", signal: "KILL" });
    world.run(9_000);

    const leader = leaderOf(world);
    const waiting = world.when(leader, "+failover-state-wait-promotion") ?? 0;
    const aborted = world.when(leader, "-failover-abort-slave-timeout") ?? 0;
    expect(aborted - waiting).toBeGreaterThan(4_000);
    expect(aborted - waiting).toBeLessThan(4_101);
    expect(world.master(leader).promotedReplica).toBeUndefined();
  });

  // sentinelFailoverReconfNextSlave(), sentinelFailoverDetectEnd(): with parallel-syncs 1 only the end has a time.
  test("is replaced after failover-timeout although a replica does not follow", () => {
    const world = new World({ config: ["sentinel failover-timeout mymaster 12000"] });
    world.facts("r3").obeys = false;
    world.run(settleTime);
    world.inject({ kind: "kill", node: "r1", signal: "KILL" });
    world.run(20_000);

    const leader = leaderOf(world);
    const reconf = world.when(leader, "+failover-state-reconf-slaves") ?? 0;
    const end = world.when(leader, "+failover-end-for-timeout") ?? 0;
    expect(end - reconf).toBeGreaterThan(12_000);
    expect(world.when(leader, "+failover-end")).toBe(end);
    expect(world.when(leader, "+switch-master")).toBe(end);
    expect(world.when(leader, "-slave-reconf-sent-timeout")).toBeUndefined();
  });

  // The same with a free slot: SENT expires after 10 s, and SLAVEOF is sent again at once.
  test("has a stuck replica told again when there is a slot for it", () => {
    const world = new World({
      config: ["sentinel parallel-syncs mymaster 2", "sentinel failover-timeout mymaster 60000"],
    });
    world.facts("r3").obeys = false;
    world.run(settleTime);
    world.inject({ kind: "kill", node: "r1", signal: "KILL" });
    world.run(18_000);

    const leader = leaderOf(world);
    const sent = world.when(leader, "+slave-reconf-sent") ?? 0;
    const expired = world.when(leader, "-slave-reconf-sent-timeout") ?? 0;
    expect(expired - sent).toBeGreaterThan(10_000);
    expect(expired - sent).toBeLessThan(10_101);
    expect(world.when(leader, "+slave-reconf-sent", expired)).toBe(expired);
  });
});

describe("the replica to be promoted", () => {
  // compareSlavesForPromotion()
  test("is the one of lowest priority, then of most data, then of smallest run id", () => {
    const promoted = (change: (world: World) => void): string => {
      const world = new World({ sentinels: 1, quorum: 1 });
      change(world);
      world.run(12_000);
      world.inject({ kind: "kill", node: "r1", signal: "KILL" });
      world.run(6_000);
      return currentMasterAddress(world.master("s1")).ip;
    };

    expect(promoted(() => {})).toBe("10.0.0.2");
    expect(promoted((world) => (world.facts("r3").offset = 1_001))).toBe("10.0.0.3");
    expect(
      promoted((world) => {
        world.facts("r3").offset = 1_001;
        world.facts("r2").priority = 99;
      }),
    ).toBe("10.0.0.2");
  });
});

describe("a manual failover", () => {
  // sentinelFailoverWaitStart() with SRI_FORCE_FAILOVER: the own vote and the election in the next tick.
  test("needs no votes and turns the old master into a replica some ten seconds later", () => {
    const world = new World();
    world.run(settleTime);

    const [reply, again] = world.command(
      "s1",
      "SENTINEL failover mymaster",
      "SENTINEL failover mymaster",
    );
    world.run(20_000);

    expect([reply, again]).toEqual(["OK", "ERR>INPROG Failover already in progress"]);
    expect(world.when("s1", "+elected-leader")).toBe(world.when("s1", "+vote-for-leader"));
    const switched = world.when("s1", "+switch-master") ?? 0;
    const converted = world.events.find(({ channel }) => channel === "+convert-to-slave")?.at ?? 0;
    expect(converted - switched).toBeGreaterThan(8_000);
    expect(world.facts("r1")).toMatchObject({ role: "slave", masterIp: "10.0.0.2" });
  });
});

describe("a simulated crash", () => {
  // sentinelSimFailureCrash()
  test("after the promotion leaves the new configuration on disk", () => {
    const world = new World({ sentinels: 1, quorum: 1 });
    world.run(settleTime);
    world.command("s1", "SENTINEL simulate-failure crash-after-promotion");
    world.command("s1", "SENTINEL failover mymaster");
    world.run(3_000);

    expect(world.simulation.isUp("s1")).toBe(false);
    expect(world.eventsOf("s1").at(-1)).toBe(`+promoted-slave ${r2}`);
    expect(world.config("s1")).toContain("sentinel monitor mymaster 10.0.0.2 6379 1\n");
    expect(world.config("s1")).toContain("sentinel config-epoch mymaster 1\n");
  });
});
