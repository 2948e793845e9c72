import { describe, expect, test } from "vitest";
import { microseconds, milliseconds, seconds } from "../../src/kernel/time.js";
import { first, pair, Text, World } from "./world.js";

describe("an iteration of an idle process", () => {
  // Redis: aeProcessEvents().
  test("takes place at the very instant a segment arrives, and ends with beforeSleep", () => {
    const world = pair();

    world.send("client", first, "PING");
    world.advance(milliseconds(2));

    const { heard } = world.probe("server");
    expect(heard).toEqual([
      { at: 11_000, what: "received 0 PING" },
      { at: 11_000, what: "settled" },
    ]);
  });

  test("is one event for one segment", () => {
    const world = pair();
    world.send("client", first, "PING");
    const before = world.simulation.steps;

    world.advance(milliseconds(2));

    expect(world.simulation.steps - before).toBe(1);
  });

  test("sends one segment a connection, in the order of the first send on each, all at its end", () => {
    const world = pair();
    world.let("client", (context) => context.connect({ ip: "10.0.0.2", port: 6379 }));
    world.advance(milliseconds(10));
    world.probe("server").forget();

    world.let("client", (context) => {
      context.send(1 as typeof first, new Text("a"));
      context.send(first, new Text("b"));
      context.send(1 as typeof first, new Text("c"));
      context.busy(microseconds(500));
    });
    world.advance(milliseconds(2));

    const { heard } = world.probe("server");
    expect(heard.map(({ what }) => what)).toEqual([
      "received 1 a",
      "received 1 c",
      "settled",
      "received 0 b",
      "settled",
    ]);
    expect(heard[0]?.at).toBe(20_000 + 500 + 1_000);
  });

  test("is followed by the next one only once the process is no longer busy", () => {
    const world = pair();
    world.probe("server").onInput = (input) => {
      if (input.kind === "received") world.probe("server").context.busy(milliseconds(5));
    };

    world.send("client", first, "a");
    world.advance(milliseconds(2));
    world.send("client", first, "b");
    world.advance(milliseconds(1));
    world.send("client", first, "c");
    world.advance(milliseconds(20));

    const at = world.probe("server").heard.map(({ at, what }) => `${at} ${what}`);
    expect(at).toEqual([
      "11000 received 0 a",
      "11000 settled",
      "16000 received 0 b",
      "16000 received 0 c",
      "16000 settled",
    ]);
  });

  test("that takes long gives out what it sent at its end, and nothing if it is killed before", () => {
    const world = pair();
    const work = () =>
      world.let("server", (context) => {
        context.busy(milliseconds(100));
        context.send(first, new Text("done"));
      });

    work();
    world.advance(milliseconds(102));
    expect(world.probe("client").when("received 0 done")).toBe(111_000);

    world.probe("client").forget();
    work();
    world.advance(milliseconds(50));
    world.simulation.inject({ kind: "kill", node: "server", signal: "KILL" });
    world.advance(seconds(1));
    expect(world.probe("client").list()).toEqual(["closed 0 fin"]);
  });
});

describe("a process that was stopped", () => {
  // Reference: replication.md 12.4, b1 a1 c1 a2 b2 a3 C b3 is executed connection by connection.
  test("takes each connection once, in the order in which they became ready, then its timers", () => {
    const world = new World(["a", "b", "c", "server"]);
    world.let("server", (context) => {
      context.listen(6379);
      context.arm(context.timer("cron"), milliseconds(150));
    });
    for (const name of ["a", "b", "c"]) {
      world.let(name, (context) => context.connect({ ip: "10.0.0.4", port: 6379 }));
      world.advance(milliseconds(10));
    }
    world.probe("server").forget();
    world.simulation.inject({ kind: "pause", node: "server" });
    for (const text of ["b1", "a1", "c1", "a2", "b2", "a3", "b3"]) {
      world.send(text.slice(0, 1), first, text);
      world.advance(milliseconds(10));
    }
    world.advance(seconds(1));
    expect(world.probe("server").heard).toEqual([]);

    world.simulation.inject({ kind: "resume", node: "server" });
    world.advance(milliseconds(10));

    expect(world.probe("server").heard.map(({ what }) => what)).toEqual([
      "received 1 b1",
      "received 1 b2",
      "received 1 b3",
      "received 0 a1",
      "received 0 a2",
      "received 0 a3",
      "received 2 c1",
      "fired 0",
      "settled",
    ]);
  });

  // Redis: PROTO_IOBUF_LEN.
  test("reads at most 16 KiB of a connection in one iteration", () => {
    const world = pair();
    world.simulation.inject({ kind: "pause", node: "server" });
    world.let("client", (context) => {
      for (let i = 0; i < 5; i++) context.send(first, new Text("x".repeat(6_000)));
    });
    world.advance(milliseconds(10));

    world.simulation.inject({ kind: "resume", node: "server" });
    world.advance(milliseconds(10));

    const kinds = world.probe("server").heard.map(({ what }) => what.split(" ")[0]);
    expect(kinds.join(" ")).toBe(
      "received received settled received received settled received settled",
    );
  });

  test("is connected to all the same, by the kernel's backlog", () => {
    const world = pair();
    world.simulation.inject({ kind: "pause", node: "server" });

    world.let("client", (context) => context.connect({ ip: "10.0.0.2", port: 6379 }));
    world.advance(milliseconds(10));
    expect(world.probe("client").list("opened")).toEqual(["opened 1"]);
    expect(world.probe("server").list()).toEqual([]);

    world.simulation.inject({ kind: "resume", node: "server" });
    world.advance(milliseconds(10));
    expect(world.probe("server").list()).toEqual(["accepted 1"]);
  });

  test("has as much of its busy time left as before", () => {
    const world = pair();
    world.let("server", (context) => {
      context.busy(milliseconds(100));
      context.send(first, new Text("done"));
    });
    world.advance(milliseconds(30));
    world.simulation.inject({ kind: "pause", node: "server" });
    world.advance(seconds(1));
    world.simulation.inject({ kind: "resume", node: "server" });
    world.advance(seconds(1));

    expect(world.probe("client").when("received")).toBe(10_000 + 1_000_000 + 100_000 + 1_000);
  });
});

describe("a timer", () => {
  const cron = (world: World, delay: number) =>
    world.let("a", (context) => context.arm(context.timer("cron"), microseconds(delay)));

  // Redis: aeApiPoll() counts whole milliseconds, rounded up.
  test("wakes a sleeping process late, after whole milliseconds of sleep", () => {
    const world = new World(["a"]);
    cron(world, 2_300);
    world.advance(seconds(1));

    expect(world.probe("a").when("fired 0")).toBe(3_100);
  });

  // clock_nanosleep(2): nothing is rounded.
  // Redis 6.2: aeApiPoll() truncates, and polls again with no timeout until the timer is due.
  test("wakes a process that rounds down on time, or as late as its last sleep", () => {
    const wakes = [2_300, 2_050].map((delay) => {
      const world = new World(["a"], { roundsDown: ["a"] });
      world.let("a", (context) => context.arm(context.timer("t"), microseconds(delay)));
      world.advance(milliseconds(10));
      return world.probe("a").heard.find(({ what }) => what === "fired 0")?.at;
    });

    // 2 ms of sleep and 100 µs of lateness: the first spins for 200 µs, the second is 50 µs late.
    expect(wakes).toEqual([2_300 + 12, 2_100]);
  });

  test("wakes a process with fine timers 50 to 150 µs late", () => {
    const world = new World(["a"], { fineTimers: ["a"] });
    const probe = world.probe("a");
    const firings: number[] = [];
    probe.onInput = (input) => {
      if (input.kind !== "fired") return;
      firings.push(world.simulation.now);
      probe.context.arm(input.timer, microseconds(2_300));
    };
    cron(world, 2_300);
    world.advance(seconds(2));

    const late = firings.map((at, i) => at - (firings[i - 1] ?? 0) - 2_300);
    expect(Math.min(...late)).toBe(50);
    expect(Math.max(...late)).toBe(150);
  });

  test("counts the milliseconds from when the process last fell asleep", () => {
    const world = new World(["a"]);
    cron(world, 10_000);
    world.advance(microseconds(4_400));
    world.let("a", () => {});
    world.advance(seconds(1));

    expect(world.probe("a").when("fired 0")).toBe(4_400 + 6_000 + 100);
  });

  // Redis: processTimeEvents() runs in every iteration.
  test("fires in any iteration that runs once it is due", () => {
    const world = new World(["a"]);
    cron(world, 10_000);
    world.advance(microseconds(10_020));
    world.let("a", () => {});
    world.advance(seconds(1));

    expect(world.probe("a").when("fired 0")).toBe(10_020);
    expect(world.probe("a").list("fired")).toEqual(["fired 0"]);
  });

  test("fires once after a pause, however often it would have", () => {
    const world = new World(["a"]);
    const probe = world.probe("a");
    probe.onInput = (input) => {
      if (input.kind === "fired") probe.context.arm(input.timer, milliseconds(100));
    };
    cron(world, 100_000);
    world.advance(seconds(1));
    world.simulation.inject({ kind: "pause", node: "a" });
    world.advance(seconds(10));
    probe.forget();
    world.simulation.inject({ kind: "resume", node: "a" });

    world.advance(milliseconds(99));
    expect(probe.list("fired")).toEqual(["fired 0"]);
    world.advance(milliseconds(2));
    expect(probe.list("fired")).toEqual(["fired 0", "fired 0"]);
  });

  test("can be armed anew for earlier or later, and disarmed", () => {
    const world = new World(["a"]);
    world.let("a", (context) => {
      const [earlier, later, off] = ["x", "y", "z"].map((name) => context.timer(name));
      if (earlier === undefined || later === undefined || off === undefined) return;
      context.arm(earlier, milliseconds(50));
      context.arm(earlier, milliseconds(20));
      context.arm(later, milliseconds(20));
      context.arm(later, milliseconds(50));
      context.arm(off, milliseconds(20));
      context.disarm(off);
    });
    world.advance(seconds(1));

    const fired = world.probe("a").heard.filter(({ what }) => what.startsWith("fired"));
    expect(fired).toEqual([
      { at: 20_100, what: "fired 0" },
      // It fell asleep anew at 20.1 ms, for 30 ms.
      { at: 50_200, what: "fired 1" },
    ]);
  });

  test("armed for later while its process is busy at its old instant still fires", () => {
    const world = new World(["a"]);
    world.let("a", (context) => context.arm(context.timer("cron"), milliseconds(20)));
    world.advance(milliseconds(10));
    world.let("a", (context) => {
      context.arm(0 as Parameters<typeof context.arm>[0], milliseconds(100));
      context.busy(milliseconds(50));
    });
    world.advance(seconds(1));

    expect(world.probe("a").when("fired")).toBe(10_000 + 100_000 + 100);
  });
});

describe("a child process", () => {
  test("exits 0 after its work, or dies of the signal it is sent", () => {
    const world = new World(["a"]);
    world.let("a", (context) => {
      context.spawn("rdb", milliseconds(30));
      const doomed = context.spawn("rdb", milliseconds(30));
      context.kill(doomed, 10);
    });
    world.advance(seconds(1));

    expect(world.probe("a").list("childExited")).toEqual(["childExited 1 -10", "childExited 0 0"]);
  });

  test("waits to be noticed while its parent is stopped, and is no business of the next one", () => {
    const world = new World(["a"]);
    world.let("a", (context) => context.spawn("rdb", milliseconds(30)));
    world.simulation.inject({ kind: "pause", node: "a" });
    world.advance(seconds(1));
    expect(world.probe("a").list("childExited")).toEqual([]);
    world.simulation.inject({ kind: "resume", node: "a" });
    expect(world.probe("a").list("childExited")).toEqual(["childExited 0 0"]);

    world.let("a", (context) => context.spawn("rdb", milliseconds(30)));
    world.simulation.inject({ kind: "kill", node: "a", signal: "KILL" });
    world.simulation.inject({ kind: "restart", node: "a" });
    world.advance(seconds(1));
    expect(world.probe("a").list()).toEqual(["started"]);
  });
});
