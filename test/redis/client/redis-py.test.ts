import { describe, expect, test } from "vitest";
import { milliseconds, seconds } from "../../../src/kernel/time.js";
import { type ClientSettings, client } from "../../../src/redis/client/client.js";
import type { RedisPySettings } from "../../../src/redis/client/redis-py/options.js";
import { type WorkloadSettings, workloadDefaults } from "../../../src/redis/client/workload.js";
import { error } from "../../../src/redis/wire/value.js";
import { Alone } from "./alone.js";
import { known, sentinelAnswer, server, serverAnswer } from "./peers.js";

const policy: RedisPySettings = {
  kind: "redis-py",
  sentinels: [
    { ip: "10.0.1.1", port: 26379 },
    { ip: "10.0.1.2", port: 26379 },
  ],
  master: "mymaster",
  socketTimeout: milliseconds(500),
};

function application(
  workload: Partial<WorkloadSettings> = {},
  more: Partial<RedisPySettings> = {},
): ClientSettings {
  return {
    kind: "workloads",
    policy: { ...policy, ...more },
    workloads: [{ ...workloadDefaults, ...workload }],
  };
}

function cluster() {
  const world = new Alone();
  const r1 = server("master");
  const r2 = server("slave");
  const s1 = known("10.0.0.1");
  const s2 = known("10.0.0.1");
  s1.slaves = [{ ip: "10.0.0.2", port: 6379, flags: "slave" }];
  s2.slaves = [...s1.slaves];
  world.peer("10.0.0.1:6379", serverAnswer(r1));
  world.peer("10.0.0.2:6379", serverAnswer(r2));
  world.peer("10.0.1.1:26379", sentinelAnswer(s1));
  world.peer("10.0.1.2:26379", sentinelAnswer(s2));
  return { world, r1, r2, s1, s2 };
}

describe("an application on redis-py", () => {
  test("asks a Sentinel once, and not again while its connection stands", () => {
    const { world, r1, s1, s2 } = cluster();

    world.start(client(application()));
    world.until(250);

    expect(world.lines).toEqual(["ok k0 0", "ok k1 1", "ok k2 2"]);
    expect(world.notes.filter(({ kind }) => kind === "invoke").map(({ at }) => at)).toEqual([
      0, 100_000, 200_000,
    ]);
    expect(r1.heard).toEqual(["SET k0 0", "SET k1 1", "SET k2 2"]);
    expect(s1.heard).toEqual(["SENTINEL MASTERS"]);
    expect(s2.heard).toEqual([]);
  });

  // ConnectionPool.get_connection(): can_read() finds the end of the stream, then connect() is refused.
  test("finds that a killed master refuses, and fails at once with errno 111", () => {
    const { world } = cluster();
    world.start(client(application()));
    world.until(50);

    world.end("10.0.0.1:6379", "fin");
    world.until(150);

    expect(world.lines.at(-1)).toBe(
      "fail k1 1 ConnectionError: Error 111 connecting to 10.0.0.1:6379. Connection refused.",
    );
  });

  // Sentinel.check_master_state(): is_sdown.
  test("finds no master while all Sentinels see it down, and the new one afterwards", () => {
    const { world, r2, s1, s2 } = cluster();
    world.start(client(application()));
    world.until(50);

    world.end("10.0.0.1:6379", "fin");
    s1.master.flags = "s_down,master";
    s2.master.flags = "s_down,o_down,master";
    world.until(150);
    r2.role = "master";
    s2.master = { ip: "10.0.0.2", port: 6379, flags: "master" };
    world.until(250);

    expect(world.lines.slice(1)).toEqual([
      "fail k1 1 MasterNotFoundError: No master found for 'mymaster'",
      "ok k2 2",
    ]);
    expect(r2.data).toEqual(new Map([["k2", "2"]]));
  });

  // Sentinel.discover_master(): "Put this sentinel at the top of the list".
  test("asks the Sentinel first that answered last", () => {
    const { world, s1, s2 } = cluster();
    world.end("10.0.1.1:26379", "fin");
    world.start(client(application()));
    world.until(50);

    world.end("10.0.0.1:6379", "fin", "up");
    world.until(150);

    expect(s1.heard).toEqual([]);
    expect(s2.heard).toEqual(["SENTINEL MASTERS", "SENTINEL MASTERS"]);
    expect(world.lines).toEqual(["ok k0 0", "ok k1 1"]);
  });

  test("does not know what became of a write that a frozen master did not answer in time", () => {
    const { world } = cluster();
    world.start(client(application()));
    world.until(50);

    world.freeze("10.0.0.1:6379");
    world.until(650);

    const [, ended] = world.notes.filter(({ kind }) => kind !== "invoke");
    expect(ended).toMatchObject({
      kind: "info",
      key: "k1",
      error: "TimeoutError: Timeout reading from socket",
      micros: 500_000,
      server: "10.0.0.1:6379",
    });
    const invoked = world.notes.filter(({ kind }) => kind === "invoke").map(({ at }) => at);
    expect(invoked).toEqual([0, 100_000, 600_000]);
  });

  // Connection.connect(): socket.timeout.
  test("gives up connecting to a silent address after the timeout", () => {
    const { world } = cluster();
    world.end("10.0.0.1:6379", "fin", "silent");

    world.start(client(application()));
    world.until(550);

    expect(world.lines).toEqual(["fail k0 0 TimeoutError: Timeout connecting to server"]);
  });

  // Retry(NoBackoff(), 1) around _connect() inside another around _connect_retry(): four tries.
  test("tries a silent address four times with retry_on_timeout", () => {
    const { world } = cluster();
    world.end("10.0.0.1:6379", "fin", "silent");

    world.start(client(application({}, { retryOnTimeout: true })));
    world.until(2_050);

    const [ended] = world.notes.filter(({ kind }) => kind === "fail");
    expect(ended?.["micros"]).toBeGreaterThanOrEqual(2_000_000);
    expect(ended?.["micros"]).toBeLessThan(2_010_000);
  });

  // Retry.call_with_retry() around _connect_retry() catches ConnectionError as well.
  test("asks the Sentinels twice about a master that refuses, with retry_on_timeout", () => {
    const { world, s1 } = cluster();
    world.end("10.0.0.1:6379", "fin");

    world.start(client(application({}, { retryOnTimeout: true })));
    world.until(50);

    expect(s1.heard).toEqual(["SENTINEL MASTERS", "SENTINEL MASTERS"]);
    expect(world.lines).toHaveLength(1);
  });

  // SentinelManagedConnection.read_response().
  test("takes READONLY for a sign of a failover and asks again with the next command", () => {
    const { world, r1, r2, s1, s2 } = cluster();
    world.start(client(application()));
    world.until(50);

    r1.role = "slave";
    r2.role = "master";
    s1.master = { ip: "10.0.0.2", port: 6379, flags: "master" };
    s2.master = s1.master;
    world.until(250);

    expect(world.lines).toEqual([
      "ok k0 0",
      "fail k1 1 ConnectionError: The previous master is now a slave",
      "ok k2 2",
    ]);
  });

  test("knows nothing of a write whose connection was reset before the answer", () => {
    const { world } = cluster();
    world.peer("10.0.0.1:6379", () => undefined);
    world.start(client(application()));
    world.until(10);

    world.end("10.0.0.1:6379", "reset", "up");
    world.until(20);

    expect(world.lines).toEqual([
      "info k0 0 ConnectionError: Error while reading from 10.0.0.1:6379 : " +
        "(104, 'Connection reset by peer')",
    ]);
  });

  // BaseParser.parse_error(): only codes with a class of their own are cut off.
  test.each([
    [
      "LOADING Redis is loading the dataset in memory",
      "BusyLoadingError: Redis is loading the dataset in memory",
    ],
    ["NOAUTH Authentication required.", "AuthenticationError: Authentication required."],
    [
      "NOREPLICAS Not enough good replicas to write.",
      "ResponseError: NOREPLICAS Not enough good replicas to write.",
    ],
    ["ERR max number of clients reached", "ConnectionError: max number of clients reached"],
  ])("hands on %s as its own class of error", (reply, text) => {
    const { world } = cluster();
    world.peer("10.0.0.1:6379", () => error(reply));

    world.start(client(application()));
    world.until(50);

    expect(world.lines).toEqual([`fail k0 0 ${text}`]);
  });

  // Connection.on_connect().
  test("authenticates, names itself and selects before its first command", () => {
    const { world } = cluster();
    const r1 = server("master", "123456");
    world.peer("10.0.0.1:6379", serverAnswer(r1));

    world.start(client(application({}, { password: "123456", clientName: "app", db: 2 })));
    world.until(50);

    expect(r1.heard).toEqual(["AUTH 123456", "CLIENT SETNAME app", "SELECT 2", "SET k0 0"]);
  });

  // SentinelConnectionPool.rotate_slaves().
  test("reads from a replica, from the master when no replica is up, and fails without either", () => {
    const { world, r1, r2, s1, s2 } = cluster();
    r1.data.set("k0", "m");
    r2.data.set("k0", "r");
    world.start(
      client(application({ operation: "read", target: "replica", choice: { kind: "last" } })),
    );
    world.until(50);

    world.end("10.0.0.2:6379", "fin");
    world.until(150);
    world.end("10.0.0.1:6379", "fin");
    s1.master.flags = "s_down,master";
    s2.master.flags = "s_down,master";
    world.until(250);

    expect(world.lines).toEqual([
      "ok k0 r",
      "ok k0 m",
      "fail k0 SlaveNotFoundError: No slave found for 'mymaster'",
    ]);
  });
});

describe("a workload", () => {
  test("in an open loop begins so many operations a second, whatever becomes of them", () => {
    const { world } = cluster();
    world.freeze("10.0.0.1:6379");

    world.start(client(application({ pace: { kind: "rate", perSecond: 40 } })));
    world.until(999);

    const invoked = world.notes.filter(({ kind }) => kind === "invoke");
    expect(invoked).toHaveLength(40);
    expect(invoked.at(-1)?.at).toBe(975_000);
  });

  test("in a closed loop with three workers on three threads has three operations under way", () => {
    const { world } = cluster();
    world.freeze("10.0.0.1:6379");

    const pace = { kind: "closed", workers: 3, pause: seconds(0) } as const;
    world.start(client(application({ pace }, { threads: 3 })));
    world.until(600);

    const ended = world.notes.filter(({ kind }) => kind === "info");
    expect(ended.map((note) => note["key"])).toEqual(["k0", "k1", "k2"]);
  });

  test("begins nothing at or after its stop, and no more than its count", () => {
    const stopped = cluster();
    stopped.world.start(client(application({ start: seconds(1), stop: milliseconds(1_200) })));
    stopped.world.until(3_000);
    const counted = cluster();
    counted.world.start(client(application({ count: 3 })));
    counted.world.until(3_000);

    expect(stopped.world.lines).toEqual(["ok k0 0", "ok k1 1"]);
    expect(counted.world.lines).toHaveLength(3);
  });
});
