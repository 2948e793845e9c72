import { describe, expect, test } from "vitest";
import { milliseconds, seconds } from "../../../../src/kernel/time.js";
import type { Version } from "../../../../src/redis/version.js";
import { raw } from "../../../../src/redis/wire/value.js";
import { caller, scriptedAddress, scriptedMaster } from "../peers.js";
import { World } from "../world.js";

const versions: readonly Version[] = ["6.2", "7.0", "7.2"];
const follow = "replicaof 10.0.0.1 6379";
const noPing = "repl-ping-replica-period 1000";
const onDisk = "repl-diskless-sync no";
const diskless = "repl-diskless-sync yes";

/** So many megabytes in keys of 100 kB, which no compression makes less. */
function fill(world: World, node: string, megabytes: number): World {
  for (let i = 0; i < megabytes * 10; i++) world.ask(node, `SET key${i} ${"x".repeat(100_000)}`);
  return world;
}

describe.each(versions)("in %s", (version) => {
  // Redis: masterTryPartialResynchronization(): ONLINE, repl_ack_off still 0.
  test("7: a partially resynced replica is online at once, with offset 0 until its first ACK", () => {
    const world = new World(version).server("a", noPing, onDisk).server("b", follow).run(3);
    world.ask("a", "SET k v");
    world.run(2);
    expect(world.info("a", "slave0")).toContain("offset=50,");
    world.ask("a", "CLIENT KILL TYPE replica");
    world.until(() => world.logged("a", "Partial resynchronization request"));

    expect(world.info("a", "slave0")).toContain("state=online,offset=0,");
    world.run(2);
    expect(world.info("a", "slave0")).toContain("state=online,offset=50,");
  });

  // Redis: sendBulkToSlave() puts it online, readSyncBulkPayload() goes on loading, newlines refresh repl_ack_time.
  test("8: after a sync on disk a replica is online and good while it still loads", () => {
    const world = new World(version)
      .server("a", noPing, onDisk, "rdbcompression no", "min-replicas-max-lag 2")
      .run(1);
    fill(world, "a", 10);
    world.ask("a", "CONFIG SET min-replicas-to-write 1");
    world.server("b", follow).until(() => world.logged("b", "Loading DB in memory"));

    expect(world.ask("b", "GET k")).toMatch(/^-LOADING/);
    expect(world.info("a", "slave0")).toContain("state=online");
    expect(world.info("a", "min_slaves_good_slaves")).toBe("1");
    expect(world.ask("a", "SET k v")).toBe("+OK\r\n");
  });

  // Redis: shouldStartChildReplication() compares truncated seconds once a second.
  test("10: the diskless delay is measured from the oldest waiting PSYNC, in whole seconds", () => {
    const world = new World(version)
      .server("a", noPing, diskless, "repl-diskless-sync-delay 5")
      .server("b", follow);
    world.until(() => world.logged("a", "Delay next BGSAVE for diskless SYNC"));
    const from = world.simulation.now;
    world.run(2).server("c", follow);
    world.until(() => world.logged("a", "Starting BGSAVE for SYNC"));
    const took = world.simulation.now - from;

    expect(took).toBeGreaterThan(seconds(4));
    expect(took).toBeLessThan(seconds(6.1));
    world.run(2);
    expect(world.timesLogged("a", "Starting BGSAVE for SYNC")).toBe(1);
    expect(world.infoLines("a", "slave").filter((line) => line.includes("online")).length).toBe(2);
  });

  // Redis: syncCommand(), case 1: copyReplicaOutputBuffer(), replicationSetupSlaveForFullResync().
  test("11: who joins a BGSAVE on disk gets the first one's offset and a copy of its output", () => {
    const world = new World(version).server("a", noPing, onDisk, "rdbcompression no").run(1);
    fill(world, "a", 10);
    const first = caller(world, "a", "first").send("REPLCONF", "capa", "eof");
    expect(first.ask("PSYNC", "?", "-1")).toMatch(/^\+FULLRESYNC [0-9a-f]{40} 0\r\n$/);
    world.ask("a", "SET during 1");

    const second = caller(world, "a", "second").send("REPLCONF", "capa", "eof");
    expect(second.ask("PSYNC", "?", "-1")).toMatch(/^\+FULLRESYNC [0-9a-f]{40} 0\r\n$/);
    expect(world.logged("a", "Waiting for end of BGSAVE for SYNC")).toBe(true);
    const less = caller(world, "a", "less");
    expect(less.ask("PSYNC", "?", "-1")).toBe("");
    expect(
      world.logged("a", "Can't attach the replica to the current BGSAVE. Waiting for next"),
    ).toBe(true);
    world.run(3);
    for (const replica of [first, second]) expect(replica.heard).toMatch(/during\r\n\$1\r\n1\r\n$/);
    expect(less.heard).toMatch(/^\n*\+FULLRESYNC [0-9a-f]{40} 55\r\n/);
  });

  // Redis: syncCommand(): nobody records what changes during a BGSAVE that was not made for replicas.
  test("11: a BGSAVE of the user's, or to sockets, is joined by nobody", () => {
    const world = new World(version)
      .server("a", noPing, onDisk, "rdbcompression no", 'save ""')
      .run(1);
    fill(world, "a", 10);
    world.ask("a", "BGSAVE");
    const early = caller(world, "a", "early");
    expect(early.ask("PSYNC", "?", "-1")).toBe("");
    expect(
      world.logged("a", "Can't attach the replica to the current BGSAVE. Waiting for next"),
    ).toBe(true);
    world.run(3);
    expect(world.timesLogged("a", "Starting BGSAVE for SYNC with target: disk")).toBe(1);

    world.ask("a", "CONFIG SET repl-diskless-sync yes");
    const one = caller(world, "a", "one").send("REPLCONF", "capa", "eof");
    expect(one.ask("PSYNC", "?", "-1")).toMatch(/^\+FULLRESYNC/);
    expect(world.logged("a", "Background RDB transfer started by pid")).toBe(true);
    const other = caller(world, "a", "other").send("REPLCONF", "capa", "eof");
    expect(other.ask("PSYNC", "?", "-1")).toBe("");
    expect(
      world.logged("a", "Current BGSAVE has socket target. Waiting for next BGSAVE for SYNC"),
    ).toBe(true);
  });

  // Redis: syncCommand(): stat_sync_full++ before anything is transferred; `?` is no partial error.
  test("39: sync_full counts attempts, and a request for anything new is no partial error", () => {
    const world = new World(version).server("a", noPing, onDisk, "rdbcompression no").run(1);
    fill(world, "a", 3);
    const count = () =>
      ["sync_full", "sync_partial_ok", "sync_partial_err"].map((f) => world.info("a", f));
    caller(world, "a", "one").send("PSYNC", "?", "-1");
    expect(count()).toEqual(["1", "0", "0"]);
    caller(world, "a", "two").send("PSYNC", "b".repeat(40), "77");
    expect(count()).toEqual(["2", "0", "1"]);
    caller(world, "a", "three").send("PSYNC", world.info("a", "master_replid"), "1");
    expect(count()).toEqual(["2", "1", "1"]);
    world.ask("a", "CONFIG RESETSTAT");
    expect(count()).toEqual(["0", "0", "0"]);
  });

  // Redis: readSyncBulkPayload() renames over dbfilename; startBgsaveForReplication() writes one on the master.
  test("40: a full sync on disk leaves a dump.rdb on both sides, which is loaded even with save off", () => {
    const world = new World(version).server("a", noPing, onDisk, 'save ""').run(1);
    world.ask("a", "SET k v");
    world.server("b", 'save ""', follow).run(3);
    world.ask("b", "REPLICAOF NO ONE");
    world.kill("a").kill("b").run(1).restart("a").restart("b").run(1);

    expect(world.ask("a", "GET k")).toBe("$1\r\nv\r\n");
    expect(world.ask("b", "GET k")).toBe("$1\r\nv\r\n");
  });

  // Redis: flushAllDataAndResetRDB(), killRDBChild(), updateSlavesWaitingBgsave().
  test("47: FLUSHALL kills a BGSAVE for replicas, which begin anew at once", () => {
    const world = new World(version).server("a", noPing, onDisk, "rdbcompression no").run(1);
    fill(world, "a", 10);
    world.server("b", follow).until(() => world.logged("b", "Full resync from master"));
    world.ask("a", "FLUSHALL");
    world.run(3);

    expect(world.logged("a", "Background saving terminated by signal 10")).toBe(true);
    expect(world.logged("a", "SYNC failed. BGSAVE child returned an error")).toBe(true);
    expect(world.logged("b", "Reconnecting to MASTER 10.0.0.1:6379 after failure")).toBe(true);
    expect(world.info("a", "sync_full")).toBe("2");
    expect(world.info("b", "master_link_status")).toBe("up");
    expect(world.ask("b", "DBSIZE")).toBe(":0\r\n");
  });

  // Redis: freeClient() of a replica, with `save ""` and nobody else who waits.
  test("47: a replica that goes kills the BGSAVE that it alone waited for, only with save off", () => {
    for (const save of ['save ""', "save 3600 1"]) {
      const world = new World(version)
        .server("a", noPing, onDisk, "rdbcompression no", save)
        .run(1);
      fill(world, "a", 10);
      world.server("b", follow).until(() => world.logged("b", "Full resync from master"));
      world.kill("b").run(3);

      expect(world.logged("a", "Connection with replica 10.0.0.2:6379 lost.")).toBe(true);
      expect(world.logged("a", "Background saving terminated by signal 10")).toBe(
        save === 'save ""',
      );
      expect(world.info("a", "rdb_last_bgsave_status")).toBe("ok");
    }
  });

  // Redis: slaveTryPartialResynchronization() chooses; nothing that a master sends asks for a resync.
  test("51: a master forces a resync only by closing, and the replica still chooses which", () => {
    const debug = version === "6.2" ? [] : ["enable-debug-command yes"];
    const world = new World(version).server("a", noPing, onDisk, ...debug).server("b", follow);
    world.run(3);
    expect(world.ask("a", "DEBUG CHANGE-REPL-ID")).toBe("+OK\r\n");
    world.run(3);
    expect(world.info("a", "sync_full")).toBe("1");

    world.ask("a", "CLIENT KILL TYPE replica");
    world.run(2);
    expect(world.info("a", "sync_full")).toBe("2");
    expect(world.info("b", "master_link_status")).toBe("up");
  });
});

// Redis 6.2: replconfCommand() with ACK, checkChildrenDone(): the child may not be a zombie yet.
describe("9: the ACK after a diskless sync", () => {
  test("of 6.2 may come too early, and then the stream waits for the next one", () => {
    const delays: number[] = [];
    for (let seed = 0; seed < 12; seed++) {
      const world = new World("6.2", `seed ${seed}`)
        .server("a", noPing, diskless)
        .server("b", follow);
      world.until(() => world.logged("b", "Finished with success"));
      const from = world.simulation.now;
      world.until(() => world.logged("a", "Synchronization with replica 10.0.0.2:6379 succeeded"));
      delays.push(world.simulation.now - from);
    }
    expect(delays.filter((delay) => delay < milliseconds(110)).length).toBeGreaterThan(0);
    expect(delays.filter((delay) => delay > milliseconds(110)).length).toBeGreaterThan(0);
    expect(Math.max(...delays)).toBeLessThan(milliseconds(1_150));
  });

  // Redis 7.0: replicaPutOnline() at the child's end; replicaStartCommandStream() with the ACK.
  test("from 7.0 on only starts the stream: the replica is online with the end of the child", () => {
    const world = new World("7.0").server("a", noPing, diskless).run(1);
    const replica = caller(world, "a").send("REPLCONF", "capa", "eof", "capa", "psync2");
    replica.send("PSYNC", "?", "-1");
    world.run(3);
    world.ask("a", "SET k v");

    expect(world.logged("a", "Synchronization with replica")).toBe(true);
    expect(world.info("a", "slave0")).toContain("state=online");
    expect(replica.heard).not.toContain("SET");
    expect(replica.ask("REPLCONF", "ACK", "0")).toContain("$3\r\nSET\r\n$1\r\nk\r\n");
  });
});

// Redis 6.2: readSyncBulkPayload(): an -ERR in the place of the RDB.
test.each(versions)("in %s a master that aborts the sync is dialled again at once", (version) => {
  const world = new World(version).server("r");
  const fake = scriptedMaster(world);
  fake.answers = [
    (send) => send(raw(`+FULLRESYNC ${"a".repeat(40)} 1\r\n-ERR no\r\n`)),
    () => undefined,
  ];
  world.ask("r", `REPLICAOF ${scriptedAddress}`);
  world.settle();

  expect(world.logged("r", "MASTER aborted replication with an error: ERR no")).toBe(true);
  expect(fake.psyncs.length).toBe(2);
});
