import { describe, expect, test } from "vitest";
import type { Version } from "../../../../src/redis/version.js";
import { World } from "../world.js";

const versions: readonly Version[] = ["6.2", "7.0", "7.2"];
const follow = "replicaof 10.0.0.1 6379";
const noPing = "repl-ping-replica-period 1000";
const onDisk = "repl-diskless-sync no";

describe.each(versions)("in %s", (version) => {
  // Redis: replicationUnsetMaster() and replicationSetMaster() with disconnectSlaves().
  test("19: a promotion drops the node's replicas, a new master only those of 6.2", () => {
    const world = new World(version)
      .server("a", noPing, onDisk)
      .server("b", follow, onDisk)
      .run(2)
      .server("c", "replicaof 10.0.0.2 6379")
      .server("d", noPing, onDisk)
      .run(3)
      .forgetLogs();
    world.ask("b", "REPLICAOF 10.0.0.4 6390");
    world.settle();
    expect(world.timesLogged("c", "Connection with master lost.")).toBe(version === "6.2" ? 1 : 0);

    world.ask("b", "REPLICAOF 10.0.0.1 6379");
    world.run(3).forgetLogs();
    world.ask("b", "REPLICAOF NO ONE");
    world.settle();
    expect(world.timesLogged("c", "Connection with master lost.")).toBe(1);
    expect(world.logged("b", "Partial resynchronization request from 10.0.0.3:6379 accepted")).toBe(
      true,
    );
  });

  // Redis: shiftReplicationId(): PSYNC offers the new id, never replid2.
  test("20: a node that is promoted and demoted takes a full resync, though nothing was written", () => {
    const world = new World(version).server("a", noPing, onDisk).server("b", follow, onDisk).run(3);
    world.ask("b", "REPLICAOF NO ONE");
    world.ask("b", "REPLICAOF 10.0.0.1 6379");
    world.run(3);

    expect(
      world.logged("a", "Partial resynchronization not accepted: Replication ID mismatch"),
    ).toBe(true);
    expect(world.info("a", "sync_full")).toBe("2");
    expect(world.info("a", "sync_partial_err")).toBe("1");
  });

  // Redis: genRedisInfoString(): repl_down_since; 7.0 resets it in replicationUnsetMaster().
  test("26: master_link_down_since_seconds is huge before the first link in 6.2, and -1 from 7.0 on", () => {
    const world = new World(version)
      .server("a", onDisk)
      .server("b", "replicaof 10.0.9.9 6379")
      .run(2);
    const never = Number(world.info("b", "master_link_down_since_seconds"));
    if (version === "6.2") expect(never).toBeGreaterThan(1_000_000_000);
    else expect(never).toBe(-1);

    world.ask("b", "REPLICAOF 10.0.0.1 6379");
    world.run(2).kill("a").run(3);
    expect(Number(world.info("b", "master_link_down_since_seconds"))).toBeGreaterThanOrEqual(2);
    world.ask("b", "REPLICAOF NO ONE");
    world.run(5).ask("b", "REPLICAOF 10.0.0.1 6379");
    const again = Number(world.info("b", "master_link_down_since_seconds"));
    if (version === "6.2") expect(again).toBeGreaterThanOrEqual(8);
    else expect(again).toBe(-1);
  });

  // Redis: genRedisInfoString() begins with slave_repl_offset = 1; roleCommand() with -1.
  test("27: without a master, live or cached, INFO says offset 1 and ROLE says -1", () => {
    const world = new World(version)
      .server("a", onDisk)
      .server("b", "replicaof 10.0.9.9 6379")
      .run(1);
    expect(world.info("b", "slave_repl_offset")).toBe("1");
    expect(world.ask("b", "ROLE")).toMatch(/:-1\r\n$/);

    world.ask("b", "REPLICAOF 10.0.0.1 6379");
    world.run(2).ask("a", "SET k v");
    world.run(1);
    const offset = world.info("b", "slave_repl_offset");
    expect(Number(offset)).toBeGreaterThan(1);
    expect(world.ask("b", "ROLE")).toContain(`connected\r\n:${offset}\r\n`);
    world.kill("a").run(2);
    expect(world.info("b", "slave_repl_offset")).toBe(offset);
    expect(world.ask("b", "ROLE")).toMatch(/:-1\r\n$/);
  });

  // Redis 6.2: freeReplicationBacklog() leaves repl_backlog_off and histlen; 7.0 shows zeros.
  test("28: 6.2 still shows the extent of a backlog that is gone", () => {
    const world = new World(version)
      .server("a", noPing, onDisk, "repl-backlog-ttl 2")
      .server("b", follow)
      .run(3);
    world.ask("a", "SET k v");
    world.kill("b").run(5);

    expect(world.info("a", "repl_backlog_active")).toBe("0");
    const [first, length] = version === "6.2" ? ["1", "50"] : ["0", "0"];
    expect(world.info("a", "repl_backlog_first_byte_offset")).toBe(first);
    expect(world.info("a", "repl_backlog_histlen")).toBe(length);
  });

  // Redis: processCommand(): the order of its checks; PING is CMD_STALE only in 6.2.
  test("37: READONLY wins over MASTERDOWN, from which PING is exempt in 6.2 alone", () => {
    const world = new World(version)
      .server("a", onDisk, "min-replicas-to-write 1")
      .server(
        "b",
        "replicaof 10.0.9.9 6379",
        "replica-serve-stale-data no",
        "min-replicas-to-write 1",
      )
      .run(2);

    expect(world.ask("b", "SET k v")).toMatch(
      /^-READONLY You can't write against a read only replica/,
    );
    expect(world.ask("b", "GET k")).toMatch(
      /^-MASTERDOWN Link with MASTER is down and replica-serve/,
    );
    expect(world.ask("b", "PING")).toMatch(version === "6.2" ? /^\+PONG/ : /^-MASTERDOWN/);
    expect(world.ask("a", "SET k v")).toBe("-NOREPLICAS Not enough good replicas to write.\r\n");
    expect(world.ask("b", "CONFIG SET replica-read-only no")).toBe("+OK\r\n");
    expect(world.ask("b", "SET k v")).toMatch(/^-MASTERDOWN/);
    world.ask("b", "CONFIG SET replica-serve-stale-data yes");
    expect(world.ask("b", "SET k v")).toBe("+OK\r\n");
  });

  // Redis: roleCommand(), genRedisInfoString(): who is listed, and in which order.
  test("ROLE lists replicas that are online, INFO all of them in the order of attaching", () => {
    const world = new World(version)
      .server("a", noPing, "repl-diskless-sync yes", "repl-diskless-sync-delay 3")
      .server("b", follow, "replica-announce-ip 10.1.1.1", "replica-announce-port 7777")
      .run(6)
      .server("c", follow)
      .run(1);

    expect(world.ask("a", "ROLE")).toBe(
      "*3\r\n$6\r\nmaster\r\n:0\r\n*1\r\n*3\r\n$8\r\n10.1.1.1\r\n$4\r\n7777\r\n$1\r\n0\r\n",
    );
    expect(world.info("a", "connected_slaves")).toBe("2");
    expect(world.info("a", "slave0")).toMatch(
      /^ip=10.1.1.1,port=7777,state=online,offset=0,lag=[01]$/,
    );
    expect(world.info("a", "slave1")).toBe(
      "ip=10.0.0.3,port=6379,state=wait_bgsave,offset=0,lag=0",
    );
    expect(world.ask("c", "ROLE")).toContain("handshake");
  });

  // Redis: catClientInfoString(), clientKillCommand() by type (reference 9.4, 7.8).
  test("CLIENT LIST shows S and M, and CLIENT KILL by type costs a partial resync of nothing", () => {
    const world = new World(version).server("a", noPing, onDisk).server("b", follow).run(3);
    expect(world.ask("a", "CLIENT LIST TYPE replica")).toMatch(/ flags=S .* cmd=replconf /);
    expect(world.ask("b", "CLIENT LIST TYPE master")).toMatch(
      /addr=10.0.0.1:6379 .* flags=M .* user=\(superuser\)/,
    );
    expect(world.ask("a", "CLIENT KILL TYPE slave")).toBe(":1\r\n");
    world.settle();
    expect(world.ask("b", "CLIENT KILL TYPE master")).toBe(":1\r\n");
    world.settle();
    expect(world.timesLogged("a", "Sending 0 bytes of backlog")).toBe(2);
  });

  // Redis: rewriteConfigSlaveofOption() (reference 11).
  test("only CONFIG REWRITE makes a role outlive a restart", () => {
    const world = new World(version).server("a", onDisk).server("b", follow).run(3);
    world.ask("b", "REPLICAOF NO ONE");
    world.kill("b").run(1).restart("b").run(2);
    expect(world.info("b", "role")).toBe("slave");

    world.ask("b", "REPLICAOF NO ONE");
    expect(world.ask("b", "CONFIG GET replicaof")).toMatch(/\r\n\$0\r\n\r\n$/);
    expect(world.ask("b", "CONFIG REWRITE")).toBe("+OK\r\n");
    world.kill("b").run(1).restart("b").run(2);
    expect(world.info("b", "role")).toBe("master");
    world.ask("b", "REPLICAOF 10.0.0.1 6379");
    world.ask("b", "CONFIG REWRITE");
    expect(world.ask("b", "CONFIG GET replicaof")).toContain("10.0.0.1 6379");
    world.kill("b").run(1).restart("b").run(2);
    expect(world.info("b", "master_host")).toBe("10.0.0.1");
  });
});
