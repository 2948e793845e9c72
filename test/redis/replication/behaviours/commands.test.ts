import { describe, expect, test } from "vitest";
import { milliseconds, none, seconds } from "../../../../src/kernel/time.js";
import type { Version } from "../../../../src/redis/version.js";
import { caller } from "../peers.js";
import { World } from "../world.js";

const versions: readonly Version[] = ["6.2", "7.0", "7.2"];
const follow = "replicaof 10.0.0.1 6379";
const noPing = "repl-ping-replica-period 1000";
const onDisk = "repl-diskless-sync no";

function pair(version: Version, ...lines: readonly string[]): World {
  return new World(version)
    .server("a", onDisk, noPing, ...lines)
    .server("b", follow, onDisk)
    .run(3);
}

describe.each(versions)("in %s", (version) => {
  // Redis 6.2: EXPIRE is propagated as it was sent; 7.0: as PEXPIREAT (propagate(), reference 4.4).
  test("29: a replica that is late expires a key later in 6.2, and on time from 7.0 on", () => {
    const world = pair(version);
    world.inject({ kind: "pause", node: "b" });
    world.ask("a", "SET k v");
    const before = world.offset("a");
    world.ask("a", "EXPIRE k 100");
    expect(world.offset("a") - before).toBe(version === "6.2" ? 32 : 46);
    world.run(20).inject({ kind: "resume", node: "b" }).run(1);

    const left = Number(/:(\d+)/.exec(world.ask("b", "TTL k"))?.[1]);
    expect(left).toBeGreaterThanOrEqual(version === "6.2" ? 98 : 78);
    expect(left).toBeLessThanOrEqual(version === "6.2" ? 100 : 80);
  });

  // Redis: expireIfNeeded() on a replica; activeExpireCycle() once it is a master.
  test("30: a replica hides expired keys and counts them; promoted, it deletes them", () => {
    const world = pair(version);
    world.ask("a", "SET k v PX 500");
    world.ask("a", "SET other v");
    world.settle().kill("a").run(2);

    expect(world.ask("b", "GET k")).toBe("$-1\r\n");
    expect(world.ask("b", "EXISTS k")).toBe(":0\r\n");
    expect(world.ask("b", "TTL k")).toBe(":-2\r\n");
    expect(world.ask("b", "DBSIZE")).toBe(":2\r\n");
    const before = world.offset("b");
    world.ask("b", "REPLICAOF NO ONE");
    world.run(1);
    expect(world.ask("b", "DBSIZE")).toBe(":1\r\n");
    expect(world.offset("b") - before).toBe(23 + 20);
  });

  // Redis: waitCommand(), replicationRequestAckFromSlaves(), call() and `woff`.
  test("33: WAIT sends one GETACK, looks at its timeout with the cron, and counts reads up to 7.0", () => {
    const world = pair(version);
    world.ask("a", "SET k v");
    world.run(2).inject({ kind: "pause", node: "b" });
    world.ask("a", "SET k v");
    const before = world.offset("a");
    const waiter = caller(world, "a");
    waiter.send("SET", "x", "1").send("WAIT", "1", "0");
    world.run(5);
    expect(world.offset("a") - before).toBe(27 + 37);
    expect(waiter.heard).toBe("+OK\r\n");

    const reader = caller(world, "a", "reader");
    reader.send("GET", "k");
    const from = world.simulation.now;
    expect(reader.ask("WAIT", "1", "300")).toBe(version === "7.2" ? ":1\r\n" : "");
    if (version !== "7.2") {
      world.until(() => reader.heard !== "");
      expect(reader.heard).toBe(":0\r\n");
      expect(world.simulation.now - from).toBeGreaterThan(milliseconds(300));
      expect(world.simulation.now - from).toBeLessThan(milliseconds(410));
    }
  });

  // Redis: refreshGoodSlavesCount() is called by replicationCron(), not with an ACK.
  test("35: the count of good replicas is taken once a second, not with each ACK", () => {
    const world = pair(version, "min-replicas-to-write 1", "min-replicas-max-lag 2");
    world.inject({ kind: "pause", node: "b" }).run(6);
    expect(world.ask("a", "SET k v")).toMatch(/^-NOREPLICAS/);
    expect(world.info("a", "min_slaves_good_slaves")).toBe("0");

    const acknowledged = () => /lag=[01]\b/.test(world.info("a", "slave0"));
    world.inject({ kind: "resume", node: "b" });
    world.until(() => acknowledged(), milliseconds(2));
    const refused = world.ask("a", "SET k v").startsWith("-NOREPLICAS");
    expect(refused).toBe(true);
    world.until(() => world.ask("a", "SET k v") === "+OK\r\n", milliseconds(20));
    world.ask("a", "CONFIG SET min-replicas-to-write 2");
    expect(world.ask("a", "SET k v")).toMatch(/^-NOREPLICAS/);
  });

  // Redis: PUBLISH is no write command; processCommand() asks min-replicas of writes alone.
  test("36: PUBLISH is never refused for want of good replicas", () => {
    const world = new World(version).server("a", "min-replicas-to-write 1").run(1);

    expect(world.ask("a", "SET k v")).toMatch(/^-NOREPLICAS/);
    expect(world.ask("a", "PUBLISH ch hi")).toBe(":0\r\n");
    expect(world.ask("a", "GET k")).toBe("$-1\r\n");
  });

  // Redis: disconnectAllBlockedClients() in replicationSetMaster().
  test("a demotion throws out who waits", () => {
    const world = pair(version);
    world.inject({ kind: "pause", node: "b" });
    const waiter = caller(world, "a");
    waiter.send("SET", "k", "v");
    waiter.heard = "";
    waiter.send("WAIT", "1", "0");
    world.ask("a", "REPLICAOF 10.0.9.9 6379");
    world.settle();

    expect(waiter.heard).toBe(
      "-UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)\r\n",
    );
    expect(waiter.closed).toBe("fin");
    expect(world.ask("a", "WAIT 1 0")).toMatch(/^-ERR WAIT cannot be used with replica instances/);
  });

  // Redis: replicationFeedSlaves() returns on a replica; expireSlaveKeys() (reference 7.7).
  test("a writable replica keeps its writes to itself, and loses them with the next full sync", () => {
    const world = pair(version);
    world.server("c", "replicaof 10.0.0.2 6379").run(3);
    world.ask("b", "CONFIG SET replica-read-only no");
    const before = world.offset("b");
    expect(world.ask("b", "SET own 1")).toBe("+OK\r\n");
    world.ask("b", "SET gone 1 PX 300");
    world.ask("a", "SET n 1");
    world.ask("b", "INCR n");
    world.ask("a", "INCR n");
    world.run(2);

    expect(world.ask("a", "GET n")).toBe("$1\r\n2\r\n");
    expect(world.ask("b", "GET n")).toBe("$1\r\n3\r\n");
    expect(world.ask("c", "EXISTS own")).toBe(":0\r\n");
    expect(world.offset("b") - before).toBe(world.offset("a") - before);
    expect(world.ask("b", "DBSIZE")).toBe(":2\r\n");
    world.ask("b", "REPLICAOF NO ONE");
    world.ask("b", "REPLICAOF 10.0.0.1 6379");
    world.run(3);
    expect(world.ask("b", "EXISTS own")).toBe(":0\r\n");
  });

  // Redis: REPLCONF from who may not speak; processCommand() of a replica's connection.
  test("REPLCONF answers each option as Redis does", () => {
    const world = pair(version);
    const one = caller(world, "a");
    expect(one.ask("REPLCONF", "capa")).toBe("-ERR syntax error\r\n");
    expect(one.ask("REPLCONF", "nonsense", "1")).toBe(
      "-ERR Unrecognized REPLCONF option: nonsense\r\n",
    );
    expect(one.ask("REPLCONF", "capa", "unknown")).toBe("+OK\r\n");
    expect(one.ask("REPLCONF", "listening-port", "x")).toMatch(/^-ERR value is not an integer/);
    expect(one.ask("REPLCONF", "ip-address", "x".repeat(256))).toMatch(
      /^-ERR REPLCONF ip-address provided by replica instance is too long: 256 bytes/,
    );
    expect(one.ask("REPLCONF", "GETACK", "*")).toBe("");
    const replica = caller(world, "a", "replica");
    replica.send("PSYNC", world.info("a", "master_replid"), "1");
    const reply = replica.ask("GET", "k");
    if (version === "6.2") expect(reply).toBe("$-1\r\n");
    else expect(reply).toBe("-ERR Replica can't interact with the keyspace\r\n");
  });

  // Redis: a reply and the stream in one iteration: handleClientsWithPendingWrites() is last in, first out.
  test("a write reaches the replicas' sockets before its client's, the last attached first", () => {
    const world = pair(version);
    const one = caller(world, "a", "one");
    const two = caller(world, "a", "two");
    const replid = world.info("a", "master_replid");
    one.send("PSYNC", replid, "1");
    two.send("PSYNC", replid, "1");
    const writer = caller(world, "a", "writer");
    // Who selects database 0 comes first.
    world.ask("a", "SET k v");
    const order: string[] = [];
    for (const [name, peer] of Object.entries({ one, two, writer })) {
      world.simulation.setLink("a", name, { latency: milliseconds(1), jitter: none });
      peer.onHeard = () => order.push(name);
    }
    writer.send("SET", "k", "v");
    world.pass(seconds(0.1));

    expect(order).toEqual(["two", "one", "writer"]);
  });
});
