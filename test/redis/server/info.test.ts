import { describe, expect, test } from "vitest";
import { milliseconds } from "../../../src/kernel/time.js";
import { World } from "../world.js";

describe("INFO", () => {
  test("has the default sections in Redis's order", () => {
    const world = new World();
    world.server("r1");
    const text = JSON.parse(world.client("r1").ask("INFO")) as string;

    const titles = [...text.matchAll(/^# (.*)\r$/gm)].map((match) => match[1]);
    expect(titles).toEqual([
      "Server",
      "Clients",
      "Memory",
      "Persistence",
      "Stats",
      "Replication",
      "CPU",
      "Modules",
      "Errorstats",
      "Cluster",
      "Keyspace",
    ]);
    expect(text).toContain("\r\nrole:master\r\n");
    expect(text).toContain("\r\n\r\n# Clients\r\nconnected_clients:1\r\n");
  });

  // infoCommand()
  test("takes one section in 6.2 and any number from 7.0 on", () => {
    const world = new World();
    world.server("old", { version: "6.2" });
    world.server("new");

    expect(world.client("old").ask("INFO", "server", "cpu")).toBe("-ERR syntax error");
    const text = JSON.parse(world.client("new").ask("INFO", "cpu", "cluster")) as string;
    expect(text).toMatch(/^# CPU\r\n[\s\S]*\r\n\r\n# Cluster\r\ncluster_enabled:0\r\n$/);
  });

  test("tells each time what has changed since it was last asked", () => {
    const world = new World();
    world.server("r1");
    const client = world.client("r1");
    const field = (name: string) =>
      new RegExp(`^${name}:(.*)\r$`, "m").exec(JSON.parse(client.ask("INFO")) as string)?.[1];
    expect([field("keyspace_misses"), field("pubsub_channels"), field("hz")]).toEqual([
      "0",
      "0",
      "10",
    ]);

    client.ask("GET", "nothing");
    world.client("r1").ask("SUBSCRIBE", "news");
    client.ask("CONFIG", "SET", "hz", "20");
    world.run(milliseconds(200));

    expect([field("keyspace_misses"), field("pubsub_channels"), field("hz")]).toEqual([
      "1",
      "1",
      "20",
    ]);
    expect(field("connected_clients")).toBe("2");
  });

  // trackInstantaneousMetric(), getInstantaneousMetric()
  test("gives rates as the mean of the last sixteen samples, and none after CONFIG RESETSTAT", () => {
    const world = new World();
    world.server("r1");
    const client = world.client("r1");
    const rates = () => {
      const text = JSON.parse(client.ask("INFO", "stats")) as string;
      return [...text.matchAll(/^instantaneous_(?:ops_per_sec|input_kbps):(.*)\r$/gm)].map(
        ([, rate]) => rate,
      );
    };
    for (let i = 0; i < 20; i++) {
      for (let j = 0; j < 10; j++) client.ask("SET", "key", "x".repeat(1_000));
      world.run(milliseconds(95));
    }

    const [operations, kilobytes] = rates();
    expect(Number(operations)).toBeGreaterThan(80);
    expect(Number(operations)).toBeLessThan(105);
    expect(Number(kilobytes)).toBeGreaterThan(80);

    client.ask("CONFIG", "RESETSTAT");
    expect(rates()).toEqual(["0", "0.00"]);
  });
});
