import { expect, test } from "vitest";
import type { Actor, Context, Input } from "../../../src/kernel/actor.js";
import { World } from "../replication/world.js";

/** Connects so many times, and stays. */
class Crowd implements Actor {
  readonly #context: Context;
  readonly #count: number;

  constructor(context: Context, count: number) {
    this.#context = context;
    this.#count = count;
  }

  handle(input: Input): void {
    if (input.kind !== "started") return;
    for (let i = 0; i < this.#count; i++) this.#context.connect({ ip: "10.0.0.1", port: 6379 });
  }
}

// Redis: serverCron(): while (listLength(server.clients) / server.hz > MAX_CLIENTS_PER_CLOCK_TICK).
test("hz doubles with more than two hundred whole clients a tick, and dynamic-hz", () => {
  const hzWith = (clients: number, ...lines: readonly string[]): string => {
    const world = new World("7.0").server("a", "hz 2", ...lines).run(1);
    world.simulation.addHost("crowd", { ips: ["10.0.7.1"] });
    // The operator is a client, too.
    const factory = (context: Context): Actor => new Crowd(context, clients - 1);
    world.simulation.addNode("crowd", { host: "crowd", factory });
    world.simulation.boot("crowd");
    world.run(2);
    return world.info("a", "hz");
  };

  expect(hzWith(401)).toBe("2");
  expect(hzWith(402)).toBe("4");
  expect(hzWith(402, "dynamic-hz no")).toBe("2");
});
