import { describe, expect, test } from "vitest";
import { seconds } from "../../../src/kernel/time.js";
import { caller } from "./peers.js";
import { World } from "./world.js";

const follow = "replicaof 10.0.0.1 6379";
const noPing = "repl-ping-replica-period 1000";
const onDisk = "repl-diskless-sync no";
const aof = "appendonly yes";

describe("WAITAOF", () => {
  // Redis 7.2: waitaofCommand(), in the order of its checks.
  test("is unknown before 7.2, and refuses what it cannot do", () => {
    const old = new World("7.0").server("a").run(1);
    expect(old.ask("a", "WAITAOF 0 1 0")).toMatch(/^-ERR unknown command 'WAITAOF'/);

    const world = new World("7.2").server("a", onDisk).server("b", follow).run(3);
    expect(world.ask("a", "WAITAOF 2 0 0")).toMatch(
      /^-ERR value is out of range, value must between 0 and 1/,
    );
    expect(world.ask("a", "WAITAOF 0 -1 0")).toMatch(
      /^-ERR value is out of range, must be positive/,
    );
    expect(world.ask("a", "WAITAOF 0 0 -1")).toBe("-ERR timeout is negative\r\n");
    expect(world.ask("a", "WAITAOF 1 0 0")).toBe(
      "-ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.\r\n",
    );
    expect(world.ask("b", "WAITAOF 0 0 0")).toBe(
      "-ERR WAITAOF cannot be used with replica instances. Please also note that writes to replicas are just local and are not propagated.\r\n",
    );
  });

  // Redis 7.2: flushAppendOnlyFile(), fsynced_reploff, replicationSendAck() with FACK.
  test("is answered once our own AOF, and those of the replicas, were fsynced", () => {
    const world = new World("7.2")
      .server("a", noPing, onDisk, aof)
      .server("b", follow, aof)
      .server("c", follow)
      .run(5);
    const writer = caller(world, "a");
    writer.send("SET", "k", "v");
    writer.heard = "";
    const from = world.simulation.now;
    writer.send("WAITAOF", "1", "1", "0");
    world.until(() => writer.heard !== "");

    expect(writer.heard).toBe("*2\r\n:1\r\n:1\r\n");
    expect(world.simulation.now - from).toBeLessThan(seconds(2.2));
    expect(writer.ask("WAITAOF", "0", "2", "200")).toBe("");
    world.run(1);
    expect(writer.heard).toBe("*2\r\n:1\r\n:1\r\n");
    expect(writer.ask("WAIT", "2", "0")).toBe(":2\r\n");
  });

  // Redis 7.2: appendfsync always: atomicSet(fsynced_reploff_pending) inside of the flush.
  test("with appendfsync always the write is on the disk before it is answered", () => {
    const world = new World("7.2").server("a", aof, "appendfsync always").run(1);
    world.ask("a", "SET k v");
    expect(world.ask("a", "WAITAOF 1 0 0")).toBe("*2\r\n:1\r\n:0\r\n");
  });

  // Redis 7.2: appendfsync no: nothing is ever known to be fsynced.
  test("with appendfsync no it waits for its timeout", () => {
    const world = new World("7.2").server("a", aof, "appendfsync no").run(1);
    world.ask("a", "SET k v");
    expect(world.ask("a", "WAITAOF 1 0 300")).toBe("*2\r\n:0\r\n:0\r\n");
  });

  // Redis 7.2: processClientsWaitingReplicas(): `c->bstate.numlocal && !server.aof_enabled`.
  test("is refused when the AOF is switched off meanwhile", () => {
    const world = new World("7.2").server("a", aof, "appendfsync no").run(1);
    const writer = caller(world, "a");
    writer.send("SET", "k", "v");
    writer.heard = "";
    writer.send("WAITAOF", "1", "0", "0");
    world.ask("a", "CONFIG SET appendonly no");
    world.settle();
    expect(writer.heard).toMatch(/^-ERR WAITAOF cannot be used when numlocal is set/);
  });

  // Redis 7.2: rewriteAppendOnlyFileBackground() in AOF_WAIT_REWRITE: fsynced_reploff = 0.
  test("a replica acknowledges nothing of a history whose AOF is not written yet", () => {
    const world = new World("7.2").server("a", noPing, onDisk, "rdbcompression no").run(1);
    for (let i = 0; i < 100; i++) world.ask("a", `SET key${i} ${"x".repeat(100_000)}`);
    world.server("b", follow, aof);
    world.until(() => world.logged("b", "Finished with success"));
    world.ask("a", "SET k v");
    const waiter = caller(world, "a");
    waiter.send("SET", "k", "w");
    waiter.heard = "";
    waiter.send("WAITAOF", "0", "1", "0");
    expect(world.logged("b", "Background AOF rewrite terminated")).toBe(false);
    expect(waiter.heard).toBe("");
    world.run(4);
    expect(world.logged("b", "Background AOF rewrite terminated with success")).toBe(true);
    expect(waiter.heard).toBe("*2\r\n:0\r\n:1\r\n");
  });
});
