import { describe, expect, test } from "vitest";
import { microseconds, milliseconds, seconds } from "../../../src/kernel/time.js";
import type { Version } from "../../../src/redis/version.js";
import { World } from "../world.js";

/** A master with a replica in sync, and how its offset moves. */
function replicated(version: Version) {
  const world = new World();
  const config = ["repl-diskless-sync no", "repl-ping-replica-period 1000"];
  world.server("m", { version, config });
  world.server("r", { version, config: [...config, `replicaof ${world.address("m").ip} 6379`] });
  world.run(seconds(3));
  const client = world.client("m");
  client.ask("SET", "warm", "up");
  const bytesOf = (...commands: string[][]): number => {
    const before = world.redis("m").replication.offset;
    for (const command of commands) client.ask(...command);
    world.run(milliseconds(5));
    return world.redis("m").replication.offset - before;
  };
  return { world, client, bytesOf };
}

// Reference: replication.md 4.4 and 4.5.
describe("the stream of a master", () => {
  test("holds a write as the client spelled it", () => {
    const { bytesOf } = replicated("7.0");

    expect(bytesOf(["set", "k", "v"])).toBe(27);
    expect(bytesOf(["INCR", "n"])).toBe(21);
    expect(bytesOf(["GET", "k"])).toBe(0);
    expect(bytesOf(["DEL", "missing"])).toBe(0);
  });

  test("holds PUBLISH even when nobody listens", () => {
    const { bytesOf } = replicated("7.0");

    expect(bytesOf(["PUBLISH", "ch", "hi"])).toBe(33);
  });

  test("wraps a transaction of two writes, and in 6.2 of one too", () => {
    for (const version of ["6.2", "7.0", "7.2"] as const) {
      const { bytesOf } = replicated(version);

      expect(bytesOf(["MULTI"], ["SET", "a", "1"], ["SET", "b", "2"], ["EXEC"])).toBe(83);
      const single = bytesOf(["MULTI"], ["SET", "a", "1"], ["GET", "a"], ["EXEC"]);
      expect(single).toBe(version === "6.2" ? 15 + 27 + 14 : 27);
      expect(bytesOf(["MULTI"], ["GET", "a"], ["EXEC"])).toBe(0);
    }
  });

  test("leads to the same data on the replica", () => {
    const { world, client } = replicated("7.0");
    client.ask("MULTI");
    client.ask("SET", "a", "1");
    client.ask("INCR", "a");
    client.ask("EXEC");
    world.run(milliseconds(5));

    const reader = world.client("r");
    expect(reader.ask("GET", "a")).toBe('"2"');
    expect(world.redis("r").replication.offset).toBe(world.redis("m").replication.offset);
  });

  // Reference: replication.md 0.1: the pending-write list is walked from its head.
  test("reaches the replica before the client has its reply", () => {
    const { world, client } = replicated("7.0");

    client.send("SET", "x", "1");
    // Both links take 100 µs: with the reply under way the replica has the write already.
    for (let i = 0; i < 1_000 && client.received.length === 1; i++) world.run(microseconds(1));

    expect(client.received).toHaveLength(2);
    expect(world.redis("r").keyspace.databases[0]?.peek("x")).toBe("1");
  });
});

describe("an expired key", () => {
  // activeExpireCycle(), propagateDeletion()
  test("is deleted by the master and then by its replica", () => {
    const { world, client } = replicated("7.0");
    client.ask("SET", "k", "v", "PX", "300");
    world.run(milliseconds(5));
    expect(world.redis("r").keyspace.databases[0]?.size).toBe(2);

    world.run(milliseconds(600));

    expect(world.redis("m").keyspace.databases[0]?.size).toBe(1);
    expect(world.redis("r").keyspace.databases[0]?.size).toBe(1);
  });
});
