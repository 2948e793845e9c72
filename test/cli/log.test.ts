/** `redsim run --log NODE`: serverLogRaw()'s lines. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { behaviours, type Version } from "../../src/redis/version.js";
import { inFolder, redsim } from "./redsim.js";

const line = /^1:([XCSM]) (\d\d \w{3} \d{4} \d\d:\d\d:\d\d\.\d{3}) ([-.*#]) .+$/;

function logOf(node: string, ...more: readonly string[]) {
  const { code, out } = redsim(["run", "kill-master", "--log", node, ...more]);
  const lines = out.split("\n").filter((each) => each !== "");
  return { code, lines, parts: lines.map((each) => line.exec(each)) };
}

describe("the log of a node", () => {
  test("is in Redis's format, in the order of time, on the clock of its machine", () => {
    const { code, lines, parts } = logOf("r2");

    expect(code).toBe(0);
    expect(lines.length).toBeGreaterThan(20);
    expect(parts.every((part) => part !== null)).toBe(true);
    const dates = parts.map((part) => part?.[2] ?? "");
    expect([...dates].sort()).toEqual(dates);
    expect(dates[0]).toMatch(/^01 Jan 2026 00:00:00\./);
  });

  test("names the role: not yet the server, replica, and from its promotion on master", () => {
    const { lines, parts } = logOf("r2", "--seed", "1");
    const roles = parts.map((part) => part?.[1] ?? "").join("");

    expect(roles).toMatch(/^CCCS+M+$/);
    const promotion = lines.findIndex((each) => each.includes("MASTER MODE enabled"));
    expect(roles.slice(promotion - 1, promotion + 2)).toBe("SMM");
  });

  test("of a Sentinel has its events, as it publishes them", () => {
    const { lines, parts } = logOf("s1");

    expect(new Set(parts.map((part) => part?.[1]))).toEqual(new Set(["X"]));
    expect(lines.filter((each) => each.includes(" # +sdown master mymaster "))).toHaveLength(1);
    expect(lines.some((each) => each.includes(" # +switch-master mymaster "))).toBe(true);
  });

  test("goes on behind a restart", () => {
    const { parts } = logOf("r1");

    expect(parts.map((part) => part?.[1]).join("")).toMatch(/^CCCM+CCCM+S+$/);
  });

  // main(), initServer(), redisAsciiArt(), rdbLoadRio(), loadDataFromDisk(): as real servers log a restart.
  test.each<[Version, string, string[]]>([
    ["6.2", "#", []],
    ["7.0", "#", ["* Done loading RDB, keys loaded: 1, keys expired: 0."]],
    ["7.2", "*", ["* Done loading RDB, keys loaded: 1, keys expired: 0."]],
  ])("of a server of %s that starts with an RDB tells each step", (version, level, loaded) => {
    const lines = inFolder((folder) => {
      writeFileSync(
        join(folder, "restart.yaml"),
        `duration: 8s
nodes: { replicas: 0 }
server: { save: "3600 1" }
steps:
  - { at: 2s, command: { on: r1, send: SET a b } }
  - { at: 3s, terminate: r1, for: 1s }
`,
      );
      const args = ["run", "restart.yaml", "--log", "r1", "--set", `version=${version}`];
      return redsim(args, { cwd: folder }).out.trimEnd().split("\n");
    });
    const texts = lines.map((each) => each.slice(each.indexOf(".") + 5));
    const { release } = behaviours[version];
    const begin = texts.lastIndexOf(`${level} oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo`);

    expect(begin).toBeGreaterThan(0);
    expect(texts.slice(begin + 2)).toEqual([
      `${level} Configuration loaded`,
      "* monotonic clock: POSIX clock_gettime",
      "* Running mode=standalone, port=6379.",
      `${level} Server initialized`,
      `* Loading RDB produced by version ${release}`,
      "* RDB age 1 seconds",
      "* RDB memory usage when created 1.81 Mb",
      ...loaded,
      "* DB loaded from disk: 0.000 seconds",
      `* Ready to accept connections${version === "7.2" ? " tcp" : ""}`,
    ]);
  });

  test("of a node that is not there is the user's mistake", () => {
    const { code, err } = redsim(["run", "kill-master", "--log", "r9"]);

    expect(code).toBe(2);
    expect(err).toContain("no node is called r9 (there are r1, r2, r3, s1, s2 and s3)");
  });
});
