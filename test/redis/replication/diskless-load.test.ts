import { describe, expect, test } from "vitest";
import { milliseconds } from "../../../src/kernel/time.js";
import type { Version } from "../../../src/redis/version.js";
import { World } from "./world.js";

const versions: readonly Version[] = ["6.2", "7.0", "7.2"];
const noPing = "repl-ping-replica-period 1000";
const diskless = "repl-diskless-sync yes";

/** A master with 10 MB, and a replica with a slow link to it. */
function slow(version: Version, ...lines: readonly string[]): World {
  const world = new World(version).server("a", noPing, diskless, "rdbcompression no").run(1);
  for (let i = 0; i < 100; i++) world.ask("a", `SET key${i} ${"x".repeat(100_000)}`);
  world.server("b", ...lines).run(1);
  world.simulation.setLink("a", "b", { bandwidth: 5_000_000 });
  return world;
}

describe.each(versions)("a replica of %s", (version) => {
  // Redis: readSyncBulkPayload() with use_diskless_load: no file is written.
  test("with repl-diskless-load on-empty-db parses what it gets, if it is empty", () => {
    const world = slow(version, "repl-diskless-load on-empty-db", 'save ""');
    world.ask("b", "REPLICAOF 10.0.0.1 6379");
    world.until(() => world.logged("b", "streamed RDB from master with EOF to parser"));
    world.run(1);
    expect(world.ask("b", "GET k")).toMatch(/^-LOADING/);
    expect(world.info("b", "loading")).toBe("1");
    expect(Number(world.info("b", "loading_loaded_bytes"))).toBeGreaterThan(1_000_000);
    expect(world.info("b", "master_sync_read_bytes")).toBe("0");
    world.run(5);

    expect(world.ask("b", "DBSIZE")).toBe(":100\r\n");
    expect(world.simulation.disk("b").read("dump.rdb")).toBeUndefined();
    expect(world.offset("b")).toBe(world.offset("a"));

    world.ask("b", "REPLICAOF NO ONE");
    world.ask("b", "REPLICAOF 10.0.0.1 6379");
    world.run(5);
    expect(world.logged("b", "streamed RDB from master with EOF to disk")).toBe(true);
  });

  // Redis: rdbLoadRio() fails: emptyDb(); with swapdb 6.2 restores its backup, 7.0 never let go of the data.
  test("whose diskless load fails is left empty, or with what it had where it swaps", () => {
    for (const how of ["on-empty-db", "swapdb"]) {
      const world = slow(version, `repl-diskless-load ${how}`, "repl-timeout 1000");
      if (how === "swapdb") world.ask("b", "SET own 1");
      world.ask("b", "REPLICAOF 10.0.0.1 6379");
      world
        .until(() => world.logged("b", "Loading DB in memory"))
        .run(1)
        .kill("a");
      world.until(() => world.logged("b", "Failed trying to load the MASTER synchronization DB"));

      expect(world.logged("b", "Failure loading rdb format from socket, assuming connection")).toBe(
        true,
      );
      expect(world.logged("b", "Reconnecting to MASTER 10.0.0.1:6379 after failure")).toBe(true);
      expect(world.ask("b", "DBSIZE")).toBe(how === "swapdb" ? ":1\r\n" : ":0\r\n");
      world.restart("a").run(5);
      expect(world.info("b", "master_link_status")).toBe("up");
    }
  });

  // Redis: connRecvTimeout(repl_timeout): no cron runs while the dataset is loaded.
  test("whose diskless load stands still gives it up after repl-timeout", () => {
    const world = slow(version, "repl-diskless-load swapdb", "repl-timeout 5");
    world.ask("b", "REPLICAOF 10.0.0.1 6379");
    world.until(() => world.logged("b", "Loading DB in memory")).run(1);
    world.inject({ kind: "powerOff", host: "a" });
    // What the machine had sent is still on the way.
    const from = world.simulation.now;
    world.until(() => world.logged("b", "Failed trying to load the MASTER synchronization DB"));

    expect(world.simulation.now - from).toBeGreaterThan(milliseconds(4_900));
    expect(world.simulation.now - from).toBeLessThan(milliseconds(6_200));
  });
});

describe("with repl-diskless-load swapdb", () => {
  // Redis 7.0: asyncLoading when the master's replid is ours; replicationAttachToNewMaster() only at the end.
  test("a replica from 7.0 on serves reads of the old data while it loads the same history anew", () => {
    for (const version of versions) {
      const world = slow(version, "repl-diskless-load swapdb");
      world.ask("b", "REPLICAOF 10.0.0.1 6379");
      world.run(5).ask("a", "CONFIG SET repl-backlog-size 16384");
      world.cut("a", "b");
      for (let i = 0; i < 100; i++) world.ask("a", `SET late${i} ${"x".repeat(1_000)}`);
      world.ask("a", "CLIENT KILL TYPE replica");
      world.ask("b", "CLIENT KILL TYPE master");
      world.forgetLogs().heal();
      world.until(() => world.logged("b", "Loading DB in memory")).pass(milliseconds(500));

      const asynchronous = version !== "6.2";
      expect(world.ask("b", "STRLEN key1")).toMatch(asynchronous ? /^:100000/ : /^-LOADING/);
      expect(world.info("b", "loading")).toBe(asynchronous ? "0" : "1");
      if (asynchronous) {
        expect(world.info("b", "async_loading")).toBe("1");
        expect(world.ask("b", "REPLICAOF NO ONE")).toMatch(/^-LOADING/);
        expect(world.ask("b", "SAVE")).toMatch(/^-LOADING/);
      }
      world.run(6);
      expect(world.ask("b", "DBSIZE")).toBe(":200\r\n");
      expect(world.logged("b", "Swapping active DB with loaded DB")).toBe(asynchronous);
      expect(world.offset("b")).toBe(world.offset("a"));
    }
  });

  // Redis: another history: LOADING in every version, and the past is kept until the swap.
  test("a replica from 7.0 on that loads a foreign history answers LOADING, and a failure costs it nothing", () => {
    const world = slow("7.0", "repl-diskless-load swapdb", "repl-diskless-sync no", noPing);
    world.server("c", "replicaof 10.0.0.2 6379").run(3);
    world.ask("b", "SET own 1");
    world.ask("b", "REPLICAOF 10.0.0.1 6379");
    world.until(() => world.logged("b", "Loading DB in memory")).pass(milliseconds(500));
    expect(world.ask("b", "GET own")).toMatch(/^-LOADING/);
    expect(world.logged("c", "Connection with master lost.")).toBe(false);
    world.kill("a").run(2);

    expect(
      world.logged("b", "MASTER <-> REPLICA sync: Discarding temporary DB in background"),
    ).toBe(true);
    expect(world.ask("b", "GET own")).toBe("$1\r\n1\r\n");
    expect(world.logged("b", "Discarding previously cached master state.")).toBe(false);
    expect(world.logged("c", "Connection with master lost.")).toBe(false);
    world.ask("b", "REPLICAOF NO ONE");
    world.run(2);
    expect(world.info("b", "sync_partial_ok")).toBe("1");
  });
});
