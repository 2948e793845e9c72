/** An example of `redsim/testing` in a test-suite: the failover of ioredis with its Sentinel support. */
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Cluster, startCluster } from "../../src/testing.js";

describe("an application that uses ioredis", () => {
  let cluster: Cluster;
  let redis: Redis;

  beforeAll(async () => {
    cluster = await startCluster({
      set: ["sentinel.down-after-milliseconds=2000"],
      speed: 20,
    });
    redis = new Redis({
      sentinels: [...cluster.sentinels],
      name: "mymaster",
      sentinelRetryStrategy: () => 50,
      retryStrategy: () => 50,
      maxRetriesPerRequest: null,
    });
    redis.on("error", () => undefined);
  });

  afterAll(async () => {
    redis.disconnect();
    await cluster.stop();
  });

  test("finds the master through the Sentinels", async () => {
    expect(await redis.set("before", "1")).toBe("OK");
    expect(await redis.info("replication")).toContain("role:master");
    expect(redis.stream.remoteAddress).toBe(cluster.address("r1").ip);
  });

  test("goes on with the new master after the old one was killed, its data with it", async () => {
    await redis.wait(2, 0);
    cluster.kill("master");
    // Retried by ioredis until somebody takes it.
    expect(await redis.set("after", "2")).toBe("OK");

    expect(cluster.master()).not.toBe("r1");
    expect(redis.stream.remoteAddress).toBe(cluster.address(cluster.master() ?? "").ip);
    expect(await redis.mget("before", "after")).toEqual(["1", "2"]);
  });

  test("sees the old master come back as a replica", async () => {
    cluster.restart("r1");
    await cluster.advanceUntil(({ events }) =>
      events.some((line) => line.includes("+convert-to-slave")),
    );
    const { ip, port } = cluster.address("r1");
    const replica = new Redis({ host: ip, port });

    while ((await replica.get("after")) !== "2") await cluster.advance("1s");
    expect(await replica.info("replication")).toContain("role:slave");
    replica.disconnect();
  });
});
