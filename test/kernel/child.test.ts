import { describe, expect, test } from "vitest";
import type { ChildOptions } from "../../src/kernel/actor.js";
import { milliseconds, seconds } from "../../src/kernel/time.js";
import { first, pair, Text, World } from "./world.js";

const file = { path: "temp.rdb", content: "new", bytes: 3, becomes: "dump.rdb" };

/** A server that has a client and an old file, and has forked a child for a second. */
function parent(options: ChildOptions, capacity = 0): World {
  const disk = { capacity, bytesPerSecond: 1_000_000, syncTime: milliseconds(1) };
  const world = pair({ hosts: { server: { disk } } });
  world.let("server", (context) => {
    context.disk.write("dump.rdb", "old", 3);
    context.disk.sync("dump.rdb");
    context.spawn("rdb", seconds(1), options);
  });
  world.advance(milliseconds(100));
  return world;
}

const kill = (world: World) =>
  world.simulation.inject({ kind: "kill", node: "server", signal: "KILL" });
const dump = (world: World) => world.simulation.disk("server").read("dump.rdb");

describe("a child whose parent was killed", () => {
  test("writes its file all the same, in the place of the old one", () => {
    const world = parent({ file });
    kill(world);
    world.advance(milliseconds(500));
    expect(dump(world)).toBe("old");

    world.advance(seconds(1));
    expect(dump(world)).toBe("new");
    expect(world.simulation.disk("server").list("")).toEqual(["dump.rdb"]);
  });

  test("leaves the temporary file where its parent would have put it in place", () => {
    const world = parent({ file: { path: "temp.aof", content: "new", bytes: 3 } });
    kill(world);
    world.advance(seconds(2));

    expect(world.simulation.disk("server").list("")).toEqual(["dump.rdb", "temp.aof"]);
  });

  test("does nothing more once its machine is off", () => {
    for (const isKilled of [true, false]) {
      const world = parent({ file, isImage: true });
      if (isKilled) kill(world);
      world.simulation.inject({ kind: "powerOff", host: "server" });
      world.simulation.inject({ kind: "powerOn", host: "server", start: true });
      world.advance(seconds(2));

      expect(dump(world)).toBe("old");
      expect(world.probe("server").list("childExited")).toEqual([]);
    }
  });

  // Seen of redis-server 7.0.15, killed during a BGSAVE: FIN, or RST where a request lay unread.
  test("keeps an image's connections open until it ends, and closes them then", () => {
    for (const [isAsked, end] of [
      [false, "closed 0 fin"],
      [true, "closed 0 reset"],
    ] as const) {
      const world = parent({ isImage: true });
      kill(world);
      if (isAsked) world.let("client", (context) => context.send(first, new Text("PING")));
      world.advance(milliseconds(500));
      expect(world.probe("client").list("closed")).toEqual([]);

      world.advance(seconds(1));
      expect(world.probe("client").list("closed")).toEqual([end]);
    }
  });

  test("holds no connection where it runs another program", () => {
    const world = parent({});
    kill(world);
    world.advance(milliseconds(500));

    expect(world.probe("client").list("closed")).toEqual(["closed 0 fin"]);
  });

  test("leaves the port to the next process, which is not told of its end", () => {
    const world = parent({ isImage: true, file });
    kill(world);
    world.simulation.inject({ kind: "restart", node: "server" });
    world.let("server", (context) => expect(context.listen(6379)).toBe(true));
    world.let("client", (context) => context.connect({ ip: "10.0.0.2", port: 6379 }));
    world.advance(seconds(2));

    expect(world.probe("client").list("opened")).toHaveLength(1);
    expect(world.probe("client").list("closed")).toEqual(["closed 0 fin"]);
    expect(world.probe("server").list("childExited")).toEqual([]);
    expect(dump(world)).toBe("new");
  });
});

describe("a child that writes a file", () => {
  test("exits with 1 where the disk has no room for it beside the old one", () => {
    const world = parent({ file }, 5);
    world.advance(seconds(2));

    expect(world.probe("server").list("childExited")).toEqual(["childExited 0 1"]);
    expect(dump(world)).toBe("old");
  });
});

describe("a machine without memory", () => {
  test("refuses to fork until some is freed", () => {
    const world = new World(["a"]);
    const asked: boolean[] = [];
    const ask = () => world.let("a", (context) => asked.push(context.canFork()));
    ask();
    world.simulation.inject({ kind: "fillMemory", host: "a" });
    ask();
    world.simulation.inject({ kind: "freeMemory", host: "a" });
    ask();
    world.advance(milliseconds(10));

    expect(asked).toEqual([true, false, true]);
  });
});
