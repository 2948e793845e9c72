import { describe, expect, test } from "vitest";
import { milliseconds } from "../../../src/kernel/time.js";
import type { Version } from "../../../src/redis/version.js";
import { World } from "./world.js";

const follow = "replicaof 10.0.0.1 6379";
const noPing = "repl-ping-replica-period 1000";
const id = /^[0-9a-f]{40}$/;

describe("a fresh master with one replica", () => {
  // Redis 6.2: syncCommand(), replicationFeedSlaves() (reference: worked example of 4.5).
  test("counts the first SELECT and each SET, to the byte", () => {
    const world = new World("6.2").server("a", noPing).server("b", follow).run(3);

    expect(world.ask("a", "SET hello world")).toBe("+OK\r\n");
    expect(world.offset("a")).toBe(58);
    world.ask("a", "SET hello world");
    expect(world.offset("a")).toBe(93);
    world.run(1);
    expect(world.offset("b")).toBe(93);
    expect(world.ask("b", "GET hello")).toBe("$5\r\nworld\r\n");
    expect(world.info("a", "repl_backlog_first_byte_offset")).toBe("1");
    expect(world.info("a", "repl_backlog_histlen")).toBe("93");
  });

  // Redis 6.2: waitCommand(), replicationSendAck(): the ACK leaves the GETACK itself out.
  test("answers a WAIT with one GETACK, which the replica acknowledges a second later", () => {
    const world = new World("6.2").server("a", noPing).server("b", follow).run(3);
    world.ask("a", "SET hello world");
    world.ask("a", "SET hello world");

    expect(world.ask("a", "WAIT 1 0")).toBe(":1\r\n");
    expect(world.offset("a")).toBe(130);
    expect(world.info("a", "slave0")).toContain("offset=93,");
    world.run(2);
    expect(world.info("a", "slave0")).toContain("offset=130,");
  });

  // Redis 6.2: a stand-alone master counts nothing, and is renamed with its first replica.
  test("stays at offset 0 until somebody follows it, and takes a new id then", () => {
    const world = new World("6.2").server("a", noPing).run(1);
    const before = world.info("a", "master_replid");
    world.ask("a", "SET k v");
    expect(world.offset("a")).toBe(0);

    world.server("b", follow).run(2);

    expect(world.info("a", "master_replid")).toMatch(id);
    expect(world.info("a", "master_replid")).not.toBe(before);
    expect(world.info("b", "master_replid")).toBe(world.info("a", "master_replid"));
    expect(world.info("a", "sync_full")).toBe("1");
    expect(world.info("a", "sync_partial_err")).toBe("0");
  });

  // Redis 6.2: the order of reference 15.1.
  test("goes through a sync on disk as the log of Redis shows it", () => {
    const world = new World("6.2").server("a").server("b", follow).run(3);

    expect(world.logs.get("a")?.slice(7).map(withoutIds)).toEqual([
      "Replica 10.0.0.2:6379 asks for synchronization",
      "Full resync requested by replica 10.0.0.2:6379",
      "Replication backlog created, my new replication IDs are '<id>' and '<id>'",
      "Starting BGSAVE for SYNC with target: disk",
      "Background saving started by pid 2",
      "DB saved on disk",
      "Background saving terminated with success",
      "Synchronization with replica 10.0.0.2:6379 succeeded",
    ]);
    expect(world.logs.get("b")?.slice(7).map(withoutIds)).toEqual([
      "Connecting to MASTER 10.0.0.1:6379",
      "MASTER <-> REPLICA sync started",
      "Non blocking connect for SYNC fired the event.",
      "Master replied to PING, replication can continue...",
      "Partial resynchronization not possible (no cached master)",
      "Full resync from master: <id>:0",
      "MASTER <-> REPLICA sync: receiving 175 bytes from master to disk",
      "MASTER <-> REPLICA sync: Flushing old data",
      "MASTER <-> REPLICA sync: Loading DB in memory",
      "Loading RDB produced by version 6.2.1",
      "RDB age 0 seconds",
      "RDB memory usage when created 1.81 Mb",
      "MASTER <-> REPLICA sync: Finished with success",
    ]);
  });
});

describe.each<Version>(["6.2", "7.0", "7.2"])("in %s", (version) => {
  // Redis 7.0: rdbSaveToSlavesSockets(), replconfCommand() with ACK.
  test("a diskless sync streams the dataset, and what came since behind its ACK", () => {
    const world = new World(version)
      .server("a", "repl-diskless-sync yes", noPing)
      .server("b", follow);
    world.ask("a", "SET early 1");

    world.until(() => world.logged("b", "streamed RDB"));
    world.ask("a", "SET late 2");
    world.run(3);

    expect(world.logged("a", "Streamed RDB transfer with replica 10.0.0.2:6379 succeeded")).toBe(
      true,
    );
    expect(world.ask("b", "MGET early late")).toBe("*2\r\n$1\r\n1\r\n$1\r\n2\r\n");
    expect(world.offset("b")).toBe(world.offset("a"));
  });

  // Redis: sendBulkToSlave(), rdbPipeWriteHandler(): online when the last byte is with the socket.
  test.each(["yes", "no"])("a slow link takes its time, with repl-diskless-sync %s", (diskless) => {
    const world = new World(version)
      .server("a", noPing, `repl-diskless-sync ${diskless}`, "rdbcompression no")
      .run(1);
    for (let i = 0; i < 200; i++) world.ask("a", `SET key${i} ${"x".repeat(100_000)}`);
    world.server("b", follow);
    world.simulation.setLink("a", "b", { bandwidth: 2_000_000 });

    world.run(5);
    world.ask("a", "SET late 1");
    expect(world.info("b", "master_sync_in_progress")).toBe("1");
    expect(Number(world.info("b", "master_sync_read_bytes"))).toBeGreaterThan(5_000_000);
    expect(world.info("a", "slave0")).toContain(diskless === "yes" ? "wait_bgsave" : "send_bulk");
    world.run(10);

    expect(world.info("b", "master_link_status")).toBe("up");
    expect(world.info("a", "slave0")).toContain("state=online");
    expect(world.ask("b", "GET late")).toBe("$1\r\n1\r\n");
    expect(world.ask("b", "DBSIZE")).toBe(":201\r\n");
  });

  // Redis: replicationCron(), masterTryPartialResynchronization().
  test("a replica whose link was cut past its timeout continues where it left off", () => {
    const world = new World(version)
      .server("a", "repl-timeout 5", "repl-ping-replica-period 1", "repl-diskless-sync no")
      .server("b", follow, "repl-timeout 5")
      .run(3);
    world.ask("a", "SET before 1");
    world.run(1).cut("a", "b");
    world.ask("a", "SET during 2");
    world.run(20);
    expect(world.info("b", "master_link_status")).toBe("down");
    expect(world.logged("b", "MASTER timeout: no data nor PING received...")).toBe(true);

    world.heal().run(20);

    expect(world.info("b", "master_link_status")).toBe("up");
    expect(world.ask("b", "GET during")).toBe("$1\r\n2\r\n");
    expect(world.info("a", "sync_full")).toBe("1");
    expect(world.info("a", "sync_partial_ok")).toBe("1");
    expect(world.offset("b")).toBe(world.offset("a"));
  });

  // Redis: a backlog that no longer reaches back far enough means everything anew.
  test("a replica that missed more than the backlog keeps takes a snapshot", () => {
    const world = new World(version)
      .server("a", "repl-timeout 5", "repl-backlog-size 16384", "repl-diskless-sync no")
      .server("b", follow, "repl-timeout 5")
      .run(3);
    world.cut("a", "b");
    for (let i = 0; i < 60; i++) world.ask("a", `SET key${i} ${"x".repeat(1_000)}`);
    world.run(20).heal().run(20);

    expect(world.info("b", "master_link_status")).toBe("up");
    expect(world.info("a", "sync_full")).toBe("2");
    expect(world.info("a", "sync_partial_err")).toBe("1");
    expect(world.logged("a", "for lack of backlog")).toBe(true);
    expect(world.ask("b", "DBSIZE")).toBe(":60\r\n");
  });

  // Redis: replicationFeedStreamFromMasterStream().
  test("a cascade has the same id, offsets and data at every level", () => {
    const world = new World(version)
      .server("a", "repl-diskless-sync no")
      .server("b", follow, "repl-diskless-sync no")
      .run(2)
      .server("c", "replicaof 10.0.0.2 6379")
      .run(3);
    world.ask("a", "MULTI");
    world.ask("a", "SET x 1");
    world.ask("a", "INCR x");
    world.ask("a", "EXEC");
    world.run(3);

    expect(world.ask("c", "GET x")).toBe("$1\r\n2\r\n");
    expect(world.info("c", "master_replid")).toBe(world.info("a", "master_replid"));
    const offset = world.offset("a");
    expect(world.offset("b")).toBe(offset);
    expect(world.offset("c")).toBe(offset);
  });

  // Redis: replicationSetMaster(), replicationUnsetMaster(), shiftReplicationId().
  test("a promoted replica is followed by the old master without a full resync", () => {
    const world = new World(version)
      .server("a", noPing, "repl-diskless-sync no")
      .server("b", follow)
      .run(3);
    world.ask("a", "SET k v");
    world.run(1);
    const old = world.info("a", "master_replid");

    world.ask("b", "REPLICAOF NO ONE");
    world.ask("a", "REPLICAOF 10.0.0.2 6379");
    world.run(2);

    expect(world.info("b", "master_replid2")).toBe(old);
    expect(world.info("a", "master_link_status")).toBe("up");
    expect(world.info("a", "master_replid")).toBe(world.info("b", "master_replid"));
    expect(world.info("b", "sync_full")).toBe("0");
    expect(world.info("b", "sync_partial_ok")).toBe("1");
  });

  // Vector 12: what the old master wrote on its own cannot be continued.
  test("an old master that went on alone is refused its own past, and rolled back", () => {
    const world = new World(version)
      .server("a", noPing, "repl-diskless-sync no")
      .server("b", follow, "repl-diskless-sync no")
      .run(3);
    world.ask("a", "SET k v");
    world.run(1);
    expect(world.offset("b")).toBe(50);
    world.ask("b", "REPLICAOF NO ONE");
    world.ask("a", "SET k w");
    expect(world.offset("a")).toBe(77);
    world.ask("a", "REPLICAOF 10.0.0.2 6379");
    world.run(3);

    expect(
      world.logged("b", "Requested offset for second ID was 78, but I can reply up to 51"),
    ).toBe(true);
    expect(world.ask("a", "GET k")).toBe("$1\r\nv\r\n");
    expect(world.info("b", "sync_full")).toBe("1");
  });

  // Vector 13: a promotion makes a new history, whatever was written in it.
  test("a node that is promoted and demoted again needs a full resync", () => {
    const world = new World(version)
      .server("a", noPing, "repl-diskless-sync no")
      .server("b", follow)
      .run(3);
    world.ask("b", "REPLICAOF NO ONE");
    world.ask("b", "REPLICAOF 10.0.0.1 6379");
    world.run(3);

    expect(world.logged("a", "Replication ID mismatch")).toBe(true);
    expect(world.info("a", "sync_full")).toBe("2");
    expect(world.info("b", "master_link_status")).toBe("up");
  });

  // Vector 18 and replyToBlockedClientTimedOut().
  test("WAIT without replicas gives up after its timeout, when the loop wakes", () => {
    const world = new World(version).server("a").run(1);
    const from = world.simulation.now;
    expect(world.ask("a", "WAIT 1 300")).toBe(":0\r\n");
    const took = world.simulation.now - from;

    expect(took).toBeGreaterThan(milliseconds(300));
    expect(took).toBeLessThan(milliseconds(405));
  });

  // Redis: replicationHandleMasterDisconnection(), reference 15.2.
  test("a replica dials again at once when its master dies, and then every second", () => {
    const world = new World(version).server("a").server("b", follow).run(8).forgetLogs();
    world.kill("a").run(3);

    expect(world.logs.get("b")?.slice(0, 5)).toEqual([
      "Connection with master lost.",
      "Caching the disconnected master state.",
      "Reconnecting to MASTER 10.0.0.1:6379",
      "MASTER <-> REPLICA sync started",
      "Error condition on socket for SYNC: Connection refused",
    ]);
    const dials = world.logs.get("b")?.filter((line) => line.startsWith("Connecting to MASTER"));
    expect(dials?.length).toBe(3);
  });

  // Redis: failoverCommand(), updateFailoverStatus() (reference: 8, 15.4).
  test("FAILOVER swaps the roles of a master and its replica, and loses nothing", () => {
    const world = new World(version)
      .server("a", noPing, "repl-diskless-sync no")
      .server("b", follow)
      .run(3);
    world.ask("a", "SET k v");
    world.run(2);

    expect(world.ask("a", "FAILOVER")).toBe("+OK\r\n");
    world.run(3);

    expect(world.info("a", "role")).toBe("slave");
    expect(world.info("b", "role")).toBe("master");
    expect(world.info("a", "master_link_status")).toBe("up");
    expect(world.info("a", "master_failover_state")).toBe("no-failover");
    expect(world.info("b", "sync_partial_ok")).toBe("1");
    expect(world.ask("b", "SET k w")).toBe("+OK\r\n");
  });
});

function withoutIds(line: string): string {
  return line.replaceAll(/[0-9a-f]{40}/g, "<id>");
}
