/** A cluster of one's own, and what goes wrong around it: told in words, and nothing lost or half written. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { inFolder, redsim } from "./redsim.js";

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** Refuses every write to files of this name, as a disk that is full does. */
function fullFor(name: string): string {
  return `import fs from "node:fs"; import { syncBuiltinESMExports } from "node:module";
    const write = fs.writeFileSync;
    fs.writeFileSync = (path, ...rest) => {
      if (String(path).includes(${JSON.stringify(name)}))
        throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC", syscall: "write" });
      return write(path, ...rest);
    };
    syncBuiltinESMExports();`;
}

const server = (ip: string, more = "") =>
  `include ../common.conf\nbind ${ip}\nport 6379\nmaxmemory 2gb\nmaxmemory-policy allkeys-lru\n${more}`;
const sentinel = (ip: string) =>
  `port 26379\nprotected-mode no\nbind ${ip}\nsentinel monitor shop 10.0.0.1 6379 2\n`;

/** A folder for each machine, as configuration management keeps them. */
const cluster = {
  "common.conf": "appendonly yes\nprotected-mode no\n",
  "a/redis.conf": server("10.0.0.1"),
  "b/redis.conf": server("10.0.0.2", "replicaof 10.0.0.1 6379\n"),
  "a/sentinel.conf": sentinel("10.0.0.1"),
  "b/sentinel.conf": sentinel("10.0.0.2"),
  "c/sentinel.conf": sentinel("10.0.0.3"),
};

describe("a cluster whose files lie in a folder for each machine, and include others", () => {
  test("becomes a scenario, changes by --set, and its trace is replayed without the files", () => {
    inFolder((folder) => {
      write(folder, cluster);
      const init = redsim(["init"], { cwd: folder });
      expect(init.code).toBe(0);
      expect(init.out.split("\n")[1]).toBe("2 redis-servers, 3 Sentinels");
      // What is true of both files is said once.
      expect(init.err).toMatch(
        /^warning: a\/redis\.conf:5, b\/redis\.conf:5: maxmemory-policy: .*\n$/,
      );

      const args = ["--until", "40s", "--quiet", "--trace", "trace.ndjson"];
      const set = ["--set", "sentinel.down-after-milliseconds=2000"];
      expect(redsim(["run", ".", ...set, ...args], { cwd: folder }).out).toBe("");
      const trace = readFileSync(join(folder, "trace.ndjson"), "utf8");
      expect(trace).toMatch(/\+switch-master/);

      write(folder, { "common.conf": "appendonly maybe\n" });
      expect(redsim(["replay", "trace.ndjson"], { cwd: folder }).code).toBe(0);
      expect(redsim(["show", "."], { cwd: folder }).err).toMatch(/^common\.conf:1: /);
    });
  });

  test("without Sentinels is told that nobody will fail over", () => {
    inFolder((folder) => {
      write(folder, { "redis.conf": "port 6379\n" });
      expect(redsim(["init"], { cwd: folder }).out).toContain(
        "1 redis-server, no Sentinel: nobody will fail over\n",
      );
    });
  });
});

describe("a file in another's place", () => {
  test("a trace given to run is told as one", () => {
    inFolder((folder) => {
      redsim(["run", "blip", "--until", "1s", "--quiet", "--trace", "t"], { cwd: folder });
      expect(redsim(["run", "t"], { cwd: folder })).toEqual({
        code: 2,
        out: "",
        err: "t: this is a trace (redsim replay t)\n",
      });
    });
  });

  test("a file that is no text does not write over the terminal", () => {
    inFolder((folder) => {
      write(folder, { "a.yaml": `${"\u001b[2J\u0007x".repeat(100)}` });
      const { code, err } = redsim(["run", "a.yaml"], { cwd: folder });

      expect(code).toBe(2);
      expect(err.trimEnd()).toMatch(/^[ -~]+$/);
      expect(err.length).toBeLessThan(200);
    });
  });

  test("a trace with line ends of another system is the same trace", () => {
    inFolder((folder) => {
      redsim(["run", "blip", "--until", "1s", "--quiet", "--trace", "t"], { cwd: folder });
      const trace = readFileSync(join(folder, "t"), "utf8");
      write(folder, { t: trace.replaceAll("\n", "\r\n") });
      expect(redsim(["replay", "t"], { cwd: folder }).code).toBe(0);

      // Of another version's only that one can be sure.
      const changed = trace
        .replace(/"program":"[^"]*"/, '"program":"0.0.1"')
        .replace(/\n.*\n/, "\n");
      write(folder, { t: changed });
      const { code, out } = redsim(["replay", "t"], { cwd: folder });
      expect(code).toBe(3);
      expect(out).toMatch(/^0\.0\.1 wrote this trace, and this is /m);
    });
  });
});

describe("a folder of findings", () => {
  const scenario = [
    "duration: 20s",
    "nodes: { replicas: 1, sentinels: 1 }",
    "sentinel: { down-after-milliseconds: 1000, failover-timeout: 3000 }",
    "clients: { c1: { policy: naive, server: r1, workload: { every: 100ms } } }",
    "steps: [ { at: 12s, cut: { from: [r1, c1] } } ]",
    "",
  ].join("\n");
  const explore = ["explore", "cut.yaml", "--seeds", "1..1", "--also", "losses", "--shrink", "0"];

  test("on a disk that is full is told with what could not be kept, and holds no half finding", () => {
    inFolder((folder) => {
      write(folder, { "cut.yaml": scenario });
      const { code, err } = redsim(explore, { cwd: folder, preload: fullFor("trace.ndjson") });

      expect(code).toBe(2);
      expect(err).toMatch(/^not kept: no acknowledged write is lost: /);
      expect(err).toMatch(/trace\.ndjson: the disk is full\n$/);
      expect(redsim(["findings"], { cwd: folder }).out).toBe("there are no findings in findings\n");
      expect(
        readdirSync(folder, { recursive: true }).filter((name) => /part$/.test(String(name))),
      ).toEqual([]);
    });
  });

  test("that is damaged is told with the file, and prune says what still breaks", () => {
    inFolder((folder) => {
      write(folder, { "cut.yaml": scenario });
      expect(redsim(explore, { cwd: folder }).code).toBe(1);
      const kept = readdirSync(join(folder, "findings")).length;
      expect(redsim(["findings", "prune"], { cwd: folder }).out).toBe(
        `${kept} still break a law\n`,
      );

      const lacking = '{ "signature": "s", "shrunk": { "text": "", "files": {} } }';
      for (const text of ["{", "{}", "null", lacking]) {
        write(folder, { "findings/x/finding.json": text });
        expect(redsim(["findings"], { cwd: folder })).toEqual({
          code: 2,
          out: "",
          err: "findings/x/finding.json: this is no finding (restore it, or remove its folder)\n",
        });
      }
    });
  });
});

describe("init on a disk that is full", () => {
  test("leaves no empty scenario that it would not write over", () => {
    inFolder((folder) => {
      write(folder, { "redis.conf": "port 6379\n" });
      const preload = `import fs from "node:fs"; import { syncBuiltinESMExports } from "node:module";
        fs.writeSync = () => { throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" }); };
        syncBuiltinESMExports();`;
      const { code, err } = redsim(["init"], { cwd: folder, preload });

      expect(code).toBe(2);
      expect(err).toContain("redsim.yaml: cannot be written: the disk is full\n");
      expect(existsSync(join(folder, "redsim.yaml"))).toBe(false);
    });
  });
});

test("a healed run says how it is done again", () => {
  const { out } = redsim(["run", "blip", "--until", "5s", "--heal"]);

  expect(out.replace(/\s+/g, " ")).toContain(
    "again npx redsim run blip --seed 1 --until 5s --heal",
  );
});
