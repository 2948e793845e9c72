#!/usr/bin/env node
/**
 * Redis's own tests of Sentinel, on stand-ins: `npm run redis-suite -- <folder> [version] [unit ...]`.
 *
 * The folder is a checkout of redis/redis (or anything with its `tests` in it) at tag 7.0.15 or 6.2.1.
 * Its tests are copied to a temporary folder and run there unmodified, as `runtest-sentinel` does it,
 * with `src/redis-server` and `src/redis-sentinel` leading to the stand-ins of dist/. Prints what the
 * suite prints, and in the end how many of its tests passed and failed. Exit code 0: all passed.
 */
import { spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const program = resolve(import.meta.dirname, "../dist/standin/main.js");
const usage = "npm run redis-suite -- <checkout of redis/redis> [6.2 | 7.0 | 7.2] [unit ...]";
/** Bad input, as everywhere in redsim. */
const wrongInput = 2;

/** @returns {never} */
function refuse(what, hint) {
  process.stderr.write(`${what}\n  ${hint}\n`);
  process.exit(wrongInput);
}

const [checkout, ...words] = process.argv.slice(2);
if (checkout === undefined || !existsSync(join(checkout, "tests/sentinel/run.tcl")))
  refuse(`${checkout ?? "(no folder)"}: there is no tests/sentinel/run.tcl`, usage);
if (!existsSync(program)) refuse(`${program} does not exist`, "npm run build");
const tclsh = ["tclsh8.6", "tclsh8.5", "tclsh"].find(
  (name) => spawnSync(name, [], { input: "exit" }).error === undefined,
);
if (tclsh === undefined)
  refuse("the tests are written in Tcl, and there is no tclsh", "install tcl");

const named = /^[67]\.\d$/.test(words[0] ?? "") ? words.shift() : undefined;
const version = named ?? versionOf(checkout);
const units = words.flatMap((unit) => ["--single", unit]);

/** By the source, or by what its tests hold of 7.0. */
function versionOf(folder) {
  const header = join(folder, "src/version.h");
  const [, found] = existsSync(header)
    ? (/REDIS_VERSION "(\d+\.\d+)/.exec(readFileSync(header, "utf8")) ?? [])
    : [];
  return (
    found ?? (existsSync(join(folder, "tests/sentinel/tests/13-info-command.tcl")) ? "7.0" : "6.2")
  );
}

const folder = mkdtempSync(join(tmpdir(), "redis-suite-"));
cpSync(join(checkout, "tests"), join(folder, "tests"), { recursive: true });
// What an earlier run may have left there.
rmSync(join(folder, "tests/sentinel/tmp"), { recursive: true, force: true });
mkdirSync(join(folder, "tests/sentinel/tmp"));
mkdirSync(join(folder, "src"));
for (const name of ["redis-server", "redis-sentinel"])
  symlinkSync(program, join(folder, "src", name));
const [cli] = (process.env.PATH ?? "")
  .split(":")
  .map((path) => join(path, "redis-cli"))
  .filter(existsSync);
if (cli !== undefined) symlinkSync(cli, join(folder, "src/redis-cli"));

const suite = spawn(tclsh, ["tests/sentinel/run.tcl", ...units], {
  cwd: folder,
  stdio: ["ignore", "pipe", "inherit"],
  env: {
    ...process.env,
    REDSIM_REDIS_VERSION: version,
    REDSIM_SOCKET: join(folder, "redsim.sock"),
    REDSIM_PATIENCE: "5",
  },
});
let said = "";
suite.stdout.setEncoding("utf8").on("data", (text) => {
  said += text;
  process.stdout.write(text);
});
suite.on("close", (code) => {
  const passed = [...said.matchAll(/^\d\d:\d\d:\d\d> .*OK\S*$/gm)].length;
  const failed = [...said.matchAll(/^(?:\d\d:\d\d:\d\d> .*)?FAILED: /gm)].length;
  const total = [...said.matchAll(/^\d\d:\d\d:\d\d> /gm)].length;
  process.stdout.write(`Redis ${version}: ${passed} of ${total} tests passed, ${failed} failed\n`);
  if (process.env.REDSIM_KEEP === undefined) rmSync(folder, { recursive: true, force: true });
  else process.stdout.write(`kept: ${folder}\n`);
  process.exitCode = code === 0 && failed === 0 && passed > 0 ? 0 : 1;
});
