import { describe, expect, test } from "vitest";
import type { Version } from "../../../src/redis/version.js";
import { World } from "../replication/world.js";

const follow = "replicaof 10.0.0.1 6379";
const noPing = "repl-ping-replica-period 1000";
const onDisk = "repl-diskless-sync no";

describe.each<Version>(["6.2", "7.0", "7.2"])("in %s", (version) => {
  // Reference 5.7, first row: prepareForShutdown(), loadDataFromDisk().
  test("a replica that was shut down cleanly continues where it was", () => {
    const world = new World(version).server("a", noPing, onDisk).server("b", follow, "save 3600 1");
    world.run(3).ask("a", "SET k v");
    world.run(2).kill("b", "TERM").run(2);
    world.ask("a", "SET k w");
    world.restart("b").run(3);

    expect(world.info("a", "sync_full")).toBe("1");
    expect(world.info("a", "sync_partial_ok")).toBe("1");
    expect(world.ask("b", "GET k")).toBe("$1\r\nw\r\n");
    expect(world.offset("b")).toBe(world.offset("a"));
  });

  // Reference 5.7: what the last full sync left behind is an RDB like any other.
  test("a replica that was killed replays from the RDB of its full sync, even with save off", () => {
    const world = new World(version).server("a", noPing, onDisk).server("b", follow, 'save ""');
    world.run(3).ask("a", "SET k v");
    world.run(2).kill("b").run(1).restart("b").run(3);

    expect(world.info("a", "sync_full")).toBe("1");
    expect(world.info("a", "sync_partial_ok")).toBe("1");
    expect(world.ask("b", "GET k")).toBe("$1\r\nv\r\n");
  });

  // Reference 5.8: nothing in the protocol guards against it.
  test("a master without persistence restarts empty, and empties its replica", () => {
    const world = new World(version)
      .server("a", noPing, 'save ""', "repl-diskless-sync yes")
      .server("b", follow);
    world.run(3).ask("a", "SET k v");
    world.run(2);
    expect(world.ask("b", "DBSIZE")).toBe(":1\r\n");

    world.kill("a").run(1).restart("a").run(5);

    expect(world.ask("b", "DBSIZE")).toBe(":0\r\n");
  });

  // Reference 5.7: from 7.0 the RDB's id is the restarted master's second one.
  test("a master that was shut down cleanly keeps its history from 7.0 on", () => {
    const world = new World(version).server("a", noPing, onDisk, "save 3600 1").server("b", follow);
    world.run(3).ask("a", "SET k v");
    world.run(2).kill("a", "TERM").run(3).restart("a").run(3);

    const keeps = version !== "6.2";
    expect(world.info("b", "master_link_status")).toBe("up");
    expect(world.ask("b", "GET k")).toBe("$1\r\nv\r\n");
    expect(world.info("a", "sync_full")).toBe(keeps ? "0" : "1");
    expect(world.info("a", "sync_partial_ok")).toBe(keeps ? "1" : "0");
  });

  // Reference 5.7: an AOF carries no replication info.
  test("a replica with an AOF has its data after a restart, and takes a full resync all the same", () => {
    const world = new World(version)
      .server("a", noPing, onDisk)
      .server("b", follow, "appendonly yes");
    world.run(3).ask("a", "SET k v");
    world.run(3).kill("b").run(1).restart("b").run(4);

    expect(world.logged("b", "DB loaded from append only file")).toBe(true);
    expect(world.info("a", "sync_full")).toBe("2");
    expect(world.ask("b", "GET k")).toBe("$1\r\nv\r\n");
  });

  // Redis: flushAppendOnlyFile(): written before the reply, fsynced later.
  test("an AOF that is not yet fsynced survives a kill and not a power loss", () => {
    for (const powerLoss of [false, true]) {
      const world = new World(version).server("a", "appendonly yes", "appendfsync no", 'save ""');
      world.run(1);
      world.ask("a", "SET k v");
      if (powerLoss) {
        world.inject({ kind: "powerOff", host: "a" }).run(1);
        world.inject({ kind: "powerOn", host: "a", start: true }).run(2);
      } else {
        world.kill("a").run(1).restart("a").run(2);
      }
      expect(world.ask("a", "GET k")).toBe(powerLoss ? "$-1\r\n" : "$1\r\nv\r\n");
    }
  });

  // Redis: backgroundSaveDoneHandlerDisk(), processCommand() with MISCONF.
  test("a save that finds the disk full refuses writes until one succeeds", () => {
    const world = new World(version).server("a", "save 3600 1").run(1);
    world.ask("a", "SET k v");
    world.inject({ kind: "fillDisk", host: "a" }).ask("a", "BGSAVE");
    world.run(1);
    expect(world.ask("a", "SET k w")).toMatch(/^-MISCONF /);

    world.inject({ kind: "freeDisk", host: "a" }).ask("a", "BGSAVE");
    world.run(1);
    expect(world.ask("a", "SET k w")).toBe("+OK\r\n");
    expect(world.info("a", "rdb_last_bgsave_status")).toBe("ok");
  });

  // Redis: serverCron(), the save parameters.
  test("a save rule starts a BGSAVE once its time has passed", () => {
    const world = new World(version).server("a", "save 5 2").run(1);
    world.ask("a", "SET k v");
    world.run(10);
    expect(world.logged("a", "Saving...")).toBe(false);
    world.ask("a", "SET k w");
    world.run(2);

    expect(world.logged("a", "2 changes in 5 seconds. Saving...")).toBe(true);
    expect(world.info("a", "rdb_changes_since_last_save")).toBe("0");
  });

  // Redis: rdbLoadProgressCallback(), processEventsWhileBlocked().
  test("a replica that loads a large dataset answers LOADING and keeps its link alive", () => {
    const world = new World(version).server("a", noPing, onDisk, "rdbcompression no");
    for (let i = 0; i < 100; i++) world.ask("a", `SET key${i} ${"x".repeat(100_000)}`);
    world.server("b", follow).until(() => world.logged("b", "Loading DB in memory"));

    expect(world.ask("b", "GET k")).toBe("-LOADING Redis is loading the dataset in memory\r\n");
    world.run(5);
    expect(world.info("b", "master_link_status")).toBe("up");
    expect(world.ask("b", "DBSIZE")).toBe(":100\r\n");
  });
});
