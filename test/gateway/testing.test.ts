import { afterEach, describe, expect, test } from "vitest";
import { type Cluster, startCluster } from "../../src/testing.js";
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
    expect(() => cluster?.advance("30")).toThrow("30 is not a duration, such as 500ms or 30s");
    await expect(startCluster({ scenario: "kill-mastr" })).rejects.toThrow(
      "did you mean kill-master?",
    );
  });
});
