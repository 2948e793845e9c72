import { describe, expect, test } from "vitest";
import type { Actor, ConnectionId, Context, Input } from "../../src/kernel/actor.js";
import type { Fault } from "../../src/kernel/fault.js";
import { RandomStream } from "../../src/kernel/random.js";
import { Simulation } from "../../src/kernel/simulation.js";
import { type Instant, milliseconds, seconds } from "../../src/kernel/time.js";
import { Text } from "./world.js";

const names = ["a", "b", "c"];
const hosts = names.map((name, index) => ({ name, ip: `10.0.0.${index + 1}` }));

/** Counts aloud on every connection it opened, dials again what it lost, and checks what it hears. */
class Counter implements Actor {
  readonly #context: Context;
  readonly #sent: number[] = [];
  readonly #heard: number[] = [];
  readonly #open: string[] = [];
  readonly #wrong: string[];

  constructor(context: Context, wrong: string[]) {
    this.#context = context;
    this.#wrong = wrong;
  }

  handle(input: Input): void {
    const context = this.#context;
    switch (input.kind) {
      case "started":
        context.listen(1);
        for (const { ip } of hosts) if (ip !== context.ip) this.#dial(ip);
        context.arm(context.timer("count"), milliseconds(10));
        break;
      case "opened":
        this.#sent[input.connection] = 0;
        break;
      case "accepted":
        this.#heard[input.connection] = 0;
        break;
      case "received": {
        const expected = this.#heard[input.connection] ?? -1;
        const { payload } = input;
        const text = payload instanceof Text ? Number(payload.text) : -2;
        if (text !== expected) this.#wrong.push(`${context.self} heard ${text}, not ${expected}`);
        this.#heard[input.connection] = expected + 1;
        break;
      }
      case "closed": {
        const ip = this.#open[input.connection] ?? "";
        delete this.#sent[input.connection];
        if (ip !== "" && this.#heard[input.connection] === undefined) this.#dial(ip);
        delete this.#heard[input.connection];
        break;
      }
      case "fired":
        this.#sent.forEach((count, connection) => {
          context.send(connection as ConnectionId, new Text(String(count)));
          this.#sent[connection] = count + 1;
        });
        context.busy(context.random.duration(milliseconds(0), milliseconds(3)));
        context.arm(input.timer, context.random.duration(milliseconds(5), milliseconds(300)));
        break;
      default:
    }
  }

  inspect(): number {
    return this.#sent.filter((count) => count > 0).length;
  }

  #dial(ip: string): void {
    this.#open[this.#context.connect({ ip, port: 1 })] = ip;
  }
}

function anyFault(random: RandomStream): Fault {
  const name = names[random.below(names.length)] ?? "a";
  const a = [name];
  const direction = (["both", "to", "from"] as const)[random.below(3)] ?? "both";
  switch (random.below(12)) {
    case 0:
      return { kind: "kill", node: name, signal: "KILL" };
    case 1:
      return { kind: "restart", node: name };
    case 2:
      return { kind: "pause", node: name };
    case 3:
      return { kind: "resume", node: name };
    case 4:
      return { kind: "powerOff", host: name };
    case 5:
      return { kind: "powerOn", host: name, start: true };
    case 6:
      return { kind: "starve", host: name, time: random.duration(seconds(0), seconds(3)) };
    case 7:
      return { kind: "cut", name: "wall", a, b: undefined, direction, mode: "reject" };
    case 8:
      return { kind: "cut", name: "cut", a, b: undefined, direction, mode: "drop" };
    case 9:
      return {
        kind: "slow",
        a,
        b: undefined,
        direction,
        settings: { lossPpm: 100_000, bandwidth: 20_000, latency: milliseconds(30) },
      };
    default:
      return { kind: "heal", name: undefined };
  }
}

function play(seed: string): { wrong: string[]; open: unknown[]; fingerprint: string } {
  const wrong: string[] = [];
  const simulation = new Simulation({ seed });
  for (const { name, ip } of hosts) {
    simulation.addHost(name, { ips: [ip], window: 2_000 });
    simulation.addNode(name, { host: name, factory: (context) => new Counter(context, wrong) });
    simulation.boot(name);
  }
  const random = new RandomStream(seed, "faults");
  for (let at = 0; at < 300_000_000; at += random.below(5_000_000)) {
    simulation.at(at as Instant, () => simulation.inject(anyFault(random)));
  }
  simulation.runUntil(300_000_000 as Instant);
  simulation.inject({ kind: "heal", name: undefined });
  simulation.inject({ kind: "restore", a: names, b: names });
  for (const name of names) {
    simulation.inject({ kind: "powerOn", host: name, start: true });
    simulation.inject({ kind: "restart", node: name });
    simulation.inject({ kind: "resume", node: name });
  }
  simulation.advance(seconds(400));
  return {
    wrong,
    open: names.map((name) => simulation.inspect(name)),
    fingerprint: simulation.fingerprint(),
  };
}

describe("whatever happens to nodes, hosts and links", () => {
  for (let i = 0; i < 12; i++) {
    test(`streams have no hole, no repetition, and are whole again after the heal: seed ${i}`, () => {
      const one = play(`law-${i}`);

      expect(one.wrong).toEqual([]);
      expect(one.open).toEqual([2, 2, 2]);
      expect(play(`law-${i}`).fingerprint).toBe(one.fingerprint);
    });
  }
});
