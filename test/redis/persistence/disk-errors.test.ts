import { describe, expect, test } from "vitest";
import type { Version } from "../../../src/redis/version.js";
import { World } from "../replication/world.js";

const versions: readonly Version[] = ["6.2", "7.0", "7.2"];
const follow = "replicaof 10.0.0.1 6379";
const onDisk = "repl-diskless-sync no";

describe.each(versions)("in %s", (version) => {
  // Redis: flushAppendOnlyFile(), writeCommandsDeniedByDiskError().
  test("an AOF that cannot be written refuses writes until it can", () => {
    const world = new World(version).server("a", "appendonly yes", 'save ""').run(1);
    expect(world.ask("a", "SET k 1")).toBe("+OK\r\n");
    world.inject({ kind: "fillDisk", host: "a" }).ask("a", "SET k 2");
    expect(world.logged("a", "Error writing to the AOF file: No space left on device")).toBe(true);
    expect(world.ask("a", "SET k 3")).toBe(
      "-MISCONF Errors writing to the AOF file: No space left on device\r\n",
    );
    expect(world.ask("a", "PING")).toMatch(/^-MISCONF/);
    expect(world.ask("a", "GET k")).toBe("$1\r\n2\r\n");
    expect(world.info("a", "aof_last_write_status")).toBe("err");

    world.inject({ kind: "freeDisk", host: "a" }).run(2);
    expect(world.logged("a", "AOF write error looks solved, Redis can write again.")).toBe(true);
    expect(world.ask("a", "SET k 3")).toBe("+OK\r\n");
    world.kill("a").run(1).restart("a").run(1);
    expect(world.ask("a", "GET k")).toBe("$1\r\n3\r\n");
  });

  // Redis: flushAppendOnlyFile(): exit(1) with AOF_FSYNC_ALWAYS.
  test("an AOF that must be fsynced with each write and cannot ends the process", () => {
    const world = new World(version)
      .server("a", "appendonly yes", "appendfsync always", 'save ""')
      .run(1);
    world.inject({ kind: "fillDisk", host: "a" }).tell("a", "SET k 2").run(1);
    expect(
      world.logged("a", "Can't recover from AOF write error when the AOF fsync policy is 'always'"),
    ).toBe(true);
    expect(world.simulation.isUp("a")).toBe(false);
  });

  // Redis 7.0: processCommand() of the master's commands with a disk error: serverPanic().
  test("a replica that cannot write goes on in 6.2, and from 7.0 on dies unless told otherwise", () => {
    for (const ignores of [false, true]) {
      if (ignores && version === "6.2") continue;
      const lines = ignores ? ["replica-ignore-disk-write-errors yes"] : [];
      const world = new World(version)
        .server("a", onDisk)
        .server("b", follow, "save 3600 1", ...lines)
        .run(3);
      world.inject({ kind: "fillDisk", host: "b" }).ask("b", "BGSAVE");
      world.run(1);
      expect(world.info("b", "rdb_last_bgsave_status")).toBe("err");
      world.ask("a", "SET k v");
      world.run(1);

      const dies = version !== "6.2" && !ignores;
      expect(world.simulation.isUp("b")).toBe(!dies);
      expect(
        world.logged("b", "Guru Meditation: Replica was unable to write command to disk."),
      ).toBe(dies);
      if (dies) continue;
      expect(world.ask("b", "GET k")).toBe("$1\r\nv\r\n");
      expect(world.logged("b", "Replica is applying a command even though")).toBe(ignores);
    }
  });

  // Redis 7.0: processCommand(): the PING of a master is applied, with a word about it every 10 s.
  test("a replica that cannot write lives on its master's pings, and from 7.0 on complains", () => {
    const world = new World(version)
      .server("a", onDisk, "repl-ping-replica-period 1")
      .server("b", follow, "save 3600 1")
      .run(3);
    world.inject({ kind: "fillDisk", host: "b" }).ask("b", "BGSAVE");
    world.run(9);

    expect(world.simulation.isUp("b")).toBe(true);
    expect(world.info("b", "master_link_status")).toBe("up");
    expect(world.timesLogged("b", "Replica is applying a command even though")).toBe(
      version === "6.2" ? 0 : 1,
    );
    world.run(10);
    expect(world.timesLogged("b", "Replica is applying a command even though")).toBe(
      version === "6.2" ? 0 : 2,
    );
  });

  // Redis: readSyncBulkPayload(): the temporary file cannot be written.
  test("a replica without room for the RDB keeps its data and begins anew", () => {
    const world = new World(version)
      .server("a", onDisk, "repl-ping-replica-period 1000")
      .server("b", 'save ""')
      .run(1);
    world.ask("a", "SET k v");
    world.ask("b", "SET own 1");
    world.inject({ kind: "fillDisk", host: "b" }).ask("b", "REPLICAOF 10.0.0.1 6379");
    world.until(() => world.logged("b", "Write error or short write writing to the DB dump file"));
    expect(world.ask("b", "GET own")).toBe("$1\r\n1\r\n");

    world.inject({ kind: "freeDisk", host: "b" }).run(3);
    expect(world.ask("b", "GET k")).toBe("$1\r\nv\r\n");
  });
});

describe("a shutdown", () => {
  // Redis 7.0: serverCron(), server.shutdown_on_sigterm.
  test("by SIGTERM does from 7.0 on what shutdown-on-sigterm says", () => {
    for (const [words, waits, saves] of [
      ["default", true, true],
      ["now", false, true],
      ["nosave now", false, false],
    ] as const) {
      const world = new World("7.0")
        .server("a", onDisk, "save 3600 1", `shutdown-on-sigterm ${words}`)
        .server("b", follow)
        .run(4);
      world.inject({ kind: "pause", node: "b" }).ask("a", "SET k v");
      world.kill("a", "TERM").run(1);

      expect(world.logged("a", "Waiting for replicas before shutting down.")).toBe(waits);
      expect(world.simulation.isUp("a")).toBe(waits);
      world.run(11);
      expect(world.simulation.isUp("a")).toBe(false);
      expect(world.logged("a", "Saving the final RDB snapshot before exiting.")).toBe(saves);
    }
  });

  // Redis 7.0: finishShutdown(): a line for each replica that lags.
  test("from 7.0 on names the replicas that it left behind", () => {
    for (const version of ["7.0", "7.2"] as const) {
      const world = new World(version)
        .server(
          "a",
          onDisk,
          "repl-ping-replica-period 1000",
          "shutdown-timeout 3",
          "appendonly yes",
        )
        .server("b", follow)
        .server("c", follow)
        .run(4);
      world.inject({ kind: "pause", node: "c" }).ask("a", "SET k v");
      world.kill("a", "TERM").run(5);

      expect(world.simulation.isUp("a")).toBe(false);
      const said = world.logs.get("a") ?? [];
      expect(said).toContain("Waiting for replicas before shutting down.");
      const behind = 50 + 37;
      expect(
        said.some((line) =>
          new RegExp(
            `^Lagging replica 10.0.0.3:6379 reported offset ${behind} behind master, lag=[2-5], state=online.$`,
          ).test(line),
        ),
      ).toBe(true);
      expect(said).toContain("1 of 2 replicas are in sync when shutting down.");
      expect(said).toContain("Calling fsync() on the AOF file.");
      expect(said.indexOf("1 of 2 replicas are in sync when shutting down.")).toBeLessThan(
        said.indexOf("Calling fsync() on the AOF file."),
      );
      world.run(1);
      expect(world.ask("b", "GET k")).toBe("$1\r\nv\r\n");
    }
  });

  // Redis 7.0: isReadyToShutdown(): the GETACK moves the offset, so the next periodic ACK must come.
  test("from 7.0 on waits for the replica's own ACK, within a second, and can be called off", () => {
    const world = new World("7.0")
      .server("a", onDisk, "repl-ping-replica-period 1000")
      .server("b", follow)
      .run(4);
    world.ask("a", "SET k v");
    const from = world.simulation.now;
    world.kill("a", "TERM").until(() => !world.simulation.isUp("a"));
    expect(world.simulation.now - from).toBeGreaterThan(10_000);
    expect(world.simulation.now - from).toBeLessThan(1_200_000);

    world.restart("a").run(3).inject({ kind: "pause", node: "b" });
    world.ask("a", "SET k w");
    world.kill("a", "TERM").run(1);
    expect(world.ask("a", "SHUTDOWN ABORT")).toBe("+OK\r\n");
    expect(world.ask("a", "SET k x")).toBe("+OK\r\n");
    world.run(15);
    expect(world.simulation.isUp("a")).toBe(true);
  });

  // Redis: prepareForShutdown(): AOF_WAIT_REWRITE.
  test("is refused while the first AOF is being written", () => {
    for (const version of versions) {
      const world = new World(version).server("a", 'save ""', "rdbcompression no").run(1);
      for (let i = 0; i < 100; i++) world.ask("a", `SET key${i} ${"x".repeat(100_000)}`);
      world.ask("a", "CONFIG SET appendonly yes");
      expect(world.ask("a", "SHUTDOWN")).toBe("-ERR Errors trying to SHUTDOWN. Check logs.\r\n");
      expect(world.logged("a", "Writing initial AOF, can't exit.")).toBe(true);
    }
  });
});
