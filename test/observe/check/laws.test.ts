import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../../src/kernel/record.js";
import type { Instant } from "../../../src/kernel/time.js";
import { BestReplica } from "../../../src/observe/check/best-replica.js";
import { Epochs } from "../../../src/observe/check/epochs.js";
import type { Cluster } from "../../../src/observe/check/law.js";
import { lawsOf } from "../../../src/observe/check/laws.js";
import { Mandate } from "../../../src/observe/check/mandate.js";
import { NeedlessResync } from "../../../src/observe/check/needless-resync.js";
import { Offsets } from "../../../src/observe/check/offsets.js";
import { OneHistory } from "../../../src/observe/check/one-history.js";
import { OneLeader } from "../../../src/observe/check/one-leader.js";
import { OneVote } from "../../../src/observe/check/one-vote.js";
import { PartialResync } from "../../../src/observe/check/partial-resync.js";
import { Wait } from "../../../src/observe/check/wait.js";
import { Folds } from "../../../src/observe/fold.js";
import { down, event, history, log, role, stands, told, up, violationsOf } from "./records.js";

/** Each node on a host of its own name, all with the priority that Redis gives them. */
const anywhere: Cluster = { hosts: new Map(), priorities: new Map() };

// sentinel.c: sentinelVoteLeader()
describe("one vote", () => {
  test("holds for the same vote told twice and for another epoch", () => {
    const records = [
      event("s1", "+vote-for-leader", "aa 1"),
      event("s1", "+vote-for-leader", "aa 1"),
      event("s1", "+vote-for-leader", "bb 2"),
      event("s2", "+vote-for-leader", "bb 1"),
    ];

    expect(violationsOf(new OneVote(), records)).toEqual([]);
  });

  test("holds for two masters that fail over in the same epoch", () => {
    const records = [
      event("s1", "+vote-for-leader", "aa 1", { master: "one" }),
      event("s1", "+vote-for-leader", "bb 1", { master: "two" }),
    ];

    expect(violationsOf(new OneVote(), records)).toEqual([]);
  });

  test("is broken by two votes in one epoch, a restart between them or not", () => {
    const records = [
      event("s1", "+vote-for-leader", "aa 1"),
      down("s1"),
      up("s1"),
      event("s1", "+vote-for-leader", "bb 1"),
    ];

    expect(violationsOf(new OneVote(), records)).toEqual([
      "s1 voted for aa and then for bb in epoch 1",
    ]);
  });
});

/** Two Sentinels that watch the same master. */
const together = ["s1", "s2"].map((node) =>
  event(node, "+monitor", "master mymaster 10.0.0.1 6379 quorum 1"),
);

/** What a Sentinel tells of an attempt up to its election. */
const elected = (node: string, epoch: number): RunRecord[] => [
  event(node, "+new-epoch", `${epoch}`),
  event(node, "+try-failover", "master mymaster 10.0.0.1 6379"),
  event(node, "+vote-for-leader", `id-${node} ${epoch}`),
  event(node, "+elected-leader", "master mymaster 10.0.0.1 6379"),
];

// sentinel.c: sentinelGetLeader()
describe("one leader", () => {
  test("holds for leaders of different epochs", () => {
    const leaders = [...elected("s1", 1), ...elected("s2", 2)];

    expect(violationsOf(new OneLeader(), [...together, ...leaders])).toEqual([]);
  });

  test("does not count a leader whom an operator made one", () => {
    const forced = log("s2", "Executing user requested FAILOVER of 'mymaster'");

    const leaders = [...elected("s1", 1), forced, ...elected("s2", 1)];

    expect(violationsOf(new OneLeader(), [...together, ...leaders])).toEqual([]);
  });

  test("counts one again whose forced failover ended with its process, or with a reset", () => {
    const forced = log("s2", "Executing user requested FAILOVER of 'mymaster'");
    const reset = event("s2", "+reset-master", "master mymaster 10.0.0.1 6379");

    for (const end of [down("s2"), reset]) {
      const leaders = [...elected("s1", 1), forced, end, ...elected("s2", 1)];

      expect(violationsOf(new OneLeader(), [...together, ...leaders])).toHaveLength(1);
    }
  });

  test("holds for two masters of one name that have no Sentinel in common", () => {
    const apart = [
      log("s2", "Sentinel ID is id-s2"),
      event("s1", "+monitor", "master mymaster 10.0.0.1 6379 quorum 1"),
      event("s2", "+monitor", "master mymaster 10.0.9.1 6379 quorum 1"),
    ];
    const leaders = [...elected("s1", 1), ...elected("s2", 1)];
    const heard = event(
      "s1",
      "+sentinel",
      "sentinel id-s2 10.0.9.2 26379 @ mymaster 10.0.0.1 6379",
    );
    const switched = event("s2", "+switch-master", "mymaster 10.0.9.1 6379 10.0.0.1 6379");

    expect(violationsOf(new OneLeader(), [...apart, ...leaders])).toEqual([]);
    expect(violationsOf(new OneLeader(), [...apart, heard, ...leaders])).toHaveLength(1);
    expect(violationsOf(new OneLeader(), [...apart, switched, ...leaders])).toHaveLength(1);
  });

  test("is told once of a Sentinel that is elected again in its own epoch", () => {
    const again = [...elected("s1", 1), ...elected("s1", 1)];

    expect(violationsOf(new OneLeader(), [...together, ...again])).toEqual([]);
  });

  test("is broken by two leaders of one epoch", () => {
    const leaders = [...elected("s1", 1), ...elected("s2", 1)];

    expect(violationsOf(new OneLeader(), [...together, ...leaders])).toEqual([
      "s1 and s2 were both elected for mymaster in epoch 1",
    ]);
  });
});

// sentinel.c: sentinelCheckObjectivelyDown(), sentinelGetLeader()
describe("the mandate", () => {
  const sentinels = ["s1", "s2", "s3"];
  /** Three Sentinels that know each other and watch a master with quorum 2. */
  const cluster = sentinels.flatMap((node) => [
    log(node, `Sentinel ID is id-${node}`),
    event(node, "+monitor", "master mymaster 10.0.0.1 6379 quorum 2"),
    ...sentinels
      .filter((other) => other !== node)
      .map((other) =>
        event(node, "+sentinel", `sentinel id-${other} 10.0.1.1 26379 @ mymaster 10.0.0.1 6379`),
      ),
  ]);
  const sdown = (node: string, at?: number) =>
    event(node, "+sdown", "master mymaster 10.0.0.1 6379", at === undefined ? {} : { at });
  const odown = (node: string, at?: number) =>
    event(
      node,
      "+odown",
      "master mymaster 10.0.0.1 6379 #quorum 2/2",
      at === undefined ? {} : { at },
    );
  const vote = (node: string, leader: string, epoch: number) =>
    event(node, "+vote-for-leader", `id-${leader} ${epoch}`);

  test("is a quorum that holds the master to be down and a majority of votes", () => {
    const records = [...cluster, sdown("s1"), sdown("s2"), odown("s1"), vote("s2", "s1", 1)];

    expect(violationsOf(new Mandate(anywhere), [...records, ...elected("s1", 1)])).toEqual([]);
  });

  test("may come from votes of a later epoch than the attempt's own", () => {
    const records = [...cluster, sdown("s1"), sdown("s2"), odown("s1"), vote("s2", "s1", 3)];

    expect(violationsOf(new Mandate(anywhere), [...records, ...elected("s1", 1)])).toEqual([]);
  });

  test("lacks the quorum where the others have heard from the master", () => {
    expect(violationsOf(new Mandate(anywhere), [...cluster, sdown("s1"), odown("s1")])).toEqual([
      "s1 held mymaster to be down to a quorum, and 1 of the 2 it takes thought so",
    ]);
  });

  test("counts an opinion for as long as an answer may be under way, and after a cut for longer", () => {
    const stale = [
      ...cluster,
      sdown("s1", 1_000_000),
      sdown("s2", 1_000_000),
      event("s2", "-sdown", "master mymaster 10.0.0.1 6379", { at: 2_000_000 }),
      odown("s1", 13_000_000),
    ];
    const cut: RunRecord = {
      kind: "fault",
      at: 0 as Instant,
      fault: { kind: "cut", name: "c", a: ["s1"], b: ["s2"], direction: "both", mode: "drop" },
    };

    expect(violationsOf(new Mandate(anywhere), stale)).toHaveLength(1);
    expect(violationsOf(new Mandate(anywhere), [cut, ...stale])).toEqual([]);
  });

  test("lacks the majority where fewer have voted", () => {
    const records = [...cluster, sdown("s1"), sdown("s2"), odown("s1")];

    expect(violationsOf(new Mandate(anywhere), [...records, ...elected("s1", 1)])).toEqual([
      "s1 became the leader for mymaster in epoch 1 with 1 of the 2 votes it takes",
    ]);
  });

  test("is needed for every attempt that nobody asked for", () => {
    const attempt = event("s1", "+try-failover", "master mymaster 10.0.0.1 6379");
    const forced = log("s1", "Executing user requested FAILOVER of 'mymaster'");

    expect(violationsOf(new Mandate(anywhere), [...cluster, attempt])).toEqual([
      "s1 started a failover of mymaster, which is not down to a quorum",
    ]);
    expect(violationsOf(new Mandate(anywhere), [...cluster, forced, attempt])).toEqual([]);
  });

  test("is not given by Sentinels that watch another master of the same name", () => {
    const stranger = [
      event("s9", "+monitor", "master mymaster 10.0.9.1 6379 quorum 1"),
      event("s9", "+sdown", "master mymaster 10.0.9.1 6379"),
    ];

    expect(
      violationsOf(new Mandate(anywhere), [...cluster, ...stranger, sdown("s1"), odown("s1")]),
    ).toEqual(["s1 held mymaster to be down to a quorum, and 1 of the 2 it takes thought so"]);
  });

  test("is needed again once the Sentinel that was asked for a failover has started anew", () => {
    const attempt = event("s1", "+try-failover", "master mymaster 10.0.0.1 6379");
    const forced = log("s1", "Executing user requested FAILOVER of 'mymaster'");

    expect(
      violationsOf(new Mandate(anywhere), [...cluster, forced, down("s1"), up("s1"), attempt]),
    ).toHaveLength(1);
  });

  test("needs as many votes as the quorum that SENTINEL SET has raised", () => {
    const raised = event("s1", "+set", "master mymaster 10.0.0.1 6379 quorum 3");
    const records = [...cluster, raised, sdown("s1"), sdown("s2"), sdown("s3"), odown("s1")];

    expect(
      violationsOf(new Mandate(anywhere), [...records, vote("s2", "s1", 1), ...elected("s1", 1)]),
    ).toEqual(["s1 became the leader for mymaster in epoch 1 with 2 of the 3 votes it takes"]);
  });
});

// sentinel.md 1.5: the epoch is flushed before it is told
describe("epochs", () => {
  const names = (epoch: number) =>
    told("s1", { kind: "names", master: "mymaster", ip: "10.0.0.1", port: 6379, epoch });

  test("hold while they rise", () => {
    const records = [event("s1", "+new-epoch", "1"), event("s1", "+new-epoch", "3")];

    expect(violationsOf(new Epochs(anywhere), [...records, names(1), names(1), names(3)])).toEqual(
      [],
    );
  });

  test("are broken by an epoch that returns, a restart between them or not", () => {
    const records = [event("s1", "+new-epoch", "3"), down("s1"), event("s1", "+new-epoch", "2")];

    expect(violationsOf(new Epochs(anywhere), records)).toEqual(["s1 went from epoch 3 to 2"]);
  });

  test("are broken by an older configuration or an older vote", () => {
    const votes = [2, 1].map((epoch) => event("s1", "+vote-for-leader", `aa ${epoch}`));

    expect(violationsOf(new Epochs(anywhere), [names(2), names(1), ...votes])).toEqual([
      "s1 named mymaster by epoch 2 and then by 1",
      "s1 voted in epoch 2 and then in 1",
    ]);
  });

  /** A wipe of this host's disk between two epochs of s1, of which the second is older. */
  const backAfter = (host: string): RunRecord[] => [
    event("s1", "+new-epoch", "3"),
    { kind: "fault", at: 0 as Instant, fault: { kind: "wipeDisk", host, prefix: "/" } },
    up("s1"),
    event("s1", "+new-epoch", "1"),
  ];

  test("may begin again where the disk was wiped, but not where another's was", () => {
    const shared: Cluster = { ...anywhere, hosts: new Map([["s1", "box"]]) };

    expect(violationsOf(new Epochs(anywhere), backAfter("s1"))).toEqual([]);
    expect(violationsOf(new Epochs(shared), backAfter("box"))).toEqual([]);
    expect(violationsOf(new Epochs(anywhere), backAfter("r1"))).toEqual([
      "s1 went from epoch 3 to 1",
    ]);
  });

  // sentinel.c: sentinelResetMaster() keeps config_epoch, releaseSentinelRedisInstance() does not.
  test("of a configuration may begin again for a master that was removed, and not after a reset", () => {
    const removed = event("s1", "-monitor", "master mymaster 10.0.0.1 6379");
    const reset = event("s1", "+reset-master", "master mymaster 10.0.0.1 6379");

    expect(violationsOf(new Epochs(anywhere), [names(2), removed, names(0)])).toEqual([]);
    expect(violationsOf(new Epochs(anywhere), [names(2), reset, names(0)])).toHaveLength(1);
  });
});

describe("offsets", () => {
  test("hold while they rise under one id, and start anew under another", () => {
    const records = [
      history("r1", "full", "aa", 100),
      stands("r1", 200),
      history("r1", "promoted", "bb", 200),
      stands("r1", 300),
      history("r1", "full", "cc", 50),
    ];

    expect(violationsOf(new Offsets(), records)).toEqual([]);
  });

  test("may go back with a restart or a full resync", () => {
    const records = [
      history("r1", "full", "aa", 200),
      down("r1"),
      history("r1", "loaded", "aa", 100),
      stands("r1", 150),
      history("r1", "full", "aa", 120),
    ];

    expect(violationsOf(new Offsets(), records)).toEqual([]);
  });

  test("are broken by a partial resync that goes on further back", () => {
    const records = [history("r1", "full", "aa", 200), history("r1", "partial", "aa", 150)];

    expect(violationsOf(new Offsets(), records)).toEqual([
      "r1 went from offset 200 of aa back to 150",
    ]);
  });
});

// replication.c: masterTryPartialResynchronization()
describe("one history", () => {
  const granted = (from: number, digest: number) =>
    told("r1", {
      kind: "granted",
      replica: "10.0.0.2:6379",
      from,
      to: 200,
      bytes: 201 - from,
      digest,
    });

  test("holds for servers that came to one point by the same commands", () => {
    const records = [
      role("r1", { ip: "10.0.0.1", replicationId: "aa" }),
      history("r2", "full", "aa", 0, 0),
      stands("r1", 100, 7),
      stands("r2", 100, 7),
      granted(101, 7),
      history("r2", "promoted", "bb", 100, 7),
      history("r1", "partial", "bb", 100, 7),
    ];

    expect(violationsOf(new OneHistory(), records)).toEqual([]);
  });

  test("holds for the same offset of two histories", () => {
    const records = [
      history("r1", "new", "aa", 0),
      history("r2", "new", "bb", 0),
      stands("r1", 100, 7),
      stands("r2", 100, 8),
    ];

    expect(violationsOf(new OneHistory(), records)).toEqual([]);
  });

  test("is broken by a replica that applied something else", () => {
    const records = [
      history("r1", "new", "aa", 0),
      history("r2", "full", "aa", 0),
      stands("r1", 100, 7),
      stands("r2", 100, 8),
    ];

    expect(violationsOf(new OneHistory(), records)).toEqual([
      "r1 and r2 both stand at offset 100 of aa and came there by other commands",
    ]);
  });

  test("is broken by a master that lets somebody go on from another past", () => {
    const records = [
      history("r1", "new", "aa", 0),
      granted(101, 9),
      history("r2", "partial", "aa", 100, 8),
    ];

    expect(violationsOf(new OneHistory(), records)).toHaveLength(1);
  });
});

// replication.c: slaveTryPartialResynchronization()
describe("a partial resync", () => {
  const grant = (from: number, bytes: number, digest: number | undefined = 0) =>
    told("r1", {
      kind: "granted",
      replica: "10.0.0.2:6379",
      from,
      to: 200,
      bytes,
      digest,
    });
  const replica = role("r2", { ip: "10.0.0.2", master: "10.0.0.1:6379" });

  test("holds where it goes on with the next byte and sends all the rest", () => {
    const records = [replica, grant(101, 100), history("r2", "partial", "aa", 100)];

    expect(violationsOf(new PartialResync(), records)).toEqual([]);
  });

  test("is broken by a byte that is skipped, and by one that is repeated", () => {
    const skipped = [replica, grant(102, 99), history("r2", "partial", "aa", 100)];
    const repeated = [replica, grant(100, 101), history("r2", "partial", "aa", 100)];

    expect(violationsOf(new PartialResync(), skipped)).toEqual([
      "r2 stands at 100 and r1 goes on from 102: that skips 1 bytes",
    ]);
    expect(violationsOf(new PartialResync(), repeated)).toEqual([
      "r2 stands at 100 and r1 goes on from 100: that repeats 1 bytes",
    ]);
  });

  test("is broken by one that begins inside of a command", () => {
    const inside = told("r1", {
      kind: "granted",
      replica: "10.0.0.2:6379",
      from: 101,
      to: 200,
      bytes: 100,
      digest: undefined,
    });

    expect(
      violationsOf(new PartialResync(), [replica, inside, history("r2", "partial", "aa", 100)]),
    ).toEqual(["r2 goes on at 101, which is inside of a command of r1"]);
  });

  test("is broken by a master that sends less than it has", () => {
    expect(violationsOf(new PartialResync(), [grant(101, 60)])).toEqual([
      "r1 sent 60 of the 100 bytes from 101 on",
    ]);
  });
});

// replication.c: replicationCountAcksByOffset()
describe("WAIT", () => {
  const records = [
    role("r1", { ip: "10.0.0.1", replicationId: "aa" }),
    history("r2", "full", "aa", 50),
    history("r3", "full", "aa", 50),
    stands("r2", 100),
    stands("r3", 90),
  ];

  test("may count whoever stands at the offset or further", () => {
    const waited = told("r1", { kind: "waited", offset: 90, replicas: 2 });

    expect(violationsOf(new Wait(), [...records, waited])).toEqual([]);
  });

  test("is broken by a replica that is counted and is not there", () => {
    const waited = told("r1", { kind: "waited", offset: 100, replicas: 2 });

    expect(violationsOf(new Wait(), [...records, waited])).toEqual([
      "r1 counts 2 replicas at offset 100, and 1 are there",
    ]);
  });
});

// replication.c: masterTryPartialResynchronization()
describe("a replica that may go on", () => {
  const id = "a".repeat(40);
  const other = "b".repeat(40);
  const asks = (replicationId: string, offset: number) =>
    log("r2", `Trying a partial resynchronization (request ${replicationId}:${offset}).`);
  /** r1 has everything from offset 0 on, and r2 follows it. */
  const pair = [
    role("r1", { ip: "10.0.0.1", replicationId: id }),
    history("r1", "new", id, 0),
    role("r2", { ip: "10.0.0.2", master: "10.0.0.1:6379", replicationId: id }),
    history("r2", "full", id, 0),
  ];
  const startsOver = (offset: number, replicationId = id) =>
    history("r2", "full", replicationId, offset);

  test("is not made to start over", () => {
    expect(violationsOf(new NeedlessResync(), [...pair, asks(id, 101), startsOver(150)])).toEqual([
      `r2 asked for offset 101 of ${id}, which r1 has, and was made to start over`,
    ]);
  });

  test("may go on in the past of a promoted master, up to where it parted", () => {
    const promoted = history("r1", "promoted", other, 120);

    expect(
      violationsOf(new NeedlessResync(), [
        ...pair,
        promoted,
        asks(id, 121),
        startsOver(150, other),
      ]),
    ).toHaveLength(1);
    expect(
      violationsOf(new NeedlessResync(), [
        ...pair,
        promoted,
        asks(id, 122),
        startsOver(150, other),
      ]),
    ).toEqual([]);
  });

  test("starts over where the backlog may be too short, or nothing was asked for", () => {
    expect(
      violationsOf(new NeedlessResync(), [...pair, asks(id, 101), startsOver(17_000)]),
    ).toEqual([]);
    const nothing = log("r2", "Partial resynchronization not possible (no cached master)");
    expect(
      violationsOf(new NeedlessResync(), [...pair, asks(id, 101), nothing, startsOver(150)]),
    ).toEqual([]);
  });

  test("starts over where its master has only what came after", () => {
    const late = history("r1", "full", id, 120);

    expect(
      violationsOf(new NeedlessResync(), [...pair, late, asks(id, 101), startsOver(150)]),
    ).toEqual([]);
  });
});

// sentinel.c: compareSlavesForPromotion()
describe("the promoted replica", () => {
  const cluster = { hosts: new Map<string, string>(), priorities: new Map([["r4", 200]]) };
  const standsAt = (node: string, offset: number, seconds: number) =>
    told(node, { kind: "stands", offset, digest: 0 }, seconds * 1_000_000);
  const replica = (node: string, ip: string) => [
    up(node),
    role(node, { ip, master: "10.0.0.1:6379", replicationId: "aa", at: 1 }),
    history(node, "full", "aa", 0, 0, 2),
  ];
  const selects = (ip: string) =>
    event("s1", "+selected-slave", `slave ${ip}:6379 ${ip} 6379 @ mymaster 10.0.0.1 6379`, {
      at: 60_000_000,
    });
  const replicas = [...replica("r2", "10.0.0.2"), ...replica("r3", "10.0.0.3")];
  const stale = [...replicas, standsAt("r2", 100, 40), standsAt("r3", 500, 40)];

  test("is the one that has the most", () => {
    expect(violationsOf(new BestReplica(cluster), [...stale, selects("10.0.0.3")])).toEqual([]);
  });

  test("is not one that was behind for long", () => {
    expect(violationsOf(new BestReplica(cluster), [...stale, selects("10.0.0.2")])).toEqual([
      "s1 chose r2 at offset 100, and r3 was at 500 long before",
    ]);
  });

  test("may be behind by what the Sentinel cannot know yet", () => {
    const recent = [...replicas, standsAt("r2", 100, 40), standsAt("r3", 500, 55)];

    expect(violationsOf(new BestReplica(cluster), [...recent, selects("10.0.0.2")])).toEqual([]);
  });

  test("may be behind one that is down, out of reach, or has a worse priority", () => {
    const sdown = event(
      "s1",
      "+sdown",
      "slave 10.0.0.3:6379 10.0.0.3 6379 @ mymaster 10.0.0.1 6379",
    );
    const paused: RunRecord = {
      kind: "fault",
      at: 50_000_000 as Instant,
      fault: { kind: "pause", node: "r3" },
    };
    const worse = [
      ...replica("r2", "10.0.0.2"),
      ...replica("r4", "10.0.0.4"),
      standsAt("r2", 100, 40),
      standsAt("r4", 500, 40),
    ];

    for (const records of [[...stale, sdown], [...stale, paused], worse])
      expect(violationsOf(new BestReplica(cluster), [...records, selects("10.0.0.2")])).toEqual([]);
  });
});

describe("a replica that is better than the promoted one", () => {
  const replica = (node: string, ip: string) => [
    up(node),
    role(node, { ip, master: "10.0.0.1:6379", replicationId: "aa", at: 1 }),
    history(node, "full", "aa", 0, 0, 2),
  ];
  const standsAt = (node: string, offset: number) =>
    told(node, { kind: "stands", offset, digest: 0 }, 40_000_000);
  const stale = [
    ...replica("r2", "10.0.0.2"),
    ...replica("r3", "10.0.0.3"),
    standsAt("r2", 100),
    standsAt("r3", 500),
  ];
  const slave = (ip: string) => `slave ${ip}:6379 ${ip} 6379 @ mymaster 10.0.0.1 6379`;
  const selects = event("s1", "+selected-slave", slave("10.0.0.2"), { at: 80_000_000 });
  const judged = (...between: RunRecord[]) =>
    violationsOf(new BestReplica(anywhere), [...stale, ...between, selects]);
  const command = (text: string) =>
    told(
      "operator",
      { kind: "command", step: "step-1", target: "r3", command: text, reply: "OK" },
      41_000_000,
    );

  test("may be one that has ended by itself, or that an operator made worse", () => {
    expect(judged()).toHaveLength(1);
    expect(judged(down("r3"))).toEqual([]);
    expect(judged(command("PING"))).toHaveLength(1);
    expect(judged(command("CONFIG SET replica-priority 0"))).toEqual([]);
  });

  test("is not held to be down any more by a Sentinel that has started again or switched", () => {
    const sdown = event("s1", "+sdown", slave("10.0.0.3"));
    const switched = event("s1", "+switch-master", "mymaster 10.0.0.9 6379 10.0.0.1 6379");

    expect(judged(sdown)).toEqual([]);
    for (const forgets of [up("s1"), switched]) expect(judged(sdown, forgets)).toHaveLength(1);
  });
});

describe("the laws of a run", () => {
  test("are each shown the records they fold, and no others", () => {
    const laws = lawsOf({ hosts: new Map(), priorities: new Map() });
    const folds = new Folds(laws);

    folds.record(event("s1", "+vote-for-leader", "aa 1"));
    folds.record(event("s1", "+vote-for-leader", "bb 1"));

    const broken = laws.filter(({ violations }) => violations.length > 0);
    expect(broken.map(({ name }) => name)).toEqual([new OneVote().name]);
  });
});
