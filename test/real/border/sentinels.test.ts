/** Sentinels and servers of which some are real and some simulated: discovery, votes, failovers. */
import { afterEach, describe, expect, test } from "vitest";
import { behaviour, version } from "../release.js";
import { MixedCluster } from "./mixed-cluster.js";
import { ask, type Place, type RealNode, text, until } from "./real-node.js";

let cluster: MixedCluster;

afterEach(async () => {
  await cluster.stop();
});

const group = "mymaster";

function scenario(replicas: number, sentinels: number): string {
  const lines = [
    "duration: 1h",
    `version: ${version}`,
    `nodes: { replicas: ${replicas}, sentinels: ${sentinels}, quorum: 2 }`,
    'server: { save: "", repl-diskless-sync-delay: 0 }',
  ];
  if (sentinels > 0)
    lines.push("sentinel: { down-after-milliseconds: 1000, failover-timeout: 6000 }");
  return `${lines.join("\n")}\n`;
}

function watching({ ip, port }: Place, quorum: number): string[] {
  return [
    `sentinel monitor ${group} ${ip} ${port} ${quorum}`,
    `sentinel down-after-milliseconds ${group} 1000`,
    `sentinel failover-timeout ${group} 6000`,
  ];
}

async function monitor(sentinel: Place, master: Place, quorum: number): Promise<void> {
  const { ip, port } = master;
  expect(await text(sentinel, "SENTINEL", "MONITOR", group, ip, `${port}`, `${quorum}`)).toBe("OK");
  await ask(sentinel, "SENTINEL", "SET", group, "down-after-milliseconds", "1000");
  await ask(sentinel, "SENTINEL", "SET", group, "failover-timeout", "6000");
}

/**
 * What a Sentinel does every so often it does more often: an INFO every ten seconds is slow for a test.
 * 6.2 has no SENTINEL DEBUG, and there is slow.
 */
async function hurry(sentinels: readonly Place[]): Promise<void> {
  if (!behaviour.from70) return;
  const periods = ["info-period", "1000", "ping-period", "500", "publish-period", "500"];
  for (const sentinel of sentinels)
    expect(await text(sentinel, "SENTINEL", "DEBUG", ...periods)).toBe("OK");
}

/** Whom this Sentinel names, as `ip:port`. */
async function named(sentinel: Place): Promise<string> {
  const reply = await ask(sentinel, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", group);
  if (reply?.kind !== "array") return "";
  return reply.items.map((item) => ("text" in item ? item.text : "")).join(":");
}

/** How many replicas, and other Sentinels, it knows, and whether it may fail over. */
async function knows(sentinel: Place, replicas: number, sentinels: number): Promise<boolean> {
  const line = await text(sentinel, "INFO", "sentinel");
  return line.includes(`status=ok`) && line.includes(`slaves=${replicas},sentinels=${sentinels}`);
}

const role = async (server: Place) =>
  /^role:(\w+)/m.exec(await text(server, "INFO", "replication"))?.[1];

async function follows(replica: Place, master: Place): Promise<boolean> {
  const told = await text(replica, "INFO", "replication");
  return (
    told.includes(`master_host:${master.ip}\r\n`) && told.includes("master_link_status:up\r\n")
  );
}

/** What a server says of its replication, and Sentinels of all that they watch. */
async function accounts(server: Place, sentinels: readonly Place[]): Promise<string> {
  const said = [await text(server, "INFO", "replication")];
  for (const sentinel of sentinels)
    said.push(
      `${name(sentinel)} ${await text(sentinel, "INFO", "sentinel")}`,
      await text(sentinel, "SENTINEL", "MASTER", "mymaster"),
      await text(sentinel, "SENTINEL", "REPLICAS", "mymaster"),
    );
  return said.join("\n");
}

/** Something that the replicas have too. */
async function write(master: Place, replicas: readonly Place[]): Promise<void> {
  expect(await text(master, "SET", "a", "1")).toBe("OK");
  for (const replica of replicas)
    await until(
      async () => (await text(replica, "GET", "a")) === "1",
      `${name(replica)} has what was written`,
    );
}

const name = ({ ip, port }: Place) => `${ip}:${port}`;
const places = (nodes: readonly RealNode[]) => nodes.map(({ address }) => address);

async function allKnow(sentinels: readonly Place[], replicas: number): Promise<void> {
  for (const sentinel of sentinels)
    await until(
      () => knows(sentinel, replicas, sentinels.length),
      `${name(sentinel)} knows ${replicas} replicas and all Sentinels`,
    );
}

async function allName(sentinels: readonly Place[], master: Place): Promise<void> {
  for (const sentinel of sentinels)
    await until(
      async () => (await named(sentinel)) === name(master),
      `${name(sentinel)} names ${name(master)}`,
    );
}

describe("three real Sentinels that watch simulated servers", () => {
  test("find the replicas, fail the master over when it dies, and make the old one a replica", async () => {
    cluster = await MixedCluster.start(scenario(2, 0));
    const [r1, r2, r3] = ["r1", "r2", "r3"].map((node) => cluster.at(node)) as [
      Place,
      Place,
      Place,
    ];
    const sentinels = places(
      await Promise.all([1, 2, 3].map((i) => cluster.sentinel(i, ...watching(r1, 2)))),
    );
    await hurry(sentinels);
    await allKnow(sentinels, 2);
    await write(r1, [r2, r3]);

    cluster.breaker.kill("r1");
    await until(
      async () => (await role(r2)) === "master" || (await role(r3)) === "master",
      "a replica is promoted",
    );
    const [promoted, other] = (await role(r2)) === "master" ? [r2, r3] : [r3, r2];
    await allName(sentinels, promoted);
    await until(() => follows(other, promoted), "the other follows it");
    cluster.breaker.restart("r1");
    await until(() => follows(r1, promoted), "the old master follows it too", {
      instead: () => accounts(r1, sentinels),
    });

    expect(await text(promoted, "GET", "a")).toBe("1");
    expect(cluster.replayed().fingerprint).toBe(cluster.run.fingerprint);
  });
});

describe("three simulated Sentinels that watch real servers", () => {
  test("find the replicas, fail the master over when it dies, and make the old one a replica", async () => {
    cluster = await MixedCluster.start(scenario(0, 3));
    const master = await cluster.server(1);
    const { ip, port } = master.address;
    const replicas = await Promise.all(
      [2, 3].map((i) => cluster.server(i, `replicaof ${ip} ${port}`)),
    );
    const sentinels = ["s1", "s2", "s3"].map((node) => cluster.at(node));
    await hurry(sentinels);
    for (const sentinel of sentinels) {
      await ask(sentinel, "SENTINEL", "REMOVE", group);
      await monitor(sentinel, master.address, 2);
    }
    await allKnow(sentinels, 2);
    await write(master.address, places(replicas));

    await master.stop();
    const promoted = async () => {
      for (const { address } of replicas) if ((await role(address)) === "master") return address;
      return undefined;
    };
    await until(async () => (await promoted()) !== undefined, "a replica is promoted");
    const chosen = (await promoted()) as Place;
    const other = places(replicas).find((place) => place !== chosen) as Place;
    await allName(sentinels, chosen);
    await until(() => follows(other, chosen), "the other follows it");
    // CONFIG REWRITE is a part of what a promoted server is told.
    const rewritten = replicas.find(({ address }) => address === chosen) as RealNode;
    expect(rewritten.configuration).not.toMatch(/^replicaof/m);

    await master.start();
    await until(() => follows(master.address, chosen), "the old master follows it too");
    expect(await text(chosen, "GET", "a")).toBe("1");
    expect(cluster.replayed().fingerprint).toBe(cluster.run.fingerprint);
  });
});

describe("real and simulated Sentinels of one set", () => {
  test("find each other by their hellos, and elect one leader for a failover of mixed servers", async () => {
    cluster = await MixedCluster.start(scenario(1, 1));
    const [r1, r2, s1] = ["r1", "r2", "s1"].map((node) => cluster.at(node)) as [
      Place,
      Place,
      Place,
    ];
    const real = await cluster.server(1, `replicaof ${r1.ip} ${r1.port}`);
    const others = await Promise.all([1, 2].map((i) => cluster.sentinel(i, ...watching(r1, 2))));
    const sentinels = [s1, ...places(others)];
    await hurry(sentinels);
    await allKnow(sentinels, 2);
    await write(r1, [r2, real.address]);

    cluster.breaker.kill("r1");
    const servers = [r2, real.address];
    const promoted = async () => {
      for (const server of servers) if ((await role(server)) === "master") return server;
      return undefined;
    };
    await until(async () => (await promoted()) !== undefined, "a replica is promoted");
    const chosen = (await promoted()) as Place;
    await allName(sentinels, chosen);
    const other = servers.find((server) => server !== chosen) as Place;
    await until(() => follows(other, chosen), "the other replica follows it");
    expect(await text(other, "GET", "a")).toBe("1");

    const epochs = await Promise.all(
      sentinels.map((sentinel) => text(sentinel, "SENTINEL", "MASTER", group)),
    );
    const epochOf = (told: string) => /config-epoch\r\n\$\d+\r\n(\d+)/.exec(told)?.[1];
    expect(new Set(epochs.map(epochOf)).size).toBe(1);
    expect(cluster.replayed().fingerprint).toBe(cluster.run.fingerprint);
  });
});
