import { describe, expect, test } from "vitest";
import { digestOf } from "../../../src/redis/keyspace/digest.js";
import { Keyspace } from "../../../src/redis/keyspace/keyspace.js";
import { Dataset, newYear } from "./dataset.js";

function filled(): Dataset {
  const dataset = new Dataset();
  dataset.run("SET", "string", "v", "PXAT", String(newYear + 1_000));
  dataset.run("RPUSH", "list", "a", "b");
  dataset.run("HSET", "hash", "f", "v");
  dataset.run("SADD", "set", "x", "y");
  dataset.database = 3;
  dataset.run("SET", "other", "w");
  dataset.database = 0;
  return dataset;
}

describe("a snapshot", () => {
  test("keeps the instant at which it was taken, whatever is written afterwards", () => {
    const dataset = filled();
    const before = digestOf(dataset.keyspace);
    const snapshot = dataset.keyspace.snapshot();

    dataset.run("SET", "string", "changed");
    dataset.run("RPUSH", "list", "c");
    dataset.run("LPOP", "list");
    dataset.run("HSET", "hash", "f", "changed", "g", "new");
    dataset.run("SREM", "set", "x");
    dataset.run("DEL", "set");
    dataset.run("SET", "new", "v");
    expect(digestOf(dataset.keyspace)).not.toBe(before);

    const other = new Keyspace(16);
    other.restore(snapshot, 0, false);
    expect(digestOf(other)).toBe(before);
  });

  test("is not changed by the one who loaded it either", () => {
    const dataset = filled();
    const before = digestOf(dataset.keyspace);
    const replica = new Dataset();
    replica.keyspace.restore(dataset.keyspace.snapshot(), 0, false);

    replica.run("RPUSH", "list", "c");
    replica.run("HDEL", "hash", "f");
    replica.run("SMOVE", "set", "elsewhere", "x");
    replica.run("LMOVE", "list", "list", "LEFT", "RIGHT");

    expect(digestOf(dataset.keyspace)).toBe(before);
  });

  test("is loaded with expiry times, free slots and memory as they were", () => {
    const dataset = filled();
    dataset.run("DEL", "list");
    const replica = new Dataset();
    replica.keyspace.restore(dataset.keyspace.snapshot(), 0, false);

    expect(replica.run("PTTL", "string")).toBe(":1000\r\n");
    expect(replica.keyspace.memory).toBe(dataset.keyspace.memory);
    for (const each of [dataset, replica]) each.run("SET", "new", "v");
    expect(replica.run("KEYS", "*")).toBe(dataset.run("KEYS", "*"));
  });

  // rdbLoadRio(): only a master drops what has expired.
  test("is loaded without expired keys by a master, with them by a replica", () => {
    const snapshot = filled().keyspace.snapshot();
    const master = new Keyspace(16);
    const replica = new Keyspace(16);

    const dropped = master.restore(snapshot, newYear + 1_001, true);
    replica.restore(snapshot, newYear + 1_001, false);

    expect(dropped).toEqual([{ database: 0, key: "string" }]);
    expect(master.size).toBe(4);
    expect(replica.size).toBe(5);
  });

  test("of fewer databases empties the others", () => {
    const few = new Keyspace(1);
    const { keyspace } = filled();

    keyspace.restore(few.snapshot(), 0, false);

    expect(keyspace.size).toBe(0);
    expect(keyspace.memory).toBe(0);
  });

  test("does not fit a server with too few databases for its keys", () => {
    const snapshot = filled().keyspace.snapshot();

    expect(new Keyspace(4).fits(snapshot)).toBe(true);
    expect(new Keyspace(3).fits(snapshot)).toBe(false);
  });
});

describe("memory in use", () => {
  test("is back at nothing when everything is gone", () => {
    const dataset = filled();
    dataset.run("COPY", "list", "copy");
    dataset.run("RENAME", "hash", "renamed");
    dataset.run("MOVE", "set", "3");
    dataset.run("SUNIONSTORE", "set", "set", "nothing");
    dataset.keyspace.snapshot();
    dataset.run("RPUSH", "copy", "c");
    dataset.run("SET", "renamed", "now a string");

    dataset.run("DEL", "string", "list", "copy", "renamed", "set");
    dataset.database = 3;
    dataset.run("DEL", "other", "set");

    expect(dataset.run("DBSIZE")).toBe(":0\r\n");
    expect(dataset.keyspace.memory).toBe(0);
  });

  test("counts about 64 bytes a key beside its characters", () => {
    const dataset = new Dataset();
    for (let i = 100; i < 200; i++) dataset.run("SET", `key:${i}`, "0123456789");

    expect(dataset.keyspace.memory).toBe(100 * (64 + 7 + 10));
  });
});

describe("ballast", () => {
  test("is in the RDB, in memory and in what a replica loads, but in no database", () => {
    const dataset = new Dataset();
    const empty = dataset.keyspace.snapshot().bytes;
    dataset.keyspace.ballast = { keys: 1_000_000, bytes: 100_000_000 };

    const snapshot = dataset.keyspace.snapshot();
    const replica = new Dataset();
    replica.keyspace.restore(snapshot, 0, false);

    expect(snapshot.bytes).toBe(empty + 100_000_000);
    expect(replica.keyspace.ballast).toEqual({ keys: 1_000_000, bytes: 100_000_000 });
    expect(replica.keyspace.memory).toBe(100_000_000);
    expect(replica.run("DBSIZE")).toBe(":0\r\n");
  });

  test("is dropped by FLUSHALL, which takes its time unless it is ASYNC", () => {
    const dataset = new Dataset();
    for (const [how, seconds] of [
      ["SYNC", 2],
      ["ASYNC", 0],
    ] as const) {
      dataset.keyspace.ballast = { keys: 1_000, bytes: 2_000_000 };
      dataset.run("FLUSHALL", how);

      expect(dataset.busy).toBe(seconds * 1_000_000);
      expect(dataset.dirty).toBe(1_000);
      expect(dataset.keyspace.memory).toBe(0);
    }
    expect(dataset.flushes).toBe(2);
  });

  test("makes used-mem longer in the RDB once it is beyond 32 bits", () => {
    const { keyspace } = new Dataset();
    keyspace.ballast = { keys: 1, bytes: 2_000_000_000 };
    const below = keyspace.snapshot().bytes;
    keyspace.ballast = { keys: 1, bytes: 3_000_000_000 };

    expect(keyspace.snapshot().bytes - below).toBe(1_000_000_000 + 6);
  });
});
