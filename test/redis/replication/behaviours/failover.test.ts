import { describe, expect, test } from "vitest";
import { milliseconds, seconds } from "../../../../src/kernel/time.js";
import type { Version } from "../../../../src/redis/version.js";
import { error } from "../../../../src/redis/wire/value.js";
import { caller, scriptedMaster } from "../peers.js";
import { World } from "../world.js";

const versions: readonly Version[] = ["6.2", "7.0", "7.2"];
const follow = "replicaof 10.0.0.1 6379";
const noPing = "repl-ping-replica-period 1000";
const onDisk = "repl-diskless-sync no";

function pair(version: Version, ...lines: readonly string[]): World {
  return new World(version)
    .server("a", onDisk, ...lines)
    .server("b", follow, onDisk)
    .run(3);
}

/** The replica is stopped, and the master has written what it will not get. */
function behind(version: Version, ...lines: readonly string[]): World {
  const world = pair(version, noPing, ...lines);
  world.ask("a", "SET k v");
  world.run(2).inject({ kind: "pause", node: "b" });
  world.ask("a", "SET k w");
  return world;
}

describe.each(versions)("in %s", (version) => {
  // Redis: failoverCommand(), in the order of its checks.
  test("FAILOVER refuses what it cannot do, in Redis's words", () => {
    const world = new World(version).server("a", noPing, onDisk).run(1);
    const refused = (options: string) => world.ask("a", `FAILOVER${options}`).trim();
    expect(refused(" ABORT")).toBe("-ERR No failover in progress.");
    expect(refused(" TIMEOUT 0")).toBe("-ERR FAILOVER timeout must be greater than 0");
    expect(refused(" TIMEOUT x")).toBe("-ERR value is not an integer or out of range");
    expect(refused(" FORCE FORCE")).toBe("-ERR syntax error");
    expect(refused(" TO 10.0.0.2")).toBe("-ERR syntax error");
    expect(refused("")).toBe("-ERR FAILOVER requires connected replicas.");
    world.server("b", follow).run(3);
    expect(refused(" FORCE")).toBe(
      "-ERR FAILOVER with force option requires both a timeout and target HOST and IP.",
    );
    const what = version === "6.2" ? "IP" : "PORT";
    expect(refused(" TO 10.0.0.2 1")).toBe(
      `-ERR FAILOVER target HOST and ${what} is not a replica.`,
    );
    expect(world.ask("b", "FAILOVER").trim()).toBe(
      "-ERR FAILOVER is not valid when server is a replica.",
    );
    world.inject({ kind: "pause", node: "b" }).ask("a", "SET k v");
    expect(refused("")).toBe("+OK");
    expect(refused("")).toBe("-ERR FAILOVER already in progress.");
    expect(world.ask("a", "REPLICAOF 10.0.0.2 6379").trim()).toBe(
      "-ERR REPLICAOF not allowed while failing over.",
    );
    expect(world.ask("a", "REPLICAOF NO ONE").trim()).toBe(
      "-ERR REPLICAOF not allowed while failing over.",
    );
  });

  // Redis: failoverCommand(): SLAVE_STATE_ONLINE; findReplica() with the announced address.
  test("FAILOVER TO needs a replica that is online", () => {
    const world = new World(version)
      .server("a", "repl-diskless-sync yes", "repl-diskless-sync-delay 30")
      .server("b", follow, "replica-announce-ip 10.1.1.1")
      .run(2);
    expect(world.ask("a", "FAILOVER TO 10.1.1.1 6379").trim()).toBe(
      "-ERR FAILOVER target replica is not online.",
    );
  });

  // Redis: updateFailoverStatus(), syncCommand() with FAILOVER, replicationUnsetMaster() (reference 15.4).
  test("FAILOVER TO a replica that is level swaps the roles within milliseconds", () => {
    const world = pair(version, noPing);
    world.ask("a", "SET k v");
    world.run(2);
    const replid = world.info("a", "master_replid");
    const from = world.simulation.now;
    expect(world.ask("a", "FAILOVER TO 10.0.0.2 6379")).toBe("+OK\r\n");
    world.until(() => world.logged("a", "Master accepted a Partial Resynchronization."));

    expect(world.simulation.now - from).toBeLessThan(milliseconds(20));
    expect(world.logged("a", "Failover target 10.0.0.2:6379 is synced, failing over.")).toBe(true);
    expect(world.logged("b", `Failover request received for replid ${replid}.`)).toBe(true);
    expect(world.logged("b", "MASTER MODE enabled (failover request from '")).toBe(true);
    expect(world.logged("b", "Sending 0 bytes of backlog starting from offset 51.")).toBe(true);
    expect(world.info("b", "master_replid2")).toBe(replid);
    expect(world.info("b", "second_repl_offset")).toBe("51");
    expect(world.info("a", "master_failover_state")).toBe("no-failover");
  });

  // Redis: updateFailoverStatus() relies on the ACKs of every second; processCommand() and CLIENT_PAUSE_WRITE.
  test("FAILOVER holds writes back until the replica is level; then they are told READONLY", () => {
    const world = behind(version);
    world.ask("a", "FAILOVER");
    expect(world.info("a", "master_failover_state")).toBe("waiting-for-sync");
    const writer = caller(world, "a");
    expect(writer.ask("SET", "k", "x")).toBe("");
    expect(world.ask("a", "GET k")).toBe("$1\r\nw\r\n");
    world.inject({ kind: "resume", node: "b" }).run(2);

    expect(writer.heard).toBe("-READONLY You can't write against a read only replica.\r\n");
    expect(world.info("b", "role")).toBe("master");
    expect(world.ask("b", "GET k")).toBe("$1\r\nw\r\n");
  });

  // Redis: syncCommand(): server.failover_state != NO_FAILOVER.
  test("a master that fails over serves nobody's PSYNC", () => {
    const world = behind(version);
    world.ask("a", "FAILOVER");
    expect(caller(world, "a").ask("PSYNC", "?", "-1")).toBe(
      "-NOMASTERLINK Can't SYNC while failing over\r\n",
    );
  });

  // Redis: abortFailover(): replicationUnsetMaster() only from FAILOVER_IN_PROGRESS.
  test("21: an abort before the switch keeps the id, one after it takes a new one", () => {
    const world = behind(version);
    const replid = world.info("a", "master_replid");
    world.ask("a", "FAILOVER TO 10.0.0.2 6379");
    expect(world.ask("a", "FAILOVER ABORT")).toBe("+OK\r\n");
    expect(world.logged("a", "FAILOVER to 10.0.0.2:6379 aborted: Failover manually aborted")).toBe(
      true,
    );
    expect(world.info("a", "master_replid")).toBe(replid);
    expect(world.ask("a", "SET k x")).toBe("+OK\r\n");

    world.ask("a", "FAILOVER TO 10.0.0.2 6379 TIMEOUT 100 FORCE");
    world.run(1);
    expect(world.logged("a", "FAILOVER to 10.0.0.2:6379 time out exceeded, failing over.")).toBe(
      true,
    );
    expect(world.info("a", "master_failover_state")).toBe("failover-in-progress");
    expect(world.info("a", "role")).toBe("slave");
    world.ask("a", "FAILOVER ABORT");
    expect(world.info("a", "role")).toBe("master");
    expect(world.info("a", "master_replid2")).toBe(replid);
    expect(world.info("a", "master_replid")).not.toBe(replid);
    world.inject({ kind: "resume", node: "b" }).run(3);
    expect(world.info("b", "master_link_status")).toBe("up");
    expect(world.ask("b", "GET k")).toBe("$1\r\nx\r\n");
  });

  // Redis: updateFailoverStatus(): failover_end_time without force_failover.
  test("FAILOVER with TIMEOUT and without FORCE gives up when the time is over", () => {
    const world = behind(version);
    world.ask("a", "FAILOVER TIMEOUT 500");
    world.run(1);
    expect(
      world.logged("a", "FAILOVER to any replica aborted: Replica never caught up before timeout"),
    ).toBe(true);
    expect(world.info("a", "role")).toBe("master");
    expect(world.ask("a", "SET k x")).toBe("+OK\r\n");
  });

  // Redis: syncWithMaster(): anything but +CONTINUE and +FULLRESYNC while failing over.
  test("a target that refuses the PSYNC is left, and the old master is one again", () => {
    const world = new World(version).server("a", noPing, onDisk).run(1);
    const fake = scriptedMaster(world);
    fake.answers = [(send) => send(error("NOMASTERLINK Can't SYNC while not connected"))];
    const target = caller(world, "a");
    target.send("REPLCONF", "ip-address", "10.0.9.9", "listening-port", "6379");
    target.send("PSYNC", "?", "-1");
    world.run(2).ask("a", "SET k v");
    const replid = world.info("a", "master_replid");
    world.ask("a", "FAILOVER TO 10.0.9.9 6379 TIMEOUT 100 FORCE");
    world.run(1);

    expect(fake.psyncs[0]).toBe(`PSYNC ${replid} 51 FAILOVER`);
    expect(
      world.logged(
        "a",
        "FAILOVER to 10.0.9.9:6379 aborted: Failover target rejected psync request",
      ),
    ).toBe(true);
    expect(world.info("a", "role")).toBe("master");
    expect(world.info("a", "master_replid2")).toBe(replid);
    expect(world.ask("a", "SET k w")).toBe("+OK\r\n");
  });

  // Redis: replicationCron() runs every 100 ms then; manual_failover_in_progress looks at the end time only.
  test("22: FAILOVER without TIMEOUT goes on pinging, ten times as fast; with TIMEOUT it is silent", () => {
    for (const [options, bytes] of [
      ["", 140],
      [" TIMEOUT 60000", 0],
    ] as const) {
      const world = pair(version, "repl-ping-replica-period 2");
      world.ask("a", "SET k v");
      world.run(2).inject({ kind: "pause", node: "b" });
      world.ask("a", "SET k w");
      world.ask("a", `FAILOVER${options}`);
      const before = world.offset("a");
      world.run(2);
      const grown = world.offset("a") - before;

      expect(Math.abs(grown - bytes)).toBeLessThanOrEqual(bytes === 0 ? 0 : 14);
    }
  });

  // Redis: replicationSetMaster() in FAILOVER_IN_PROGRESS: no time limit for the connection.
  test("22: in the connecting phase FAILOVER never gives up", () => {
    const world = behind(version);
    world.ask("a", "FAILOVER TO 10.0.0.2 6379 TIMEOUT 100 FORCE");
    world.run(1).kill("b").run(60);
    expect(world.info("a", "master_failover_state")).toBe("failover-in-progress");
    expect(world.timesLogged("a", "Connecting to MASTER 10.0.0.2:6379")).toBeGreaterThan(100);
    const writer = caller(world, "a");
    expect(writer.ask("SET", "k", "x")).toMatch(/^-READONLY|^$/);
  });

  // Redis: replicationSetMaster(): nobody tells the others.
  test("23: FAILOVER leaves the other replicas behind the old master, as a chain", () => {
    const world = pair(version, noPing).server("c", follow).run(3);
    world.ask("a", "FAILOVER TO 10.0.0.2 6379");
    world.run(4);

    expect(world.info("b", "connected_slaves")).toBe("1");
    expect(world.info("c", "master_host")).toBe("10.0.0.1");
    expect(world.info("c", "master_link_status")).toBe("up");
    expect(world.info("a", "connected_slaves")).toBe("1");
    expect(world.info("c", "master_replid")).toBe(world.info("b", "master_replid"));
    expect(world.info("b", "sync_full")).toBe("0");
  });

  // Redis 6.2: unpauseClients() leaves client_pause_end_time as it is.
  test("24: after a FAILOVER, even an aborted one, CLIENT PAUSE never ends by itself in 6.2", () => {
    const world = behind(version);
    world.ask("a", "FAILOVER");
    world.ask("a", "FAILOVER ABORT");
    expect(world.ask("a", "CLIENT PAUSE 100 WRITE")).toBe("+OK\r\n");
    const writer = caller(world, "a");
    writer.send("SET", "k", "x");
    world.run(30);

    expect(writer.heard).toBe(version === "6.2" ? "" : "+OK\r\n");
    world.ask("a", "CLIENT UNPAUSE");
    expect(writer.heard).toBe("+OK\r\n");
  });

  // Redis 6.2: processCommand() blocks the master's client, commandProcessed() counts the bytes all the same.
  test("25: a paused replica of 6.2 acknowledges one command more than it has applied", () => {
    const world = pair(version, noPing);
    for (let i = 0; i < 5; i++) world.ask("a", "SET k v");
    world.run(2);
    const before = world.offset("b");
    world.ask("b", "CLIENT PAUSE 3000 WRITE");
    world.ask("a", "SET p1 1");
    world.ask("a", "SET p2 2");
    world.pass(seconds(1.5));

    const ahead = version === "6.2" ? 28 : 0;
    expect(world.offset("b")).toBe(before + ahead);
    expect(world.ask("b", "GET p1")).toBe("$-1\r\n");
    expect(world.info("a", "slave0")).toContain(`offset=${before + ahead},`);
    world.run(3);
    expect(world.ask("b", "MGET p1 p2")).toBe("*2\r\n$1\r\n1\r\n$1\r\n2\r\n");
    expect(world.offset("b")).toBe(world.offset("a"));
  });
});

// Redis 6.2: a pause has one end for all; 7.0: PAUSE_DURING_FAILOVER is a purpose of its own.
test.each(versions)("in %s the end of a FAILOVER ends CLIENT PAUSE too, in 6.2 only", (version) => {
  const world = behind(version);
  world.ask("a", "CLIENT PAUSE 60000 WRITE");
  world.ask("a", "FAILOVER");
  world.ask("a", "FAILOVER ABORT");

  const writer = caller(world, "a");
  expect(writer.ask("SET", "k", "x")).toBe(version === "6.2" ? "+OK\r\n" : "");
});
