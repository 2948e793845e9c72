import { describe, expect, test } from "vitest";
import { microseconds, milliseconds, seconds } from "../../src/kernel/time.js";
import { pair, Text, World } from "./world.js";

const away = { client: { segment: "here" }, server: { segment: "there" } };

function dial(world: World, port = 6379): void {
  world.let("client", (context) => context.connect({ ip: "10.0.0.2", port }));
}

function listening(options: ConstructorParameters<typeof World>[1] = {}): World {
  const world = new World(["client", "server"], options);
  world.let("server", (context) => context.listen(6379));
  world.probe("client").forget();
  world.probe("server").forget();
  return world;
}

describe("connecting", () => {
  test("takes a round trip, and half of one more until the other side can accept", () => {
    const world = listening();

    dial(world);
    world.advance(seconds(1));

    expect(world.probe("client").when("opened")).toBe(2_000);
    expect(world.probe("server").when("accepted")).toBe(3_000);
  });

  test("tells both sides the same addresses", () => {
    const world = listening();
    const seen: unknown[] = [];
    for (const name of ["client", "server"]) {
      world.probe(name).onInput = (input) => {
        if (input.kind === "opened" || input.kind === "accepted") {
          seen.push([input.local.ip, input.local.port, input.peer.ip, input.peer.port]);
        }
      };
    }

    dial(world);
    world.advance(seconds(1));

    expect(seen).toEqual([
      ["10.0.0.1", 32_768, "10.0.0.2", 6379],
      ["10.0.0.2", 6379, "10.0.0.1", 32_768],
    ]);
  });

  test("gives each connection the lowest free id, as for file descriptors", () => {
    const world = listening();
    for (let i = 0; i < 3; i++) dial(world);
    world.advance(seconds(1));
    world.let("client", (context) => context.close(1 as Parameters<typeof context.close>[0]));
    dial(world);
    dial(world);
    world.advance(seconds(1));

    expect(world.probe("client").list("opened").slice(3)).toEqual(["opened 1", "opened 3"]);
  });

  test("is refused after a round trip where nobody listens, never at once", () => {
    const world = listening();

    dial(world, 26379);
    world.advance(seconds(1));

    expect(world.probe("client").list()).toEqual(["signalled", "closed 0 refused"]);
    expect(world.probe("client").when("closed")).toBe(2_000);
  });

  test("is refused by a firewall that rejects, until it is taken away", () => {
    const world = listening();
    const hosts = { a: ["client"], b: ["server"], direction: "both", mode: "reject" } as const;
    world.simulation.inject({ kind: "cut", name: "wall", ...hosts });
    dial(world);
    world.advance(seconds(1));
    expect(world.probe("client").when("closed 0 refused")).toBe(1_000);

    world.simulation.inject({ kind: "heal", name: "wall" });
    dial(world);
    world.advance(seconds(1));
    expect(world.probe("client").list("opened")).toEqual(["opened 0"]);
  });

  test("fails on a port that is taken on the host", () => {
    const world = listening();
    const listens: boolean[] = [];

    world.let("server", (context) => listens.push(context.listen(6379), context.listen(6380)));

    expect(listens).toEqual([false, true]);
  });

  // Reference: replication.md 12.1, "No route to host".
  test("to a machine that is off finds no route after three seconds on the same segment", () => {
    const world = listening();
    world.simulation.inject({ kind: "powerOff", host: "server" });

    dial(world);
    world.advance(seconds(10));

    const at = world.probe("client").when("closed 0 unreachable");
    expect(at).toBeGreaterThanOrEqual(3_000_000);
    expect(at).toBeLessThanOrEqual(3_100_000);
  });

  test("across a cut that heals goes on with the next SYN", () => {
    const world = listening();
    world.cut("client", "server");
    dial(world);
    world.advance(seconds(2));
    world.heal();
    world.advance(seconds(10));

    expect(world.probe("client").when("opened")).toBe(3_002_000);
  });

  // Linux: tcp_syn_retries 6.
  test("to silence elsewhere sends SYN after 1, 3, 7 ... s and gives up at 127 s", () => {
    for (const [healed, opens] of [
      [0.5, 1],
      [1.5, 3],
      [3.5, 7],
      [7.5, 15],
      [40, 63],
    ] as const) {
      const world = listening({ hosts: away });
      world.cut("client", "server");
      dial(world);
      world.advance(seconds(healed));
      world.heal();
      world.advance(seconds(100));
      expect(world.probe("client").when("opened")).toBe(opens * 1_000_000 + 2_000);
    }

    const world = listening({ hosts: away });
    world.cut("client", "server");
    dial(world);
    world.advance(seconds(200));
    expect(world.probe("client").when("closed 0 timeout")).toBe(127_000_000);
  });

  test("needs both directions", () => {
    for (const direction of ["to", "from"] as const) {
      const world = listening({ hosts: away });
      world.cut("client", "server", direction);
      dial(world);
      world.advance(seconds(2));
      world.heal();
      world.advance(seconds(2));

      expect(world.probe("client").when("opened")).toBe(3_002_000);
    }
  });

  test("to an address that nobody has times out", () => {
    const world = listening();
    world.let("client", (context) => context.connect({ ip: "192.0.2.1", port: 6379 }));
    world.advance(seconds(200));

    expect(world.probe("client").when("closed 0 timeout")).toBe(127_000_000);
  });

  test("that was given up by its own process comes to nothing", () => {
    const world = listening();
    dial(world);
    world.let("client", (context) => context.close(0 as Parameters<typeof context.close>[0]));
    world.advance(seconds(1));

    expect(world.probe("client").list("opened", "closed")).toEqual([]);
    expect(world.probe("server").list()).toEqual([]);
  });

  test("may be followed by sends at once: they leave when it is established", () => {
    const world = listening();
    world.let("client", (context) => {
      const connection = context.connect({ ip: "10.0.0.2", port: 6379 });
      context.send(connection, new Text("eager"));
    });
    world.advance(seconds(1));

    expect(world.probe("server").list()).toEqual(["accepted 0", "received 0 eager"]);
    expect(world.probe("server").when("received")).toBe(3_000);
  });

  test("to oneself goes over the loopback, whatever is cut", () => {
    const world = listening();
    world.simulation.inject({
      kind: "cut",
      name: "isolated",
      a: ["server"],
      b: undefined,
      direction: "both",
      mode: "drop",
    });
    world.let("server", (context) => {
      context.connect({ ip: "127.0.0.1", port: 6379 });
      context.connect({ ip: "10.0.0.2", port: 6379 });
    });
    world.advance(milliseconds(1));

    const list = world.probe("server").list("opened", "accepted");
    expect(list.sort()).toEqual(["accepted 2", "accepted 3", "opened 0", "opened 1"]);
  });
});

describe("a backlog", () => {
  // Redis: tcp-backlog 511.
  test("takes 511 connections of a stopped process; further SYNs go unanswered", () => {
    const world = listening();
    world.simulation.inject({ kind: "pause", node: "server" });
    for (let i = 0; i < 513; i++) {
      dial(world);
      world.advance(milliseconds(4));
    }
    expect(world.probe("client").list("opened")).toHaveLength(511);

    world.simulation.inject({ kind: "resume", node: "server" });
    world.advance(seconds(10));
    expect(world.probe("client").list("opened")).toHaveLength(513);
  });
});

describe("names", () => {
  test("resolve until they no longer do, and may come back with another address", () => {
    const world = new World(["client", "server"]);
    world.simulation.setName("redis-1", "10.0.0.2");
    const seen: (string | undefined)[] = [];
    const look = () => world.let("client", (context) => seen.push(context.resolve("redis-1")));

    look();
    world.advance(milliseconds(10));
    world.simulation.inject({ kind: "unresolve", name: "redis-1" });
    look();
    world.advance(milliseconds(10));
    world.simulation.inject({ kind: "resolve", name: "redis-1", ip: "10.0.0.9" });
    look();
    world.advance(milliseconds(10));
    world.simulation.inject({ kind: "resolve", name: "redis-1", ip: undefined });
    look();

    expect(seen).toEqual(["10.0.0.2", undefined, "10.0.0.9", "10.0.0.2"]);
  });

  test("that do not resolve block the process for a while; an address answers itself at once", () => {
    const world = new World(["a"]);
    const took: number[] = [];
    world.let("a", (context) => {
      for (const name of ["10.1.2.3", "gone"]) {
        const before = context.nowMicroseconds();
        context.resolve(name);
        took.push(context.nowMicroseconds() - before);
      }
    });

    expect(took).toEqual([0, milliseconds(5)]);
  });
});

describe("a process that ends", () => {
  test("leaves nobody listening: connecting is refused", () => {
    const world = pair();
    world.simulation.inject({ kind: "kill", node: "server", signal: "KILL" });
    world.advance(microseconds(1));
    dial(world);
    world.advance(seconds(1));

    expect(world.probe("client").list("closed").sort()).toEqual([
      "closed 0 fin",
      "closed 1 refused",
    ]);
  });

  const supervised = (): World => {
    const world = new World([]);
    world.simulation.addHost("h", { ips: ["10.0.0.1"] });
    world.simulation.addNode("n", {
      host: "h",
      factory: (context) => ({
        handle: (input) => {
          if (input.kind === "signalled") context.exit(0);
        },
      }),
      restartAfter: seconds(2),
    });
    world.simulation.boot("n");
    return world;
  };

  test("is started again by its supervisor", () => {
    const world = supervised();
    world.simulation.inject({ kind: "kill", node: "n", signal: "TERM" });

    expect(world.simulation.isUp("n")).toBe(false);
    world.advance(milliseconds(1_999));
    expect(world.simulation.isUp("n")).toBe(false);
    world.advance(milliseconds(1));
    expect(world.simulation.isUp("n")).toBe(true);
  });

  // systemd: a start by hand ends the wait for RestartSec.
  test("is not started early by a supervisor whose wait a start by hand has ended", () => {
    const { simulation } = supervised();
    const kill = () => simulation.inject({ kind: "kill", node: "n", signal: "KILL" });
    kill();
    simulation.advance(seconds(1));
    simulation.inject({ kind: "restart", node: "n" });
    kill();
    simulation.advance(milliseconds(1_500));
    expect(simulation.isUp("n")).toBe(false);
    simulation.advance(milliseconds(500));
    expect(simulation.isUp("n")).toBe(true);
  });

  test("is not started by a supervisor that lost its own machine meanwhile", () => {
    const { simulation } = supervised();
    simulation.inject({ kind: "kill", node: "n", signal: "KILL" });
    simulation.inject({ kind: "powerOff", host: "h" });
    simulation.advance(seconds(1));
    simulation.inject({ kind: "powerOn", host: "h", start: false });
    simulation.advance(seconds(10));

    expect(simulation.isUp("n")).toBe(false);
  });
});
