import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { namesInFolder } from "../../../src/cli/folder.js";
import { filesOf } from "../../../src/redis/config/config-files.js";
import { globPaths } from "../../../src/redis/config/glob-paths.js";

const paths = [
  ".hidden",
  "10.conf",
  "9.conf",
  "B.conf",
  "[x",
  "a b",
  "a*",
  "a-",
  "a.conf",
  "a]",
  "aa",
  "ab",
  "a^",
  "d/a.conf",
  "d/b.conf",
  "d/e/a.conf",
  "f/a.conf",
  "f/.c.conf",
];

// glob(3), as loadServerConfig() calls it: no flags, the C locale.
describe("a pattern of include fits what glob(3) finds", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "redsim-glob-"));
    for (const path of paths) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), "");
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The shell's own globbing, which is that of sh(1) and so of glob(3); folders left out. */
  const found = (pattern: string): string[] =>
    execFileSync(
      "sh",
      ["-c", `for each in ${pattern}; do [ -f "$each" ] && echo "$each"; done; :`],
      {
        cwd: folder,
        env: { PATH: process.env["PATH"], LC_ALL: "C" },
        encoding: "utf8",
      },
    )
      .split("\n")
      .filter((line) => line !== "");

  test.each([
    "*",
    "*.conf",
    "?.conf",
    ".*",
    "[.]*",
    "a?",
    "a[!b]",
    "a[]]",
    "a[!]b]",
    "a[a-z]",
    "a[z-a]",
    "a[-x]",
    "a\\*",
    "a[[:alpha:]]",
    "a[![:alnum:]]",
    "[[:digit:]]*",
    "\\[*",
    "[x*",
    "*/a.conf",
    "*/*",
    "[df]/[ab].conf",
    "d/*/a.conf",
    "./d/*",
    "d/../f/*",
    "*/",
    "none*",
  ])("%s", (pattern) => {
    const list = (at: string) => namesInFolder(join(folder, at));

    expect(globPaths(pattern, list)).toEqual(found(pattern));
  });

  test("and what is given from the root keeps its root", () => {
    const rooted = filesOf(new Map([["/etc/redis/conf.d/a.conf", ""]]));

    expect(globPaths("/etc/*/conf.d/*", rooted.list)).toEqual(["/etc/redis/conf.d/a.conf"]);
    expect(globPaths("/*", rooted.list)).toEqual([]);
  });
});
