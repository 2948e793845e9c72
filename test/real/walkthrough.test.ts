/**
 * The walkthrough's client, a program for redis-py from Debian's python3-redis, against the served
 * walkthrough: test/data/walkthrough/client.py. Recorded with real Redis, 31 writes failed (client.txt).
 */
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { freePorts, Served } from "../gateway/served.js";

const script = readFileSync(resolve(import.meta.dirname, "../data/walkthrough/client.py"), "utf8");
/** The client writes for 120 s of its own, and is slower where it fails. */
const timeout = 300_000;

/** A Python that has redis-py; without one the comparison fails, it is never skipped. */
function python(): string {
  const having = ["python3", "/usr/bin/python3"].find(
    (each) => spawnSync(each, ["-c", "import redis.sentinel"]).status === 0,
  );
  if (having !== undefined) return having;
  throw new Error("there is no redis-py to test with; Debian: apt-get install python3-redis");
}

/** Runs the program; `said` is told each line. What it printed, once it has ended. */
function run(program: string, said: (line: string) => void): Promise<readonly string[]> {
  const child = spawn(python(), ["-"], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(program);
  const lines: string[] = [];
  let rest = "";
  child.stdout.on("data", (chunk: Buffer) => {
    const whole = (rest + chunk.toString()).split("\n");
    rest = whole.pop() ?? "";
    for (const line of whole) {
      lines.push(line);
      said(line);
    }
  });
  return new Promise((done) => child.on("close", () => done(lines)));
}

interface Outcome {
  readonly origin: readonly string[];
  readonly failures: readonly string[];
  readonly written: readonly string[];
  readonly end: readonly string[];
}

/** The client's whole run, in which the master is killed right after foo17, as in the walkthrough. */
async function outcomeOf(served: Served, program: string): Promise<Outcome> {
  const lines = await run(program, (line) => {
    if (line.endsWith(" set foo17 bar17")) void served.control("KILL", "master");
  });
  const untimed = lines.map((line) => line.replace(/^\d+\.\d{3} /, ""));
  return {
    origin: untimed.filter((line) => line.startsWith("origin ")),
    failures: untimed.filter((line) => line.startsWith("Exception: ")),
    written: untimed.filter((line) => line.startsWith("set ")),
    end: untimed.filter((line) => line.startsWith("new ")),
  };
}

/** The new master and the replica that is left, as the client prints them. */
function endings(base: number): readonly (readonly string[])[] {
  const [second, third] = [`('127.0.0.1', ${base + 1})`, `('127.0.0.1', ${base + 2})`];
  return [
    [`new master: ${second}`, `new slave: [${third}]`],
    [`new master: ${third}`, `new slave: [${second}]`],
  ];
}

describe.concurrent("the walkthrough's Python client, against redsim serve", () => {
  test("at speed 1 sees what it saw with real Redis: some 31 failures, and then the new master", {
    timeout,
  }, async () => {
    const served = await Served.start(["walkthrough", "--bare", "--settle", "--announce"]);
    const { origin, failures, written, end } = await outcomeOf(served, script);

    expect(origin[0]).toBe("origin master: ('127.0.0.1', 6379)");
    expect(failures.length).toBeGreaterThanOrEqual(29);
    expect(failures.length).toBeLessThanOrEqual(34);
    for (const failure of failures)
      expect(failure).toMatch(
        /^Exception: (?:ConnectionError Error 111 connecting to 127\.0\.0\.1:6379\. Connection refused\.|MasterNotFoundError No master found for 'mymaster'|ConnectionError Connection closed by server\.)$/,
      );
    expect(written).toHaveLength(120 - failures.length);
    expect(written.at(-1)).toBe("set foo119 bar119");
    expect(endings(6379)).toContainEqual(end);
    expect(await served.stop()).toBe(0);
  });

  test("at speed 20, its own sleeps being real, sees one to three failures and the new master", {
    timeout,
  }, async () => {
    const base = await freePorts(6);
    const place = ["--announce", "--port-base", String(base), "--speed", "20"];
    const served = await Served.start(["walkthrough", "--bare", "--settle", ...place]);
    const moved = script.replace(/26379|26380|26381/g, (port) =>
      String(base + 3 + Number(port) - 26_379),
    );
    const { failures, written, end } = await outcomeOf(served, moved);

    expect(failures.length).toBeGreaterThanOrEqual(1);
    expect(failures.length).toBeLessThanOrEqual(3);
    expect(written).toHaveLength(120 - failures.length);
    expect(endings(base)).toContainEqual(end);
    expect(await served.stop()).toBe(0);
  });
});
