import { describe, expect, test } from "vitest";
import { seconds } from "../../../src/kernel/time.js";
import type { Version } from "../../../src/redis/version.js";
import { caller } from "./peers.js";
import { World } from "./world.js";

const versions: readonly Version[] = ["6.2", "7.0", "7.2"];
const follow = "replicaof 10.0.0.1 6379";
const noPing = "repl-ping-replica-period 1000";
const onDisk = "repl-diskless-sync no";
const diskless = "repl-diskless-sync yes";

function filled(version: Version, ...lines: readonly string[]): World {
  const world = new World(version).server("a", noPing, "rdbcompression no", ...lines).run(1);
  for (let i = 0; i < 100; i++) world.ask("a", `SET key${i} ${"x".repeat(100_000)}`);
  return world;
}

describe.each(versions)("a master of %s", (version) => {
  // Redis 6.2.1: masterTryPartialResynchronization(): getLongLongFromObjectOrReply() and `goto need_full_resync`.
  test("that is asked for an offset that is none answers the error, in 6.2 behind a full resync", () => {
    const world = new World(version).server("a", noPing, onDisk).run(1);
    const replica = caller(world, "a");
    replica.send("PSYNC", "?", "x");
    world.run(1);

    expect(replica.heard).toMatch(
      version === "6.2" ? /^\+FULLRESYNC/ : /^-ERR value is not an integer/,
    );
    expect(world.info("a", "sync_full")).toBe(version === "6.2" ? "1" : "0");
  });

  // Redis 7.0: shouldStartChildReplication(), repl-diskless-sync-max-replicas.
  test("does not wait for the diskless delay once enough replicas wait, from 7.0 on", () => {
    const lines = version === "6.2" ? [] : ["repl-diskless-sync-max-replicas 2"];
    const world = new World(version)
      .server("a", diskless, "repl-diskless-sync-delay 20", ...lines)
      .server("b", follow)
      .run(3);
    expect(world.logged("a", "Starting BGSAVE")).toBe(false);
    world.server("c", follow).run(3);
    expect(world.logged("a", "Starting BGSAVE")).toBe(version !== "6.2");
  });

  // Redis: updateSlavesWaitingBgsave() with a failed child.
  test("whose BGSAVE for replicas fails closes them, and they begin anew at once", () => {
    const world = new World(version).server("a", noPing, onDisk, 'save ""').run(1);
    world.inject({ kind: "fillDisk", host: "a" }).server("b", follow).run(1);
    expect(world.logged("a", "Background saving error")).toBe(true);
    expect(world.logged("a", "SYNC failed. BGSAVE child returned an error")).toBe(true);
    expect(
      world.timesLogged("b", "Reconnecting to MASTER 10.0.0.1:6379 after failure"),
    ).toBeGreaterThan(1);
    expect(world.info("a", "rdb_last_bgsave_status")).toBe("err");

    world.inject({ kind: "freeDisk", host: "a" }).run(2);
    expect(world.info("b", "master_link_status")).toBe("up");
  });

  // Redis: rdbPipeWriteHandlerConnRemoved().
  test("kills the child of a diskless transfer when its last receiver is gone", () => {
    const world = filled(version, diskless).server("b", follow);
    world.simulation.setLink("a", "b", { bandwidth: 2_000_000 });
    world.until(() => world.logged("b", "streamed RDB from master with EOF")).run(1);
    world.kill("b").run(2);

    expect(
      world.logged("a", "Diskless rdb transfer, last replica dropped, killing fork child."),
    ).toBe(true);
    expect(world.info("a", "rdb_bgsave_in_progress")).toBe("0");
    expect(world.info("a", "rdb_last_bgsave_status")).toBe("ok");
  });

  // Redis 7.0: replicationCron(), repl_last_partial_write.
  test("times a receiver out that is stuck in a diskless transfer, from 7.0 on only", () => {
    const world = filled(version, diskless, "repl-timeout 5").server("b", follow);
    world.simulation.setLink("a", "b", { bandwidth: 1_000_000 });
    world.until(() => world.logged("b", "streamed RDB from master with EOF")).run(1);
    world.inject({ kind: "pause", node: "b" }).server("c", follow).run(25);

    expect(world.logged("a", "Disconnecting timedout replica (full sync): 10.0.0.2:6379")).toBe(
      version !== "6.2",
    );
    expect(world.info("c", "master_link_status")).toBe(version === "6.2" ? "down" : "up");
  });

  // Redis: the slowest receiver of a diskless transfer sets the pace (rdbPipeWriteHandler()).
  test("streams to all receivers of a diskless transfer as fast as to the slowest", () => {
    const world = filled(version, diskless);
    world.ask("a", "CONFIG SET repl-diskless-sync-delay 3");
    world.server("b", follow).server("c", follow);
    world.simulation.setLink("a", "b", { bandwidth: 1_500_000 });
    world.until(() => world.logged("a", "Starting BGSAVE"));
    const from = world.simulation.now;
    world.until(() => world.logged("c", "Finished with success"));
    expect(world.simulation.now - from).toBeGreaterThan(seconds(2));
    expect(world.timesLogged("a", "Starting BGSAVE")).toBe(1);
  });

  // Redis: removeRDBUsedToSyncReplicas(), readSyncBulkPayload() with rdb-del-sync-files.
  test("removes the RDB that was only for replicas, where rdb-del-sync-files says so", () => {
    const lines = ["rdb-del-sync-files yes", 'save ""'];
    const world = new World(version)
      .server("a", noPing, onDisk, ...lines)
      .server("b", follow, ...lines)
      .run(5);
    expect(
      world.logged(
        "a",
        "Removing the RDB file used to feed replicas in a persistence-less instance",
      ),
    ).toBe(true);
    expect(world.logged("b", "Removing the RDB file obtained from the master.")).toBe(true);
    world.ask("a", "SET k v");
    world.kill("a").run(1).restart("a").run(1);
    expect(world.ask("a", "DBSIZE")).toBe(":0\r\n");
  });

  // Redis: syncCommand() without PSYNC: CLIENT_PRE_PSYNC.
  test("serves SYNC without +FULLRESYNC, expects no ACK of it and never times it out", () => {
    const world = new World(version).server("a", noPing, onDisk, "repl-timeout 3").run(1);
    const replica = caller(world, "a");
    replica.send("SYNC");
    world.run(10).ask("a", "SET k v");

    expect(replica.heard).toMatch(/^\n*\$\d+\r\n<rdb>/);
    expect(replica.heard).toContain("$3\r\nSET\r\n");
    expect(world.info("a", "connected_slaves")).toBe("1");
  });

  // Redis: putSlaveOnline() (7.0: replicaPutOnline()) with CLIENT_REPL_RDBONLY.
  test("closes a replica that wanted the RDB only, without a byte of the stream", () => {
    const world = new World(version).server("a", noPing, onDisk).run(1);
    const replica = caller(world, "a").send("REPLCONF", "rdb-only", "1");
    replica.send("SYNC");
    world.ask("a", "SET k v");
    world.run(1);

    expect(replica.heard).toContain("<rdb>");
    expect(replica.heard).not.toContain("SET");
    expect(replica.closed).toBe("fin");
  });

  // Redis: replicationStartPendingFork() is called when a child was reaped (checkChildrenDone()).
  test("starts a BGSAVE that another child held up as soon as that one is gone", () => {
    const world = filled(version, onDisk, "appendonly yes").run(2);
    world.ask("a", "BGREWRITEAOF");
    world.server("b", follow).until(() => world.logged("a", "asks for synchronization"));
    expect(
      world.logged("a", "No BGSAVE in progress, but another BG operation is active. BGSAVE for"),
    ).toBe(true);
    world.until(() => world.logged("a", "Starting BGSAVE for SYNC"));
    expect(world.logs.get("a")?.at(-3)).toMatch(
      /^Background AOF rewrite|Background saving started/,
    );
    world.run(3);
    expect(world.info("b", "master_link_status")).toBe("up");
  });
});
