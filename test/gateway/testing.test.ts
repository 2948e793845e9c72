import { afterEach, describe, expect, test } from "vitest";
import {
  type Cluster,
  type ClusterOptions,
  ScenarioError,
  startCluster,
} from "../../src/testing.js";
import { Peer } from "./peer.js";

let cluster: Cluster | undefined;

afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
});

describe("a cluster in a test-suite, its clock held", () => {
  test("stands still, and answers when it is advanced", async () => {
    cluster = await startCluster();
    const before = cluster.time;
    const client = new Peer(cluster.address("r1")).ask("SET", "a", "1");
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(cluster.time).toBe(before);
    expect(client.text).toBe("");
    await cluster.advance("100ms");

    expect(cluster.time).toBe(before + 100);
    expect(await client.reply("\r\n")).toBe("+OK\r\n");
    client.socket.destroy();
  });

  test("fails over as fast as it can be computed, and Sentinels name an address that is open", async () => {
    cluster = await startCluster({ set: ["sentinel.down-after-milliseconds=1000"] });
    expect(cluster.kill("master")).toEqual(["r1"]);
    await cluster.advanceUntil(({ events }) =>
      events.some((line) => line.includes("+failover-end ")),
    );
    const master = cluster.master() ?? "";
    expect(master).not.toBe("r1");
    const { ip, port } = cluster.address(master);

    const sentinel = new Peer(cluster.address("s2"));
    sentinel.ask("SENTINEL", "get-master-addr-by-name", "mymaster");
    const client = new Peer({ ip, port }).ask("SET", "a", "1");
    await cluster.advance("2s");

    expect(await sentinel.reply("6379\r\n")).toBe(
      `*2\r\n$${ip.length}\r\n${ip}\r\n$4\r\n${port}\r\n`,
    );
    expect(await client.reply("\r\n")).toBe("+OK\r\n");
    expect(cluster.sentinels).toHaveLength(3);
    sentinel.socket.destroy();
    client.socket.destroy();
  });

  test("does not take in without end what is sent while it stands still", async () => {
    cluster = await startCluster();
    const value = "x".repeat(64 * 1024);
    const client = new Peer(cluster.address("r1"));
    for (let i = 0; i < 500; i++) client.ask("SET", "a", value);
    await new Promise((resolve) => setTimeout(resolve, 200));
    // What is left over waits at the client's own end of the connection.
    expect(client.socket.writableLength).toBeGreaterThan(8 * 1024 * 1024);
    await cluster.advance("10s");

    expect(client.socket.writableLength).toBe(0);
    expect(client.text).toBe("+OK\r\n".repeat(500));
    client.socket.destroy();
  });

  test("says what is wrong with what it is asked for", async () => {
    cluster = await startCluster({ scenario: "duration: 1h\nnodes: { replicas: 1 }\n" });

    expect(() => cluster?.kill("r9")).toThrow("no node is called r9, there are r1 and r2");
    await expect(cluster.advance("30")).rejects.toThrow(
      '"30" is not a duration (such as 500ms or 30s)',
    );
    await expect(cluster.advanceUntil(() => false, "1")).rejects.toThrow("is not a duration");
    expect(() => cluster?.kill(5 as unknown as string)).toThrow("expected who is meant, not 5");
    expect(() => cluster?.address("r9")).toThrow("no node is called r9 (there are r1 and r2)");
    expect(() => cluster?.master("mymaster")).toThrow("no group is called mymaster");
    await expect(startCluster({ scenario: "kill-mastr" })).rejects.toThrow(
      "did you mean kill-master?",
    );
  });

  test("is told as in the library: a ScenarioError, for every option that cannot be", async () => {
    const wrong: readonly [unknown, string][] = [
      [{ seed: 7 }, 'seed: expected a text, not 7 (such as "7")'],
      [{ speed: -1 }, "speed: expected a number from 0 to 1000000, not -1"],
      [{ speed: "fast" }, 'not "fast"'],
      [{ speeds: 5 }, "speeds: a cluster has no such option (did you mean speed?)"],
      [{ set: "nodes.replicas=1" }, "set: expected a list"],
      [{ set: ["nodes.replicas=-1"] }, "a whole number from 0 to 1000), not -1"],
      [{ scenario: { duration: "1h", nodes: { replica: 1 } } }, "nodes.replica: "],
      [{ whole: 1 }, "whole: expected true or false, not 1"],
    ];
    for (const [options, what] of wrong) {
      const starting = startCluster(options as ClusterOptions);
      await expect(starting).rejects.toThrow(ScenarioError);
      await expect(starting).rejects.toThrow(what);
    }
  });

  test("is an object with the keys of a scenario, too, and is over once it was stopped", async () => {
    cluster = await startCluster({ scenario: { duration: "1h", nodes: { replicas: 1 } } });
    expect(Object.keys(cluster.addresses)).toEqual(["r1", "r2"]);
    cluster.speed = 5;
    expect(cluster.speed).toBe(5);
    expect(() => {
      if (cluster !== undefined) cluster.speed = Number.NaN;
    }).toThrow("not NaN");
    const { fingerprint } = await cluster.stop();

    expect((await cluster.stop()).fingerprint).toBe(fingerprint);
    expect(() => cluster?.kill("r1")).toThrow("the cluster was stopped");
    await expect(cluster.advance("1s")).rejects.toThrow("startCluster starts another");
  });

  test("goes on at its speed where whoever was asked whether it is enough has thrown", async () => {
    cluster = await startCluster({ scenario: { duration: "1h", nodes: { replicas: 1 } } });
    cluster.speed = 100;
    const mine = new Error("mine");
    await expect(
      cluster.advanceUntil(() => {
        throw mine;
      }),
    ).rejects.toBe(mine);

    const { time } = cluster;
    while (cluster.time === time) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(cluster.time).toBeGreaterThan(time);
  });
});
