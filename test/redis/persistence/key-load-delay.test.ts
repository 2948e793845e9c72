import { describe, expect, test } from "vitest";
import { milliseconds, seconds } from "../../../src/kernel/time.js";
import { World } from "../world.js";

/** A server that is started again with 1,000 keys, and with these lines. */
function restarted(...config: string[]): World {
  const world = new World();
  world.server("r1", { config: ["enable-debug-command yes", ...config] });
  const client = world.client("r1");
  client.ask("DEBUG", "POPULATE", "1000");
  client.ask("SAVE");
  world.simulation.inject({ kind: "kill", node: "r1", signal: "KILL" });
  world.simulation.inject({ kind: "restart", node: "r1" });
  world.run(milliseconds(20));
  return world;
}

// Redis 7.0.15: rdbLoadRioWithLoadingCtx(), debugDelay(), rdbLoadProgressCallback(); tests/sentinel, 12-master-reboot.
describe("key-load-delay", () => {
  test("makes every key take so much longer, and clients are told that the dataset is loading", () => {
    const world = restarted("key-load-delay 2000", "loading-process-events-interval-bytes 1024");
    const client = world.client("r1");

    expect(client.ask("PING")).toBe("-LOADING Redis is loading the dataset in memory");
    world.run(milliseconds(1_900));
    expect(client.ask("PING")).toBe("-LOADING Redis is loading the dataset in memory");
    world.run(milliseconds(200));
    expect(client.ask("DBSIZE")).toBe(":1000");
  });

  test("blocks the server outright where the file is shorter than the interval", () => {
    const world = restarted("key-load-delay 2000");
    const client = world.client("r1");

    client.send("PING");
    world.run(milliseconds(1_900));
    expect(client.replies()).toEqual([]);
    world.run(milliseconds(200));
    expect(client.replies()).toEqual(["+PONG"]);
  });

  test("below 0 is a microsecond for every so many keys", () => {
    const world = restarted("key-load-delay -100");

    expect(world.client("r1").ask("DBSIZE")).toBe(":1000");
  });

  test("ends with a signal while it lasts, without a save", () => {
    const world = restarted("key-load-delay 2000", "loading-process-events-interval-bytes 1024");
    world.simulation.inject({ kind: "kill", node: "r1", signal: "TERM" });
    world.run(seconds(1));

    expect(world.simulation.isUp("r1")).toBe(false);
    const said = world.log("r1");
    expect(said).toContain("Received shutdown signal during loading, scheduling shutdown.");
    expect(said.at(-1)).toBe("Redis is now ready to exit, bye bye...");
  });
});
