import { describe, expect, test } from "vitest";
import { milliseconds } from "../../../src/kernel/time.js";
import { client } from "../../../src/redis/client/client.js";
import type { IoredisSettings } from "../../../src/redis/client/ioredis/options.js";
import { SentinelIterator } from "../../../src/redis/client/ioredis/sentinel-iterator.js";
import { type WorkloadSettings, workloadDefaults } from "../../../src/redis/client/workload.js";
import { array, bulk } from "../../../src/redis/wire/value.js";
import { Alone } from "./alone.js";
import { known, sentinelAnswer, server, serverAnswer } from "./peers.js";

function application(
  settings: Partial<IoredisSettings> = {},
  workload: Partial<WorkloadSettings> = {},
) {
  return client({
    kind: "workloads",
    policy: {
      kind: "ioredis",
      sentinels: [
        { ip: "10.0.1.1", port: 26379 },
        { ip: "10.0.1.2", port: 26379 },
      ],
      master: "mymaster",
      ...settings,
    },
    workloads: [
      {
        ...workloadDefaults,
        start: milliseconds(10),
        pace: { kind: "rate", perSecond: 10 },
        ...workload,
      },
    ],
  });
}

function cluster() {
  const world = new Alone();
  const r1 = server("master");
  const r2 = server("slave");
  const s1 = known("10.0.0.1");
  const s2 = known("10.0.0.1");
  world.peer("10.0.0.1:6379", serverAnswer(r1));
  world.peer("10.0.0.2:6379", serverAnswer(r2));
  world.peer("10.0.1.1:26379", sentinelAnswer(s1));
  world.peer("10.0.1.2:26379", sentinelAnswer(s2));
  return { world, r1, r2, s1, s2 };
}

const newMaster = { ip: "10.0.0.2", port: 6379, flags: "master" };

describe("an application on ioredis", () => {
  // SentinelConnector.resolveMaster(), then _readyCheck().
  test("asks a Sentinel for the address and for the other Sentinels, and looks at INFO", () => {
    const { world, r1, s1, s2 } = cluster();

    world.start(application());
    world.until(150);

    expect(s1.heard).toEqual([
      "sentinel get-master-addr-by-name mymaster",
      "sentinel sentinels mymaster",
    ]);
    expect(s2.heard).toEqual([]);
    expect(r1.heard).toEqual(["info", "SET k0 0", "SET k1 1"]);
    expect(world.lines).toEqual(["ok k0 0", "ok k1 1"]);
  });

  // SentinelIterator: the cursor stays; check(): a replica is not a master.
  test("holds commands back while it finds a replica where it was sent, and delivers them all", () => {
    const { world, r1, r2, s1, s2 } = cluster();
    r1.role = "slave";
    world.start(application());
    world.until(150);
    expect(world.lines).toEqual([]);

    r2.role = "master";
    s1.master = newMaster;
    s2.master = newMaster;
    world.until(550);

    expect(world.lines.slice(0, 3)).toEqual(["ok k0 0", "ok k1 1", "ok k2 2"]);
    expect([...r2.data.keys()].slice(0, 3)).toEqual(["k0", "k1", "k2"]);
  });

  // autoResendUnfulfilledCommands.
  test("sends again what was unanswered when its connection broke", () => {
    const { world, r2, s1, s2 } = cluster();
    world.start(application());
    world.until(50);

    world.freeze("10.0.0.1:6379");
    world.until(150);
    r2.role = "master";
    s1.master = newMaster;
    s2.master = newMaster;
    world.end("10.0.0.1:6379", "reset");
    world.until(290);

    expect(world.lines).toEqual(["ok k0 0", "ok k1 1", "ok k2 2"]);
    expect([...r2.data.keys()]).toEqual(["k1", "k2"]);
  });

  // closeHandler(): retryAttempts % (maxRetriesPerRequest + 1).
  test("gives its waiting commands up after maxRetriesPerRequest reconnections", () => {
    const { world } = cluster();
    world.end("10.0.0.1:6379", "fin");

    world.start(application({ maxRetriesPerRequest: 2 }, { count: 1 }));
    world.until(1_000);

    expect(world.lines).toEqual([
      "fail k0 0 MaxRetriesPerRequestError: Reached the max retries per request limit " +
        '(which is 2). Refer to "maxRetriesPerRequest" option for details.',
    ]);
  });

  test("stays with a frozen master for ever, unless it subscribes to +switch-master", () => {
    const lines = [false, true].map((failoverDetector) => {
      const { world, r2, s1, s2 } = cluster();
      world.start(application({ failoverDetector }));
      world.until(50);
      world.freeze("10.0.0.1:6379");
      r2.role = "master";
      s1.master = newMaster;
      s2.master = newMaster;
      world.until(120);
      const payload = bulk("mymaster 10.0.0.1 6379 10.0.0.2 6379");
      world.say("10.0.1.2:26379", array([bulk("message"), bulk("+switch-master"), payload]));
      // disconnectTimeout: the old stream does not end by itself.
      world.until(2_250);
      return world.lines;
    });

    expect(lines[0]).toEqual(["ok k0 0"]);
    expect(lines[1]?.slice(0, 3)).toEqual(["ok k0 0", "ok k1 1", "ok k2 2"]);
  });

  // SentinelConnector.connect(): `if (!this.connecting) throw`, and nothing connects again.
  test("is at its end when +switch-master comes while it is asking a Sentinel", () => {
    const { world } = cluster();
    world.start(application({ failoverDetector: true }));
    world.until(50);

    world.freeze("10.0.1.1:26379");
    world.end("10.0.0.1:6379", "fin");
    world.until(150);
    const payload = bulk("mymaster 10.0.0.1 6379 10.0.0.2 6379");
    world.say("10.0.1.2:26379", array([bulk("message"), bulk("+switch-master"), payload]));
    world.until(160);
    world.end("10.0.1.1:26379", "fin");
    world.until(5_000);

    expect(world.lines).toHaveLength(50);
    expect(new Set(world.lines.slice(1).map((line) => line.replace(/k\d+ \d+/, "")))).toEqual(
      new Set(["fail  Error: Connection is closed."]),
    );
  });

  // reconnectOnError returning 2 for READONLY.
  test("with reconnectOnError resends what a demoted master refused", () => {
    const lines = (["no", "resend"] as const).map((reconnectOnReadOnly) => {
      const { world, r1, r2, s1, s2 } = cluster();
      world.start(application({ reconnectOnReadOnly }));
      world.until(50);
      r1.role = "slave";
      r2.role = "master";
      s1.master = newMaster;
      s2.master = newMaster;
      world.until(300);
      return world.lines;
    });

    const refused = "ReplyError: READONLY You can't write against a read only replica.";
    expect(lines[0]).toEqual(["ok k0 0", `fail k1 1 ${refused}`, `fail k2 2 ${refused}`]);
    expect(lines[1]).toEqual(["ok k0 0", "ok k1 1", "ok k2 2"]);
  });

  test("with commandTimeout gives up waiting, without knowing what became of the write", () => {
    const { world } = cluster();
    world.start(application({ commandTimeout: milliseconds(30) }));
    world.until(50);

    world.freeze("10.0.0.1:6379");
    world.until(260);

    expect(world.lines).toEqual([
      "ok k0 0",
      "info k1 1 Error: Command timed out",
      "info k2 2 Error: Command timed out",
    ]);
  });

  // _readyCheck(): loading_eta_seconds.
  test("waits while the server says that it is loading", () => {
    const { world, r1 } = cluster();
    const answer = serverAnswer(r1);
    let isLoading = true;
    world.peer("10.0.0.1:6379", (args, connection) => {
      if (args[0] === "info" && isLoading) {
        return bulk("role:master\r\nloading:1\r\nloading_eta_seconds:2\r\n");
      }
      return answer(args, connection);
    });

    world.start(application({}, { count: 1 }));
    world.until(1_000);
    isLoading = false;
    world.until(1_990);
    expect(world.lines).toEqual([]);
    world.until(2_010);

    expect(world.lines).toEqual(["ok k0 0"]);
  });

  // sentinelRetryStrategy: min(times * 10, 1000).
  test("asks all Sentinels over and over until one answers", () => {
    const { world } = cluster();
    world.end("10.0.1.1:26379", "fin");
    world.end("10.0.1.2:26379", "fin");
    world.start(application({}, { count: 1 }));

    world.until(5_000);
    expect(world.lines).toEqual([]);
    world.peer("10.0.1.2:26379", sentinelAnswer(known("10.0.0.1")));
    world.until(6_000);

    expect(world.lines).toEqual(["ok k0 0"]);
  });
});

test("the list of Sentinels is turned until the current one leads it", () => {
  const address = (port: number) => ({ ip: "10.0.1.1", port });
  const iterator = new SentinelIterator([address(1), address(2), address(3)]);

  iterator.next();
  iterator.next();
  iterator.reset(true);

  expect([iterator.next(), iterator.next(), iterator.next(), iterator.next()]).toEqual([
    address(2),
    address(3),
    address(1),
    undefined,
  ]);
});
