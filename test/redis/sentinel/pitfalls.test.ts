/**
 * What one gets wrong when one writes Sentinel from its documentation (the pitfalls of the reference, by
 * number in docs/fidelity/sentinel.md). Those that have a test elsewhere are not here again.
 */
import { describe, expect, test } from "vitest";
import { checkSubjectivelyDown } from "../../../src/redis/sentinel/down.js";
import { voteLeader } from "../../../src/redis/sentinel/election.js";
import { failoverStateMachine, startFailover } from "../../../src/redis/sentinel/failover.js";
import { refreshInfo } from "../../../src/redis/sentinel/info.js";
import { failoverState, flag, type Instance } from "../../../src/redis/sentinel/instance.js";
import { resetMasterAndChangeAddress } from "../../../src/redis/sentinel/reset.js";
import { selectReplica } from "../../../src/redis/sentinel/select.js";
import type { SentinelState } from "../../../src/redis/sentinel/state.js";
import { tick as tickOf } from "../../../src/redis/sentinel/timer.js";
import { error } from "../../../src/redis/wire/value.js";
import { World, type WorldOptions } from "./world.js";

const settleTime = 15_000;
const m = "master mymaster 10.0.0.1 6379";

function settled(options: WorldOptions = {}): World {
  const world = new World(options);
  world.run(settleTime);
  return world;
}

function killed(options: WorldOptions = {}): World {
  const world = settled(options);
  world.inject({ kind: "kill", node: "r1", signal: "KILL" });
  return world;
}

function replica(world: World, node = "s1", i = 2): Instance {
  const found = world.master(node).replicas.get(`10.0.0.${i}:6379`);
  if (found === undefined) throw new Error(`there is no replica ${i}`);
  return found;
}

function peer(world: World, node = "s1"): Instance {
  const [found] = world.master(node).sentinels.records;
  if (found === undefined) throw new Error("there is no other Sentinel");
  return found;
}

function leaderOf(world: World): string {
  return world.events.find(({ channel }) => channel === "+elected-leader")?.node ?? "nobody";
}

/** A tick after a hand has changed what only grows later by itself: `SentinelState.disturb`. */
function tick(state: SentinelState): void {
  state.disturb();
  tickOf(state);
}

const ft = (ms: number): readonly string[] => [`sentinel failover-timeout mymaster ${ms}`];

describe("a clock near zero", () => {
  // failover_start_time 0 is "never", and is plainly subtracted from now.
  test("holds back the first failover", () => {
    const options = { sentinels: 1, quorum: 1, config: ft(30_000) };
    const early = killed({ ...options, epoch: 1_000 });
    const usual = killed(options);
    early.run(10_000);
    usual.run(10_000);

    expect(usual.when("s1", "+try-failover")).toBeDefined();
    expect(early.when("s1", "+odown")).toBeDefined();
    expect(early.when("s1", "+try-failover")).toBeUndefined();
    early.run(60_000);
    expect(early.when("s1", "+try-failover")).toBeDefined();
  });
});

describe("an election", () => {
  // sentinelStartFailover(), sentinelAskMasterStateToOtherSentinels(..., FORCED).
  test("asks for votes in the tick of +try-failover, and not after a random delay", () => {
    const world = killed();
    world.run(6_000);
    const tried = world.events.find(({ channel }) => channel === "+try-failover");
    const others = ["s1", "s2", "s3"].filter((node) => node !== tried?.node);

    const voted = others.map((node) => world.when(node, "+vote-for-leader"));

    for (const at of voted) expect((at ?? 0) - (tried?.at ?? 0)).toBeLessThan(10);
  });

  // sentinelVoteLeader(): it does not look at the master at all.
  test("has the vote of a Sentinel that sees the master up, or runs a failover itself", () => {
    const world = settled();
    const [first] = world.command("s1", `SENTINEL is-master-down-by-addr 10.0.0.1 6379 1 somebody`);
    world.within("s2", () => startFailover(world.state("s2"), world.master("s2")));
    const [second] = world.command(
      "s2",
      `SENTINEL is-master-down-by-addr 10.0.0.1 6379 9 somebody`,
    );

    expect(first).toEqual([0, "somebody", 1]);
    expect(second).toEqual([0, "somebody", 9]);
  });

  test("has one epoch for all masters, and a vote for each", () => {
    const world = settled({ sentinels: 1 });
    world.addPeer(9, "master");

    const replies = world.command(
      "s1",
      "SENTINEL monitor other 10.0.0.9 6379 1",
      "SENTINEL is-master-down-by-addr 10.0.0.1 6379 4 alpha",
      "SENTINEL is-master-down-by-addr 10.0.0.9 6379 4 beta",
      "SENTINEL is-master-down-by-addr 10.0.0.9 6379 3 gamma",
    );

    expect(replies.slice(1)).toEqual([
      [0, "alpha", 4],
      [0, "beta", 4],
      [0, "beta", 4],
    ]);
    expect(world.state("s1").currentEpoch).toBe(4);
  });

  // Both the next attempt and the end of the one under way count from failover_start_time.
  test("that this Sentinel runs itself is given up later when it votes for another", () => {
    const world = settled();
    const state = world.state("s1");
    const master = world.master("s1");

    const isOver = world.within("s1", () => {
      startFailover(state, master);
      master.failoverStartTime = state.now() - 60_000;
      voteLeader(state, master, 50, "somebody");
      failoverStateMachine(state, master);
      return !master.is(flag.failoverInProgress);
    });

    expect(isOver).toBe(false);
  });

  // sentinelGetLeader(): voters are all that were ever seen.
  test("is not won when too many of the known Sentinels are gone for good", () => {
    const world = settled({ sentinels: 5, quorum: 2 });
    for (const node of ["s3", "s4", "s5"]) world.inject({ kind: "kill", node, signal: "KILL" });
    world.inject({ kind: "kill", node: "r1", signal: "KILL" });
    world.run(20_000);

    expect(world.events.some(({ channel }) => channel === "+try-failover")).toBe(true);
    expect(world.events.some(({ channel }) => channel === "+elected-leader")).toBe(false);
    expect(world.command("s1", "SENTINEL ckquorum mymaster")[0]).toMatch(/^ERR>NOQUORUM 2 usable/);
  });

  // Peers being down matter to CKQUORUM alone.
  test("counts the opinion and asks for the vote of a peer that seems down", () => {
    const world = settled();
    const master = world.master("s1");
    const other = peer(world);

    const isOdown = world.within("s1", () => {
      other.set(flag.subjectivelyDown | flag.masterDown);
      other.lastMasterDownReplyTime = world.state("s1").now();
      master.link.actPingTime = world.state("s1").now() - 60_000;
      const before = other.link.commandCallbacks.length;
      tick(world.state("s1"));
      return master.is(flag.objectivelyDown) && other.link.commandCallbacks.length > before;
    });

    expect(isOdown).toBe(true);
  });

  // last_master_down_reply_time starts at "now"; only the FORCED ask does not mind.
  test("does not ask a peer in the first second that it is known, but for the vote", () => {
    const world = settled({ sentinels: 1, quorum: 1, replicas: 0 });
    const state = world.state("s1");
    const master = world.master("s1");

    const asked = world.within("s1", () => {
      const young = state.createSentinel(master, "b".repeat(40), "10.0.1.7", 26379);
      if (typeof young === "string") return [];
      tick(state);
      const counts = [young.link.commandCallbacks.length];
      master.quorum = 9;
      master.link.actPingTime = state.now() - 60_000;
      tick(state);
      counts.push(young.link.commandCallbacks.length);
      master.quorum = 1;
      tick(state);
      counts.push(young.link.commandCallbacks.length);
      return counts;
    });

    // SETNAME and PING; nothing for the opinion; the question for the vote.
    expect(asked).toEqual([2, 2, 3]);
  });
});

describe("a failover under way", () => {
  // ODOWN is looked at to start one, and not again.
  test("goes on when the master is objectively down no more", () => {
    const world = killed();
    world.run(12_000);
    const leader = leaderOf(world);
    const texts = world.eventsOf(leader);

    expect(texts.indexOf(`-odown ${m}`)).toBeGreaterThan(texts.indexOf(`+try-failover ${m}`));
    expect(texts.indexOf(`-odown ${m}`)).toBeLessThanOrEqual(texts.indexOf(`+failover-end ${m}`));
    expect(texts).toContain(`+failover-end ${m}`);
  });

  // sentinelFailoverDetectEnd() returns at once, timeout or not.
  test("neither ends nor times out while the promoted replica is down", () => {
    const world = settled({ config: ft(5_000) });
    const state = world.state("s1");
    const master = world.master("s1");

    const stateAfter = world.within("s1", () => {
      const promoted = replica(world);
      promoted.set(flag.promoted | flag.subjectivelyDown);
      master.promotedReplica = promoted;
      master.set(flag.failoverInProgress);
      master.failoverState = failoverState.reconfReplicas;
      master.failoverStateChangeTime = state.now() - 100_000;
      failoverStateMachine(state, master);
      const meanwhile = master.failoverState;
      promoted.clear(flag.subjectivelyDown);
      failoverStateMachine(state, master);
      return [meanwhile, master.failoverState];
    });

    expect(stateAfter).toEqual([failoverState.reconfReplicas, failoverState.updateConfig]);
  });

  // GET-MASTER-ADDR-BY-NAME uses sentinelGetCurrentMasterAddress(); the others, and votes, the record.
  test("is told to clients before the switch, and to nobody else", () => {
    const world = settled();
    const master = world.master("s1");
    world.within("s1", () => {
      const promoted = replica(world);
      promoted.set(flag.promoted | flag.subjectivelyDown);
      promoted.link.actPingTime = world.state("s1").now() - 60_000;
      master.promotedReplica = promoted;
      master.set(flag.failoverInProgress);
      master.failoverState = failoverState.reconfReplicas;
    });

    const replies = world.command(
      "s1",
      "SENTINEL get-master-addr-by-name mymaster",
      "SENTINEL master mymaster",
      "INFO sentinel",
      "SENTINEL is-master-down-by-addr 10.0.0.2 6379 77 somebody",
    ) as [unknown, string[], string, unknown];

    expect(replies[0]).toEqual(["10.0.0.2", "6379"]);
    expect(replies[1].slice(2, 4)).toEqual(["ip", "10.0.0.1"]);
    expect(replies[2]).toContain("address=10.0.0.1:6379");
    expect(replies[3]).toEqual([0, "*", 0]);
  });

  // sentinelHandleDictOfRedisInstances() remembers one master.
  test("is switched for one master a tick", () => {
    const world = settled({ sentinels: 1, replicas: 1 });
    const state = world.state("s1");
    const first = world.master("s1");
    const second = world.within("s1", () => {
      const made = state.createMaster("other", "10.0.0.8", 6379, 1, undefined);
      if (typeof made === "string") throw new Error(made);
      state.createReplica(made, "10.0.0.9", 6379);
      return made;
    });

    const left = world.within("s1", () => {
      for (const master of [first, second]) {
        const [promoted] = master.replicas.records;
        promoted?.set(flag.promoted);
        master.promotedReplica = promoted;
        master.set(flag.failoverInProgress);
        master.failoverState = failoverState.updateConfig;
      }
      const count = (): number =>
        [first, second].filter((master) => master.is(flag.failoverInProgress)).length;
      const counts = [count()];
      for (let i = 0; i < 2; i++) {
        tick(state);
        counts.push(count());
      }
      return counts;
    });

    expect(left).toEqual([2, 1, 0]);
  });

  // sentinelHandleDictOfRedisInstances(): a master before its replicas.
  test("chooses among replicas as they were in the tick before", () => {
    const world = settled({ replicas: 1, sentinels: 1, quorum: 1 });
    const state = world.state("s1");
    const master = world.master("s1");
    const only = replica(world);

    world.within("s1", () => {
      only.link.actPingTime = state.now() - 60_000;
      only.infoRefresh = state.now();
      only.link.lastAvailTime = state.now();
      master.set(flag.failoverInProgress);
      master.failoverState = failoverState.selectReplica;
      tick(state);
    });

    const said = world.eventsOf("s1").map((text) => text.split(" ")[0]);
    expect(said.indexOf("+selected-slave")).toBeGreaterThan(0);
    expect(said.indexOf("+selected-slave")).toBeLessThan(said.indexOf("+sdown"));
  });

  // sentinelForceHelloUpdateForMaster() and its observers: a hello undoes it without a word.
  test("is undone in silence by a newer configuration", () => {
    const world = settled();
    const config = `10.0.1.2,26379,${"b".repeat(40)},9,mymaster,10.0.0.3,6379,9`;
    world.within("s1", () => startFailover(world.state("s1"), world.master("s1")));
    const from = world.eventsOf("s1").length;

    world.command("s1", `PUBLISH __sentinel__:hello ${config}`);

    const after = world.eventsOf("s1").slice(from);
    expect(after.some((text) => text.startsWith("-failover-abort"))).toBe(false);
    expect(after).toContain("+switch-master mymaster 10.0.0.1 6379 10.0.0.3 6379");
    expect(world.master("s1").is(flag.failoverInProgress)).toBe(false);
  });

  // sentinelFailoverWaitPromotion() aborts; the replica may have become a master all the same.
  test("that was given up may leave a master behind, which is turned back later", () => {
    const world = settled({ sentinels: 1, config: ft(5_000) });
    world.facts("r2").priority = 10;
    world.run(11_000);
    world.facts("r2").obeys = false;
    world.command("s1", "SENTINEL failover mymaster");
    world.run(7_000);
    world.facts("r2").obeys = true;
    world.facts("r2").role = "master";
    world.run(40_000);

    const about = world.eventsOf("s1").filter((text) => text.includes("10.0.0.2:6379"));
    const channels = about.map((text) => text.split(" ")[0]);
    expect(world.eventsOf("s1")).toContain(`-failover-abort-slave-timeout ${m}`);
    expect(channels.slice(-3)).toEqual(["-role-change", "+convert-to-slave", "+role-change"]);
  });
});

describe("a switch to another master", () => {
  const switchTo = (world: World, ip: string): void => {
    const master = world.master("s1");
    world.within("s1", () => resetMasterAndChangeAddress(world.state("s1"), master, ip, 6379));
  };

  // The peers are kept, and with them what they said of the old one.
  test("keeps what the other Sentinels said of the old one", () => {
    const world = settled({ quorum: 3 });
    const master = world.master("s1");
    for (const sentinel of master.sentinels.records) sentinel.set(flag.masterDown);
    switchTo(world, "10.0.0.2");

    world.within("s1", () => {
      master.link.actPingTime = world.state("s1").now() - 60_000;
      for (const sentinel of master.sentinels.records) {
        sentinel.set(flag.masterDown);
        sentinel.lastMasterDownReplyTime = world.state("s1").now();
      }
      tick(world.state("s1"));
    });

    const now = "master mymaster 10.0.0.2 6379";
    const texts = world.eventsOf("s1");
    expect(texts[texts.indexOf(`+sdown ${now}`) + 1]).toBe(`+odown ${now} #quorum 3/3`);
  });

  // sentinelResetMaster(): failover_start_time 0, info_refresh and last_reconn_time as they were.
  test("lets the next failover begin at once, and keeps the times of INFO and of reconnection", () => {
    const world = settled();
    const master = world.master("s1");
    world.within("s1", () => {
      master.failoverStartTime = world.state("s1").now();
      master.link.lastReconnectTime = 1_234;
      master.infoRefresh = 5_678;
      resetMasterAndChangeAddress(world.state("s1"), master, "10.0.0.2", 6379);

      expect(master.failoverStartTime).toBe(0);
      expect(master.link.lastReconnectTime).toBe(1_234);
      expect(master.infoRefresh).toBe(5_678);
    });
  });

  test("waits for the rest of a second when the old master was just tried", () => {
    const world = settled();
    const master = world.master("s1");
    const state = world.state("s1");
    const [tried, fresh] = world.within("s1", () => {
      master.link.lastReconnectTime = state.now() - 300;
      resetMasterAndChangeAddress(state, master, "10.0.0.2", 6379);
      tick(state);
      return [master.link.command, replica(world, "s1", 3).link.command];
    });

    expect(tried).toBeUndefined();
    expect(fresh).toBeDefined();
    world.run(900);
    expect(master.link.command).toBeDefined();
  });

  test("tells of the replicas in table order and of the old master last, under any seed", () => {
    const orders = new Set<string>();
    for (let seed = 1; seed <= 60; seed++) {
      const world = new World({ seed: `order ${seed}`, sentinels: 1, replicas: 4 });
      world.run(3_000);
      const from = world.eventsOf("s1").length;
      switchTo(world, "10.0.0.2");
      const slaves = world
        .eventsOf("s1")
        .slice(from)
        .filter((text) => text.startsWith("+slave "));
      const ports = slaves.map((text) => /slave 10\.0\.0\.(\d)/.exec(text)?.[1]);
      expect(ports.at(-1)).toBe("1");
      orders.add(ports.slice(0, -1).join(""));
    }

    // Every order of the three that are left.
    expect([...orders].sort()).toEqual(["345", "354", "435", "453", "534", "543"]);
  });

  // +switch-master is said before the address is resolved.
  test("to a name that does not resolve leaves the old address, though it was announced", () => {
    const world = settled({ sentinels: 1, config: ["sentinel resolve-hostnames yes"] });
    const config = `10.0.1.9,26379,${"b".repeat(40)},9,mymaster,nowhere,6379,9`;

    world.command("s1", `PUBLISH __sentinel__:hello ${config}`);

    expect(world.eventsOf("s1").at(-1)).toBe("+switch-master mymaster 10.0.0.1 6379 nowhere 6379");
    expect(world.master("s1").address.ip).toBe("10.0.0.1");
  });
});

describe("a link", () => {
  // sentinelReconnectInstance(): `disconnected` says that an object is missing.
  test("counts as connected while it is still connecting", () => {
    const world = settled({ sentinels: 1, replicas: 1 });
    world.inject({ kind: "kill", node: "r1", signal: "KILL" });
    const from = world.now;
    world.run(1_200);
    const { link } = world.master("s1");

    // Refused at once, tried once a second, and taken for connected at the end of each try's tick.
    const isConnected = world.within("s1", () => {
      link.lastReconnectTime = 0;
      tick(world.state("s1"));
      return !link.disconnected && link.command !== undefined;
    });
    expect(isConnected).toBe(true);
    expect(world.now).toBeGreaterThan(from);
  });

  // act_ping_time is that of the first unanswered ping, whatever became of its connection.
  test("that is made anew does not forget since when a ping is unanswered", () => {
    const world = settled({ sentinels: 1, replicas: 1 });
    world.inject({ kind: "kill", node: "r1", signal: "KILL" });
    world.run(1_000);
    const { actPingTime } = world.master("s1").link;
    world.run(4_000);

    expect(actPingTime).toBeGreaterThan(0);
    expect(world.master("s1").link.actPingTime).toBe(actPingTime);
  });

  test("without its pub/sub connection sends nothing on the other", () => {
    const world = settled({ sentinels: 1, replicas: 1 });
    const state = world.state("s1");
    const { link } = world.master("s1");
    world.within("s1", () => {
      link.lastReconnectTime = state.now();
      state.closePubsub(link);
    });
    const before = world.asked("r1").length;
    world.run(900);

    expect(link.command).toBeDefined();
    expect(world.asked("r1")).toHaveLength(before);
    world.run(300);
    expect(world.asked("r1").length).toBeGreaterThan(before);
  });

  // sentinelPingReplyCallback(): last_pong_time moves with any answer.
  test("is not made anew for errors, though the instance is down", () => {
    const world = settled({ sentinels: 1, replicas: 0 });
    const { command } = world.master("s1").link;
    world.facts("r1").ping = error("NOAUTH Authentication required.");
    world.run(30_000);

    expect(world.master("s1").is(flag.subjectivelyDown)).toBe(true);
    expect(world.master("s1").link.command).toBe(command);
    expect(world.asked("r1", "CLIENT")).toHaveLength(2);
  });

  // sentinelSendHello(): the address of this socket's own end.
  test("tells its own end's address in hellos", () => {
    const world = settled({ sentinels: 1, replicas: 1 });

    for (const instance of [world.master("s1"), replica(world)]) {
      expect(instance.link.localIp).toBe("10.0.1.1");
    }
  });
});

describe("the choice of a replica", () => {
  // SENTINEL FAILOVER on a master that is only subjectively down: INFO still comes every 10 s.
  test("often finds none while the master is only subjectively down", () => {
    const world = killed({ sentinels: 1, quorum: 2 });
    world.run(12_500);
    const ages = world
      .master("s1")
      .replicas.records.map(({ infoRefresh }) => world.state("s1").now() - infoRefresh);

    const [reply] = world.command("s1", "SENTINEL failover mymaster");

    expect(Math.min(...ages)).toBeGreaterThan(5_000);
    expect(reply).toBe("ERR>NOGOODSLAVE No suitable replica to promote");
  });

  // INFO of 6.2 subtracts a 0, INFO of 7.0 says -1.
  test("rejects a replica that never had a link in 6.2, and takes it in 7.0", () => {
    const world = settled({ sentinels: 1, replicas: 1 });
    const state = world.state("s1");
    const chosen = (since: string): boolean =>
      world.within("s1", () => {
        const lines = ["role:slave", "master_host:10.0.0.1", "master_port:6379", since];
        refreshInfo(state, replica(world), `# Replication\r\n${lines.join("\r\n")}\r\n`);
        return selectReplica(state, world.master("s1")) !== undefined;
      });

    expect(chosen("master_link_down_since_seconds:1767225615")).toBe(false);
    expect(chosen("master_link_down_since_seconds:-1")).toBe(true);
    expect(replica(world).masterLinkDownTime).toBe(-1_000);
  });

  test("does not look at role, master, link status or whether it is announced", () => {
    const world = settled({ sentinels: 1, replicas: 1 });
    const only = replica(world);
    only.roleReported = flag.master;
    only.replicaMasterHost = "10.9.9.9";
    only.replicaMasterLinkUp = false;
    only.replicaAnnounced = false;

    expect(selectReplica(world.state("s1"), world.master("s1"))).toBe(only);
  });
});

describe("INFO", () => {
  // The record is a master's; what it says it is does not matter.
  test("adds the replicas of a master that says it is one itself", () => {
    const world = settled({ sentinels: 1, replicas: 0 });
    world.facts("r1").role = "slave";
    world.facts("r1").replicas.push("10.0.0.7:6379");
    world.run(11_000);

    expect(world.eventsOf("s1")).toContain(
      "+slave slave 10.0.0.7:6379 10.0.0.7 6379 @ mymaster 10.0.0.1 6379",
    );
  });

  // sentinelSendSlaveOf() looks at no reply.
  test("makes it say +convert-to-slave again and again while the server refuses", () => {
    const world = settled({ sentinels: 1, replicas: 1 });
    world.facts("r2").obeys = false;
    world.facts("r2").role = "master";
    world.run(45_000);

    const said = world.eventsOf("s1").filter((text) => text.startsWith("+convert-to-slave"));
    expect(said.length).toBeGreaterThan(1);
  });
});

describe("a Sentinel in TILT", () => {
  // Only the acting half is skipped.
  test("still finds others, takes over configurations and votes", () => {
    const world = settled({ sentinels: 1 });
    world.inject({ kind: "pause", node: "s1" });
    world.run(3_000);
    world.inject({ kind: "resume", node: "s1" });
    world.run(200);
    const config = `10.0.1.9,26379,${"b".repeat(40)},9,mymaster,10.0.0.2,6379,9`;
    const from = world.eventsOf("s1").length;

    world.command("s1", `PUBLISH __sentinel__:hello ${config}`);

    expect(world.state("s1").tilt).toBe(true);
    expect(
      world
        .eventsOf("s1")
        .slice(from)
        .map((text) => text.split(" ")[0]),
    ).toEqual([
      ...["+sentinel", "+new-epoch", "+config-update-from", "+switch-master"],
      ...["+slave", "+slave"],
    ]);
  });

  test("sees nobody come back until it ends", () => {
    const world = settled({ sentinels: 1, replicas: 1 });
    const only = replica(world);
    world.within("s1", () => {
      const state = world.state("s1");
      only.set(flag.subjectivelyDown);
      state.tilt = true;
      state.tiltStart = state.now();
    });
    world.run(29_000);
    const during = only.is(flag.subjectivelyDown);
    world.run(2_000);

    expect(during).toBe(true);
    expect(only.is(flag.subjectivelyDown)).toBe(false);
    expect(world.when("s1", "-sdown")).toBe(world.when("s1", "-tilt"));
  });
});

describe("SENTINEL RESET", () => {
  // sentinelResetMaster(): flags go without events, nothing is saved.
  test("forgets in silence, saves nothing, and finds replicas with the next INFO", () => {
    const world = killed({ sentinels: 1, quorum: 1, config: ft(60_000) });
    world.run(4_000);
    const file = world.config("s1");
    const from = world.eventsOf("s1").length;

    world.command("s1", "SENTINEL reset mymaster");

    expect(world.eventsOf("s1").slice(from)).toEqual([`+reset-master ${m}`]);
    expect(world.config("s1")).toBe(file);
    expect(world.master("s1").replicas.size).toBe(0);
    expect(world.master("s1").is(flag.subjectivelyDown | flag.objectivelyDown)).toBe(false);
  });
});

describe("small things", () => {
  // sentinelConfigSetCommand(): a string that is empty, and not none.
  test("an empty announce-ip makes hellos begin with nothing", () => {
    const world = settled({ sentinels: 1, replicas: 0 });
    world.command("s1", "SENTINEL config set announce-ip ");
    world.run(4_500);

    expect(world.asked("r1", "PUBLISH").at(-1)?.args[2]).toMatch(/^,26379,/);
  });

  // parallel-syncs is checked by SENTINEL SET only.
  test("parallel-syncs 0 in the file tells no replica at all", () => {
    const world = killed({
      sentinels: 1,
      quorum: 1,
      config: ["sentinel parallel-syncs mymaster 0"],
    });
    world.run(20_000);

    expect(world.master("s1").parallelSyncs).toBe(0);
    expect(world.when("s1", "+promoted-slave")).toBeDefined();
    expect(world.when("s1", "+slave-reconf-sent")).toBeUndefined();
  });

  // sentinelCheckSubjectivelyDown(): a synchronous failure to connect sends no ping.
  test("an instance that cannot even be connected to counts from its last good answer", () => {
    const world = settled({ sentinels: 1, replicas: 0 });
    const master = world.master("s1");
    const state = world.state("s1");
    const isDown = (age: number): boolean =>
      world.within("s1", () => {
        master.clear(flag.subjectivelyDown);
        master.link.actPingTime = 0;
        master.link.disconnected = true;
        master.link.lastAvailTime = state.now() - age;
        checkSubjectivelyDown(state, master, state.now());
        return master.is(flag.subjectivelyDown);
      });

    expect(isDown(3_000)).toBe(false);
    expect(isDown(3_001)).toBe(true);
  });
});
