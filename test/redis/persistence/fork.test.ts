import { describe, expect, test } from "vitest";
import type { Version } from "../../../src/redis/version.js";
import { World } from "../replication/world.js";

const versions: readonly Version[] = ["6.2", "7.0", "7.2"];
const follow = "replicaof 10.0.0.1 6379";
const noFork = (host: string) => ({ kind: "fillMemory", host }) as const;
const forksAgain = (host: string) => ({ kind: "freeMemory", host }) as const;

/** A server with 200 MB, which a child takes a second to save. */
function loaded(version: Version, ...lines: readonly string[]): World {
  const world = new World(version).server("a", "rdbcompression no", ...lines).run(1);
  for (let i = 0; i < 200; i++) world.ask("a", `SET key${i} ${"x".repeat(1_000_000)}`);
  return world;
}

describe.each(versions)("a server without memory for a fork, in %s", (version) => {
  // Redis: rdbSaveBackground(), writeCommandsDeniedByDiskError(), serverCron(): seen of 7.0.15.
  test("cannot save, refuses writes for it, and tries again every five seconds", () => {
    const world = new World(version).server("a", "save 1 1").run(2);
    world.inject(noFork("a"));

    expect(world.ask("a", "BGSAVE")).toBe("-ERR\r\n");
    expect(world.logged("a", "Can't save in background: fork: Cannot allocate memory")).toBe(true);
    expect(world.info("a", "rdb_last_bgsave_status")).toBe("err");
    expect(world.info("a", "total_forks")).toBe(version === "6.2" ? "1" : "0");
    expect(world.ask("a", "SET k v")).toMatch(/^-MISCONF Redis is configured to save RDB/);
    expect(world.ask("a", "PING")).toMatch(/^-MISCONF/);

    world.ask("a", "CONFIG SET stop-writes-on-bgsave-error no");
    expect(world.ask("a", "SET k v")).toBe("+OK\r\n");
    world.forgetLogs().run(20);
    expect(world.timesLogged("a", "1 changes in 1 seconds. Saving...")).toBe(3);
    expect(world.timesLogged("a", "Can't save in background")).toBe(3);

    world.inject(forksAgain("a")).run(8);
    expect(world.info("a", "rdb_last_bgsave_status")).toBe("ok");
  });

  // Redis: rewriteAppendOnlyFileBackground(), bgrewriteaofCommand(), startAppendOnly(), updateAppendonly().
  test("cannot rewrite an AOF, nor turn one on", () => {
    const world = new World(version).server("a", 'save ""').run(1).inject(noFork("a"));

    expect(world.ask("a", "BGREWRITEAOF")).toBe(
      "-ERR Can't execute an AOF background rewriting. Please check the server logs for more information.\r\n",
    );
    expect(world.info("a", "aof_last_bgrewrite_status")).toBe(version === "6.2" ? "ok" : "err");
    expect(world.ask("a", "CONFIG SET appendonly yes")).toBe(
      version === "6.2"
        ? "-ERR Invalid argument 'yes' for CONFIG SET 'appendonly' - Unable to turn on AOF. Check server logs.\r\n"
        : "-ERR CONFIG SET failed (possibly related to argument 'appendonly') - Unable to turn on AOF. Check server logs.\r\n",
    );
    expect(world.ask("a", "CONFIG GET appendonly")).toContain("\r\nno\r\n");
    expect(world.info("a", "aof_enabled")).toBe("0");
    if (version !== "6.2") expect(world.info("a", "aof_rewrites_consecutive_failures")).toBe("0");

    world.inject(forksAgain("a"));
    expect(world.ask("a", "CONFIG SET appendonly yes")).toBe("+OK\r\n");
    world.run(1);
    expect(world.info("a", "aof_enabled")).toBe("1");
  });

  // Redis: startBgsaveForReplication(), rdbSaveToSlavesSockets(): to sockets +FULLRESYNC is sent before the fork.
  test.each([
    ["no", "Master does not support PSYNC or is in error state (reply: -ERR BGSAVE failed"],
    [
      "yes",
      "MASTER aborted replication with an error: ERR BGSAVE failed, replication can't continue",
    ],
  ])("turns its replicas away, with repl-diskless-sync %s", (diskless, complaint) => {
    const world = new World(version)
      .server("a", 'save ""', `repl-diskless-sync ${diskless}`)
      .run(1)
      .inject(noFork("a"))
      .server("b", follow)
      .run(1);

    expect(world.logged("a", "BGSAVE for replication failed")).toBe(true);
    expect(world.logged("b", complaint)).toBe(true);
    expect(world.info("a", "connected_slaves")).toBe("0");
    expect(world.info("b", "master_link_status")).toBe("down");

    world.inject(forksAgain("a")).run(4);
    expect(world.info("b", "master_link_status")).toBe("up");
  });

  // Redis: restartAOFAfterSYNC(), seen of 7.0.15: ten tries a second apart, and exit(1).
  test("ends, as a replica with an AOF, ten seconds after its full resync", () => {
    const world = new World(version)
      .server("a", 'save ""')
      .server("b", "appendonly yes", 'save ""')
      .run(1)
      .inject(noFork("b"));
    world.ask("b", "REPLICAOF 10.0.0.1 6379");
    world.until(() => world.logged("b", "MASTER <-> REPLICA sync: Finished with success"));
    const from = world.simulation.now;
    world.until(() => !world.simulation.isUp("b"));

    expect(Math.round((world.simulation.now - from) / 1_000_000)).toBe(10);
    expect(world.timesLogged("b", "Trying it again in one second.")).toBe(10);
    expect(world.logged("b", "but the AOF can't be turned on. Exiting now.")).toBe(true);
  });
});

describe("a server killed during a save", () => {
  // Redis: rdbSaveBackground(): nobody tells the child; rdbSave() renames at its end. Seen of 7.0.15.
  test("leaves a child that puts the dataset in place a moment later", () => {
    const world = loaded("7.0", 'save ""');
    world.ask("a", "BGSAVE");
    world.kill("a").restart("a").run(3);

    expect(world.ask("a", "DBSIZE")).toBe(":0\r\n");
    world.kill("a").restart("a").run(3);
    expect(world.ask("a", "DBSIZE")).toBe(":200\r\n");
  });

  // Seen of 7.0.15: closeChildUnusedResourceAfterFork() closes the listening sockets only.
  test("is gone for its replica only when the child is", () => {
    const world = loaded("7.0", 'save ""');
    world.server("b", follow).run(5);
    world.ask("a", "BGSAVE");
    world.kill("a");
    const killedAt = world.simulation.now;
    world.until(() => world.logged("b", "Connection with master lost."));

    expect(world.simulation.now - killedAt).toBeGreaterThan(900_000);
    expect(world.simulation.now - killedAt).toBeLessThan(1_200_000);
  });

  // Redis: rewriteAppendOnlyFile(): only the parent renames the file.
  test("leaves a temporary file, where it rewrote its AOF, and nothing else", () => {
    const world = loaded("7.0", 'save ""', "appendonly yes", "auto-aof-rewrite-percentage 0");
    world.ask("a", "BGREWRITEAOF");
    const before = world.simulation.disk("a").list("");
    world.kill("a").run(3);

    const after = world.simulation.disk("a").list("");
    expect(after.filter((path) => !before.includes(path))).toEqual([
      "/data/temp-rewriteaof-bg-2.aof",
    ]);
  });
});

describe("a rewrite of the AOF that fails again and again", () => {
  // Redis 7.0: aofRewriteLimited(): three in a row, then a minute, then two.
  test("is held back longer each time from 7.0 on, unless somebody asks for it", () => {
    for (const version of versions) {
      const world = new World(version)
        .server("a", 'save ""', "appendonly yes", "auto-aof-rewrite-min-size 1")
        .run(1);
      world.ask("a", "SET k v");
      world.inject({ kind: "fillDisk", host: "a" }).run(30);
      const failures = world.timesLogged("a", "Background AOF rewrite terminated with error");
      const limit = "Background AOF rewrite has repeatedly failed and triggered the limit";
      if (version === "6.2") {
        expect(failures).toBeGreaterThan(50);
        continue;
      }
      expect(failures).toBe(3);
      expect(world.info("a", "aof_rewrites_consecutive_failures")).toBe("3");
      expect(world.logged("a", `${limit}, will retry in 1 minutes`)).toBe(true);
      world.run(61);
      expect(world.timesLogged("a", "terminated with error")).toBe(4);
      expect(world.logged("a", `${limit}, will retry in 2 minutes`)).toBe(true);

      world.inject({ kind: "freeDisk", host: "a" });
      expect(world.ask("a", "BGREWRITEAOF")).toContain("rewriting started");
      world.run(1);
      expect(world.info("a", "aof_rewrites_consecutive_failures")).toBe("0");
    }
  });
});
