/** An example of `redsim/testing` in a test-suite: the failover of node-redis with its Sentinel client. */
import { createClient, createSentinel } from "redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Cluster, startCluster } from "../../src/testing.js";

describe("an application that uses node-redis", () => {
  let cluster: Cluster;
  let redis: Awaited<ReturnType<typeof connected>>;

  function connected() {
    return createSentinel({
      name: "mymaster",
      sentinelRootNodes: [...cluster.sentinels],
      scanInterval: 500,
      maxCommandRediscovers: 200,
      nodeClientOptions: { socket: { reconnectStrategy: 50 } },
      sentinelClientOptions: { socket: { reconnectStrategy: 50 } },
    })
      .on("error", () => undefined)
      .connect();
  }

  beforeAll(async () => {
    cluster = await startCluster({
      set: ["sentinel.down-after-milliseconds=2000"],
      speed: 20,
    });
    redis = await connected();
  });

  afterAll(async () => {
    redis.destroy();
    await cluster.stop();
  });

  test("finds the master through the Sentinels", async () => {
    expect(await redis.set("before", "1")).toBe("OK");
    expect(redis.getMasterNode()).toEqual(master());
  });

  test("goes on with the new master after the old one was killed, its data with it", async () => {
    await redis.wait(2, 0);
    cluster.kill("master");
    // Some commands fail while nobody is the master; the application asks again.
    while ((await redis.set("after", "2").catch(() => "")) !== "OK") await cluster.advance("100ms");

    expect(cluster.master()).not.toBe("r1");
    expect(redis.getMasterNode()).toEqual(master());
    expect(await redis.mGet(["before", "after"])).toEqual(["1", "2"]);
  });

  test("sees the old master come back as a replica", async () => {
    cluster.restart("r1");
    await cluster.advanceUntil(({ events }) =>
      events.some((line) => line.includes("+convert-to-slave")),
    );
    const { ip, port } = cluster.address("r1");
    const replica = createClient({ socket: { host: ip, port } }).on("error", () => undefined);
    await replica.connect();

    while ((await replica.get("after")) !== "2") await cluster.advance("1s");
    expect(await replica.info("replication")).toContain("role:slave");
    replica.destroy();
  });

  function master() {
    const { ip, port } = cluster.address(cluster.master() ?? "");
    return { host: ip, port };
  }
});
