import { describe, expect, test } from "vitest";
import { milliseconds, seconds } from "../../../src/kernel/time.js";
import { World } from "../world.js";

// Reference: replication.md 7.3 and 7.4.
describe("a write", () => {
  test("is refused by a read-only replica, stale or not", () => {
    const world = new World();
    world.server("m", { boot: false });
    const config = [`replicaof ${world.address("m").ip} 6379`, "replica-serve-stale-data no"];
    world.server("r", { config });
    const client = world.client("r");

    expect(client.ask("SET", "k", "v")).toBe(
      "-READONLY You can't write against a read only replica.",
    );
    expect(client.ask("GET", "k")).toBe(
      "-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    );
    expect(client.ask("CONFIG", "SET", "replica-serve-stale-data", "yes")).toBe("+OK");
    expect(client.ask("GET", "k")).toBe("nil");
  });

  // checkGoodReplicasStatus()
  test("is refused where too few replicas are good", () => {
    const world = new World();
    world.server("m", { config: ["min-replicas-to-write 1", "repl-diskless-sync no"] });
    const client = world.client("m");

    expect(client.ask("SET", "k", "v")).toBe("-NOREPLICAS Not enough good replicas to write.");
    expect(client.ask("PING")).toBe("+PONG");

    world.server("r", { config: [`replicaof ${world.address("m").ip} 6379`] });
    world.run(seconds(3));
    expect(client.ask("SET", "k", "v")).toBe("+OK");
  });
});

describe("SHUTDOWN", () => {
  // prepareForShutdown() of 7.0: replicas are waited for.
  test("waits for a replica that lags, and for no longer than shutdown-timeout", () => {
    const world = new World();
    const config = ["repl-diskless-sync no", "shutdown-timeout 3"];
    world.server("m", { config });
    world.server("r", { config: [`replicaof ${world.address("m").ip} 6379`] });
    world.run(seconds(3));
    const client = world.client("m");
    world.simulation.inject({ kind: "pause", node: "r" });
    client.ask("SET", "k", "v");
    client.replies();

    client.send("SHUTDOWN");
    world.run(seconds(1));
    expect(world.simulation.isUp("m")).toBe(true);
    expect(world.log("m")).toContain("Waiting for replicas before shutting down.");

    world.run(seconds(3));
    expect(world.simulation.isUp("m")).toBe(false);
    expect(world.log("m")).toContain("0 of 1 replicas are in sync when shutting down.");
  });

  test("of 6.2 waits for nobody", () => {
    const world = new World();
    world.server("m", { version: "6.2" });
    const client = world.client("m");

    client.send("SHUTDOWN", "NOSAVE");
    world.run(milliseconds(5));

    expect(world.simulation.isUp("m")).toBe(false);
    expect(client.closed).toBe("fin");
  });
});

describe("DEBUG", () => {
  // allowProtectedAction()
  test("must be enabled from 7.0 on", () => {
    const world = new World();
    world.server("new");
    world.server("old", { version: "6.2" });

    expect(world.client("new").ask("DEBUG", "SLEEP", "0")).toMatch(
      /^-ERR DEBUG command not allowed/,
    );
    expect(world.client("old").ask("DEBUG", "SLEEP", "0")).toBe("+OK");
  });

  test("SLEEP holds everybody up", () => {
    const world = new World();
    world.server("r1", { version: "6.2" });
    const sleeper = world.client("r1");
    const other = world.client("r1");

    sleeper.send("DEBUG", "SLEEP", "0.5");
    world.run(milliseconds(1));
    other.send("PING");
    world.run(milliseconds(400));
    expect(other.replies()).toEqual([]);

    world.run(milliseconds(200));
    expect(other.replies()).toEqual(["+PONG"]);
  });
});
