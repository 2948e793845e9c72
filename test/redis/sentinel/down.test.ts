import { describe, expect, test } from "vitest";
import { checkObjectivelyDown, checkSubjectivelyDown } from "../../../src/redis/sentinel/down.js";
import { flag } from "../../../src/redis/sentinel/instance.js";
import { busy, loading, World, type WorldOptions } from "./world.js";

function settled(options: WorldOptions = {}): World {
  const world = new World({ sentinels: 1, ...options });
  world.run(15_000);
  return world;
}

describe("an instance that does not answer", () => {
  // sentinelCheckSubjectivelyDown(): elapsed > down_after, from the first unanswered ping.
  test("is subjectively down when down-after-milliseconds have passed, not before", () => {
    const world = settled();
    const state = world.state("s1");
    const master = world.master("s1");
    const now = state.now();

    master.link.actPingTime = now - 3_000;
    checkSubjectivelyDown(state, master, now);
    expect(master.is(flag.subjectivelyDown)).toBe(false);

    checkSubjectivelyDown(state, master, now + 1);
    expect(master.is(flag.subjectivelyDown)).toBe(true);
    expect(master.subjectivelyDownSince).toBe(now + 1);
  });

  test("is up again once a ping was answered, and keeps the time when it went down", () => {
    const world = settled();
    world.inject({ kind: "pause", node: "r1" });
    world.run(6_000);
    const down = world.when("s1", "+sdown") ?? 0;
    world.inject({ kind: "resume", node: "r1" });
    world.run(2_000);

    expect(world.when("s1", "-sdown")).toBeGreaterThan(down);
    expect(world.master("s1").is(flag.subjectivelyDown)).toBe(false);
    expect(world.master("s1").subjectivelyDownSince).not.toBe(0);
  });

  // sentinelSendPeriodicCommands(): INFO and PUBLISH with each tick, until 100 are pending.
  test("is sent no more once a hundred commands are pending", () => {
    const world = settled({ config: ["sentinel down-after-milliseconds mymaster 60000"] });
    world.inject({ kind: "pause", node: "r1" });
    world.run(14_000);

    const { link } = world.master("s1");
    expect(link.pendingCommands).toBeGreaterThanOrEqual(100);
    expect(link.pendingCommands).toBeLessThanOrEqual(102);
    // One of them may be the CLIENT SETNAME of a pub/sub connection that was made anew.
    const owed = link.commandCallbacks.length + link.pubsubCallbacks.length;
    expect(owed).toBe(link.pendingCommands);
  });

  // Without answers pings go out every half period (now - last_ping_time > p/2).
  test("is pinged about twice as often as one that answers", () => {
    const world = settled();
    const healthy = world.asked("r1", "PING").length;
    world.facts("r1").ping = undefined;
    world.run(4_000);

    const pings = world.asked("r1", "PING").length - healthy;
    expect(pings).toBeGreaterThanOrEqual(6);
    expect(pings).toBeLessThanOrEqual(8);
  });
});

describe("an instance that answers pings with an error", () => {
  // sentinelPingReplyCallback()
  test("is alive while it loads its dataset", () => {
    const world = settled();
    world.facts("r1").ping = loading;
    world.run(10_000);

    expect(world.when("s1", "+sdown")).toBeUndefined();
  });

  test("is down when the error is another, and is told once to kill its busy script", () => {
    const world = settled({ quorum: 2 });
    world.facts("r1").ping = busy;
    world.run(10_000);

    expect(world.when("s1", "+sdown")).toBeDefined();
    expect(world.asked("r1", "SCRIPT").map(({ args }) => args.join(" "))).toEqual(["SCRIPT KILL"]);
    // Errors are answers too: the link is not made anew.
    expect(world.asked("r1", "CLIENT")).toHaveLength(2);
  });
});

describe("a master that says it is a replica", () => {
  // role_reported_time, down_after + 2 * info-period
  test("is down after down-after-milliseconds and twenty seconds", () => {
    const world = settled();
    Object.assign(world.facts("r1"), { role: "slave", masterIp: "10.0.0.9", masterPort: 6379 });
    world.run(40_000);

    const changed = world.when("s1", "-role-change") ?? 0;
    const down = world.when("s1", "+sdown") ?? 0;
    expect(down - changed).toBeGreaterThan(23_000);
    expect(down - changed).toBeLessThan(23_101);
  });
});

describe("a master that was started again", () => {
  const config = ["sentinel master-reboot-down-after-period mymaster 2000"];

  // SRI_MASTER_REBOOT, since 7.0: only PONG ends it.
  test("is down while it still loads, if master-reboot-down-after-period says so", () => {
    const world = settled({ config });
    world.facts("r1").runId = "9".repeat(40);
    world.facts("r1").ping = loading;
    world.run(20_000);

    const rebooted = world.when("s1", "+reboot") ?? 0;
    expect((world.when("s1", "+sdown") ?? 0) - rebooted).toBeGreaterThan(2_000);
  });

  test("is not when it answers again", () => {
    const world = settled({ config });
    world.facts("r1").runId = "9".repeat(40);
    world.run(20_000);

    expect(world.when("s1", "+reboot")).toBeDefined();
    expect(world.when("s1", "+sdown")).toBeUndefined();
  });
});

describe("a master that is objectively down", () => {
  // sentinelCheckObjectivelyDown(): count >= quorum, and the own opinion is a condition.
  test("needs this Sentinel's own opinion and a quorum with those of others", () => {
    const world = new World({ quorum: 3 });
    world.run(10_000);
    const state = world.state("s1");
    const master = world.master("s1");
    const [one, two] = master.sentinels.records;

    one?.set(flag.masterDown);
    two?.set(flag.masterDown);
    checkObjectivelyDown(state, master);
    expect(master.is(flag.objectivelyDown)).toBe(false);

    master.set(flag.subjectivelyDown);
    one?.clear(flag.masterDown);
    checkObjectivelyDown(state, master);
    expect(master.is(flag.objectivelyDown)).toBe(false);

    one?.set(flag.masterDown);
    checkObjectivelyDown(state, master);
    expect(world.eventsOf("s1").at(-1)).toBe("+odown master mymaster 10.0.0.1 6379 #quorum 3/3");

    master.clear(flag.subjectivelyDown);
    checkObjectivelyDown(state, master);
    expect(world.eventsOf("s1").at(-1)).toBe("-odown master mymaster 10.0.0.1 6379");
  });

  // sentinelAskMasterStateToOtherSentinels(): five times ask-period.
  test("is no more when the others' opinions have expired", () => {
    const world = new World({ quorum: 2, config: ["sentinel failover-timeout mymaster 600000"] });
    world.facts("r2").priority = 0;
    world.facts("r3").priority = 0;
    world.run(12_000);
    world.inject({ kind: "kill", node: "r1", signal: "KILL" });
    world.run(6_000);
    expect(world.master("s1").is(flag.objectivelyDown)).toBe(true);
    world.inject({ kind: "kill", node: "s2", signal: "KILL" });
    world.inject({ kind: "kill", node: "s3", signal: "KILL" });
    world.run(4_000);
    expect(world.master("s1").is(flag.objectivelyDown)).toBe(true);
    world.run(2_500);

    expect(world.master("s1").is(flag.objectivelyDown)).toBe(false);
    expect(world.master("s1").is(flag.subjectivelyDown)).toBe(true);
  });
});

describe("a link that seems stalled", () => {
  // SENTINEL_MIN_LINK_RECONNECT_PERIOD: not before it is 15 s old, then after half of down-after.
  test("is made anew when a ping is long unanswered", () => {
    const world = settled();
    world.run(5_000);
    world.inject({
      kind: "cut",
      name: "cut",
      a: ["s1"],
      b: ["r1"],
      direction: "both",
      mode: "drop",
    });
    const { command } = world.master("s1").link;
    world.run(1_000);
    expect(world.master("s1").link.command).toBe(command);
    world.run(3_000);

    expect(world.master("s1").link.commandConnectTime).toBeGreaterThan(
      world.state("s1").now() - 2_500,
    );
  });
});

describe("TILT", () => {
  // sentinelCheckTiltCondition(), sentinelHandleRedisInstance()
  test("begins when a tick comes more than two seconds late and lasts thirty", () => {
    const world = settled();
    world.inject({ kind: "pause", node: "s1" });
    world.run(2_500);
    world.inject({ kind: "resume", node: "s1" });
    world.run(40_000);

    const entered = world.when("s1", "+tilt") ?? 0;
    const left = world.when("s1", "-tilt") ?? 0;
    expect(left - entered).toBeGreaterThanOrEqual(30_000);
    expect(left - entered).toBeLessThan(30_101);
    expect(world.events.find(({ channel }) => channel === "+tilt")?.payload).toBe(
      "#tilt mode entered",
    );
  });

  test("freezes what is thought of others, but not the vote", () => {
    const world = settled();
    world.inject({ kind: "pause", node: "s1" });
    world.run(2_500);
    world.inject({ kind: "resume", node: "s1" });
    world.run(200);
    world.inject({ kind: "kill", node: "r1", signal: "KILL" });
    world.run(10_000);

    const [reply] = world.command("s1", "SENTINEL is-master-down-by-addr 10.0.0.1 6379 5 somebody");

    expect(world.when("s1", "+sdown")).toBeUndefined();
    expect(reply).toEqual([0, "somebody", 5]);
    world.run(25_000);
    expect(world.when("s1", "+sdown")).toBe(world.when("s1", "-tilt"));
  });
});
