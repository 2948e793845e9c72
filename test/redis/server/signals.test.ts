import { describe, expect, test } from "vitest";
import { milliseconds, seconds } from "../../../src/kernel/time.js";
import { type TestClient, World } from "../world.js";

/** A server with a write that its replica, which stands still, has not acknowledged. */
function ahead(): { readonly world: World; readonly client: TestClient } {
  const world = new World();
  world.server("r1");
  world.server("r2", { config: [`replicaof ${world.address("r1").ip} 6379`] });
  world.run(seconds(10));
  world.simulation.inject({ kind: "pause", node: "r2" });
  const client = world.client("r1");
  client.ask("SET", "a", "1");
  return { world, client };
}

// Redis 7.0.15: sigShutdownHandler(), serverCron(), whileBlockedCron().
describe("a server that is interrupted from a terminal", () => {
  test("shuts down in its next serverCron, as shutdown-on-sigint says", () => {
    const world = new World();
    world.server("r1", { config: ["save 3600 1", "shutdown-on-sigint nosave"] });

    world.simulation.inject({ kind: "kill", node: "r1", signal: "INT" });
    world.run(milliseconds(200));

    expect(world.simulation.isUp("r1")).toBe(false);
    expect(world.log("r1")).toContain("Received SIGINT scheduling shutdown...");
    expect(world.log("r1")).not.toContain("DB saved on disk");
  });

  test("waits for a replica that lags behind, and no longer where somebody insists", () => {
    const { world } = ahead();
    world.simulation.inject({ kind: "kill", node: "r1", signal: "INT" });
    world.run(seconds(2));
    expect(world.simulation.isUp("r1")).toBe(true);

    world.simulation.inject({ kind: "kill", node: "r1", signal: "INT" });
    world.run(milliseconds(200));

    expect(world.simulation.isUp("r1")).toBe(false);
    expect(world.log("r1").at(-1)).toBe("You insist... exiting now.");
  });

  test("is waited for again once the shutdown was aborted", () => {
    const { world, client } = ahead();
    world.simulation.inject({ kind: "kill", node: "r1", signal: "INT" });
    world.run(seconds(1));
    expect(client.ask("SHUTDOWN", "ABORT")).toBe("+OK");

    world.simulation.inject({ kind: "kill", node: "r1", signal: "INT" });
    world.run(seconds(1));

    expect(world.simulation.isUp("r1")).toBe(true);
    expect(world.log("r1")).not.toContain("You insist... exiting now.");
  });
});
