import { describe, expect, test } from "vitest";
import { milliseconds } from "../../../src/kernel/time.js";
import { World } from "../world.js";

describe("CLIENT", () => {
  test("LIST shows who is connected, in the fields of the version", () => {
    const world = new World();
    world.server("r1");
    const client = world.client("r1");
    client.ask("CLIENT", "SETNAME", "me");

    const list = client.ask("CLIENT", "LIST");

    expect(list).toMatch(/^"id=3 addr=10\.0\.1\.1:\d+ laddr=10\.0\.0\.1:6379 fd=\d+ name=me age=0/);
    expect(list).toContain("flags=N db=0 sub=0 psub=0 ssub=0 multi=-1");
    expect(list).toContain("cmd=client|list user=default redir=-1 resp=2");
  });

  // Sentinel: CLIENT KILL TYPE normal spares the caller and the subscribers.
  test("KILL TYPE normal closes applications and spares its caller", () => {
    const world = new World();
    world.server("r1");
    const caller = world.client("r1");
    const victim = world.client("r1");
    const subscriber = world.client("r1");
    subscriber.ask("SUBSCRIBE", "c");

    expect(caller.ask("CLIENT", "KILL", "TYPE", "normal")).toBe(":1");
    world.run(milliseconds(2));

    expect(victim.closed).toBe("fin");
    expect(subscriber.closed).toBeUndefined();
    expect(caller.ask("CLIENT", "KILL", "TYPE", "pubsub")).toBe(":1");
  });

  test("KILL of itself is answered first", () => {
    const world = new World();
    world.server("r1");
    const client = world.client("r1");

    expect(client.ask("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "no")).toBe(":1");
    world.run(milliseconds(2));
    expect(client.closed).toBe("fin");
  });

  // pauseClients(): what was held back runs when the pause ends, in order.
  test("PAUSE WRITE holds writes back and lets reads through", () => {
    const world = new World();
    world.server("r1");
    const client = world.client("r1");
    const reader = world.client("r1");
    client.ask("CLIENT", "PAUSE", "500", "WRITE");
    client.replies();

    client.sendAll([
      ["SET", "k", "1"],
      ["INCR", "k"],
    ]);
    world.run(milliseconds(100));
    expect(client.replies()).toEqual([]);
    expect(reader.ask("GET", "k")).toBe("nil");

    world.run(milliseconds(700));
    expect(client.replies()).toEqual(["+OK", ":2"]);
  });

  test("UNPAUSE ends a pause at once", () => {
    const world = new World();
    world.server("r1");
    const client = world.client("r1");
    const operator = world.client("r1");
    operator.ask("CLIENT", "PAUSE", "100000", "WRITE");

    client.send("SET", "k", "1");
    world.run(milliseconds(2));
    expect(operator.ask("CLIENT", "UNPAUSE")).toBe("+OK");
    world.run(milliseconds(2));

    expect(client.replies()).toEqual(["+OK"]);
  });

  test("REPLY SKIP and OFF silence the server", () => {
    const world = new World();
    world.server("r1");
    const client = world.client("r1");
    client.sendAll([
      ["CLIENT", "REPLY", "SKIP"],
      ["SET", "a", "1"],
      ["GET", "a"],
      ["CLIENT", "REPLY", "OFF"],
      ["GET", "a"],
      ["CLIENT", "REPLY", "ON"],
    ]);
    world.run(milliseconds(2));

    expect(client.replies()).toEqual(['"1"', "+OK"]);
  });
});

describe("what a client sends while it is held back", () => {
  test("is run in order, with half a request behind it", () => {
    const world = new World();
    world.server("r1");
    const client = world.client("r1");
    client.ask("CLIENT", "PAUSE", "200", "WRITE");
    client.replies();

    client.sendBytes("SET k 1\r\nINCR k\r\nINC");
    world.run(milliseconds(10));
    client.sendBytes("R k\r\n");
    world.run(milliseconds(500));

    expect(client.replies()).toEqual(["+OK", ":2", ":3"]);
  });
});
