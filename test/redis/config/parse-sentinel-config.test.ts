import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  type ParsedSentinelConfig,
  parseSentinelConfig,
} from "../../../src/redis/config/parse-sentinel-config.js";
import type { Version } from "../../../src/redis/version.js";

function parse(text: string, version: Version = "7.0"): ParsedSentinelConfig {
  return parseSentinelConfig({ path: "s1.conf", text }, { version });
}

function refusal(line: string, version: Version = "7.0"): string | undefined {
  return parse(`sentinel monitor m 10.0.0.1 6379 2\n${line}`, version).problems[0]?.what;
}

const walkthrough = join(import.meta.dirname, "../../data/walkthrough");

describe("the walkthrough's sentinel.conf", () => {
  test.each([26379, 26380, 26381])("of port %i is understood", (port) => {
    const text = readFileSync(join(walkthrough, `conf-before/sentinel-${port}.conf`), "utf8");
    const { settings, sentinel, problems } = parse(text, "6.2");
    expect(problems).toEqual([]);
    expect(settings.port).toBe(port);
    expect([...sentinel.masters.values()]).toMatchObject([
      {
        name: "mymaster",
        host: "192.168.6.86",
        port: 6379,
        quorum: 2,
        authPass: "123456",
        downAfter: 30_000,
      },
    ]);
  });

  test("is understood again after the failover", () => {
    const text = readFileSync(join(walkthrough, "sentinel-26379.after.conf"), "utf8");
    const { sentinel, problems } = parse(text, "6.2");
    expect(problems).toEqual([]);
    expect(sentinel.myid).toBe("723c298e60d923d831bc569d5a0936f612eba8e5");
    expect(sentinel.currentEpoch).toBe(1);
    expect(sentinel.masters.get("mymaster")).toMatchObject({
      port: 6380,
      configEpoch: 1,
      leaderEpoch: 1,
      knownReplicas: [
        { ip: "127.0.0.1", port: 6379 },
        { ip: "127.0.0.1", port: 6381 },
      ],
      knownSentinels: [{ port: 26381 }, { port: 26380 }],
    });
  });
});

// queueSentinelConfig(), loadSentinelConfigFromQueue()
describe("the lines of sentinel.conf", () => {
  test("are read in three phases, whatever their order", () => {
    const { sentinel, problems } = parse(
      [
        "sentinel down-after-milliseconds m 5000",
        "sentinel monitor m redis.example 6379 2",
        "sentinel resolve-hostnames yes",
      ].join("\n"),
    );
    expect(problems).toEqual([]);
    expect(sentinel.masters.get("m")?.downAfter).toBe(5_000);
  });

  test("may be about a Sentinel without any master", () => {
    const { settings, sentinel, problems } = parse("sentinel announce-port 7\n");
    expect(problems).toEqual([]);
    expect(settings).toMatchObject({ port: 26379, protectedMode: false });
    expect(sentinel.masters.size).toBe(0);
  });
});

// sentinelHandleConfiguration()
describe("a wrong line", () => {
  const errors: [line: string, what: string][] = [
    ["sentinel monitor n 10.0.0.1 6379 0", "Quorum must be 1 or greater."],
    ["sentinel monitor n 10.0.0.1 70000 1", "Invalid port number."],
    ["sentinel monitor n somewhere 6379 1", "Can't resolve instance hostname."],
    ["sentinel monitor m 10.0.0.2 6379 1", "Duplicate master name."],
    ["sentinel monitor n 10.0.0.1 6379", "Unrecognized sentinel configuration statement."],
    ["sentinel down-after-milliseconds n 1", "No such master with specified name."],
    ["sentinel down-after-milliseconds m 0", "negative or zero time parameter."],
    ["sentinel failover-timeout m x", "negative or zero time parameter."],
    ["sentinel master-reboot-down-after-period m -1", "negative time parameter."],
    ["sentinel myid abc", "Malformed Sentinel id in myid option."],
    [
      "sentinel known-replica m 1.1.1.1 1\nsentinel known-slave m 1.1.1.1 1",
      "Duplicate hostname and port for replica.",
    ],
    [
      "sentinel rename-command m A b\nsentinel rename-command m a c",
      "Same command renamed multiple times with rename-command.",
    ],
    [
      "sentinel deny-scripts-reconfig x",
      "Please specify yes or no for the deny-scripts-reconfig options.",
    ],
    ["sentinel resolve-hostnames x", "Please specify yes or no for the resolve-hostnames option."],
  ];
  test.each(errors)("%s", (line, what) => {
    expect(refusal(line)).toBe(what);
  });

  test("of a newer version, or mistyped in the error of an older one", () => {
    expect(refusal("sentinel master-reboot-down-after-period m 1", "6.2")).toBe(
      "Unrecognized sentinel configuration statement.",
    );
    expect(refusal("sentinel resolve-hostnames x", "6.2")).toBe(
      "Please specify yes or not for the resolve-hostnames option.",
    );
  });

  test("comes with a hint", () => {
    const hint = (line: string): string | undefined => parse(line).problems[0]?.hint;
    expect(hint("sentinel down-after-milisecond m 1")).toBe(
      "did you mean down-after-milliseconds?",
    );
    expect(hint("sentinel monitor m 1.1.1.1 6379")).toBe("monitor takes 4 arguments, here are 3");
    expect(hint("sentinel port 3")).toBe("without the word sentinel: port");
    expect(hint("sentinel monitor m 1.1.1.1 1 1\nsentinel auth-pass n x")).toBe("monitored: m");
  });

  test("of parallel-syncs does not exist: any number will do", () => {
    expect(refusal("sentinel parallel-syncs m 0")).toBeUndefined();
  });

  test("of known-sentinel without an id is passed over", () => {
    expect(refusal("sentinel known-sentinel nobody 1.1.1.1 1")).toBeUndefined();
  });
});
