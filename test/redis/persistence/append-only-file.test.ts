import { describe, expect, test } from "vitest";
import type { Version } from "../../../src/redis/version.js";
import { World } from "../replication/world.js";

const versions: readonly Version[] = ["6.2", "7.0", "7.2"];
const noPing = "repl-ping-replica-period 1000";
const onDisk = "repl-diskless-sync no";
const aof = "appendonly yes";
const rdbOff = 'save ""';

describe.each(versions)("in %s", (version) => {
  // Redis: loadAppendOnlyFiles(): server.loading, so keyIsExpired() is false and nothing is deleted.
  test("what a command did to a key before it expired is done again when the AOF is read", () => {
    const world = new World(version).server("a", aof, rdbOff).run(1);
    world.ask("a", "SET k 1 PX 1500");
    world.ask("a", "APPEND k 2");
    world.ask("a", "PERSIST k");
    world.run(3).kill("a").run(1).restart("a").run(1);

    expect(world.ask("a", "GET k")).toBe("$2\r\n12\r\n");
    expect(world.ask("a", "TTL k")).toBe(":-1\r\n");
  });

  // Redis 6.2: feedAppendOnlyFile(), catAppendOnlyExpireAtCommand(); 7.0: setGenericCommand().
  test.each(["SET k v EX 10", "SETEX k 10 v", "EXPIRE k 10", "PEXPIRE k 10000", "GETEX k EX 10"])(
    "%s means the same moment when the AOF is read",
    (command) => {
      const world = new World(version).server("a", aof, rdbOff).run(1);
      world.ask("a", "SET k old");
      world.ask("a", command);
      world.run(3).kill("a").run(3).restart("a").run(1);

      expect(world.ask("a", "TTL k")).toBe(":3\r\n");
      world.run(3);
      expect(world.ask("a", "EXISTS k")).toBe(":0\r\n");
    },
  );

  // Redis: stopAppendOnly(), killAppendOnlyChild() waits for the child; restartAOFAfterSYNC().
  test("a full sync ends a rewrite under way, and the next begins at once", () => {
    const world = new World(version)
      .server("a", onDisk, noPing)
      .server("b", aof, rdbOff, "rdbcompression no")
      .run(1);
    for (let i = 0; i < 100; i++) world.ask("b", `SET key${i} ${"x".repeat(100_000)}`);
    world.ask("b", "BGREWRITEAOF");
    world.ask("b", "REPLICAOF 10.0.0.1 6379");
    world.until(() => world.logged("b", "Finished with success"));

    const said = world.logs.get("b") ?? [];
    const killed = said.findIndex((line) => line.startsWith("Killing running AOF rewrite child: "));
    expect(killed).toBeGreaterThan(-1);
    expect(said.indexOf("MASTER <-> REPLICA sync: Finished with success")).toBeGreaterThan(killed);
    expect(world.timesLogged("b", "Background append only file rewriting started")).toBe(2);
    expect(world.logged("b", "already another background operation")).toBe(false);
    world.run(1);
    expect(world.timesLogged("b", "Background AOF rewrite terminated")).toBe(1);
  });

  // Redis: readSyncBulkPayload(): stopAppendOnly() only when aof_state is not AOF_OFF.
  test("with the AOF off, a full sync leaves a rewrite that was asked for alone", () => {
    const world = new World(version)
      .server("a", onDisk, noPing)
      .server("b", rdbOff, "rdbcompression no")
      .run(1);
    for (let i = 0; i < 100; i++) world.ask("b", `SET key${i} ${"x".repeat(100_000)}`);
    world.ask("b", "BGREWRITEAOF");
    world.ask("b", "REPLICAOF 10.0.0.1 6379");
    world.run(2);

    expect(world.logged("b", "Finished with success")).toBe(true);
    expect(world.logged("b", "Killing running AOF rewrite child")).toBe(false);
    expect(world.logged("b", "Background AOF rewrite terminated with success")).toBe(true);
  });

  // Redis: startAppendOnly() with a child of the AOF's, which has collected no differences.
  test("switching the AOF on replaces a rewrite under way by one of its own", () => {
    const world = new World(version).server("a", rdbOff, "rdbcompression no").run(1);
    for (let i = 0; i < 20; i++) world.ask("a", `SET key${i} ${"x".repeat(100_000)}`);
    world.ask("a", "BGREWRITEAOF");
    world.ask("a", "CONFIG SET appendonly yes");
    world.run(1);

    expect(world.logged("a", "Stopping background AOF and starting a rewrite now.")).toBe(true);
    expect(world.timesLogged("a", "Background append only file rewriting started")).toBe(2);
    expect(world.timesLogged("a", "Background AOF rewrite terminated with success")).toBe(1);
  });

  // Redis: serverCron(), auto-aof-rewrite-percentage and auto-aof-rewrite-min-size.
  test("an AOF that has doubled since its last rewrite is rewritten, if it is large enough", () => {
    const rules = "auto-aof-rewrite-min-size 50kb";
    const world = new World(version).server("a", aof, rdbOff, rules, "rdbcompression no").run(1);
    const write = (times: number) => {
      for (let i = 0; i < times; i++) world.ask("a", `SET k ${"x".repeat(10_000)}`);
      world.run(1);
    };
    write(4);
    expect(world.logged("a", "Starting automatic rewriting of AOF")).toBe(false);
    write(2);
    expect(world.timesLogged("a", "Starting automatic rewriting of AOF on ")).toBe(1);
    expect(Number(world.info("a", "aof_current_size"))).toBeLessThan(11_000);
    write(3);
    expect(world.timesLogged("a", "Starting automatic rewriting of AOF on ")).toBe(1);
    write(3);
    expect(world.timesLogged("a", "Starting automatic rewriting of AOF on ")).toBe(2);
  });

  // Redis: startAppendOnly(): server.in_exec, from 7.0 on.
  test("switched on inside a transaction it is rewritten after it, from 7.0 on", () => {
    const world = new World(version).server("a", rdbOff).run(1);
    world.ask("a", "MULTI");
    world.ask("a", "CONFIG SET appendonly yes");
    world.ask("a", "EXEC");
    expect(world.logged("a", "AOF was enabled during a transaction.")).toBe(version !== "6.2");
    world.run(1);
    expect(world.logged("a", "Background AOF rewrite finished successfully")).toBe(true);
    expect(world.info("a", "aof_enabled")).toBe("1");
    expect(world.info("a", "aof_rewrite_scheduled")).toBe("0");
  });
});
