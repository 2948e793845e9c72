/** What somebody meets who has never seen redsim: wrong words, own files, questions with an empty answer. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { inFolder, redsim } from "./redsim.js";

/** Runs a scenario of this text; the lines of its summary, each row in one line. */
function summaryOf(text: string, ...args: readonly string[]): readonly string[] {
  return inFolder((folder) => {
    writeFileSync(join(folder, "question.yaml"), text);
    const { out, err } = redsim(["run", "question.yaml", ...args], { cwd: folder });
    expect(err).toBe("");
    const at = out.indexOf("-- summary");
    return out
      .slice(at)
      .replaceAll(/\n {16}(?! )/g, " ")
      .split("\n");
  });
}

test("every command of package.json can be started by its name alone, though its file is new", () => {
  const root = resolve(import.meta.dirname, "../..");
  const { bin } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  for (const file of Object.values<string>(bin)) {
    const { status, stdout } = spawnSync(join(root, file), ["--version"], { encoding: "utf8" });
    expect(status, file).toBe(0);
    expect(stdout).toMatch(/\d+\.\d+\.\d+/);
  }
});

describe("a command line with a mistake", () => {
  test.each([
    ["a scenario in place of a command", ["kill-master"], "(redsim run kill-master)"],
    ["a word that is nothing", ["nonsense"], "(redsim --help shows what there is)"],
    ["an unknown option", ["run", "blip", "--sett", "a=b"], "--sett here (did you mean --set?)"],
    [
      "an option like no other",
      ["run", "blip", "--zzzzzz"],
      "(redsim run --help shows what there is)",
    ],
    ["a command without its scenario", ["run"], "run of what? (redsim run --help"],
    ["a choice that is none", ["run", "blip", "--level", "x"], "x is none of notes, wire, steps"],
    ["a port that is none", ["serve", "blip", "--control", "99999"], "99999 is not a port"],
    ["an option without its value", ["run", "blip", "--seed"], "--seed needs a value"],
    ["nothing to set", ["run", "blip", "--set"], "--set needs a value"],
    ["a trace of two runs", ["run", "blip", "--twice", "--trace", "t"], "do not go together"],
    ["a scenario like no other", ["run", "zzzzzzzz"], "(redsim list shows them)"],
    ["a command with a slip", ["rnu", "blip"], "there is no command rnu (did you mean run?)"],
    ["two seeds", ["run", "blip", "--seed", "1", "--seed", "2"], "--seed: given 2 times"],
    ["two traces", ["run", "blip", "--trace", "a", "--trace", "b"], "--trace: given 2 times"],
    ["a number that is none", ["explore", "blip", "--jobs", "x"], "--jobs: x is not a number"],
    ["threads below none", ["explore", "blip", "--jobs", "-1"], "--jobs: -1 is not a number of"],
    ["runs below none", ["explore", "blip", "--shrink=-5"], "--shrink: -5 is not a number of runs"],
    ["findings in a file", ["explore", "blip", "--findings", "README.md"], "cannot be kept here"],
    ["a list of findings in a file", ["findings", "--findings", "README.md"], "README.md: "],
    ["nothing to merge", ["findings", "merge"], "merge of what?"],
    ["a folder to merge that is not there", ["findings", "merge", "no/such"], "no/such: no such"],
  ])("%s is told in one line, with where to look", (_, args, hint) => {
    const { code, out, err } = redsim(args);

    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(hint);
    expect(err.trimEnd().split("\n").length).toBe(1);
  });

  test("-h is --help", () => {
    expect(redsim(["-h"])).toEqual(redsim(["--help"]));
  });

  test("a file that is no YAML at all is told in a few lines, not in a hundred", () => {
    const { code, err } = redsim(["run", "README.md"]);

    expect(code).toBe(2);
    expect(err.trimEnd().split("\n").length).toBeLessThan(4);
  });
});

describe("a folder with configuration files", () => {
  test("is run by its name once init has written its scenario", () => {
    inFolder((folder) => {
      const cluster = join(folder, "cluster");
      mkdirSync(cluster);
      writeFileSync(join(cluster, "redis.conf"), "bind 10.0.0.1\nprotected-mode no\n");

      expect(redsim(["init", "cluster"], { cwd: folder })).toMatchObject({ code: 0, err: "" });
      expect(existsSync(join(cluster, "redsim.yaml"))).toBe(true);
      const { code, out } = redsim(["run", "cluster"], { cwd: folder });

      expect(code).toBe(0);
      expect(out).toContain("10.0.0.1:6379");
    });
  });
});

describe("a summary", () => {
  test("names the steps and clients whose moment never came, and what they waited for", () => {
    const lines = summaryOf(
      [
        "duration: 5s",
        "nodes: { replicas: 1, sentinels: 1 }",
        "clients: { app: { start: { event: +switch-master } } }",
        "steps:",
        "  - { name: late, at: 30s, kill: r2 }",
        "  - { name: then, after: late, wait: 1s, kill: r1 }",
      ].join("\n"),
    );

    expect(lines).toContain(
      "never began     client app, after +switch-master step late, at 30s step then, 1s after late",
    );
  });

  test("tells of a client that only reads what it read, and nothing of writes", () => {
    const lines = summaryOf(
      [
        "duration: 10s",
        "nodes: { replicas: 1, sentinels: 1 }",
        "clients: { app: { workload: { operation: read, key: k1 } } }",
      ].join("\n"),
    );

    expect(lines.filter((line) => line.startsWith("writes"))).toEqual([]);
    expect(lines).toContainEqual(expect.stringMatching(/^reads app +\d+ ok, 0 failed$/));
  });

  test("does not call a law kept that could not be judged", () => {
    const lines = summaryOf(
      "duration: 20s\nnodes: { replicas: 1, sentinels: 3 }\nsteps: [{ after: settled, kill: r2 }]\n",
    );

    expect(lines.join(" ")).toMatch(
      /-- after the faults all agree .*: not judged, for a fault lasts: kill/,
    );
  });
});

describe("an upgrade", () => {
  test("takes place when the process is started again, and not before", () => {
    const lines = inFolder((folder) => {
      const text = [
        'version: "6.2"',
        "duration: 12s",
        "nodes: { replicas: 1 }",
        "steps:",
        '  - { name: new, at: 1s, install: { on: r2, version: "7.0" } }',
        "  - { name: before, at: 2s, command: { on: r2, send: INFO server } }",
        "  - { name: again, at: 3s, terminate: r2, for: 2s }",
        "  - { name: after, at: 8s, command: { on: r2, send: INFO server } }",
        "expect:",
        '  - shows: { step: before, contains: "redis_version:6.2.1" }',
        '  - shows: { step: after, contains: "redis_version:7.0.15" }',
      ].join("\n");
      writeFileSync(join(folder, "upgrade.yaml"), text);
      const { code, out } = redsim(["run", "upgrade.yaml"], { cwd: folder });
      expect(code).toBe(0);
      return out.split("\n");
    });

    expect(lines).toContainEqual(expect.stringMatching(/fault +install Redis 7\.0 on r2$/));
  });
});

describe("the log of a node", () => {
  test("is all that goes to the output; what does not hold is said beside it", () => {
    const text = [
      "duration: 5s",
      "nodes: { replicas: 1, sentinels: 1 }",
      "expect: [{ event: { channel: +switch-master } }]",
    ].join("\n");
    const { code, out, err } = inFolder((folder) => {
      writeFileSync(join(folder, "quiet.yaml"), text);
      return redsim(["run", "quiet.yaml", "--log", "r1"], { cwd: folder });
    });

    expect(code).toBe(1);
    expect(
      out
        .trimEnd()
        .split("\n")
        .filter((line) => !/^1:[MSCX] \d\d /.test(line)),
    ).toEqual([]);
    expect(err).toContain("+switch-master: at least once: never");
  });
});
