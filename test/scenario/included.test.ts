import { describe, expect, test } from "vitest";
import { seconds } from "../../src/kernel/time.js";
import { formatProblem } from "../../src/redis/config/problem.js";
import { Run } from "../../src/run.js";
import { initScenario } from "../../src/scenario/init.js";
import type { Scenario } from "../../src/scenario/scenario.js";
import { foundFiles, mistakes, parsed, scenarioOf } from "./world.js";

const text = ["duration: 20s", "nodes:", "  r1: { config: conf/redis.conf }", ""].join("\n");

/** Whom r1 follows once its process was killed and started again. */
function masterAfterRestart(scenario: Scenario): string | false | undefined {
  const run = new Run({ scenario, seed: "1" });
  run.advance(seconds(1));
  run.inject({ kind: "kill", node: "r1", signal: "KILL" });
  run.inject({ kind: "restart", node: "r1" });
  run.advance(seconds(1));
  const view = run.inspect("r1");
  return view?.kind === "server" && view.master;
}

describe("a configuration file that includes others", () => {
  // loadServerConfigFromString(): the lines of the other file stand where the include stands.
  test("says what they say, each read from beside it", () => {
    const files = {
      "conf/redis.conf": "port 6379\ninclude more/ports.conf\n",
      "conf/more/ports.conf": "port 7000\ninclude /etc/redis/last.conf\n",
      "/etc/redis/last.conf": "port 7001\nreplicaof 10.0.0.9 6379\n",
    };
    const scenario = scenarioOf(text, { files });
    const [node] = scenario.nodes;

    expect(node?.port).toBe(7_001);
    // Redis opens them by the paths that stand in the lines.
    expect(node?.files.map(({ path }) => path)).toEqual([
      "more/ports.conf",
      "/etc/redis/last.conf",
    ]);
    // And so does a process that is started again.
    expect(masterAfterRestart(scenario)).toBe("10.0.0.9:6379");
  });

  test("decides by them who replicates whom and who is watched", () => {
    const files = {
      "a.conf": "port 6379\n",
      "b.conf": "include of.conf\nport 6380\n",
      "of.conf": "replicaof 10.77.0.11 6379\n",
      "s.conf": "include watch.conf\n",
      "watch.conf": "sentinel monitor shop 10.77.0.11 6379 1\n",
    };
    const { nodes } = scenarioOf(
      "duration: 9s\nhosts: { h: {ip: 10.77.0.11} }\nnodes:\n  r1: {config: a.conf, host: h}\n  r2: {config: b.conf, host: h}\n  s1: {config: s.conf}\n",
      { files },
    );

    expect(nodes.map(({ kind, groups }) => [kind, groups])).toEqual([
      ["server", ["shop"]],
      ["server", ["shop"]],
      ["sentinel", ["shop"]],
    ]);
  });

  test("may have them in the scenario itself", () => {
    const own = `${text.trimEnd().slice(0, -2)}, files: { /etc/redis/common.conf: "port 7000" } }\n`;
    const files = { "conf/redis.conf": "include /etc/redis/common.conf\n" };

    expect(scenarioOf(own, { files }).nodes[0]?.port).toBe(7_000);
  });

  test("is told what is missing, and where it is looked for", () => {
    const files = { "conf/redis.conf": "port 6379\ninclude more.conf\ninclude d/*.conf\n" };
    const old = `version: "6.2"\n${text}`;

    expect(mistakes(old, { files })).toEqual([
      "conf/redis.conf:2: Fatal error, can't open config file 'more.conf' (put it at conf/more.conf, or its text into the scenario: nodes.r1.files)",
      "conf/redis.conf:3: Fatal error, can't open config file 'd/*.conf' (patterns are new in 7.0: include each file by its name)",
    ]);
  });

  test("is told of a mistake in one of them where that stands", () => {
    const files = {
      "conf/redis.conf": "port 6379\ninclude more.conf\n",
      "conf/more.conf": "\nhzz 3\n",
    };

    expect(mistakes(text, { files })).toEqual([
      "conf/more.conf:2: Bad directive or wrong number of arguments (did you mean hz?)",
    ]);
  });

  test("may include itself in a circle, which is told and ends", () => {
    const files = { "conf/redis.conf": "include a.conf\n", "conf/a.conf": "include a.conf\n" };

    expect(mistakes(text, { files })).toEqual(["conf/a.conf:1: 'a.conf' includes itself"]);
  });

  test("gives init what it needs, and what is included is no process of its own", () => {
    const files = {
      "a/redis.conf": "include ../redis-common.conf\nbind 10.0.0.1\n",
      "b/redis.conf": "include ../redis-common.conf\nbind 10.0.0.2\nreplicaof 10.0.0.1 6379\n",
      "redis-common.conf": "requirepass sesame\nmasterauth sesame\n",
    };
    const written = initScenario(foundFiles(files)) ?? "";

    expect(written).toContain("password: sesame");
    expect(written.match(/config: .*/g)).toEqual(["config: a/redis.conf", "config: b/redis.conf"]);
  });
});

// Redis 7.0: loadServerConfig() with glob(3).
describe("a configuration file that includes others by a pattern", () => {
  test("reads them in the order of their names, those that begin with a dot left out", () => {
    const files = {
      "conf/redis.conf": "include d/*.conf\ninclude d/more/*\n",
      "conf/d/20-late.conf": "port 7002\nhz 20\n",
      "conf/d/10-early.conf": "port 7001\nhz 10\n",
      "conf/d/.30-hidden.conf": "port 7003\n",
      "conf/d/40-other.txt": "port 7004\n",
      "conf/d/more/a": "include [!a]\nreplica-priority 7\n",
      "conf/b": "replicaof 10.0.0.9 6379\n",
    };
    const scenario = scenarioOf(text, { files });
    const [node] = scenario.nodes;

    expect(node?.port).toBe(7_002);
    expect(node?.files.map(({ path }) => path)).toEqual([
      "d/10-early.conf",
      "d/20-late.conf",
      "d/more/a",
      "b",
    ]);
    // And so does a process that is started again, from its own disk.
    expect(masterAfterRestart(scenario)).toBe("10.0.0.9:6379");
  });

  test("goes on where nothing fits, and whoever reads it is told", () => {
    const files = { "conf/redis.conf": "include d/*.conf\nport 7000\n" };
    const { scenario, warnings } = parsed(text, { files });

    expect(scenario?.nodes[0]?.port).toBe(7_000);
    expect(warnings.map(formatProblem)).toEqual([
      "conf/redis.conf:1: no file is called d/*.conf here (this line does nothing)",
    ]);
  });

  // The texts are put together as they are: fgets(), sdscat().
  test("takes the first line of the next file for the rest of one without a newline", () => {
    const files = {
      "conf/redis.conf": "include d/?\n",
      "conf/d/1": "hz 10\nport 7",
      "conf/d/2": "001\nhzz 3\n",
    };

    expect(mistakes(text, { files })).toEqual([
      "conf/d/2:2: Bad directive or wrong number of arguments (did you mean hz?)",
    ]);
    expect(scenarioOf(text, { files: { ...files, "conf/d/2": "001\n" } }).nodes[0]?.port).toBe(
      7_001,
    );
  });

  test("may fit itself, which is told and ends", () => {
    const files = { "conf/redis.conf": "include *.conf\n" };

    expect(mistakes(text, { files })).toEqual(["conf/redis.conf:1: 'redis.conf' includes itself"]);
  });
});

describe("lines that all servers or all Sentinels have", () => {
  const files = {
    "redis.conf": "port 6379\n",
    "sentinel.conf":
      "sentinel monitor shop 10.77.0.11 6379 1\nsentinel down-after-milliseconds shop 30000\n",
  };
  const nodes =
    "duration: 9s\nnodes: { r1: {config: redis.conf}, s1: {config: sentinel.conf, directives: {failover-timeout: 7}} }\n";

  // The last word counts, as on Redis's own command line.
  test("stand behind those of their own files, and before those of one node", () => {
    const set = ["sentinel.down-after-milliseconds=2000", "sentinel.failover-timeout=5000"];
    const { nodes: read } = scenarioOf(nodes, { files, set: [...set, "server.hz=50"] });

    expect(read.map(({ config }) => config.text)).toEqual([
      "port 6379\nhz 50\n",
      `${files["sentinel.conf"]}sentinel down-after-milliseconds shop 2000\nsentinel failover-timeout shop 5000\nsentinel failover-timeout shop 7\n`,
    ]);
  });

  test("give a port to the short form that everybody is told", () => {
    const { nodes: read } = scenarioOf("duration: 9s\nnodes: { replicas: 1, sentinels: 1 }\n", {
      set: ["server.port=7000"],
    });

    expect(read.map(({ port }) => port)).toEqual([7_000, 7_000, 26_379]);
    expect(read[1]?.config.text).toContain("replicaof 10.77.0.11 7000\n");
    expect(read[2]?.config.text).toContain("sentinel monitor mymaster 10.77.0.11 7000 1\n");
  });
});

test("two nodes of one machine whose files have one name have each its own on the disk", () => {
  const { nodes } = scenarioOf(
    "duration: 9s\nhosts: { h: {} }\nnodes:\n  r1: { config: a/redis.conf, host: h }\n  r2: { config: b/redis.conf, host: h }\n",
    { files: { "a/redis.conf": "port 7000\n", "b/redis.conf": "port 7001\n" } },
  );

  expect(nodes.map(({ config }) => config.path)).toEqual([
    "/etc/redis/r1/redis.conf",
    "/etc/redis/r2/redis.conf",
  ]);
});
