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

// addReplyCommandInfo(), addReplyCommandKeySpecs(), addReplyCommandTips()
describe("COMMAND INFO", () => {
  const world = new World();
  world.server("r1");
  world.server("old", { version: "6.2" });
  const client = world.client("r1");

  test("tells where the keys are, and what becomes of each", () => {
    expect(client.ask("COMMAND", "INFO", "sunionstore")).toBe(
      '[["sunionstore" :-3 [+write +denyoom] :1 :-1 :1 [+@write +@set +@slow] [] ' +
        '[["flags" [+OW +update] "begin_search" ["type" "index" "spec" ["index" :1]] ' +
        '"find_keys" ["type" "range" "spec" ["lastkey" :0 "keystep" :1 "limit" :0]]] ' +
        '["flags" [+RO +access] "begin_search" ["type" "index" "spec" ["index" :2]] ' +
        '"find_keys" ["type" "range" "spec" ["lastkey" :-1 "keystep" :1 "limit" :0]]]] []]]',
    );
    expect(client.ask("COMMAND", "INFO", "sintercard")).toContain(
      '"find_keys" ["type" "keynum" "spec" ["keynumidx" :0 "firstkey" :1 "keystep" :1]]',
    );
  });

  test("tells of a subcommand by its full name, and of nothing else that is none", () => {
    expect(client.ask("COMMAND", "INFO", "CONFIG|set", "config|x", "get|x")).toBe(
      '[["config|set" :-4 [+admin +noscript +loading +stale] :0 :0 :0 [+@admin +@slow +@dangerous] ' +
        '["request_policy:all_nodes" "response_policy:all_succeeded"] [] []] nil nil]',
    );
    expect(client.ask("COMMAND", "INFO", "config")).toContain('["config|rewrite" :2 ');
  });

  test("tells none of it in 6.2", () => {
    expect(world.client("old").ask("COMMAND", "INFO", "get", "config|set")).toBe(
      '[["get" :2 [+readonly +fast] :1 :1 :1 [+@read +@string +@fast]] nil]',
    );
  });

  // getKeysSubcommandImpl(), setGetKeys()
  test("has the keys of one call, and its flags, beside it", () => {
    const ask = (line: string) => client.ask("COMMAND", ...line.split(" "));

    expect(ask("GETKEYS sintercard 2 a b limit 1")).toBe('["a" "b"]');
    expect(ask("GETKEYS sintercard 3 a b")).toBe("-ERR Invalid arguments specified for command");
    expect(ask("GETKEYS ping a")).toBe("-ERR The command has no key arguments");
    expect(ask("GETKEYS config nosuch")).toBe("-ERR Invalid command specified");
    expect(ask("GETKEYSANDFLAGS set a 1 get")).toBe('[["a" [+RW +access +update]]]');
    expect(ask("GETKEYSANDFLAGS rename a b")).toBe(
      '[["a" [+RW +access +delete]] ["b" [+OW +update]]]',
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
