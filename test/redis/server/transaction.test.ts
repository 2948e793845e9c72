import { describe, expect, test } from "vitest";
import { World } from "../world.js";

describe("a transaction", () => {
  test("queues its commands and answers them together", () => {
    const world = new World();
    world.server("r1");
    const client = world.client("r1");

    expect(client.ask("MULTI")).toBe("+OK");
    expect(client.ask("SET", "a", "1")).toBe("+QUEUED");
    expect(client.ask("INCR", "a")).toBe("+QUEUED");
    expect(client.ask("EXEC")).toBe("[+OK :2]");
    expect(client.ask("EXEC")).toBe("-ERR EXEC without MULTI");
  });

  // flagTransaction(), execCommandAbort()
  test("is discarded when one of its commands was refused", () => {
    const world = new World();
    world.server("r1");
    const client = world.client("r1");

    client.ask("MULTI");
    expect(client.ask("NOSUCH")).toMatch(/^-ERR unknown command/);
    expect(client.ask("EXEC")).toBe("-EXECABORT Transaction discarded because of previous errors.");
    expect(client.ask("EXEC")).toBe("-ERR EXEC without MULTI");
  });

  // touchWatchedKey()
  test("does nothing once a watched key was touched by anyone", () => {
    const world = new World();
    world.server("r1");
    const client = world.client("r1");
    const other = world.client("r1");

    client.ask("WATCH", "k");
    other.ask("SET", "k", "theirs");
    client.ask("MULTI");
    client.ask("SET", "k", "mine");

    expect(client.ask("EXEC")).toBe("nil");
    expect(client.ask("GET", "k")).toBe('"theirs"');

    client.ask("WATCH", "k");
    client.ask("UNWATCH");
    other.ask("SET", "k", "again");
    client.ask("MULTI");
    client.ask("GET", "k");
    expect(client.ask("EXEC")).toBe('["again"]');
  });

  // processCommand(): EXEC has the flags of what was queued.
  test("with a write is refused as a write", () => {
    const world = new World();
    world.server("m");
    world.server("r", { config: [`replicaof ${world.address("m").ip} 6379`] });
    const client = world.client("r");

    client.ask("MULTI");
    expect(client.ask("SET", "a", "1")).toBe(
      "-READONLY You can't write against a read only replica.",
    );
    expect(client.ask("EXEC")).toBe("-EXECABORT Transaction discarded because of previous errors.");
  });
});
