/** When a Sentinel writes its file, what that costs, and what a full disk does (`sentinelFlushConfig()`). */
import { describe, expect, test } from "vitest";
import { voteLeader } from "../../../src/redis/sentinel/election.js";
import { startFailover } from "../../../src/redis/sentinel/failover.js";
import { refreshInfo } from "../../../src/redis/sentinel/info.js";
import { failoverState, flag } from "../../../src/redis/sentinel/instance.js";
import { resetMasterAndChangeAddress } from "../../../src/redis/sentinel/reset.js";
import type { Version } from "../../../src/redis/version.js";
import { World, type WorldOptions } from "./world.js";

const id = "e".repeat(40);

function settled(options: WorldOptions = {}): World {
  const world = new World({ sentinels: 1, replicas: 1, ...options });
  world.run(5_000);
  return world;
}

/** How often the file was written while this was done. */
function flushes(world: World, act: () => void): number {
  const before = world.rewrites.length;
  act();
  return world.rewrites.length - before;
}

function hello(epoch: number, configEpoch: number, ip = "10.0.0.1"): string {
  return `PUBLISH __sentinel__:hello 10.0.1.9,26379,${id},${epoch},mymaster,${ip},6379,${configEpoch}`;
}

function flushesOfCommand(world: World, command: string): number {
  return flushes(world, () => world.command("s1", command));
}

describe("a Sentinel writes its file", () => {
  test("when it has drawn its id", () => {
    const world = new World({ sentinels: 1, replicas: 0, myid: false });
    world.run(300);

    expect(world.rewrites).toEqual(["s1"]);
    expect(world.config("s1")).toMatch(/^sentinel myid [0-9a-f]{40}$/m);
  });

  test("when INFO shows a new replica, after it has said so", () => {
    const world = settled();
    world.facts("r1").replicas.push("10.0.0.7:6379");

    expect(flushes(world, () => world.run(11_000))).toBe(1);
    expect(world.config("s1")).toContain("sentinel known-replica mymaster 10.0.0.7 6379");
  });

  test("when a promotion is acknowledged, before it says so", () => {
    const world = settled();
    const state = world.state("s1");
    const master = world.master("s1");
    const [replica] = master.replicas.records;

    const file = world.within("s1", () => {
      if (replica === undefined) return "";
      replica.set(flag.promoted);
      master.promotedReplica = replica;
      master.set(flag.failoverInProgress);
      master.failoverEpoch = 3;
      master.failoverState = failoverState.waitPromotion;
      state.crashAfterPromotion = true;
      refreshInfo(state, replica, "# Replication\r\nrole:master\r\n");
      return world.config("s1");
    });

    // The old master takes the promoted one's place among the replicas.
    expect(file).toContain("sentinel monitor mymaster 10.0.0.2 6379 2\n");
    expect(file).toContain("sentinel config-epoch mymaster 3\n");
    expect(file).toContain("sentinel known-replica mymaster 10.0.0.1 6379\n");
  });

  test("when it meets another Sentinel, hears of a greater epoch, or votes", () => {
    const world = settled();

    expect(flushesOfCommand(world, hello(0, 0))).toBe(1);
    expect(flushesOfCommand(world, hello(0, 0))).toBe(0);
    expect(flushesOfCommand(world, hello(4, 0))).toBe(1);
    const ask = (epoch: number): string =>
      `SENTINEL is-master-down-by-addr 10.0.0.1 6379 ${epoch} x`;
    // The vote alone, then epoch and vote, each by itself.
    expect(flushesOfCommand(world, ask(4))).toBe(1);
    expect(flushesOfCommand(world, ask(5))).toBe(2);
    expect(flushesOfCommand(world, ask(5))).toBe(0);
  });

  test("at the end of a switch, and of each command that changes something", () => {
    const world = settled();
    const master = world.master("s1");

    const ofSwitch = flushes(world, () =>
      world.within("s1", () =>
        resetMasterAndChangeAddress(world.state("s1"), master, "10.0.0.2", 6379),
      ),
    );
    expect(ofSwitch).toBe(1);
    expect(flushesOfCommand(world, "SENTINEL config set announce-port 7")).toBe(1);
    expect(flushesOfCommand(world, "SENTINEL set mymaster quorum 3 parallel-syncs 2")).toBe(1);
    expect(flushesOfCommand(world, "SENTINEL set mymaster quorum 4 nonsense 2")).toBe(1);
    expect(flushesOfCommand(world, "SENTINEL set mymaster nonsense 2")).toBe(0);
    expect(flushesOfCommand(world, "SENTINEL monitor other 10.0.0.9 6379 1")).toBe(1);
    expect(flushesOfCommand(world, "SENTINEL remove other")).toBe(1);
    expect(flushesOfCommand(world, "SENTINEL flushconfig")).toBe(1);
  });

  test("at no other time", () => {
    const world = settled();
    world.command("s1", hello(0, 0));

    expect(flushesOfCommand(world, "SENTINEL debug info-period 9000")).toBe(0);
    // A configuration epoch alone: no event, no flush.
    expect(flushesOfCommand(world, hello(0, 1))).toBe(0);
    expect(world.master("s1").configEpoch).toBe(1);
    expect(flushesOfCommand(world, "SENTINEL reset mymaster")).toBe(0);
    const starts = (): void => {
      world.within("s1", () => startFailover(world.state("s1"), world.master("s1")));
    };
    expect(flushes(world, starts)).toBe(0);
    // The vote for itself, with the tick that follows.
    expect(flushes(world, () => world.run(150))).toBe(1);
    expect(flushesOfCommand(world, "SHUTDOWN")).toBe(0);
  });
});

describe("users made with ACL SETUSER", () => {
  // rewriteConfigUserOption()
  test("are written with the next flush", () => {
    const world = settled();
    world.command("s1", "ACL SETUSER probe on >secret +ping");
    expect(world.config("s1")).not.toContain("user probe");

    world.command("s1", "SENTINEL flushconfig");

    expect(world.config("s1")).toMatch(
      /^user probe on #2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b .*\+ping$/m,
    );
  });
});

describe("the disk of a Sentinel", () => {
  // rewriteConfigOverwriteFile() syncs the new file; up to 7.0 the result is synced once more.
  test.each([
    ["6.2", 2],
    ["7.0", 2],
    ["7.2", 1],
  ] as const)("makes a vote of Redis %s take %i syncs longer", (version, syncs) => {
    const time = (added: number): number => {
      const world = settled({ version: version as Version });
      const state = world.state("s1");
      if (added > 0) {
        world.inject({ kind: "slowDisk", host: "s1", factor: 1, added: (added * 1_000) as never });
      }
      return world.within("s1", () => {
        state.currentEpoch = 5;
        const from = state.now();
        voteLeader(state, world.master("s1"), 5, "somebody");
        return state.now() - from;
      });
    };

    expect(time(100) - time(0)).toBe(100 * syncs);
  });

  // sentinelFlushConfigAndReply(): 6.2 does not look.
  test.each(["6.2", "7.0", "7.2"] as const)(
    "when full keeps no state, and Redis %s says so or not",
    (version) => {
      const world = settled({ version });
      const old = world.config("s1");
      world.inject({ kind: "fillDisk", host: "s1" });

      const replies = world.command(
        "s1",
        "SENTINEL set mymaster quorum 7",
        "SENTINEL flushconfig",
        "SENTINEL config set announce-port 7",
        "SENTINEL monitor other 10.0.0.9 6379 1",
        "SENTINEL remove other",
      );

      const failed = "ERR>ERR Failed to save config file. Check server logs.";
      expect(replies).toEqual(Array(5).fill(version === "6.2" ? "OK" : failed));
      expect(world.config("s1")).toBe(old);
      expect(world.master("s1").quorum).toBe(7);
      expect(world.logs).toContain(
        "WARNING: Sentinel was not able to save the new configuration on disk!!!: No space left on device",
      );
      world.inject({ kind: "freeDisk", host: "s1" });
      expect(world.command("s1", "SENTINEL flushconfig")).toEqual(["OK"]);
      expect(world.config("s1")).toContain("sentinel monitor mymaster 10.0.0.1 6379 7");
    },
  );

  test("when full keeps a file that nobody has read, to the byte", () => {
    const untouched = settled();
    const world = settled();
    world.inject({ kind: "fillDisk", host: "s1" });

    world.command("s1", "SENTINEL set mymaster quorum 7");
    world.inject({ kind: "freeDisk", host: "s1" });

    expect(world.config("s1")).toBe(untouched.config("s1"));
  });

  test("keeps what a Sentinel wrote through a loss of power, though nobody has read it", () => {
    const untouched = settled();
    const world = settled();

    world.inject({ kind: "powerOff", host: "s1" });

    expect(world.config("s1")).toBe(untouched.config("s1"));
    expect(world.config("s1")).toContain("sentinel known-");
  });
});
