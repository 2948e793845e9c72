import { describe, expect, test } from "vitest";
import { Simulation } from "../../../src/kernel/simulation.js";
import { seconds } from "../../../src/kernel/time.js";
import { redisSentinel } from "../../../src/redis/sentinel/sentinel.js";
import { redisServer } from "../../../src/redis/server/boot.js";
import type { Version } from "../../../src/redis/version.js";

interface Said {
  readonly at: number;
  readonly node: string;
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** Three servers and three Sentinels; the first server is killed after 12 s and back 16 s later. */
function killAndReturn(version: Version, seed: string) {
  const notes: Said[] = [];
  const simulation = new Simulation({
    seed,
    watch: (node, note, at) => notes.push({ ...note, at, node }),
  });
  const add = (name: string, ip: string, path: string, text: string): void => {
    simulation.addHost(name, { ips: [ip] });
    simulation.disk(name).write(path, text, text.length);
    simulation.disk(name).sync(path);
    const factory = name.startsWith("r")
      ? redisServer({ version, configPath: path })
      : redisSentinel({ version, configPath: path });
    simulation.addNode(name, { host: name, factory });
  };
  for (let i = 1; i <= 3; i++) {
    const replicaof = i === 1 ? "" : "replicaof 10.0.0.1 6379\n";
    add(`r${i}`, `10.0.0.${i}`, "/redis.conf", `protected-mode no\nsave ""\n${replicaof}`);
  }
  for (let i = 1; i <= 3; i++) {
    const lines = ["monitor mymaster 10.0.0.1 6379 2", "down-after-milliseconds mymaster 5000"];
    const text = lines.map((line) => `sentinel ${line}\n`).join("");
    add(`s${i}`, `10.0.1.${i}`, "/sentinel.conf", text);
  }
  for (const node of simulation.nodes) simulation.boot(node);
  simulation.advance(seconds(12));
  simulation.inject({ kind: "kill", node: "r1", signal: "KILL" });
  simulation.advance(seconds(16));
  simulation.inject({ kind: "restart", node: "r1" });
  simulation.advance(seconds(30));
  return { notes, fingerprint: simulation.fingerprint() };
}

describe("a cluster of servers and Sentinels", () => {
  test.each(["6.2", "7.0", "7.2"] as const)(
    "of Redis %s replaces a dead master and takes it back as a replica",
    (version) => {
      const { notes } = killAndReturn(version, "cluster");
      const last = (node: string, kind: string): Said | undefined =>
        notes.findLast((note) => note.node === node && note.kind === kind);

      const named = ["s1", "s2", "s3"].map((node) => last(node, "names")?.["ip"]);
      expect(new Set(named).size).toBe(1);
      const master = named[0] === "10.0.0.2" ? "r2" : "r3";
      expect(named[0]).not.toBe("10.0.0.1");
      for (const node of ["r1", "r2", "r3"]) {
        expect(last(node, "role")).toMatchObject(
          node === master ? { role: "master" } : { role: "replica", master: `${named[0]}:6379` },
        );
      }
      const converted = notes.filter(({ channel }) => channel === "+convert-to-slave");
      expect(converted).toHaveLength(1);
    },
  );

  test("does the same again with the same seed, and not with another", () => {
    const once = killAndReturn("7.0", "one");

    expect(killAndReturn("7.0", "one").fingerprint).toBe(once.fingerprint);
    expect(killAndReturn("7.0", "two").fingerprint).not.toBe(once.fingerprint);
  });
});
