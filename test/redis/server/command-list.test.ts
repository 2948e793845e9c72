import { describe, expect, test } from "vitest";
import { World as SentinelWorld } from "../sentinel/world.js";
import { World } from "../world.js";

/** The names that a Sentinel of this version lists. */
function sentinelNames(version: "7.0" | "7.2", ...more: string[]): string[] {
  const world = new SentinelWorld({ version, sentinels: 1, replicas: 0 });
  world.run(10);
  const [reply] = world.command("s1", ["command list", ...more].join(" "));
  return reply as string[];
}

// Redis 7.0.15: commandListCommand(), populateCommandStructure(); tests/sentinel, 00-base.
describe("COMMAND LIST", () => {
  test("names every command of a Sentinel and behind it its subcommands", () => {
    const names = sentinelNames("7.0");

    expect(names).toHaveLength(72);
    expect(names.filter((name) => !name.includes("|"))).toHaveLength(15);
    expect(names.slice(names.indexOf("acl"), names.indexOf("acl") + 3)).toEqual([
      "acl",
      "acl|cat",
      "acl|deluser",
    ]);
    expect(names).toContain("sentinel|is-master-down-by-addr");
  });

  test("knows in 7.2 what is new there, but to a Sentinel nothing that it does not have", () => {
    const names = sentinelNames("7.2");

    expect(names).toContain("client|setinfo");
    expect(names).not.toContain("client|no-touch");
    expect(names).not.toContain("config|set");
    const world = new SentinelWorld({ version: "7.2", sentinels: 1, replicas: 0 });
    world.run(10);
    expect(world.command("s1", "client no-touch on")).toEqual([
      "ERR>ERR unknown subcommand 'no-touch'. Try CLIENT HELP.",
    ]);
  });

  test("is filtered by pattern whatever the case, by category and by module", () => {
    expect(sentinelNames("7.0", "FILTERBY PATTERN SENTINEL|M*")).toEqual([
      "sentinel|master",
      "sentinel|masters",
      "sentinel|monitor",
      "sentinel|myid",
    ]);
    expect(sentinelNames("7.0", "filterby module json")).toEqual([]);
    expect(sentinelNames("7.0", "filterby aclcat fast")).toContain("ping");
    expect(sentinelNames("7.0", "filterby aclcat fast")).not.toContain("info");
  });

  test("is unknown to 6.2, and refuses a filter that is none", () => {
    const world = new World();
    world.server("r1", { version: "6.2" });
    world.server("r2");

    expect(world.client("r1").ask("COMMAND", "LIST")).toContain("Unknown subcommand");
    expect(world.client("r2").ask("COMMAND", "LIST", "FILTERBY", "size", "1")).toBe(
      "-ERR syntax error",
    );
  });
});

// commandDocsCommand()
test("COMMAND DOCS tells of the commands there are, and leaves the others out", () => {
  const world = new World();
  world.server("r1");
  const client = world.client("r1");

  expect(client.ask("COMMAND", "DOCS", "get", "nonsense", "CONFIG|SET")).toBe(
    '["get" ["group" "string"] "config|set" ["group" "server"]]',
  );
  expect(client.ask("COMMAND", "DOCS", "nonsense", "config|nonsense")).toBe("[]");
});
