import { describe, expect, test } from "vitest";
import type { Actor, ConnectionId, Context, Input, TimerId } from "../../src/kernel/actor.js";
import { Bug } from "../../src/kernel/assert.js";
import type { Level, RunRecord } from "../../src/kernel/record.js";
import { Simulation, type SimulationOptions } from "../../src/kernel/simulation.js";
import { type Instant, milliseconds, none, seconds } from "../../src/kernel/time.js";
import { Text } from "./world.js";

/** Greets its peer every so often, at times drawn from its own stream; answers greetings; says what it did. */
class Gossip implements Actor {
  readonly #context: Context;
  readonly #timer: TimerId;
  readonly #peers: readonly string[];
  readonly #open: ConnectionId[] = [];
  #heard = 0;

  constructor(context: Context, peers: readonly string[]) {
    this.#context = context;
    this.#peers = peers;
    this.#timer = context.timer("gossip");
  }

  handle(input: Input): void {
    const context = this.#context;
    switch (input.kind) {
      case "started":
        context.listen(7000);
        for (const ip of this.#peers) if (ip !== context.ip) context.connect({ ip, port: 7000 });
        context.arm(this.#timer, milliseconds(10));
        break;
      case "opened":
        this.#open.push(input.connection);
        break;
      case "closed": {
        const at = this.#open.indexOf(input.connection);
        if (at >= 0) this.#open.splice(at, 1);
        context.note({ kind: "lost", connection: input.connection, why: input.why });
        break;
      }
      case "received":
        this.#heard++;
        if (input.payload.length < 4) break;
        context.send(input.connection, new Text("ack"));
        break;
      case "fired":
        for (const connection of this.#open) context.send(connection, new Text("hello"));
        context.note({ kind: "greeted", heard: this.#heard, share: 0.5, last: undefined });
        context.arm(this.#timer, context.random.duration(milliseconds(20), milliseconds(90)));
        break;
      default:
    }
  }
}

interface Ran {
  readonly simulation: Simulation;
  readonly records: RunRecord[];
}

function play(options: Partial<SimulationOptions> = {}, level?: Level, steps = 1): Ran {
  const records: RunRecord[] = [];
  const observer = level && { level, record: (record: RunRecord) => records.push(record) };
  const simulation = new Simulation({
    seed: "same",
    ...(observer === undefined ? {} : { observers: [observer] }),
    ...options,
  });
  const peers = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];
  peers.forEach((ip, index) => {
    const name = `n${index + 1}`;
    simulation.addHost(name, { ips: [ip] });
    simulation.addNode(name, {
      host: name,
      factory: (context) => new Gossip(context, peers),
      restartAfter: seconds(1),
    });
  });
  for (const name of simulation.nodes) simulation.boot(name);
  simulation.at(seconds(2) as number as Instant, () =>
    simulation.inject({ kind: "kill", node: "n2", signal: "KILL" }),
  );
  for (let i = 0; i < steps; i++) simulation.advance((seconds(6) / steps) as typeof none);
  return { simulation, records };
}

const pinned = play().simulation.fingerprint();

describe("one seed", () => {
  test("gives one fingerprint, run after run in one process", () => {
    expect(play().simulation.fingerprint()).toBe(pinned);
    expect(pinned).toMatch(/^[0-9a-f]{16}$/);
  });

  test("gives another run than another seed", () => {
    expect(play({ seed: "other" }).simulation.fingerprint()).not.toBe(pinned);
  });

  test("gives the same run whoever watches, at every level", () => {
    for (const level of ["notes", "wire", "steps"] as const) {
      const { simulation, records } = play({}, level);
      expect(simulation.fingerprint()).toBe(pinned);
      expect(records.some(({ kind }) => kind === "segment")).toBe(level !== "notes");
      expect(records.some(({ kind }) => kind === "step")).toBe(level === "steps");
    }
  });

  test("gives the same run in one go and step by step", () => {
    expect(play({}, "steps", 1_000).records).toEqual(play({}, "steps").records);
    expect(play({}, undefined, 1_000).simulation.fingerprint()).toBe(pinned);
  });

  test("is told each virtual second with the fingerprint so far, in the order of time", () => {
    const { records, simulation } = play({}, "notes");
    const ends = records.filter((record) => record.kind === "second");

    expect(ends.map(({ at }) => at)).toEqual([1, 2, 3, 4, 5, 6].map((s) => s * 1_000_000));
    expect(ends.at(-1)).toMatchObject({ fingerprint: simulation.fingerprint() });
    const instants = records.map(({ at }) => at);
    expect(instants).toEqual([...instants].sort((a, b) => a - b));
  });
});

describe("the fingerprint", () => {
  test("tells every field of every note apart", () => {
    const say = (share: number | string | undefined) => {
      const simulation = new Simulation({ seed: "note" });
      simulation.addHost("h", { ips: ["10.0.0.1"] });
      simulation.addNode("n", {
        host: "h",
        factory: (context) => ({ handle: () => context.note({ kind: "said", share }) }),
      });
      simulation.boot("n");
      return simulation.fingerprint();
    };
    const values = [0, 1, -1, 0.5, 2 ** 40, 2 ** 41, "1", "", undefined, Number.NaN];

    expect(new Set(values.map(say)).size).toBe(values.length);
  });
});

describe("streams of chance", () => {
  // Old seeds mean what they meant only as long as these names stay.
  test("have names that never change", () => {
    const names = play()
      .simulation.draws()
      .map(({ stream }) => stream)
      .sort();

    expect(names).toEqual([
      "lateness/n1/0",
      "lateness/n2/0",
      "lateness/n2/1",
      "lateness/n3/0",
      "link/n1/n2",
      "link/n1/n3",
      "link/n2/n1",
      "link/n2/n3",
      "link/n3/n1",
      "link/n3/n2",
      "node/n1/0",
      "node/n2/0",
      "node/n2/1",
      "node/n3/0",
    ]);
  });
});

describe("what happens at one instant", () => {
  test("happens in the order in which it was queued", () => {
    const simulation = new Simulation({ seed: "ties" });
    const order: string[] = [];
    const at = 5 as Instant;
    simulation.at(at, () => {
      order.push("a");
      simulation.at(at, () => order.push("c"));
    });
    simulation.at(at, () => order.push("b"));
    simulation.advance(seconds(1));

    expect(order).toEqual(["a", "b", "c"]);
  });

  test("ends the run as a finding where it never stops happening", () => {
    const simulation = new Simulation({ seed: "flood", stepsPerInstant: 1_000 });
    simulation.addHost("h", { ips: ["10.0.0.1"] });
    simulation.addNode("busybody", {
      host: "h",
      factory: (context) => {
        const timer = context.timer("loop");
        return { handle: (input) => void (input.kind !== "settled" && context.arm(timer, none)) };
      },
    });
    simulation.boot("busybody");

    expect(() => simulation.advance(seconds(1))).toThrow(
      /more than 1000 steps at one instant, by busybody \(seed flood, instant 0/,
    );
  });
});

describe("a bug", () => {
  test("carries what a replay needs", () => {
    const simulation = new Simulation({ seed: "s" });
    simulation.addHost("h", { ips: ["10.0.0.1"] });
    simulation.addNode("n", {
      host: "h",
      factory: (context) => {
        context.arm(context.timer("fuse"), seconds(1));
        return {
          handle: (input) => {
            if (input.kind === "fired") context.send(9 as ConnectionId, new Text("x"));
          },
        };
      },
    });
    simulation.boot("n");

    let caught: unknown;
    try {
      simulation.advance(seconds(2));
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(Bug);
    expect(caught).toMatchObject({ place: { seed: "s", step: 1, node: "n" } });
    expect(String(caught)).toContain("n has a connection 9");
  });
});
