import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findDirective } from "../../../src/redis/config/directives.js";
import { parseRedisConfig } from "../../../src/redis/config/parse-redis-config.js";
import { formatProblem } from "../../../src/redis/config/problem.js";
import { unmodelledNames } from "../../../src/redis/config/unmodelled.js";
import { parseScenario } from "../../../src/scenario/parse.js";

const parse = (text: string) => parseRedisConfig({ path: "redis.conf", text }, { version: "7.0" });
const warnings = (...lines: readonly string[]) =>
  parse(lines.join("\n")).unmodelled.map(formatProblem);

describe("a directive that Redis acts on and redsim does not", () => {
  test("is told with its line", () => {
    expect(warnings("port 0", "tls-port 6379", "tls-replication yes", "loadmodule /x.so")).toEqual([
      "redis.conf:2: tls-port: TLS is not modelled: this port stays closed (everybody must come by port)",
      "redis.conf:3: tls-replication: TLS is not modelled: replication goes unencrypted, by port",
      "redis.conf:4: loadmodule: modules are not modelled: its commands are unknown",
    ]);
  });

  test("is no matter where it asks for nothing", () => {
    expect(warnings("tls-port 0", "cluster-enabled no", 'aclfile ""', "unixsocket ''")).toEqual([]);
  });

  // performEvictions()
  test("may be two together: a policy of eviction needs a limit", () => {
    expect(warnings("maxmemory-policy allkeys-lru")).toEqual([]);
    expect(warnings("maxmemory-policy allkeys-lru", "maxmemory 100mb")).toEqual([
      "redis.conf:1: maxmemory-policy: nothing is evicted: memory may grow beyond maxmemory (noeviction is modelled)",
    ]);
    expect(warnings("maxmemory 100mb")).toEqual([]);
  });

  test("is a directive of some version, and has no meaning here", () => {
    for (const name of unmodelledNames) {
      const directive = findDirective(name, "7.2");
      expect(directive?.name).toBe(name);
      expect(directive?.options.sets).toBeUndefined();
      expect(directive?.options.acts).toBeUndefined();
    }
  });

  test("is told where a scenario says it, or beside the name of its file", () => {
    const read = (file: string) =>
      file === "conf/r1.conf" ? "port 6379\ntls-port 6380\n" : undefined;
    const text = [
      "duration: 5s",
      "nodes: { r1: { config: conf/r1.conf }, r2: { replicaof: r1 } }",
      "server: { unixsocket: /tmp/redis.sock }",
    ].join("\n");
    const parsed = parseScenario(text, { file: "tls.yaml", read });

    expect(parsed.problems).toBeUndefined();
    expect(parsed.scenario !== undefined && parsed.warnings.map(formatProblem)).toEqual([
      "tls.yaml:3:11: unixsocket: Unix sockets are not modelled: nobody can connect to this one",
      "conf/r1.conf:2: tls-port: TLS is not modelled: this port stays closed (everybody must come by port)",
    ]);
  });
});

describe("a directive that changes nothing here", () => {
  test("is listed, and one that is acted on is not", () => {
    const { ignored } = parse(
      "daemonize yes\nslowlog-max-len 5\nreplica-ignore-disk-write-errors yes",
    );

    expect(ignored).toEqual([{ where: "redis.conf:2", directive: "slowlog-max-len" }]);
  });

  test("is read by nobody", () => {
    const root = join(import.meta.dirname, "../../../src/redis");
    const sources = readdirSync(root, { recursive: true, encoding: "utf8" })
      // These read it to show it.
      .filter((name) => name.endsWith(".ts") && !name.endsWith("special-directives.ts"))
      .map((name) => readFileSync(join(root, name), "utf8"));
    const read = sources.flatMap((text) =>
      [...text.matchAll(/others\.get\("([\w-]+)"\)/g)].map(([, name = ""]) => name),
    );

    expect(read.length).toBeGreaterThan(5);
    // A file's name, or a number that is raised, kept for CONFIG GET and CONFIG REWRITE alone.
    const shown = ["pidfile", "aclfile", "watchdog-period"];
    for (const name of read.filter((each) => !shown.includes(each)))
      expect([name, findDirective(name, "7.2")?.options.acts]).toEqual([name, true]);
  });
});
