/** The dataset inside a whole server, and what a replica makes of its master's stream. */
import { describe, expect, test } from "vitest";
import { milliseconds, seconds } from "../../../src/kernel/time.js";
import { digestOf } from "../../../src/redis/keyspace/digest.js";
import { World } from "../world.js";

describe("a server", () => {
  // serverCron() -> databasesCron() -> activeExpireCycle().
  test("deletes what has expired within a few cycles, though nobody asks", () => {
    const world = new World();
    world.server("r1");
    const client = world.client("r1");
    client.ask("SET", "k", "v", "PX", "50");
    expect(client.ask("DBSIZE")).toBe(":1");

    world.run(milliseconds(300));

    expect(client.ask("DBSIZE")).toBe(":0");
  });

  test("of 6.2 does not know what came with 7.0", () => {
    const world = new World();
    world.server("r1", { version: "6.2" });
    const client = world.client("r1");

    expect(client.ask("EXPIRETIME", "k")).toContain("unknown command `EXPIRETIME`");
  });
});

describe.each(["6.2", "7.0", "7.2"] as const)("a replica of %s", (version) => {
  test("has what its master had, by full resync and by the stream", () => {
    const world = new World();
    world.server("r1", { version });
    const master = world.client("r1");
    master.ask("RPUSH", "list", "a", "b");
    world.server("r2", { version, config: ["replicaof 10.0.0.1 6379"] });
    const replica = world.client("r2");
    world.run(seconds(15));
    master.ask("LPOP", "list");
    master.ask("SET", "k", "v", "PX", "300");
    world.run(milliseconds(10));

    expect(replica.ask("LRANGE", "list", "0", "-1")).toBe('["b"]');
    expect(replica.ask("GET", "k")).toBe('"v"');
    expect(digestOf(world.redis("r2").keyspace)).toBe(digestOf(world.redis("r1").keyspace));
    world.run(seconds(1));
    expect(replica.ask("DBSIZE")).toBe(":1");
    expect(digestOf(world.redis("r2").keyspace)).toBe(digestOf(world.redis("r1").keyspace));
  });
});
