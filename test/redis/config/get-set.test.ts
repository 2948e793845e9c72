import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { defaultSettings } from "../../../src/redis/config/default-settings.js";
import {
  getDirective,
  getDirectives,
  setDirective,
  setDirectives,
} from "../../../src/redis/config/get-set.js";
import { parseRedisConfig } from "../../../src/redis/config/parse-redis-config.js";
import { versions } from "../../../src/redis/version.js";

function get(pattern: string, version: "6.2" | "7.0" | "7.2" = "7.0"): string[] {
  return getDirective(defaultSettings(version), pattern, version, "").flat();
}

describe("the defaults", () => {
  // initConfigValues()
  test("are those that redis-server 7.0.15 tells", () => {
    const file = join(import.meta.dirname, "../../data/rewritten/config-get-7.0.15.txt");
    const real = readFileSync(file, "utf8").trimEnd().split("\n");
    const here = getDirective(defaultSettings("7.0"), "*", "7.0", "");
    const told = new Set(here.map(([name, value]) => `${name} ${value}`.trimEnd()));

    expect(real.filter((line) => !told.has(line))).toEqual([]);
    // Those that the recording was started with, and none besides.
    const known = new Set(real.map((line) => line.split(" ")[0]));
    const more = here.map(([name]) => name).filter((name) => !known.has(name));
    expect(more.sort()).toEqual(["daemonize", "dir", "pidfile", "port"]);
  });

  test("fill every field of the settings in every version", () => {
    const file = join(import.meta.dirname, "../../../src/redis/config/settings.ts");
    const declared = readFileSync(file, "utf8").split("export interface ServerSettings {")[1] ?? "";
    const names = [...declared.matchAll(/^ {2}(?:readonly )?(\w+):/gm)].map((found) => found[1]);
    for (const version of versions) {
      const settings = defaultSettings(version);
      const fields = Object.entries(settings).filter(([, value]) => value === undefined);
      expect(fields.map(([name]) => name)).toEqual(["replicaof"]);
      expect(Object.keys(settings).sort()).toEqual([...names].sort());
    }
  });

  test("differ between the versions where Redis changed them", () => {
    expect(get("repl-diskless-sync", "6.2")).toEqual(["repl-diskless-sync", "no"]);
    expect(get("repl-diskless-sync", "7.2")).toEqual(["repl-diskless-sync", "yes"]);
    expect(get("bind", "6.2")).toEqual(["bind", ""]);
    expect(get("bind", "7.0")).toEqual(["bind", "* -::*"]);
    expect(get("shutdown-timeout", "6.2")).toEqual([]);
    expect(get("set-max-listpack-entries", "7.0")).toEqual([]);
  });
});

// configGetCommand()
describe("CONFIG GET", () => {
  test("tells bytes as plain numbers and lists as one text", () => {
    expect(get("repl-backlog-size")).toEqual(["repl-backlog-size", "1048576"]);
    expect(get("save")).toEqual(["save", "3600 1 300 100 60 10000"]);
    expect(get("client-output-buffer-limit")).toEqual([
      "client-output-buffer-limit",
      "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60",
    ]);
  });

  test("finds both names of a directive, each for itself", () => {
    expect(get("*-priority")).toEqual(["replica-priority", "100", "slave-priority", "100"]);
    expect(get("slave-priority")).toEqual(["slave-priority", "100"]);
    expect(get("MAXMEMORY")).toEqual(["MAXMEMORY", "0"]);
    expect(get("MAXMEMORY", "6.2")).toEqual(["maxmemory", "0"]);
  });

  test("tells the present master, in 6.2 once and by its old name", () => {
    const settings = defaultSettings("6.2");
    expect(getDirective(settings, "*of", "6.2", "10.0.0.1 6379")).toEqual([
      ["slaveof", "10.0.0.1 6379"],
    ]);
    expect(getDirective(settings, "replicaof", "6.2", "")).toEqual([["replicaof", ""]]);
    expect(getDirective(defaultSettings("7.0"), "*eof", "7.0", "")).toEqual([["slaveof", ""]]);
  });

  test("of several patterns tells each name once", () => {
    const found = getDirectives(defaultSettings("7.0"), ["hz", "h?", "port"], "7.0", "");
    expect(found.map(([name]) => name)).toEqual(["hz", "port"]);
  });

  test("shows what is hidden only to who knows its name", () => {
    expect(get("key-load-dela?")).toEqual([]);
    expect(get("key-load-delay")).toEqual(["key-load-delay", "0"]);
    expect(get("key-load-dela?", "6.2")).toEqual(["key-load-delay", "0"]);
  });
});

// configSetCommand()
describe("CONFIG SET", () => {
  const errors: [name: string, value: string, in62: string, in70: string][] = [
    [
      "foo",
      "1",
      "Unsupported CONFIG parameter: foo",
      "Unknown option or number of arguments for CONFIG SET - 'foo'",
    ],
    [
      "databases",
      "4",
      "Unsupported CONFIG parameter: databases",
      "CONFIG SET failed (possibly related to argument 'databases') - can't set immutable config",
    ],
    [
      "hz",
      "x",
      "Invalid argument 'x' for CONFIG SET 'hz' - argument couldn't be parsed into an integer",
      "CONFIG SET failed (possibly related to argument 'hz') - argument couldn't be parsed into an integer",
    ],
    [
      "repl-timeout",
      "0",
      "Invalid argument '0' for CONFIG SET 'repl-timeout' - argument must be between 1 and 2147483647 inclusive",
      "CONFIG SET failed (possibly related to argument 'repl-timeout') - argument must be between 1 and 2147483647 inclusive",
    ],
    [
      "slave-read-only",
      "maybe",
      "Invalid argument 'maybe' for CONFIG SET 'slave-read-only' - argument must be 'yes' or 'no'",
      "CONFIG SET failed (possibly related to argument 'slave-read-only') - argument must be 'yes' or 'no'",
    ],
    [
      "maxmemory",
      "x",
      "Invalid argument 'x' for CONFIG SET 'maxmemory' - argument must be a memory value",
      "CONFIG SET failed (possibly related to argument 'maxmemory') - argument must be a memory value",
    ],
    [
      "appendfsync",
      "x",
      "Invalid argument 'x' for CONFIG SET 'appendfsync' - argument must be one of the following: everysec, always, no",
      "CONFIG SET failed (possibly related to argument 'appendfsync') - argument(s) must be one of the following: everysec, always, no",
    ],
    [
      "save",
      "a b",
      "Invalid argument 'a b' for CONFIG SET 'save'",
      "CONFIG SET failed (possibly related to argument 'save') - Invalid save parameters",
    ],
    [
      "client-output-buffer-limit",
      "master 1 2 3",
      "Invalid argument 'master 1 2 3' for CONFIG SET 'client-output-buffer-limit'",
      "CONFIG SET failed (possibly related to argument 'client-output-buffer-limit') - Invalid client class specified in buffer limit configuration.",
    ],
  ];
  test.each(errors)("of %s %s is refused in Redis's words", (name, value, in62, in70) => {
    expect(setDirective(defaultSettings("6.2"), name, value, "6.2")).toBe(`ERR ${in62}`);
    expect(setDirective(defaultSettings("7.0"), name, value, "7.0")).toBe(`ERR ${in70}`);
  });

  test("protects dir and dbfilename from 7.0", () => {
    expect(setDirective(defaultSettings("6.2"), "dir", "/tmp", "6.2")).toBeUndefined();
    expect(setDirective(defaultSettings("7.0"), "dir", "/tmp", "7.0")).toBe(
      "ERR CONFIG SET failed (possibly related to argument 'dir') - can't set protected config",
    );
  });

  // applyWatchdogPeriod(), at the start and by CONFIG SET
  test("raises a watchdog's period to twice that of serverCron", () => {
    const settings = defaultSettings("7.0");
    const watchdog = () => getDirective(settings, "watchdog-period", "7.0", "")[0]?.[1];
    setDirective(settings, "hz", "20", "7.0");

    for (const [asked, kept] of [
      ["1", "100"],
      ["101", "101"],
      ["0", "0"],
    ] as const) {
      setDirective(settings, "watchdog-period", asked, "7.0");
      expect(watchdog()).toBe(kept);
    }
    const file = { path: "redis.conf", text: "watchdog-period 7\nhz 5\n" };
    const { others } = parseRedisConfig(file, { version: "7.0" }).settings;
    expect(others.get("watchdog-period")).toBe(400);
  });

  test("changes what CONFIG GET tells", () => {
    for (const version of versions) {
      const settings = defaultSettings(version);
      const set = (name: string, value: string): void => {
        expect(setDirective(settings, name, value, version)).toBeUndefined();
      };
      set("min-slaves-to-write", "2");
      set("MaxMemory", "1gb");
      set("save", "");
      set("client-output-buffer-limit", "replica 1kb 0 0");
      set("maxmemory-samples", "7");
      set("repl-backlog-size", "1");
      set("hz", "1000");

      expect(settings.minReplicasToWrite).toBe(2);
      expect(settings.maxmemory).toBe(1_073_741_824);
      expect(settings.save).toEqual([]);
      expect(settings.clientOutputBufferLimit.replica.hardBytes).toBe(1_024);
      expect(settings.clientOutputBufferLimit.pubsub.softSeconds).toBe(60);
      expect(getDirective(settings, "maxmemory-samples", version, "")).toEqual([
        ["maxmemory-samples", "7"],
      ]);
      // resizeReplicationBacklog(), updateHZ()
      expect(settings.replBacklogSize).toBe(16_384);
      expect(settings.hz).toBe(500);
    }
  });

  test("of several directives changes all or none", () => {
    const settings = defaultSettings("7.0");
    const refusal = setDirectives(
      settings,
      [
        ["hz", "20"],
        ["maxmemory-samples", "9"],
        ["timeout", "x"],
      ],
      "7.0",
    );
    expect(refusal).toContain("'timeout'");
    expect(settings.hz).toBe(10);
    expect(settings.others.size).toBe(0);
    expect(
      setDirectives(
        settings,
        [
          ["hz", "20"],
          ["HZ", "30"],
        ],
        "7.0",
      ),
    ).toBe("ERR CONFIG SET failed (possibly related to argument 'HZ') - duplicate parameter");
  });

  // registerConfigValue()
  test("takes a directive and its alias for two", () => {
    const settings = defaultSettings("7.0");
    const pairs = [
      ["min-replicas-to-write", "1"],
      ["MIN-SLAVES-TO-WRITE", "2"],
    ] as const;

    expect(setDirectives(settings, pairs, "7.0")).toBeUndefined();
    expect(settings.minReplicasToWrite).toBe(2);
  });

  test("of what a load depends on waits for its end", () => {
    const options = { isLoading: true };
    expect(setDirective(defaultSettings("7.0"), "appendonly", "yes", "7.0", options)).toBe(
      "LOADING Redis is loading the dataset in memory",
    );
    expect(
      setDirective(defaultSettings("6.2"), "appendonly", "yes", "6.2", options),
    ).toBeUndefined();
  });
});
