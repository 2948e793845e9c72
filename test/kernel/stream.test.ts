import { describe, expect, test } from "vitest";
import { microseconds, milliseconds, none, seconds } from "../../src/kernel/time.js";
import { Ballast, first, pair, Text } from "./world.js";

// Each test here shows a line of the table in which TCP is told as nodes meet it.

describe("a process killed while its machine lives", () => {
  test("has what the kernel took delivered, then FIN", () => {
    const world = pair();
    world.send("server", first, "last words");
    world.simulation.inject({ kind: "kill", node: "server", signal: "KILL" });
    world.advance(seconds(1));

    expect(world.probe("client").list()).toEqual(["received 0 last words", "closed 0 fin"]);
  });

  test("leaves RST instead of FIN where it had not read its input", () => {
    const world = pair();
    world.simulation.inject({ kind: "pause", node: "server" });
    world.send("client", first, "unread");
    world.advance(milliseconds(5));
    world.simulation.inject({ kind: "kill", node: "server", signal: "KILL" });
    world.advance(seconds(1));

    expect(world.probe("client").list("closed")).toEqual(["closed 0 reset"]);
  });

  test("takes with it what the socket had not taken", () => {
    const world = pair({ hosts: { server: { window: 100_000 } } });
    world.simulation.inject({ kind: "pause", node: "client" });
    world.let("server", (context) => context.send(first, new Ballast(300_000)));
    world.advance(milliseconds(50));
    world.simulation.inject({ kind: "kill", node: "server", signal: "KILL" });
    world.simulation.inject({ kind: "resume", node: "client" });
    world.advance(seconds(1));

    expect(world.probe("client").bytes).toBe(100_000);
    expect(world.probe("client").list("closed")).toEqual(["closed 0 fin"]);
  });

  test("answers a segment that comes too late with RST", () => {
    const world = pair();
    world.let("server", (context) => context.close(first));
    world.send("client", first, "crossing");
    world.advance(seconds(1));
    expect(world.probe("client").list("closed")).toEqual(["closed 0 fin"]);

    const half = pair();
    half.cut("client", "server", "from");
    half.simulation.inject({ kind: "kill", node: "server", signal: "KILL" });
    half.advance(milliseconds(100));
    half.simulation.inject({ kind: "heal", name: undefined });
    half.send("client", first, "late");
    half.advance(milliseconds(50));
    expect(half.probe("client").list("closed")).toEqual(["closed 0 reset"]);
  });

  test("tells the end only after all that came before it was read", () => {
    const world = pair();
    world.simulation.inject({ kind: "pause", node: "client" });
    world.let("server", (context) => context.send(first, new Text("x")));
    world.let("server", (context) => context.exit(0));
    world.advance(seconds(1));
    world.simulation.inject({ kind: "resume", node: "client" });
    world.advance(seconds(1));

    const heard = world.probe("client").heard.map(({ what }) => what);
    expect(heard).toEqual(["received 0 x", "settled", "closed 0 fin", "settled"]);
  });
});

describe("a connection across a cut", () => {
  test("delivers what was under way when the link was cut", () => {
    const world = pair();
    world.send("client", first, "under way");
    world.cut("client", "server");
    world.advance(milliseconds(5));

    expect(world.probe("server").list()).toEqual(["received 0 under way"]);
  });

  // Linux: TCP_RTO_MIN 200 ms; reference: replication.md 12.1.
  test("goes on with its own next retransmission after the heal, and loses nothing", () => {
    const world = pair();
    world.cut("client", "server");
    world.send("client", first, "one");
    world.advance(milliseconds(500));
    world.send("client", first, "two");
    world.advance(milliseconds(500));
    world.heal();
    world.advance(seconds(5));

    // The round trip is 2 ms: retransmissions after 202, 606, 1414 ms.
    expect(world.probe("server").heard.slice(0, 2)).toEqual([
      { at: 10_000 + 1_414_000 + 1_000, what: "received 0 one" },
      { at: 10_000 + 1_414_000 + 1_000, what: "received 0 two" },
    ]);
  });

  // Linux: tcp_rack_mark_lost().
  test("shorter than a timeout is recovered a round trip after the next segment", () => {
    const world = pair();
    world.cut("client", "server");
    world.send("client", first, "one");
    world.advance(milliseconds(50));
    world.heal();
    world.advance(milliseconds(50));
    world.send("client", first, "two");
    world.advance(seconds(1));

    expect(world.probe("server").heard.slice(0, 2)).toEqual([
      { at: 110_000 + 2_000 + 1_000, what: "received 0 one" },
      { at: 110_000 + 2_000 + 1_000, what: "received 0 two" },
    ]);
  });

  test("recovers each direction by itself", () => {
    const world = pair();
    world.cut("client", "server");
    world.send("client", first, "early");
    world.advance(milliseconds(600));
    world.send("server", first, "late");
    world.advance(milliseconds(100));
    world.heal();
    world.advance(seconds(5));

    expect(world.probe("client").when("received 0 late")).toBe(610_000 + 202_000 + 1_000);
    expect(world.probe("server").when("received 0 early")).toBe(10_000 + 1_414_000 + 1_000);
  });

  // Linux: tcp_retries2 15, about 924.6 s.
  test("is given up after fifteen retransmissions", () => {
    const world = pair();
    world.cut("client", "server");
    world.send("client", first, "lost");
    world.advance(seconds(1_000));

    const at = world.probe("client").when("closed 0 timeout");
    expect(at).toBeGreaterThan(924_000_000);
    expect(at).toBeLessThan(930_000_000);
  });

  test("is closed by FIN only once the FIN gets through", () => {
    const world = pair();
    world.cut("client", "server");
    world.let("server", (context) => context.close(first));
    world.advance(seconds(1));
    expect(world.probe("client").list()).toEqual([]);

    world.heal();
    world.advance(seconds(1));
    expect(world.probe("client").when("closed 0 fin")).toBe(10_000 + 1_414_000 + 1_000);
  });

  // Linux: tcp_orphan_retries(), eight retransmissions where no process holds the socket any more.
  test("whose FIN did not get through for 102 s is half-open, until something is sent", () => {
    const world = pair();
    world.cut("client", "server");
    world.let("server", (context) => context.close(first));
    world.advance(seconds(110));
    world.heal();
    world.advance(seconds(100));
    expect(world.probe("client").list()).toEqual([]);

    world.send("client", first, "anybody?");
    world.advance(seconds(1));
    expect(world.probe("client").list("closed")).toEqual(["closed 0 reset"]);
  });

  test("whose end never heard that it is over finds out by keepalive", () => {
    const world = pair();
    world.cut("client", "server");
    world.let("server", (context) => context.close(first, "reset"));
    world.heal();
    world.advance(seconds(400));

    const at = world.probe("client").when("closed 0 reset");
    expect(at).toBeGreaterThan(300_000_000);
    expect(at).toBeLessThan(300_010_000);
  });

  test("never learns of an RST that was sent into the cut", () => {
    const world = pair();
    world.cut("client", "server");
    world.let("server", (context) => context.close(first, "reset"));
    world.heal();
    world.advance(seconds(10));
    expect(world.probe("client").list()).toEqual([]);

    world.send("client", first, "anybody?");
    world.advance(seconds(1));
    expect(world.probe("client").list("closed")).toEqual(["closed 0 reset"]);
  });

  test("in one direction has its data delivered until the first timeout, then stalls", () => {
    const world = pair();
    world.cut("client", "server", "from");
    world.send("client", first, "a");
    world.advance(milliseconds(100));
    world.send("client", first, "b");
    world.advance(milliseconds(200));
    world.send("client", first, "c");
    world.advance(milliseconds(400));
    expect(world.probe("server").list()).toEqual(["received 0 a", "received 0 b"]);

    world.heal();
    world.advance(seconds(5));
    expect(world.probe("server").when("received 0 c")).toBe(10_000 + 1_414_000 + 1_000);
  });

  test("that rejects is reset by the next segment", () => {
    const world = pair();
    const hosts = { a: ["client"], b: ["server"], direction: "both", mode: "reject" } as const;
    world.simulation.inject({ kind: "cut", name: "wall", ...hosts });
    world.advance(seconds(10));
    expect(world.probe("client").list()).toEqual([]);

    world.send("client", first, "x");
    world.advance(seconds(1));
    expect(world.probe("client").list("closed")).toEqual(["closed 0 reset"]);
    expect(world.probe("server").list()).toEqual([]);
  });

  test("that rejects is reset by the next retransmission, or by a keepalive probe", () => {
    const reject = (world: ReturnType<typeof pair>) => {
      const hosts = { a: ["client"], b: ["server"], direction: "both", mode: "reject" } as const;
      world.simulation.inject({ kind: "cut", name: "wall", ...hosts });
    };
    const stalled = pair();
    stalled.cut("client", "server");
    stalled.send("client", first, "x");
    stalled.advance(milliseconds(300));
    reject(stalled);
    stalled.simulation.inject({ kind: "heal", name: "cut" });
    stalled.advance(seconds(1));
    expect(stalled.probe("client").when("closed 0 reset")).toBe(10_000 + 606_000);

    const idle = pair();
    reject(idle);
    idle.advance(seconds(290));
    expect(idle.probe("client").list()).toEqual([]);
    idle.advance(seconds(20));
    expect(idle.probe("client").list()).toEqual(["closed 0 reset"]);
  });
});

describe("a machine that lost power", () => {
  test("is silence to its peers", () => {
    const world = pair();
    world.simulation.inject({ kind: "powerOff", host: "server" });
    world.send("client", first, "hello?");
    world.advance(seconds(100));

    expect(world.probe("client").list()).toEqual(["signalled"]);
  });

  test("answers with RST once it is back", () => {
    const world = pair();
    world.simulation.inject({ kind: "powerOff", host: "server" });
    world.advance(seconds(10));
    world.simulation.inject({ kind: "powerOn", host: "server", start: true });
    world.advance(seconds(10));
    expect(world.probe("client").list()).toEqual([]);

    world.send("client", first, "remember?");
    world.advance(seconds(1));
    expect(world.probe("client").list("closed")).toEqual(["closed 0 reset"]);
  });

  test("loses what was under way to it, which its sender finds out by and by", () => {
    const world = pair();
    world.send("client", first, "under way");
    world.simulation.inject({ kind: "powerOff", host: "server" });
    world.advance(seconds(1));
    world.simulation.inject({ kind: "powerOn", host: "server", start: true });
    world.advance(seconds(10));

    expect(world.probe("client").list("closed")).toEqual(["closed 0 reset"]);
  });

  // Redis: anetKeepAlive() with tcp-keepalive 300.
  test("is found gone by keepalive after 600 s without traffic", () => {
    const world = pair();
    world.advance(seconds(100));
    world.simulation.inject({ kind: "powerOff", host: "server" });
    world.advance(seconds(1_000));

    const at = world.probe("client").when("closed 0 timeout");
    expect(at).toBeGreaterThan(600_000_000);
    expect(at).toBeLessThan(600_010_000);
  });

  test("is looked for by keepalive from the last acknowledgement on", () => {
    const world = pair();
    world.advance(seconds(250));
    world.send("client", first, "acknowledged");
    world.advance(seconds(1));
    world.simulation.inject({ kind: "powerOff", host: "server" });
    world.advance(seconds(1_000));

    expect(world.probe("client").when("closed 0 timeout")).toBe(250_010_000 + 600_000_000);
  });

  test("before its connection was accepted is found gone by keepalive too", () => {
    const world = pair();
    world.simulation.inject({ kind: "pause", node: "server" });
    world.let("client", (context) => context.connect({ ip: "10.0.0.2", port: 6379 }));
    world.advance(seconds(1));
    world.simulation.inject({ kind: "powerOff", host: "client" });
    world.advance(seconds(1));
    world.simulation.inject({ kind: "resume", node: "server" });
    world.advance(seconds(700));

    const closed = world.probe("server").list("closed");
    expect(closed.sort()).toEqual(["closed 0 timeout", "closed 1 timeout"]);
  });

  test("is not found gone while it is heard, though it does not hear", () => {
    const world = pair();
    world.cut("client", "server", "to");
    for (let i = 0; i < 10; i++) {
      world.let("server", (context) => context.send(first, new Text("x")));
      world.advance(seconds(0.1));
    }
    world.advance(seconds(595));
    expect(world.probe("client").list("closed")).toEqual([]);
    world.advance(seconds(10));
    expect(world.probe("client").list("closed")).toEqual(["closed 0 timeout"]);
  });

  test("is never found gone without keepalive, nor where the path heals in time", () => {
    const off = pair({ hosts: { client: { keepalive: "off" } } });
    off.simulation.inject({ kind: "powerOff", host: "server" });
    off.advance(seconds(5_000));
    expect(off.probe("client").list()).toEqual([]);

    const healed = pair();
    healed.cut("client", "server");
    healed.advance(seconds(500));
    healed.heal();
    healed.advance(seconds(5_000));
    expect(healed.probe("client").list()).toEqual([]);
  });

  test("that came back unheard answers the next keepalive probe with RST", () => {
    const world = pair();
    world.simulation.inject({ kind: "powerOff", host: "server" });
    world.advance(seconds(350));
    world.simulation.inject({ kind: "powerOn", host: "server", start: false });
    world.advance(seconds(200));

    const at = world.probe("client").when("closed 0 reset");
    expect(at).toBeGreaterThan(400_000_000);
    expect(at).toBeLessThan(400_010_000);
  });
});

describe("a receiver that does not read", () => {
  test("fills the window, and then its sender's own buffer", () => {
    const world = pair({ hosts: { server: { window: 1_000_000 } } });
    const unsent: number[] = [];
    world.simulation.inject({ kind: "pause", node: "client" });
    world.let("server", (context) => context.send(first, new Ballast(1_500_000)));
    world.advance(seconds(1));
    world.let("server", (context) => unsent.push(context.unsent(first)));
    expect(unsent).toEqual([500_000]);
    expect(world.probe("server").list("drained")).toEqual([]);

    world.simulation.inject({ kind: "resume", node: "client" });
    world.advance(seconds(1));
    world.let("server", (context) => unsent.push(context.unsent(first)));
    expect(unsent).toEqual([500_000, 0]);
    expect(world.probe("server").list("drained")).toEqual(["drained 0"]);
    expect(world.probe("client").bytes).toBe(1_500_000);
  });
});

describe("a sender that has no time", () => {
  // Redis: sendReplyToClient() is an event handler, so a stopped or busy process writes nothing.
  test("leaves in its buffer what the window would take meanwhile", () => {
    for (const isStopped of [true, false]) {
      const world = pair({ hosts: { server: { window: 1_000_000 } } });
      world.simulation.inject({ kind: "pause", node: "client" });
      world.let("server", (context) => context.send(first, new Ballast(1_500_000)));
      world.advance(seconds(1));
      if (isStopped) world.simulation.inject({ kind: "pause", node: "server" });
      else world.let("server", (context) => context.busy(seconds(2)));
      world.simulation.inject({ kind: "resume", node: "client" });
      world.advance(seconds(1));
      expect(world.probe("client").bytes).toBe(1_000_000);
      expect(world.probe("server").list("drained")).toEqual([]);

      world.simulation.inject({ kind: "resume", node: "server" });
      world.advance(seconds(2));
      expect(world.probe("client").bytes).toBe(1_500_000);
      expect(world.probe("server").list("drained")).toEqual(["drained 0"]);
    }
  });
});

describe("bandwidth", () => {
  test("makes a transfer take its bytes' time, and others on the link wait behind it", () => {
    const world = pair({ defaultLink: { latency: milliseconds(1), jitter: none, bandwidth: 1e6 } });
    world.let("server", (context) => context.send(first, new Ballast(2_000_000)));
    world.advance(milliseconds(500));
    const early = world.probe("client").bytes;
    world.send("server", first, "behind");
    world.advance(seconds(3));

    expect(early).toBeGreaterThan(300_000);
    expect(early).toBeLessThan(500_000);
    expect(world.probe("client").when("received 0 behind")).toBeGreaterThan(2_010_000);
    expect(world.probe("client").bytes).toBe(2_000_006);
  });

  test("keeps back from a cut what waits behind other traffic, and nothing of it is lost", () => {
    const world = pair({ defaultLink: { latency: milliseconds(1), jitter: none, bandwidth: 1e6 } });
    world.let("server", (context) => {
      context.send(first, new Ballast(2_000_000));
      context.close(first);
    });
    world.advance(milliseconds(500));
    world.cut("client", "server");
    world.advance(milliseconds(2));
    const { bytes } = world.probe("client");
    world.advance(seconds(5));
    expect(world.probe("client").bytes).toBe(bytes);
    expect(bytes).toBeLessThan(600_000);

    world.heal();
    world.advance(seconds(10));
    expect(world.probe("client").bytes).toBe(2_000_000);
    expect(world.probe("client").list("closed")).toEqual(["closed 0 fin"]);
  });

  test("is free again after a cut that threw away what waited for it", () => {
    const world = pair({ defaultLink: { latency: milliseconds(1), jitter: none, bandwidth: 1e6 } });
    world.let("server", (context) => context.send(first, new Ballast(2_000_000)));
    world.advance(milliseconds(500));
    world.cut("client", "server");
    world.advance(milliseconds(50));
    world.heal();
    world.simulation.inject({
      kind: "slow",
      a: ["server"],
      b: ["client"],
      direction: "to",
      settings: { bandwidth: 1e9 },
    });
    world.advance(milliseconds(250));

    expect(world.probe("client").bytes).toBe(2_000_000);
  });

  test("keeps back what a machine that lost power had not sent", () => {
    const world = pair({ defaultLink: { latency: milliseconds(1), jitter: none, bandwidth: 1e6 } });
    world.let("server", (context) => context.send(first, new Ballast(2_000_000)));
    world.advance(milliseconds(500));
    world.simulation.inject({ kind: "powerOff", host: "server" });
    world.advance(seconds(10));

    expect(world.probe("client").bytes).toBeLessThan(600_000);
  });

  test("does not turn gigabytes into a million events", () => {
    const world = pair({
      defaultLink: { latency: milliseconds(1), jitter: none, bandwidth: 125_000_000 },
    });
    world.let("server", (context) => context.send(first, new Ballast(10_000_000_000)));
    world.advance(seconds(100));

    expect(world.probe("client").bytes).toBe(10_000_000_000);
    expect(world.simulation.steps).toBeLessThan(50_000);
  });
});

describe("links", () => {
  test("deliver each direction in order, whatever the jitter", () => {
    const world = pair({
      defaultLink: { latency: milliseconds(1), jitter: milliseconds(20), bandwidth: 0 },
    });
    world.advance(seconds(1));
    for (let i = 0; i < 50; i++) {
      world.send("client", first, `${i}`);
      world.advance(microseconds(300));
    }
    world.advance(seconds(1));

    const numbers = world.probe("server").list("received");
    expect(numbers).toEqual(numbers.map((_, i) => `received 0 ${i}`));
    expect(numbers).toHaveLength(50);
  });

  test("that lose segments delay the stream, and leave no hole", () => {
    const world = pair();
    world.simulation.setLink("client", "server", { lossPpm: 300_000 });
    const sentAt: number[] = [];
    for (let i = 0; i < 40; i++) {
      sentAt.push(world.simulation.now);
      world.send("client", first, `${i}`);
      world.advance(milliseconds(500));
    }

    const heard = world.probe("server").heard.filter(({ what }) => what.startsWith("received"));
    const delays = new Set(heard.map(({ at }, i) => at - (sentAt[i] ?? 0)));
    expect(heard).toHaveLength(40);
    const inOrder = [...delays].sort((a, b) => a - b);
    // A retransmission may be lost as well; what was sent 500 ms later waits behind it.
    expect(inOrder).toEqual([1_000, 107_000, 203_000, 607_000]);
  });

  test("that lose everything are silent, as if they were cut", () => {
    const world = pair();
    const between = { a: ["client"], b: ["server"], direction: "both" } as const;
    world.simulation.inject({ kind: "slow", ...between, settings: { lossPpm: 1_000_000 } });
    world.send("client", first, "x");
    world.advance(seconds(5));
    expect(world.probe("server").list()).toEqual([]);

    world.simulation.inject({ kind: "restore", ...between });
    world.advance(seconds(5));
    expect(world.probe("server").list()).toEqual(["received 0 x"]);
  });

  test("are slowed and restored, in the directions named", () => {
    const world = pair();
    const between = { a: ["client"], b: ["server"] };
    world.simulation.inject({
      kind: "slow",
      ...between,
      direction: "to",
      settings: { latency: milliseconds(50) },
    });
    world.send("client", first, "slow");
    world.send("server", first, "fast");
    world.advance(milliseconds(100));
    world.simulation.inject({ kind: "restore", ...between });
    world.send("client", first, "again");
    world.advance(milliseconds(100));

    expect(world.probe("server").when("received 0 slow")).toBe(60_000);
    expect(world.probe("client").when("received 0 fast")).toBe(11_000);
    expect(world.probe("server").when("received 0 again")).toBe(111_000);
  });

  test("have rare long delays where a table says so", () => {
    const tail = [
      { weight: 3, added: none },
      { weight: 1, added: milliseconds(30) },
    ];
    const world = pair();
    world.simulation.setLink("client", "server", { tail });
    const delays = new Set<number>();
    for (let i = 0; i < 40; i++) {
      const from = world.simulation.now;
      world.send("client", first, "x");
      world.advance(milliseconds(100));
      delays.add((world.probe("server").heard.at(-1)?.at ?? 0) - from);
    }

    expect([...delays].sort((a, b) => a - b)).toEqual([1_000, 31_000]);
  });
});
