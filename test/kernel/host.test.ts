import { describe, expect, test } from "vitest";
import type { Context } from "../../src/kernel/actor.js";
import { Bug } from "../../src/kernel/assert.js";
import { milliseconds, seconds } from "../../src/kernel/time.js";
import { first, pair, World } from "./world.js";

const epoch = 1_767_225_600_000;

describe("clocks", () => {
  const read = (world: World, look: (context: Context) => number): number => {
    let seen = 0;
    world.let("a", (context) => {
      seen = look(context);
    });
    return seen;
  };

  test("start at a large epoch, and count what the node was busy in this iteration", () => {
    const world = new World(["a"]);
    world.advance(seconds(5));
    const seen: number[] = [];
    world.let("a", (context) => {
      seen.push(context.now());
      context.busy(milliseconds(30));
      seen.push(context.now());
    });

    expect(seen).toEqual([epoch + 5_000, epoch + 5_030]);
  });

  test("jump without moving timers, and jump back", () => {
    const world = new World(["a"]);
    world.let("a", (context) => context.arm(context.timer("cron"), milliseconds(100)));
    world.simulation.inject({ kind: "jump", host: "a", by: 3_600_000 });
    world.advance(seconds(1));

    expect(world.probe("a").when("fired")).toBe(100_100);
    expect(read(world, (context) => context.now())).toBe(epoch + 3_601_000);
    expect(read(world, (context) => context.monotonic())).toBe(1_000_000);
    world.simulation.inject({ kind: "jump", host: "a", by: -3_600_000 });
    expect(read(world, (context) => context.now())).toBe(epoch + 1_000);
  });

  test("are off and run fast until unskewed; timers follow the drift", () => {
    const world = new World(["a"]);
    world.advance(seconds(10));
    world.simulation.inject({ kind: "skew", host: "a", offset: -500, ppm: 100_000 });
    world.let("a", (context) => context.arm(context.timer("cron"), milliseconds(1_100)));
    world.advance(seconds(10));

    expect(read(world, (context) => context.now())).toBe(epoch + 20_000 - 500 + 1_000);
    expect(world.probe("a").when("fired")).toBe(11_000_000 + 100);
    const before = read(world, (context) => context.monotonic());
    world.simulation.inject({ kind: "unskew", host: "a" });
    world.advance(seconds(10));
    expect(read(world, (context) => context.now())).toBe(epoch + 30_000);
    expect(read(world, (context) => context.monotonic())).toBe(before + 10_000_000);
  });
});

describe("a starved host", () => {
  test("gives its processes no time, and then goes on by itself", () => {
    const world = pair();
    world.simulation.inject({ kind: "starve", host: "server", time: seconds(3) });
    world.send("client", first, "PING");
    world.advance(seconds(2));
    expect(world.simulation.isPaused("server")).toBe(true);
    expect(world.probe("server").list()).toEqual([]);

    world.advance(seconds(2));
    expect(world.probe("server").when("received 0 PING")).toBe(3_010_000);
    expect(world.simulation.isPaused("server")).toBe(false);
  });

  test("gives the children of its processes no time either", () => {
    const world = new World(["a"]);
    world.let("a", (context) => context.spawn("rdb", milliseconds(500)));
    world.advance(milliseconds(200));
    world.simulation.inject({ kind: "starve", host: "a", time: seconds(1) });
    world.advance(milliseconds(900));
    world.simulation.inject({ kind: "starve", host: "a", time: seconds(1) });
    world.advance(seconds(5));

    expect(world.probe("a").when("childExited")).toBe(500_000 + 1_900_000);
  });

  test("does not resume a process that was stopped", () => {
    const world = pair();
    world.simulation.inject({ kind: "pause", node: "server" });
    world.simulation.inject({ kind: "starve", host: "server", time: seconds(1) });
    world.advance(seconds(2));

    expect(world.simulation.isPaused("server")).toBe(true);
  });
});

describe("a disk", () => {
  const write = (world: World, path: string, content: string, isSynced: boolean) => {
    world.let("a", ({ disk }) => {
      disk.write(path, content, content.length);
      if (isSynced) disk.sync(path);
    });
    world.advance(milliseconds(10));
  };

  const power = (world: World) => {
    world.simulation.inject({ kind: "powerOff", host: "a" });
    world.simulation.inject({ kind: "powerOn", host: "a", start: true });
  };

  test("keeps everything through a crash of the process", () => {
    const world = new World(["a"]);
    write(world, "dump.rdb", "data", false);
    world.simulation.inject({ kind: "kill", node: "a", signal: "KILL" });
    world.simulation.inject({ kind: "restart", node: "a" });

    expect(world.simulation.disk("a").read("dump.rdb")).toBe("data");
  });

  test("forgets at a power loss what was not yet fsynced", () => {
    const world = new World(["a"]);
    write(world, "old", "synced", true);
    write(world, "old", "newer", false);
    write(world, "new", "never synced", false);
    power(world);

    const disk = world.simulation.disk("a");
    expect([disk.read("old"), disk.read("new"), disk.list("")]).toEqual([
      "synced",
      undefined,
      ["old"],
    ]);
  });

  test("writes back by itself after half a minute", () => {
    const world = new World(["a"]);
    write(world, "file", "data", false);
    world.advance(seconds(31));
    power(world);

    expect(world.simulation.disk("a").read("file")).toBe("data");
  });

  // Linux: dirty_expire_centisecs counts from when the inode became dirty.
  test("writes back a file all the same that is written all the time", () => {
    const world = new World(["a"]);
    for (let i = 0; i < 100; i++) {
      write(world, "appendonly.aof", `${i}`.padEnd(i, "x"), false);
      world.advance(milliseconds(990));
    }
    power(world);

    const size = world.simulation.disk("a").size("appendonly.aof");
    expect(size).toBeGreaterThanOrEqual(70);
    expect(size).toBeLessThan(99);
  });

  test("renames atomically: after a power loss there is the new content, or else the old", () => {
    const world = new World(["a"]);
    write(world, "dump.rdb", "old", true);
    write(world, "temp", "unsynced", false);
    world.let("a", ({ disk }) => disk.rename("temp", "dump.rdb"));
    expect(world.simulation.disk("a").read("dump.rdb")).toBe("unsynced");
    power(world);
    expect(world.simulation.disk("a").read("dump.rdb")).toBe("old");

    write(world, "temp", "synced", true);
    world.let("a", ({ disk }) => disk.rename("temp", "dump.rdb"));
    power(world);
    expect(world.simulation.disk("a").read("dump.rdb")).toBe("synced");
    expect(world.simulation.disk("a").list("")).toEqual(["dump.rdb"]);
  });

  test("takes nothing while it is full", () => {
    const world = new World(["a"]);
    const wrote: boolean[] = [];
    const attempt = () => world.let("a", ({ disk }) => wrote.push(disk.write("file", "x", 1)));
    world.simulation.inject({ kind: "fillDisk", host: "a" });
    attempt();
    world.simulation.inject({ kind: "freeDisk", host: "a" });
    attempt();

    expect(wrote).toEqual([false, true]);
  });

  test("keeps its nodes busy for an fsync, and for longer while it is slow", () => {
    const took: number[] = [];
    const disk = { bytesPerSecond: 500_000_000, syncTime: milliseconds(1) };
    const world = new World(["a"], { hosts: { a: { disk } } });
    const attempt = () => {
      world.let("a", (context) => {
        context.disk.write("file", {}, 5_000_000);
        const before = context.monotonic();
        context.disk.sync("file");
        took.push(context.monotonic() - before);
        context.disk.remove("file");
      });
      world.advance(seconds(1));
    };
    attempt();
    world.simulation.inject({ kind: "slowDisk", host: "a", factor: 3, added: milliseconds(40) });
    attempt();
    world.simulation.inject({ kind: "restoreDisk", host: "a" });
    attempt();

    // 1 ms for the fsync, 10 ms for the bytes.
    expect(took).toEqual([11_000, 73_000, 11_000]);
  });

  test("is wiped under a prefix", () => {
    const world = new World(["a"]);
    for (const path of ["n/b", "n/a", "m/a"]) write(world, path, path, true);
    world.simulation.inject({ kind: "wipeDisk", host: "a", prefix: "n/" });

    expect(world.simulation.disk("a").list("")).toEqual(["m/a"]);
  });
});

describe("faults", () => {
  test("of nodes bite and are undone", () => {
    const world = new World(["a"]);
    const { simulation } = world;
    const states: boolean[] = [];
    const state = () => states.push(simulation.isUp("a"), simulation.isPaused("a"));
    simulation.inject({ kind: "kill", node: "a", signal: "KILL" });
    state();
    simulation.inject({ kind: "restart", node: "a" });
    state();
    simulation.inject({ kind: "pause", node: "a" });
    state();
    simulation.inject({ kind: "resume", node: "a" });
    state();

    expect(states).toEqual([false, false, true, false, true, true, true, false]);
  });

  test("of power start the host's nodes only where a supervisor does", () => {
    const world = new World(["a"]);
    const { simulation } = world;
    simulation.inject({ kind: "powerOff", host: "a" });
    simulation.inject({ kind: "restart", node: "a" });
    expect(simulation.isUp("a")).toBe(false);
    simulation.inject({ kind: "powerOn", host: "a", start: false });
    expect(simulation.isUp("a")).toBe(false);
    simulation.inject({ kind: "restart", node: "a" });
    expect(simulation.isUp("a")).toBe(true);
  });

  test("cut groups apart; cuts add up and are healed by name", () => {
    const names = ["a", "b", "c", "d"];
    const world = new World(names);
    for (const name of names) world.let(name, (context) => context.listen(1));
    const cut = (name: string, a: string[], b: string[] | undefined) =>
      world.simulation.inject({ kind: "cut", name, a, b, direction: "both", mode: "drop" });
    const reach = (from: string) => {
      world.probe(from).forget();
      names.forEach((name, index) => {
        if (name === from) return;
        world.let(from, (context) => context.connect({ ip: `10.0.0.${index + 1}`, port: 1 }));
        world.advance(milliseconds(20));
      });
      const count = world.probe(from).list("opened").length;
      world.simulation.inject({ kind: "kill", node: from, signal: "KILL" });
      world.simulation.inject({ kind: "restart", node: from });
      world.let(from, (context) => context.listen(1));
      return count;
    };

    cut("halves", ["a", "b"], ["c", "d"]);
    expect([reach("a"), reach("c")]).toEqual([1, 1]);
    cut("alone", ["a"], undefined);
    expect([reach("a"), reach("b"), reach("c")]).toEqual([0, 0, 1]);
    world.simulation.inject({ kind: "heal", name: "halves" });
    expect([reach("a"), reach("b"), reach("c")]).toEqual([0, 2, 2]);
    world.simulation.inject({ kind: "heal", name: undefined });
    expect([reach("a"), reach("b")]).toEqual([3, 3]);
  });

  test("that name nobody are bugs", () => {
    const world = new World(["a"]);

    expect(() => world.simulation.inject({ kind: "restart", node: "z" })).toThrow(Bug);
    expect(() => world.cut("a", "z")).toThrow("no host is called z");
  });

  test("injected from within an iteration wait for its end", () => {
    const world = pair({
      watch: (node) => world.simulation.inject({ kind: "kill", node, signal: "KILL" }),
    });
    const did: string[] = [];
    world.let("server", (context) => {
      context.note({ kind: "doomed" });
      did.push("went on");
    });
    world.advance(seconds(1));

    expect(did).toEqual(["went on"]);
    expect(world.simulation.isUp("server")).toBe(false);
  });
});
