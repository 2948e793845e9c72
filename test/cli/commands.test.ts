/** The commands as a user types them: what they print, what they write, how they exit. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { recordedLines } from "../observe/recording.js";
import { inFolder, redsim } from "./redsim.js";

const colour = "\u001b[";

describe("redsim", () => {
  test("without a command says what there is, and that something is missing", () => {
    const { code, out, err } = redsim([]);

    expect(code).toBe(2);
    expect(out).toBe("");
    expect(err).toContain("redsim --help");
  });

  test("--help lists every command, on 80 columns", () => {
    const { code, out } = redsim(["--help"]);

    expect(code).toBe(0);
    for (const command of ["run", "replay", "list", "show", "init", "schema"])
      expect(out).toMatch(new RegExp(`^ +redsim ${command}\\b`, "m"));
    expect(out.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  test.each([
    [
      "run",
      [
        "--seed ",
        "--seeds",
        "--set",
        "--until",
        "--trace",
        "--level",
        "--events",
        "--json",
        "--quiet",
        "--verbose",
        "--twice",
      ],
    ],
    ["replay", ["<trace>"]],
    ["show", ["--seed", "--set"]],
    ["init", ["[dir]"]],
    ["schema", []],
    ["list", []],
  ])("%s --help describes its options, on 80 columns", (command, options) => {
    const { code, out } = redsim([command, "--help"]);

    expect(code).toBe(0);
    for (const option of options) expect(out).toContain(option);
    expect(out.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  test("--version is the package's", () => {
    const { version } = JSON.parse(
      readFileSync(resolve(import.meta.dirname, "../../package.json"), "utf8"),
    ) as { readonly version: string };

    expect(redsim(["--version"])).toMatchObject({ code: 0, out: `${version}\n` });
  });
});

describe("redsim list", () => {
  test("shows each scenario of the library under its theme, with its title", () => {
    const { code, out } = redsim(["list"]);
    const root = resolve(import.meta.dirname, "../../scenarios");
    const names = readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".yaml"))
      .map((path) => path.replace(/^.*\//, "").replace(".yaml", ""));

    expect(code).toBe(0);
    for (const name of names) expect(out).toMatch(new RegExp(`^  ${name} +\\S`, "m"));
  });

  test("does not mind a reader who stops early", () => {
    const head = redsim(["list"], {
      preload:
        'process.stdout.write = () => { process.stdout.emit("error", Object.assign(new Error("write EPIPE"), { code: "EPIPE" })); return false; };',
    });

    expect(head).toMatchObject({ code: 0, err: "" });
  });
});

describe("redsim show", () => {
  test("prints who takes part, when what happens and what is expected, without a run", () => {
    const { code, out } = redsim(["show", "kill-master"]);

    expect(code).toBe(0);
    expect(out).toContain("The master is killed and comes back empty");
    expect(out).toMatch(/^ {2}s1 +redis-sentinel +10\.77\.0\.21:26379/m);
    expect(out).toContain("after settled: kill: kill -9 r1");
    expect(out).toContain("the master at the end is r2 or r3");
    expect(out.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });
});

describe("redsim run", () => {
  const { code, out, err } = redsim(["run", "walkthrough"]);
  const lines = out.split("\n");

  test("prints a transcript that fits on 80 columns, without colour in a pipe", () => {
    expect(code).toBe(0);
    expect(err).toBe("");
    expect(out).not.toContain(colour);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  test("tells in sections what was started, each step, the client, the failover and the end", () => {
    const titles = lines.flatMap((line) => /^-- (.*?) -+$/.exec(line)?.[1] ?? []);

    expect(titles[0]).toBe("what runs");
    expect(titles.filter((title) => !title.startsWith("start of "))).toEqual([
      "what runs",
      "step-1",
      "step-2-read",
      "step-2-write",
      "step-2-read-back",
      "step-3",
      "app begins",
      "kill",
      "mymaster is down",
      "info",
      "files",
      "summary",
    ]);
  });

  test("shows commands and replies as redis-cli does", () => {
    const at = lines.findIndex((line) => line.endsWith("> SET hello spring"));

    expect(lines[at]).toBe("           127.0.0.1:6380> SET hello spring");
    expect(lines[at + 1]?.trim()).toBe(
      "(error) READONLY You can't write against a read only replica.",
    );
  });

  test("folds runs of equal lines", () => {
    expect(out).toMatch(/set foo0 bar0 \.\.\. set foo17 bar17 \(18 lines, until \d+\.\d{3}\)/);
    expect(lines.filter((line) => line.includes("Connection refused.")).length).toBeLessThan(5);
    expect(out).toMatch(/\.\.\. set foo119 bar119 \(\d+ lines/);
  });

  test("shows the lines of a configuration file that have changed, in meaning", () => {
    expect(out).toContain("- sentinel monitor mymaster 192.168.6.86 6379 2");
    expect(out).not.toMatch(/[-+] pidfile/);
  });

  test("ends with outage, writes, phases, verdicts, fingerprint and the command that does it again", () => {
    const summary = out.slice(out.indexOf("-- summary"));

    expect(summary).toMatch(/failover +mymaster, epoch 1, led by s2638\d|s26379/);
    expect(summary).toMatch(/sdown \+\d+ ms/);
    expect(summary).toMatch(/writes app +\d+ acknowledged, \d+ failed, 0 unknown, 0 lost/);
    expect(summary).toMatch(/longest without an acknowledged write: 3[0-3]\.\d{3} s from/);
    expect(summary).toMatch(/expected +ok /);
    expect(summary).toMatch(/laws +ok /);
    expect(summary).toMatch(/fingerprint +[0-9a-f]{16}\n/);
    expect(summary).toContain("npx redsim run walkthrough --seed 1");
  });

  test("--verbose lists the directives without meaning here, every log line and files whole", () => {
    const verbose = redsim(["run", "walkthrough", "--verbose"]).out;
    const listed = verbose.slice(verbose.indexOf("-- directives without meaning here"));

    expect(listed).toMatch(/^ {2}r6379 +pidfile$/m);
    expect(listed).toMatch(/^ {2}s26379 +pidfile$/m);
    expect(verbose).toContain("MASTER <-> REPLICA sync started");
    expect(verbose).toContain("oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo");
    expect(out).not.toContain("MASTER <-> REPLICA sync started");
    expect(verbose).toContain('pidfile "/var/run/redis-sentinel-26379.pid"');
  });

  test("--quiet says nothing when all holds", () => {
    expect(redsim(["run", "kill-master", "--quiet"])).toEqual({ code: 0, out: "", err: "" });
  });

  test("--quiet names what does not hold, and exits with 1", () => {
    const broken = redsim(["run", "kill-master", "--quiet", "--set", "expect.4.master.is=r1"]);

    expect(broken.code).toBe(1);
    expect(broken.out).toMatch(/the master at the end is r1: r[23] is/);
  });

  test("--until ends early, and what has not happened yet does not hold", () => {
    const { code, out } = redsim(["run", "kill-master", "--until", "5s", "--json"]);

    expect(code).toBe(1);
    expect((JSON.parse(out) as { readonly virtualMs: number }).virtualMs).toBe(5_000);
  });

  test("--set changes the scenario", () => {
    const { out } = redsim([
      "run",
      "kill-master",
      "--set",
      "version=6.2",
      "--json",
      "--until",
      "3s",
    ]);

    expect((JSON.parse(out) as { readonly version: string }).version).toBe("6.2");
  });

  test("--twice runs two and finds them equal", () => {
    const { code, out } = redsim(["run", "kill-master", "--twice"]);

    expect(code).toBe(0);
    expect(out).toMatch(/two runs of \d+ events are equal, fingerprint [0-9a-f]{16}/);
  });

  test("--seeds prints distributions, and --json each run", () => {
    const table = redsim(["run", "two-sentinels", "--seeds", "3..7"]);
    const json = redsim(["run", "two-sentinels", "--seeds", "3..7", "--json"]);

    expect(table.code).toBe(0);
    expect(table.out).toMatch(/^ +min +p10 +median +p90 +max$/m);
    expect(table.out).toMatch(/^acknowledged +\d+/m);
    expect(table.out).toContain("all 5 seeds hold");
    const { runs } = JSON.parse(json.out) as {
      readonly runs: readonly { readonly seed: string }[];
    };
    expect(runs.map(({ seed }) => seed)).toEqual(["3", "4", "5", "6", "7"]);
  });

  test("--seeds names each seed that does not hold, with the command that shows it", () => {
    const broken = redsim([
      "run",
      "kill-master",
      "--seeds",
      "1..2",
      "--set",
      "expect.4.master.is=r1",
    ]);

    expect(broken.code).toBe(1);
    expect(broken.out).toContain("2 of 2 seeds do not hold");
    expect(broken.out + broken.err).toContain(
      "npx redsim run kill-master --seed 2 --set expect.4.master.is=r1",
    );
  });

  test("shows colour on a terminal, and none with NO_COLOR", () => {
    const args = ["run", "kill-master", "--until", "3s"];
    const preload = 'import tty from "node:tty"; tty.isatty = () => true;';
    const onTerminal = (env: Readonly<Record<string, string>>) =>
      redsim(args, { preload, env: { TERM: "xterm-256color", ...env } }).out;

    expect(onTerminal({})).toContain(colour);
    expect(onTerminal({ NO_COLOR: "1" })).not.toContain(colour);
    // Whoever insists gets some, in a pipe, too.
    expect(redsim(args, { env: { FORCE_COLOR: "1" } }).out).toContain(colour);
    expect(redsim(args).out).not.toContain(colour);
  });

  test("shows progress on a terminal when a run is long, and clears it", () => {
    inFolder((folder) => {
      const scenario = join(folder, "idle.yaml");
      writeFileSync(scenario, "duration: 12h\nnodes: { replicas: 2, sentinels: 3 }\n");
      const preload = "process.stderr.isTTY = true;";
      const seen = redsim(["run", scenario, "--quiet"], { preload });
      const piped = redsim(["run", scenario, "--quiet"]);

      expect(seen.err).toMatch(/\d+% \(\d+ s of virtual time, \d+ times real time\)/);
      expect(seen.err.endsWith("\r\u001b[K")).toBe(true);
      expect(piped.err).toBe("");
    });
  });
});

describe("redsim run --json", () => {
  const milliseconds = z.number().min(0);
  const result = z.object({
    scenario: z.string(),
    seed: z.literal("1"),
    version: z.literal("7.0"),
    fingerprint: z.string().regex(/^[0-9a-f]{16}$/),
    virtualMs: z.literal(64_000),
    events: z.int().min(1_000),
    metrics: z.object({
      acknowledged: z.int().min(1),
      failed: z.int().min(1),
      unknown: z.int(),
      lost: z.int(),
      longestWriteGapMs: milliseconds,
      twoMastersMs: milliseconds,
    }),
    failovers: z.tuple([
      z.object({
        master: z.literal("mymaster"),
        epoch: z.literal(1),
        leader: z.string().regex(/^s[123]$/),
        from: z.literal("10.77.0.11:6379"),
        to: z.string().regex(/^10\.77\.0\.1[23]:6379$/),
        faultAtMs: milliseconds,
        phases: z.object({
          sdown: milliseconds,
          odown: milliseconds,
          try: milliseconds,
          elected: milliseconds,
          selected: milliseconds,
          waitPromotion: milliseconds,
          promoted: milliseconds,
          switch: milliseconds,
          end: milliseconds,
        }),
      }),
    ]),
    expectations: z.array(z.object({ text: z.string(), holds: z.literal(true) })).min(1),
    laws: z.array(z.object({ law: z.string(), holds: z.boolean() })).min(3),
    final: z.object({
      nodes: z.record(
        z.string(),
        z.object({
          role: z.enum(["master", "replica", "down"]),
          replid: z.string(),
          offset: z.int(),
          keys: z.int(),
        }),
      ),
      sentinels: z.record(z.string(), z.object({ mymaster: z.string() })),
    }),
  });

  test("prints one object with everything that a program asks for", () => {
    const { code, out, err } = redsim(["run", "kill-master", "--json"]);

    expect({ code, err }).toEqual({ code: 0, err: "" });
    const parsed = result.safeParse(JSON.parse(out));
    expect(parsed.error?.issues ?? []).toEqual([]);
    expect(Object.keys(parsed.data?.final.nodes ?? {})).toEqual(["r1", "r2", "r3"]);
    expect(Object.keys(parsed.data?.final.sentinels ?? {})).toEqual(["s1", "s2", "s3"]);
  });
});

describe("redsim run --events", () => {
  test("writes lines of the shape that the recordings of real clusters have", () => {
    inFolder((folder) => {
      const file = join(folder, "events.ndjson");
      const { code } = redsim(["run", "kill-master", "--quiet", "--events", file]);
      const lines = readFileSync(file, "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      const recorded = recordedLines("7.0.15", "kill_master", 1);
      const keysOf = (all: readonly Record<string, unknown>[], kind: string) =>
        new Set(all.filter((line) => line["kind"] === kind).flatMap((line) => Object.keys(line)));

      expect(code).toBe(0);
      for (const kind of ["event", "write"])
        for (const key of keysOf(recorded, kind)) expect(keysOf(lines, kind)).toContain(key);
      expect(lines.filter((line) => line["kind"] === "fault").map((line) => line["fault"])).toEqual(
        ["kill", "restart"],
      );
      const times = lines.map((line) => Number(line["t"]));
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(lines.some((line) => line["channel"] === "+switch-master")).toBe(true);
    });
  });
});

describe("redsim schema", () => {
  test("prints JSON Schema", () => {
    const { code, out } = redsim(["schema"]);

    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      $schema: expect.stringContaining("json-schema.org"),
      required: ["duration", "nodes"],
    });
  });
});

describe("redsim init", () => {
  const walkthrough = resolve(import.meta.dirname, "../../scenarios/walkthrough");

  test("writes a scenario for the configuration files of a folder, and it runs", () => {
    inFolder((folder) => {
      for (const name of readdirSync(walkthrough).filter((each) => each.endsWith(".conf")))
        copyFileSync(join(walkthrough, name), join(folder, name));
      const written = redsim(["init"], { cwd: folder });
      const ran = redsim(["run", "redsim.yaml", "--quiet"], { cwd: folder });

      expect(written).toMatchObject({ code: 0, err: "" });
      expect(written.out).toContain("npx redsim run redsim.yaml");
      expect(readFileSync(join(folder, "redsim.yaml"), "utf8")).toContain("sentinel-26379.conf");
      expect(ran).toEqual({ code: 0, out: "", err: "" });
    });
  });

  test("does not touch a scenario that is there", () => {
    inFolder((folder) => {
      writeFileSync(join(folder, "redis.conf"), "port 6379\n");
      writeFileSync(join(folder, "redsim.yaml"), "mine\n");
      const { code, err } = redsim(["init", folder]);

      expect(code).toBe(2);
      expect(err).toContain("is there already");
      expect(readFileSync(join(folder, "redsim.yaml"), "utf8")).toBe("mine\n");
    });
  });

  test("tells of a folder without a redis.conf", () => {
    inFolder((folder) => {
      mkdirSync(join(folder, "empty"));
      const { code, err } = redsim(["init", "empty"], { cwd: folder });

      expect(code).toBe(2);
      expect(err).toMatch(/^empty: no redis\.conf was found here/);
    });
  });
});
