import { describe, expect, test } from "vitest";
import { milliseconds } from "../../../src/kernel/time.js";
import { World } from "../world.js";

describe("CONFIG", () => {
  test("GET and SET read and change what the server goes by", () => {
    const world = new World();
    world.server("r1");
    const client = world.client("r1");

    expect(client.ask("CONFIG", "SET", "timeout", "7")).toBe("+OK");
    expect(client.ask("CONFIG", "GET", "timeout")).toBe('["timeout" "7"]');
    expect(world.process("r1").settings.timeout).toBe(7);
    expect(client.ask("CONFIG", "SET", "nonsense", "1")).toBe(
      "-ERR Unknown option or number of arguments for CONFIG SET - 'nonsense'",
    );
  });

  // configCommand(), rewriteConfig(): Sentinel relies on it after each SLAVEOF.
  test("REWRITE is what the next boot reads", () => {
    const world = new World();
    world.server("r1");
    const client = world.client("r1");
    client.ask("CONFIG", "SET", "timeout", "77");
    expect(client.ask("CONFIG", "REWRITE")).toBe("+OK");
    expect(world.notesOf("r1", "rewrote")).toHaveLength(1);

    world.simulation.inject({ kind: "kill", node: "r1", signal: "KILL" });
    world.run(milliseconds(2));
    world.simulation.inject({ kind: "restart", node: "r1" });
    world.run(milliseconds(5));

    expect(world.process("r1").settings.timeout).toBe(77);
    expect(world.client("r1").ask("PING")).toBe("+PONG");
  });

  // rewriteConfigCommand(): 7.2 no longer warns of what went well.
  test.each([
    ["7.0", "#"],
    ["7.2", "*"],
  ] as const)("REWRITE is told in the log, by %s with %s", (version, level) => {
    const world = new World();
    world.server("r1", { version });
    world.client("r1").ask("CONFIG", "REWRITE");

    const told = world
      .notesOf("r1", "log")
      .filter(({ text }) => text === "CONFIG REWRITE executed with success.");
    expect(told.map((note) => note["level"])).toEqual([level]);
  });
});
