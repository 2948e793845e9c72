import { describe, expect, test } from "vitest";
import { Dataset } from "./dataset.js";

const nil = "$-1\r\n";

function withExpired(version: "6.2" | "7.0" | "7.2" = "7.0"): Dataset {
  const dataset = new Dataset(version);
  dataset.run("SET", "k", "v", "PX", "100");
  dataset.now += 101;
  return dataset;
}

describe("a key with an expiry time", () => {
  // keyIsExpired(): strictly later.
  test("lives through its last millisecond", () => {
    const dataset = new Dataset();
    dataset.run("SET", "k", "v", "PX", "100");

    dataset.now += 100;
    expect(dataset.run("PTTL", "k")).toBe(":0\r\n");
    expect(dataset.run("GET", "k")).toBe("$1\r\nv\r\n");

    dataset.now += 1;
    expect(dataset.run("GET", "k")).toBe(nil);
  });

  // ttlGenericCommand(): seconds to the nearest.
  test("tells its time to live in rounded seconds", () => {
    const dataset = new Dataset();
    dataset.run("SET", "k", "v", "PX", "1499");

    expect(dataset.run("TTL", "k")).toBe(":1\r\n");
    dataset.run("PEXPIRE", "k", "1500");
    expect(dataset.run("TTL", "k")).toBe(":2\r\n");
  });
});

describe("a master that finds a key expired", () => {
  // expireIfNeeded(), deleteExpiredKeyAndPropagate().
  test.each(["6.2", "7.0", "7.2"] as const)(
    "deletes it and says so before anything else (%s)",
    (version) => {
      const dataset = withExpired(version);

      dataset.run("SET", "k", "w", "NX");

      expect(dataset.propagated).toEqual([
        ["DEL", "k"],
        ["SET", "k", "w", "NX"],
      ]);
    },
  );

  test("says UNLINK where lazyfree-lazy-expire is on", () => {
    const dataset = withExpired();
    dataset.lazyfree = true;

    dataset.run("GET", "k");

    expect(dataset.propagated).toEqual([["UNLINK", "k"]]);
  });

  test("has nothing left to delete when DEL names it", () => {
    const dataset = withExpired();

    expect(dataset.run("DEL", "k")).toBe(":0\r\n");
    expect(dataset.propagated).toEqual([["DEL", "k"]]);
    expect(dataset.keyspace.expired).toBe(1);
  });

  // checkClientPauseTimeoutAndReturnIfPaused() in expireIfNeeded().
  test("hides it and keeps it while expiry is paused", () => {
    const dataset = withExpired();
    dataset.expiryPaused = true;

    expect(dataset.run("GET", "k")).toBe(nil);
    expect(dataset.run("DBSIZE")).toBe(":1\r\n");
    expect(dataset.propagated).toEqual([]);
  });

  test("expires nothing while loading", () => {
    const dataset = withExpired();
    dataset.loading = true;

    expect(dataset.run("GET", "k")).toBe("$1\r\nv\r\n");
  });

  // keysCommand(), scanGenericCommand(): KEYS only looks, SCAN deletes.
  test("leaves it out of KEYS and deletes it in SCAN", () => {
    const dataset = withExpired();

    expect(dataset.run("KEYS", "*")).toBe("*0\r\n");
    expect(dataset.run("DBSIZE")).toBe(":1\r\n");
    dataset.run("SCAN", "0");
    expect(dataset.propagated).toEqual([["DEL", "k"]]);
    expect(dataset.run("DBSIZE")).toBe(":0\r\n");
  });
});

describe("a replica that finds a key expired", () => {
  test.each(["6.2", "7.0"] as const)("hides it from reads and still counts it (%s)", (version) => {
    const dataset = withExpired(version);
    dataset.isReplica = true;

    expect(dataset.run("GET", "k")).toBe(nil);
    expect(dataset.run("EXISTS", "k")).toBe(":0\r\n");
    expect(dataset.run("TTL", "k")).toBe(":-2\r\n");
    expect(dataset.run("KEYS", "*")).toBe("*0\r\n");
    expect(dataset.run("DBSIZE")).toBe(":1\r\n");
    expect(dataset.propagated).toEqual([]);
  });

  // expireIfNeeded(): when replicating commands from the master, keys are never considered expired.
  test.each(["6.2", "7.0"] as const)(
    "takes it as it is for its master's stream (%s)",
    (version) => {
      const dataset = withExpired(version);
      dataset.isReplica = true;
      dataset.fromMaster = true;

      dataset.run("APPEND", "k", "w");

      expect(dataset.keyspace.databases[0]?.peek("k")).toBe("vw");
    },
  );

  // lookupKey(): EXPIRE_FORCE_DELETE_EXPIRED since 7.0; 6.2 wrote to the expired value.
  test("deletes it before a write of its own when it is writable, from 7.0 on", () => {
    const older = withExpired("6.2");
    const newer = withExpired("7.0");
    for (const dataset of [older, newer]) {
      dataset.isReplica = true;
      dataset.replicaReadOnly = false;
      dataset.run("APPEND", "k", "w");
    }

    expect(older.keyspace.databases[0]?.peek("k")).toBe("vw");
    expect(newer.keyspace.databases[0]?.peek("k")).toBe("w");
  });

  // checkAlreadyExpired().
  test("is not made to delete by an expiry in the past", () => {
    const dataset = new Dataset();
    dataset.run("SET", "k", "v");
    dataset.isReplica = true;
    dataset.fromMaster = true;

    dataset.run("PEXPIREAT", "k", "1");

    expect(dataset.keyspace.databases[0]?.expiry("k")).toBe(1);
  });
});

describe("a writable replica", () => {
  // rememberSlaveKeyWithExpire(), expireSlaveKeys().
  test("expires by itself what its own clients let expire, and nothing of its master's", () => {
    const dataset = new Dataset();
    dataset.isReplica = true;
    dataset.replicaReadOnly = false;
    dataset.run("SET", "own", "v", "PX", "100");
    dataset.fromMaster = true;
    dataset.run("SET", "masters", "v", "PX", "100");
    expect(dataset.keyspace.ownExpiries).toBe(1);

    dataset.now += 101;
    dataset.keyspace.expireOwnKeys(dataset.now);

    expect(dataset.keyspace.databases[0]?.peek("own")).toBeUndefined();
    expect(dataset.keyspace.databases[0]?.peek("masters")).toBe("v");
    expect(dataset.keyspace.ownExpiries).toBe(0);
  });

  test("forgets them at FLUSHALL", () => {
    const dataset = new Dataset();
    dataset.isReplica = true;
    dataset.replicaReadOnly = false;
    dataset.run("SET", "own", "v", "PX", "100");

    dataset.run("FLUSHALL");

    expect(dataset.keyspace.ownExpiries).toBe(0);
  });
});

describe("the active expire cycle", () => {
  function overdue(count: number): Dataset {
    const dataset = new Dataset();
    for (let i = 0; i < count; i++) dataset.run("SET", `k${i}`, "v", "PX", "100");
    dataset.now += 101;
    return dataset;
  }

  function cycle(dataset: Dataset, kind: "slow" | "fast" = "slow"): number {
    return dataset.keyspace.activeExpireCycle(kind, dataset.now * 1_000, 10);
  }

  test("goes on while more than a tenth of what it samples has expired", () => {
    const dataset = overdue(500);

    expect(cycle(dataset)).toBe(500);
    expect(dataset.run("DBSIZE")).toBe(":0\r\n");
    expect(dataset.propagated).toEqual([]);
  });

  test("leaves a database alone when only few of twenty have expired", () => {
    const dataset = overdue(2);
    for (let i = 0; i < 100; i++) dataset.run("SET", `live${i}`, "v", "EX", "1000");

    expect(cycle(dataset)).toBe(2);
    dataset.run("SET", "late", "v", "PX", "1");
    dataset.now += 2;
    // The cursor stands behind 18 of the hundred: four more loops come to the late one.
    expect([1, 2, 3, 4, 5].map(() => cycle(dataset))).toEqual([0, 0, 0, 0, 1]);
  });

  test("estimates how long keys have to live", () => {
    const dataset = new Dataset();
    for (let i = 0; i < 5; i++) dataset.run("SET", `k${i}`, "v", "PX", "5000");
    const database = dataset.keyspace.databases[0];

    cycle(dataset);
    expect(database?.averageTtl).toBe(5_000);

    for (let i = 0; i < 5; i++) dataset.run("PEXPIRE", `k${i}`, "10000");
    cycle(dataset);
    expect(database?.averageTtl).toBe(5_100);
  });

  test("sees the first key ever that expires, be it set here or come with a snapshot", () => {
    const dataset = new Dataset();
    dataset.run("SET", "for ever", "v");
    expect(cycle(dataset)).toBe(0);
    dataset.run("SET", "k", "v", "PX", "100");
    const replica = new Dataset();
    replica.keyspace.restore(dataset.keyspace.snapshot(), dataset.now, false);

    dataset.now += 101;
    replica.now = dataset.now;

    expect([cycle(dataset), cycle(replica)]).toEqual([1, 1]);
  });

  test("does not run while expiry is paused", () => {
    const dataset = overdue(5);
    dataset.expiryPaused = true;

    expect(cycle(dataset)).toBe(0);
  });

  test("runs fast only after a slow one ran out of time or left much behind", () => {
    const dataset = overdue(30_000);
    expect(cycle(dataset, "fast")).toBe(0);

    const first = cycle(dataset);

    expect(first).toBeLessThan(30_000);
    expect(cycle(dataset, "fast")).toBeGreaterThan(0);
    expect(cycle(dataset, "fast")).toBe(0);
  });
});
