/**
 * The user is wrong: each mistake is one clear message with its place, exit code 2, no stack, and nothing
 * is written.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { inFolder, redsim } from "./redsim.js";

interface Mistake {
  readonly files: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}

/** Runs `broken.yaml` in a folder with these files; answers the lines of its complaint. */
function complaint({ files, args = [] }: Mistake): readonly string[] {
  return inFolder((folder) => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const { code, out, err } = redsim(["run", "broken.yaml", ...args], { cwd: folder });

    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).not.toMatch(/^\s+at /m);
    expect(readdirSync(folder).toSorted()).toEqual(Object.keys(files).toSorted());
    return err.trimEnd().split("\n");
  });
}

const usual = "duration: 60s\nnodes: { replicas: 2, sentinels: 3 }\n";
const server = (port: number, rest = "") => `port ${port}\n${rest}`;

describe("a scenario with a mistake", () => {
  test.each<readonly [string, Mistake, RegExp]>([
    [
      "YAML that cannot be read",
      { files: { "broken.yaml": "duration: 60s\nnodes: [r1, r2\n" } },
      /^broken\.yaml:3:1: flow sequence/,
    ],
    [
      "an unknown key",
      { files: { "broken.yaml": `${usual}clientz: {}\n` } },
      /^broken\.yaml:3:1: a scenario has no key clientz \(did you mean clients\?\)$/,
    ],
    [
      "a value of the wrong type",
      { files: { "broken.yaml": "duration: 60s\nnodes: { replicas: two }\n" } },
      /^broken\.yaml:2:20: expected how many replicas \(a whole number from 0 to 1000\), not two$/,
    ],
    [
      "an unknown node in a step",
      { files: { "broken.yaml": `${usual}steps:\n  - at: 5s\n    kill: r9\n` } },
      /^broken\.yaml:5:11: no node is called r9 \(there are r1, r2, r3, s1, s2 and s3\)$/,
    ],
    [
      "a port that is used twice",
      {
        files: {
          "broken.yaml":
            "duration: 60s\nhosts: { box: { ip: 10.0.0.1 } }\nnodes:\n  r1: { host: box, config: a.conf }\n  r2: { host: box, config: b.conf }\n",
          "a.conf": server(6380),
          "b.conf": server(6380),
        },
      },
      /port 6380 on host box is used twice, by r1 and r2/,
    ],
    [
      "a duration that cannot be read",
      { files: { "broken.yaml": `${usual}steps: [{ at: 5sec, kill: r1 }]\n` } },
      /^broken\.yaml:3:15: expected a duration .*, not 5sec$/,
    ],
    [
      "a sentinel.conf that monitors nobody",
      {
        files: {
          "broken.yaml":
            "duration: 60s\nnodes:\n  r1: { config: redis.conf }\n  s1: { config: sentinel.conf }\n",
          "redis.conf": server(6379),
          "sentinel.conf": "port 26379\n",
        },
      },
      /^broken\.yaml:4:17: sentinel\.conf monitors nobody/,
    ],
    [
      "a replicaof loop",
      {
        files: {
          "broken.yaml":
            "duration: 60s\nhosts: { box: { ip: 10.0.0.1 } }\nnodes:\n  r1: { host: box, config: a.conf }\n  r2: { host: box, config: b.conf }\n",
          "a.conf": server(6379, "replicaof 10.0.0.1 6380\n"),
          "b.conf": server(6380, "replicaof 10.0.0.1 6379\n"),
        },
      },
      /replica.*(loop|circle|each other)/i,
    ],
    [
      "a configuration file that does not exist",
      { files: { "broken.yaml": "duration: 60s\nnodes:\n  r1: { config: nowhere.conf }\n" } },
      /nowhere\.conf/,
    ],
    [
      "an unknown directive, with file and line",
      {
        files: {
          "broken.yaml": "duration: 60s\nnodes:\n  r1: { config: redis.conf }\n",
          "redis.conf": "port 6379\nreplica-prioritee 10\n",
        },
      },
      /^redis\.conf:2: Bad directive or wrong number of arguments \(did you mean replica-priority\?\)$/,
    ],
    [
      "a --set of something that does not exist",
      { files: { "broken.yaml": usual }, args: ["--set", "nodes.sentinals=5"] },
      /^--set nodes\.sentinals=5: nodes has no key sentinals \(did you mean sentinels\?\)$/,
    ],
    [
      "a --until that is no duration",
      { files: { "broken.yaml": usual }, args: ["--until", "soon"] },
      /^--until: soon is not a duration/,
    ],
    [
      "a --seeds that is no range",
      { files: { "broken.yaml": usual }, args: ["--seeds", "9..1"] },
      /^--seeds: 9\.\.1 is not a range of seeds/,
    ],
    [
      "--trace and --events with the same file",
      { files: { "broken.yaml": usual }, args: ["--trace", "x", "--events", "x"] },
      /^--events: x is the file of --trace/,
    ],
  ])("%s", (_, mistake, message) => {
    const lines = complaint(mistake);

    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(message);
  });

  test("several at once are told together, in the order of the file", () => {
    const lines = complaint({
      files: {
        "broken.yaml":
          "duration: 60\nnodes: { replicas: 2, sentinels: 3 }\nsteps:\n  - { at: 5s, kill: r9 }\n  - { at: 5s, kil: r1 }\n",
      },
    });

    expect(lines.map((line) => line.split(":")[1])).toEqual(
      ["1", "4", "5", "5"].slice(0, lines.length),
    );
    expect(lines.length).toBeGreaterThanOrEqual(3);
  });
});

describe("a scenario that is not there", () => {
  test("is told with the nearest that is", () => {
    const { code, err } = redsim(["run", "kil-master"]);

    expect(code).toBe(2);
    expect(err).toBe("no scenario is called kil-master (did you mean kill-master?)\n");
  });

  test("is told as a file, where a file was meant", () => {
    const { code, err } = redsim(["run", "./nowhere.yaml"]);

    expect(code).toBe(2);
    expect(err).toMatch(/^\.\/nowhere\.yaml: no such file or directory/);
  });
});

describe("a command line with a mistake", () => {
  test.each([
    [["rum", "walkthrough"], /did you mean run\?/i],
    [["run"], /^run of what\?/],
    [["run", "walkthrough", "--sed", "3"], /sed/],
    [["run", "walkthrough", "--quiet", "--verbose"], /do not go together/],
    [["run", "walkthrough", "--level", "loud"], /level/],
  ])("%j is told in one message", (args, message) => {
    const { code, out, err } = redsim(args);

    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(message);
    expect(err).not.toMatch(/^\s+at /m);
  });
});

describe("an output that cannot be written", () => {
  test.each(["--trace", "--events"])(
    "%s into a missing folder is told before the run",
    (option) => {
      inFolder((folder) => {
        const { code, out, err } = redsim(["run", "kill-master", option, "no/such/file"], {
          cwd: folder,
        });

        expect({ code, out }).toEqual({ code: 2, out: "" });
        expect(err).toBe("no/such/file: cannot be written: no such file or directory\n");
        expect(readdirSync(folder)).toEqual([]);
      });
    },
  );

  test.each(["--trace", "--events"])("%s into a folder is told before the run", (option) => {
    inFolder((folder) => {
      const { code, out, err } = redsim(["run", "kill-master", option, "."], { cwd: folder });

      expect({ code, out }).toEqual({ code: 2, out: "" });
      expect(err).toBe(".: cannot be written: this is a directory\n");
    });
  });

  test("one wrong output spoils no other that is there already", () => {
    inFolder((folder) => {
      writeFileSync(join(folder, "old.ndjson"), "old\n");
      const args = ["run", "kill-master", "--trace", "old.ndjson", "--events", "no/such/file"];
      const { code } = redsim(args, { cwd: folder });

      expect(code).toBe(2);
      expect(readFileSync(join(folder, "old.ndjson"), "utf8")).toBe("old\n");
      expect(readdirSync(folder)).toEqual(["old.ndjson"]);
    });
  });

  test("a wrong scenario spoils no output that is there already", () => {
    inFolder((folder) => {
      writeFileSync(join(folder, "old.ndjson"), "old\n");
      writeFileSync(join(folder, "broken.yaml"), "nodes: {}\n");
      const { code } = redsim(["run", "broken.yaml", "--trace", "old.ndjson"], { cwd: folder });

      expect(code).toBe(2);
      expect(readFileSync(join(folder, "old.ndjson"), "utf8")).toBe("old\n");
    });
  });

  test("a run that ends takes the place of an older trace, and leaves nothing beside it", () => {
    inFolder((folder) => {
      writeFileSync(join(folder, "old.ndjson"), "old\n");
      redsim(["run", "kill-master", "--until", "2s", "--trace", "old.ndjson"], { cwd: folder });

      expect(readFileSync(join(folder, "old.ndjson"), "utf8")).toContain('"kind":"end"');
      expect(readdirSync(folder)).toEqual(["old.ndjson"]);
    });
  });

  test("what is accepted and not modelled is told beside the output", () => {
    inFolder((folder) => {
      writeFileSync(join(folder, "redis.conf"), "port 6379\ntls-port 6380\n");
      const init = redsim(["init"], { cwd: folder });
      const run = redsim(["run", ".", "--until", "1s", "--json"], { cwd: folder });

      const warning =
        "warning: redis.conf:2: tls-port: TLS is not modelled: this port stays closed (everybody must come by port)\n";
      expect([init.code, init.err]).toEqual([0, warning]);
      expect(run.err).toBe(warning);
      expect(JSON.parse(run.out)).toMatchObject({ version: "7.2" });
    });
  });

  test("init into a missing folder is told", () => {
    inFolder((folder) => {
      const { code, err } = redsim(["init", "no/such"], { cwd: folder });

      expect(code).toBe(2);
      expect(err).toBe("no/such: no such file or directory\n");
      expect(existsSync(join(folder, "no"))).toBe(false);
    });
  });

  test.skipIf(!existsSync("/dev/full"))("a disk that is full is told, whenever that shows", () => {
    const { code, out, err } = redsim(["run", "kill-master", "--trace", "/dev/full"]);

    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toBe("/dev/full: cannot be written: the disk is full\n");
  });
});
