import { describe, expect, test } from "vitest";
import { isIp } from "../../../src/redis/sentinel/address.js";
import { ctime } from "../../../src/redis/sentinel/ctime.js";
import { tablePlace } from "../../../src/redis/sentinel/instance-table.js";
import { CallbackQueue, callback } from "../../../src/redis/sentinel/link.js";
import { World } from "./world.js";

describe("the configuration file of a Sentinel", () => {
  // rewriteConfigSentinelOption(), as in the walkthrough's sentinel-26379.after.conf.
  test("holds what it knows, in place of the old lines", () => {
    const world = new World({ version: "6.2", config: ["sentinel auth-pass mymaster 123456"] });
    world.run(5_000);

    const lines = world.config("s1").split("\n");
    const sentinelLines = lines.filter((line) => line.startsWith("sentinel"));
    expect(sentinelLines.slice(0, 6)).toEqual([
      `sentinel myid ${"a".repeat(40)}`,
      "sentinel monitor mymaster 10.0.0.1 6379 2",
      "sentinel down-after-milliseconds mymaster 3000",
      "sentinel auth-pass mymaster 123456",
      "sentinel config-epoch mymaster 0",
      "sentinel leader-epoch mymaster 0",
    ]);
    expect(sentinelLines.slice(6).sort()).toEqual([
      "sentinel current-epoch 0",
      "sentinel known-replica mymaster 10.0.0.2 6379",
      "sentinel known-replica mymaster 10.0.0.3 6379",
      `sentinel known-sentinel mymaster 10.0.1.2 26379 ${"b".repeat(40)}`,
      `sentinel known-sentinel mymaster 10.0.1.3 26379 ${"c".repeat(40)}`,
    ]);
  });

  // loadSentinelConfigFromQueue(): no +slave or +sentinel for what the file tells.
  test("brings back replicas and Sentinels after a restart, without events", () => {
    const world = new World();
    world.run(5_000);
    world.inject({ kind: "kill", node: "s1", signal: "KILL" });
    world.run(1_000);
    const restarted = world.now;
    world.inject({ kind: "restart", node: "s1" });
    world.run(500);

    expect(world.master("s1").replicas.size).toBe(2);
    expect(world.master("s1").sentinels.size).toBe(2);
    expect(world.eventsOf("s1", restarted)).toEqual([
      "+monitor master mymaster 10.0.0.1 6379 quorum 2",
    ]);
  });

  // sentinelIsRunning(): 40 hexadecimal digits, saved at once.
  test("gets an id when it has none", () => {
    const world = new World({ sentinels: 1 });
    const text = "port 26379\nsentinel monitor mymaster 10.0.0.1 6379 2\n";
    world.simulation.disk("s1").write("/etc/sentinel.conf", text, text.length);
    world.inject({ kind: "kill", node: "s1", signal: "KILL" });
    world.run(100);
    world.inject({ kind: "restart", node: "s1" });
    world.run(100);

    expect(world.config("s1")).toMatch(/^sentinel myid [0-9a-f]{40}$/m);
    expect(world.logs).toContain(`Sentinel ID is ${world.state("s1").myid}`);
  });

  test("that cannot be read ends the process", () => {
    const world = new World({ sentinels: 1, config: ["sentinel failover-timeout mymaster 0"] });
    world.run(100);

    expect(world.simulation.isUp("s1")).toBe(false);
    expect(world.logs.some((text) => text.includes("negative or zero time parameter."))).toBe(true);
  });
});

describe("a link to an instance", () => {
  // sentinelReconnectInstance(): CLIENT SETNAME and PING at once, the pub/sub connection beside it.
  test("begins with a name and a ping, and a subscription to hellos", () => {
    const world = new World({
      sentinels: 1,
      replicas: 0,
      config: ["sentinel auth-pass mymaster x"],
    });
    world.run(300);

    const asked = world.asked("r1").map(({ args }) => args.join(" "));
    const [command = "", pubsub = ""] = ["cmd", "pubsub"].map((use) => `sentinel-aaaaaaaa-${use}`);
    for (const order of [
      ["AUTH x", `CLIENT SETNAME ${command}`, "PING"],
      ["AUTH x", `CLIENT SETNAME ${pubsub}`, "SUBSCRIBE __sentinel__:hello"],
    ]) {
      const from = asked.indexOf(order[1] ?? "") - 1;
      expect(asked.slice(from, from + 3)).toEqual(order);
    }
  });

  // sentinelInstanceMapCommand()
  test("uses the names that rename-command gives", () => {
    const world = new World({
      sentinels: 1,
      replicas: 1,
      config: ["sentinel rename-command mymaster ping PONGME"],
    });
    world.run(3_000);

    expect(world.asked("r1", "PING")).toHaveLength(0);
    expect(world.asked("r2", "PONGME").length).toBeGreaterThan(1);
  });

  // last_reconn_time: at most one attempt a second.
  test("is tried again once a second while it is refused", () => {
    const world = new World({ sentinels: 1, replicas: 0 });
    world.run(5_000);
    world.inject({ kind: "kill", node: "r1", signal: "KILL" });
    world.run(1_500);
    const { link } = world.master("s1");
    const first = link.lastReconnectTime;
    const unanswered = link.actPingTime;
    world.run(1_100);

    expect(link.lastReconnectTime - first).toBeGreaterThanOrEqual(1_000);
    expect(link.lastReconnectTime - first).toBeLessThan(1_101);
    expect(link.actPingTime).toBe(unanswered);
    expect(link.disconnected).toBe(true);
  });
});

describe("the callbacks of a connection", () => {
  test("come back in the order of their requests, however many there are", () => {
    const world = new World({ sentinels: 1 });
    world.run(1_000);
    const master = world.master("s1");
    const queue = new CallbackQueue();
    const codes = [callback.ping, callback.info, callback.publish, callback.masterDown];

    for (let i = 0; i < 5; i++) queue.push(callback.ping, master);
    for (let i = 0; i < 5; i++) queue.shift();
    for (let i = 0; i < 50; i++) queue.push(codes[i % 4] ?? callback.ping, master);

    const got = Array.from({ length: 50 }, () => queue.shift());
    expect(got).toEqual(Array.from({ length: 50 }, (_, i) => codes[i % 4]));
    expect(queue.instance).toBe(master);
  });

  // releaseInstanceLink() of a shared link
  test("of a record that is gone are discarded", () => {
    const world = new World({ sentinels: 1 });
    world.run(1_000);
    const master = world.master("s1");
    const queue = new CallbackQueue();
    queue.push(callback.info, master);
    queue.push(callback.ping, master);

    queue.forget(master);

    expect(queue.shift()).toBe(callback.discard);
    expect(queue.instance).toBeUndefined();
    expect(queue.clear()).toBe(1);
  });
});

describe("the tick of a Sentinel", () => {
  // sentinelTimer(): hz = 10 + rand() % 10; the next serverCron 1000/hz ms after this one ended.
  test("comes after one of ten periods, drawn anew each time", () => {
    const world = new World({ sentinels: 1, replicas: 0 });
    const state = () => world.state("s1");
    const seen = new Set<number>();
    world.run(10);
    for (let i = 0; i < 3_000; i++) {
      world.run(10);
      seen.add(state().hz);
    }

    expect([...seen].sort()).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
  });
});

describe("the view of a Sentinel", () => {
  test("names its masters as it would tell a client", () => {
    const world = new World({ sentinels: 1 });
    world.run(3_000);

    expect(world.simulation.inspect("s1")).toEqual({
      kind: "sentinel",
      id: "a".repeat(40),
      epoch: 0,
      masters: [{ name: "mymaster", ip: "10.0.0.1", port: 6379, configEpoch: 0, flags: "master" }],
    });
  });
});

describe("a hash table of records", () => {
  test("has another order under another seed and the same under the same", () => {
    const names = Array.from({ length: 8 }, (_, i) => `10.0.0.${i}:6379`);
    const order = (seed: number): string =>
      names
        .slice()
        .sort((a, b) => tablePlace(seed, a) - tablePlace(seed, b))
        .join();

    expect(order(1)).toBe(order(1));
    expect(new Set([1, 2, 3, 4, 5].map(order)).size).toBeGreaterThan(3);
  });
});

describe("small things", () => {
  test("ctime writes dates as C does", () => {
    expect(ctime(0)).toBe("Thu Jan  1 00:00:00 1970");
    expect(ctime(951_782_400)).toBe("Tue Feb 29 00:00:00 2000");
    expect(ctime(1_795_305_363)).toBe("Sat Nov 21 23:56:03 2026");
  });

  test("an ip is told from a name", () => {
    expect(["1.2.3.4", "::1", "fe80::1:2"].every(isIp)).toBe(true);
    expect(["1.2.3", "1.2.3.256", "host", "a.b.c.d", "1.2.3.4.5"].some(isIp)).toBe(false);
  });
});
