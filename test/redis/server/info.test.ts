import { describe, expect, test } from "vitest";
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
});
