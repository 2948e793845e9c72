/** Redis's own tools against served nodes: redis-cli in its modes, redis-benchmark. */
import { spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isUnmodelled } from "../../src/redis/server/unmodelled.js";
import { Served } from "../gateway/served.js";
import { World } from "../redis/world.js";
import { commandNames } from "./command-names.js";
import { RealServer } from "./real-server.js";
import { behaviour, version } from "./release.js";

let served: Served;

beforeAll(async () => {
  served = await Served.start([
    "kill-master",
    "--set",
    `version=${version}`,
    "--bare",
    "--settle",
    "--speed",
    "20",
  ]);
});

afterAll(() => served?.stop());

interface Said {
  readonly input?: string;
  /** Lines, each typed when a prompt asks for it; then `quit`. */
  readonly typed?: readonly string[];
}

/** What a tool prints to both of its outputs, once it has ended. */
function printed(command: readonly string[], { input, typed }: Said = {}): Promise<string> {
  const [tool = "", ...args] = command;
  const child = spawn(tool, args);
  let text = "";
  let asked = 0;
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      if (typed !== undefined && text.endsWith("> "))
        child.stdin.write(`${typed[asked++] ?? "quit"}\r`);
    });
  // A redis-cli that has ended already reads nothing: EPIPE, and no matter.
  child.stdin.on("error", () => undefined);
  if (typed === undefined) child.stdin.end(input ?? "", "latin1");
  return new Promise((done, failed) => {
    child.on("error", failed);
    child.on("close", () => done(text));
  });
}

/** script(1) gives it a terminal, of which linenoise wants to know the width. */
function inTerminal(command: readonly string[]): readonly string[] {
  return ["script", "-qec", `stty cols 80 rows 24; ${command.join(" ")}`, "/dev/null"];
}

function cli(node: string, ...args: string[]): readonly string[] {
  const { ip, port } = served.at(node);
  return ["redis-cli", "-h", ip, "-p", String(port), ...args];
}

describe("redis-cli", () => {
  test("reads and writes, and is refused on a replica", async () => {
    expect(await printed(cli("r1", "SET", "hello", "world"))).toBe("OK\n");
    expect(await printed(cli("r1", "GET", "hello"))).toBe("world\n");
    expect(await printed(cli("r2", "SET", "hello", "spring"))).toBe(
      "READONLY You can't write against a read only replica.\n\n",
    );
  });

  test("asks Sentinels", async () => {
    const { ip } = served.at("r1");

    expect(await printed(cli("s1", "SENTINEL", "get-master-addr-by-name", "mymaster"))).toBe(
      `${ip}\n6379\n`,
    );
    expect(await printed(cli("s2", "SENTINEL", "replicas", "mymaster"))).toContain("\nname\n");
    expect(await printed(cli("s3", "PING"))).toBe("PONG\n");
  });

  test("in a terminal of its own asks for what its prompt and its hints need", async () => {
    const typed = ["SET typed yes", "GET typed", "HELLO 3", "HGETALL nobody", "INFO replication"];
    const text = await printed(inTerminal(cli("r1")), { typed });

    expect(text).toContain(`${served.at("r1").ip}:6379> `);
    expect(text).toContain('"yes"');
    expect(text).toContain("role:master");
    expect(text).not.toContain("(error)");
  });

  test("reads commands from its standard input", async () => {
    expect(await printed(cli("r1"), { input: "SET a 1\nINCR a\n\nGET a\n" })).toBe("OK\n2\n2\n");
  });

  test("pumps ten thousand commands with --pipe", async () => {
    const requests = Array.from(
      { length: 10_000 },
      (_, i) => `*3\r\n$3\r\nSET\r\n$${`p${i}`.length}\r\np${i}\r\n$1\r\nv\r\n`,
    ).join("");

    expect(await printed(cli("r1", "--pipe"), { input: requests })).toContain(
      "errors: 0, replies: 10000\n",
    );
  });

  test("walks through the keys with --scan and --bigkeys", async () => {
    await printed(cli("r1", "HSET", "card", "name", "ada", "age", "36"));

    expect((await printed(cli("r1", "--scan", "--pattern", "car*"))).trim()).toBe("card");
    const report = await printed(cli("r1", "--bigkeys"));
    expect(report).toMatch(/Biggest +hash found .*card.* has 2 fields/);
  });

  test("watches with --stat and --latency", async () => {
    expect(await printed(inTerminal(["timeout", "2", ...cli("r1", "--stat")]))).toMatch(
      /keys +mem +clients +blocked +requests +connections/,
    );
    expect(await printed(["timeout", "2", ...cli("r1", "--latency")])).toMatch(
      /\d+ \d+ \d+\.\d+ \d+/,
    );
  });

  test("is told clearly that MONITOR is not modelled", async () => {
    // redis-cli 6.2 goes on to wait for what is monitored.
    expect(await printed(["timeout", "2", ...cli("r1", "MONITOR")])).toContain(
      "ERR redsim does not model the command 'MONITOR'",
    );
  });

  test("breaks the cluster over the control port", async () => {
    expect(await printed(cli("control", "REDSIM", "KILL", "any", "replica"))).toMatch(/^r[23]\n$/);
    expect(await printed(cli("control", "REDSIM", "RESTART"))).toMatch(/^r[23]\n$/);
  });
});

describe("redis-benchmark", () => {
  test.each([
    ["without a pipeline", []],
    ["with a pipeline of sixteen", ["-P", "16"]],
    ["with connections that are dropped after each request", ["-k", "0", "-c", "10"]],
  ])("sets and gets %s", async (_, options) => {
    const { ip, port } = served.at("r1");
    const count = options.includes("-k") ? "500" : "8000";
    const where = ["-h", ip, "-p", String(port)];
    const report = await printed([
      ...["redis-benchmark", ...where, "-t", "set,get", "-n", count, "--csv"],
      ...options,
    ]);

    expect(report).toMatch(/^"SET","[\d.]+"/m);
    expect(report).toMatch(/^"GET","[\d.]+"/m);
    expect(report).not.toMatch(/error/i);
  });
});

describe("a command of a real server", () => {
  test("is modelled, or named as one that is not", async () => {
    const real = await RealServer.start();
    const session = await real.session();
    const names = commandNames(await session.ask("COMMAND"));
    await real.stop();
    const world = new World();
    world.server("r1", { version });
    const table = world.process("r1").commandTable;

    expect(names.length).toBeGreaterThan(200);
    expect(names.filter((name) => !table.has(name) && !isUnmodelled(name, behaviour))).toEqual([]);
  });
});
