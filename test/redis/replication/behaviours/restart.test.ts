import { describe, expect, test } from "vitest";
import type { Version } from "../../../../src/redis/version.js";
import { World } from "../world.js";

const versions: readonly Version[] = ["6.2", "7.0", "7.2"];
const follow = "replicaof 10.0.0.1 6379";
const noPing = "repl-ping-replica-period 1000";
const onDisk = "repl-diskless-sync no";
const off = 'save ""';

describe.each(versions)("in %s", (version) => {
  // Redis: loadDataFromDisk(), replicationCacheMasterUsingMyself(): repl-offset of the file.
  test("41: a killed replica goes on from the offset of its RDB", () => {
    const world = new World(version).server("a", noPing, onDisk).server("b", follow).run(3);
    world.ask("a", "SET k 1");
    world.run(1).ask("b", "SAVE");
    world.ask("a", "SET k 2");
    world.run(1).kill("b").run(1).restart("b").run(2);

    expect(world.logged("a", "Sending 27 bytes of backlog starting from offset 51.")).toBe(true);
    expect(world.info("a", "sync_full")).toBe("1");
    expect(world.ask("b", "GET k")).toBe("$1\r\n2\r\n");
  });

  // Redis: loadDataFromDisk() reads no replication info from an AOF; restartAOFAfterSYNC().
  test("42: a replica with an AOF takes a full sync after each restart, and rewrites its AOF with it", () => {
    const world = new World(version)
      .server("a", noPing, onDisk)
      .server("b", follow, "appendonly yes");
    world.run(3).ask("a", "SET k v");
    world.run(2).kill("b", "TERM").run(1).restart("b").run(4);

    expect(world.info("a", "sync_full")).toBe("2");
    expect(world.info("a", "sync_partial_ok")).toBe("0");
    expect(world.timesLogged("b", "Background append only file rewriting started by pid")).toBe(2);
    expect(world.info("b", "aof_enabled")).toBe("1");
  });

  // Redis: loadDataFromDisk() as master: 7.0 keeps the file's id as replid2.
  test("43: a master that restarts loses its history in 6.2 and with an AOF, and keeps it from 7.0 on", () => {
    for (const aof of [false, true]) {
      const lines = aof ? ["appendonly yes"] : ["save 3600 1"];
      const world = new World(version)
        .server("a", noPing, onDisk, ...lines)
        .server("b", follow)
        .run(3);
      world.ask("a", "SET k v");
      world.run(2);
      const replid = world.info("a", "master_replid");
      world.kill("a", "TERM").run(3).restart("a").run(3);

      const keeps = version !== "6.2" && !aof;
      expect(world.info("a", "master_replid2")).toBe(keeps ? replid : "0".repeat(40));
      expect(world.info("a", "sync_partial_ok")).toBe(keeps ? "1" : "0");
      expect(world.info("a", "sync_full")).toBe(keeps ? "0" : "1");
      expect(world.ask("b", "GET k")).toBe("$1\r\nv\r\n");
    }
  });

  // Redis 7.0: only one old id is kept in the file (reference 5.7).
  test("a master that restarts twice without a newer RDB is known to nobody", () => {
    const world = new World(version)
      .server("a", noPing, onDisk, "save 3600 1")
      .server("b", follow)
      .run(3);
    world.ask("a", "SET k v");
    world.run(2).ask("a", "SAVE");
    world.kill("a").run(1).restart("a").run(3);
    expect(world.info("a", "sync_partial_ok")).toBe(version === "6.2" ? "0" : "1");

    world.kill("a").run(1).forgetLogs().restart("a").run(3);
    expect(world.logged("a", "Replication ID mismatch")).toBe(true);
    expect(world.info("a", "sync_full")).toBe("1");
    expect(world.ask("b", "GET k")).toBe("$1\r\nv\r\n");
  });

  // Redis: the row "master, kill -9, RDB from earlier save": replicas roll back too.
  test("a killed master rolls back to its RDB, and its replicas with it", () => {
    const world = new World(version)
      .server("a", noPing, onDisk, "save 3600 1")
      .server("b", follow)
      .run(3);
    world.ask("a", "SET k 1");
    world.run(1).ask("a", "SAVE");
    world.ask("a", "SET k 2");
    world.run(1);
    expect(world.ask("b", "GET k")).toBe("$1\r\n2\r\n");
    world.kill("a").run(1).restart("a").run(4);

    expect(world.ask("a", "GET k")).toBe("$1\r\n1\r\n");
    expect(world.ask("b", "GET k")).toBe("$1\r\n1\r\n");
    const why =
      version === "6.2"
        ? "Replication ID mismatch"
        : "Requested offset for second ID was 78, but I can reply up to 51";
    expect(world.logged("a", why)).toBe(true);
  });

  // Redis: the row "master, kill -9, AOF everysec".
  test("a killed master with an AOF has its data, and its replicas take a full sync", () => {
    const world = new World(version)
      .server("a", noPing, onDisk, off, "appendonly yes")
      .server("b", follow)
      .run(3);
    for (let i = 0; i < 10; i++) world.ask("a", `SET k${i} ${i}`);
    world.kill("a").run(1).restart("a").run(4);

    expect(world.ask("a", "DBSIZE")).toBe(":10\r\n");
    expect(world.ask("b", "DBSIZE")).toBe(":10\r\n");
    expect(world.info("a", "sync_full")).toBe("1");
    expect(world.info("a", "master_replid2")).toBe("0".repeat(40));
  });

  // Redis: the row "replica whose replicaof is only runtime state".
  test("a replica whose master was never written down restarts as a master", () => {
    const world = new World(version)
      .server("a", noPing, onDisk)
      .server("b", onDisk, "save 3600 1")
      .run(1);
    world.ask("b", "REPLICAOF 10.0.0.1 6379");
    world.run(3).ask("a", "SET k v");
    world.run(1).kill("b", "TERM").run(1).restart("b").run(2);

    expect(world.info("b", "role")).toBe("master");
    expect(world.ask("b", "GET k")).toBe("$1\r\nv\r\n");
    const replid = world.info("a", "master_replid");
    expect(world.info("b", "master_replid2")).toBe(version === "6.2" ? "0".repeat(40) : replid);
    expect(world.offset("b")).toBe(version === "6.2" ? 0 : 50);
  });

  // Redis: the row "old master restarted with replicaof <promoted> already in its config".
  test("an old master that restarts as a replica resumes through the promoted node's second id", () => {
    const world = new World(version)
      .server("a", noPing, onDisk, "save 3600 1")
      .server("b", follow, onDisk)
      .run(3);
    world.ask("a", "SET k v");
    world.run(2);
    world.ask("a", "CONFIG SET shutdown-timeout 0");
    world.kill("a", "TERM").run(1).ask("b", "REPLICAOF NO ONE");
    const text = "protected-mode no\nreplicaof 10.0.0.2 6379\nsave 3600 1";
    world.simulation.disk("a").write("/redis.conf", text, text.length);
    world.restart("a").run(3);

    expect(world.info("a", "master_link_status")).toBe("up");
    expect(world.info("b", "sync_full")).toBe("0");
    expect(world.info("b", "sync_partial_ok")).toBe("1");
    expect(world.info("a", "master_replid")).toBe(world.info("b", "master_replid"));
  });

  // Redis: the row "appendonly newly enabled in config, no AOF file yet, RDB exists".
  test("an AOF that is not there yet wins over the RDB that is", () => {
    const world = new World(version).server("a", "save 3600 1").run(1);
    world.ask("a", "SET k v");
    world.kill("a", "TERM").run(1);
    const text = "protected-mode no\nappendonly yes";
    world.simulation.disk("a").write("/redis.conf", text, text.length);
    world.restart("a").run(1);

    expect(world.ask("a", "DBSIZE")).toBe(":0\r\n");
  });

  // Redis: rdbLoadRio(): a master drops what has expired, and 7.0 feeds the DELs to its backlog.
  test("a master drops expired keys as it loads, a replica keeps them", () => {
    const world = new World(version)
      .server("a", noPing, onDisk, "save 3600 1")
      .server("b", follow, "save 3600 1")
      .run(3);
    world.ask("a", "SET k v PX 3000");
    world.ask("a", "SET other v");
    world.run(1).ask("b", "SAVE");
    const offset = world.offset("a");
    world.ask("a", "SAVE");
    world.kill("a").kill("b").run(5).restart("a").run(1);
    expect(world.ask("a", "DBSIZE")).toBe(":1\r\n");
    expect(world.offset("a")).toBe(version === "6.2" ? 0 : offset + 23 + 20);

    world.kill("a").restart("b").run(1);
    expect(world.ask("b", "DBSIZE")).toBe(":2\r\n");
  });

  // Redis 7.0: rdbLoadRioWithLoadingCtx(): shared.unlink with lazyfree-lazy-expire.
  test("what a master drops as it loads goes to its replicas as its other expiries do", () => {
    const world = new World(version)
      .server("a", noPing, onDisk, "save 3600 1", "lazyfree-lazy-expire yes")
      .server("b", follow)
      .run(3);
    world.ask("a", "SET k v PX 2000");
    world.ask("a", "SAVE");
    const offset = world.offset("a");
    world.inject({ kind: "pause", node: "b" }).kill("a").run(4).restart("a").run(1);
    expect(world.ask("a", "DBSIZE")).toBe(":0\r\n");
    expect(world.offset("a")).toBe(version === "6.2" ? 0 : offset + 23 + 23);
  });
});
