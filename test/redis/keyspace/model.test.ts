/** Any sequence of commands, held against a plain Map; and SCAN against any writes in between. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { digestOf } from "../../../src/redis/keyspace/digest.js";
import { Dataset } from "./dataset.js";

fc.configureGlobal({ seed: 20_260_101 });

const anyKey = fc.constantFrom("a", "b", "c", "d", "e");
const anyValue = fc.oneof(fc.string({ maxLength: 30 }), fc.integer().map(String));
const anyElement = fc.constantFrom("1", "2", "30", "x", "y", "a longer element of twenty-eight");

const anyStringCommand = fc.oneof(
  fc.tuple(fc.constant("SET"), anyKey, anyValue),
  fc.tuple(fc.constant("GET"), anyKey),
  fc.tuple(fc.constant("DEL"), anyKey),
  fc.tuple(fc.constant("APPEND"), anyKey, anyValue),
  fc.tuple(fc.constant("RENAME"), anyKey, anyKey),
);

const anyWrite = fc.oneof(
  fc.tuple(fc.constant("SET"), anyKey, anyValue),
  fc.tuple(fc.constantFrom("LPUSH", "RPUSH"), anyKey, anyElement, anyElement),
  fc.tuple(fc.constantFrom("LPOP", "RPOP", "INCR", "DEL", "PERSIST", "GETDEL", "SPOP"), anyKey),
  fc.tuple(fc.constant("HSET"), anyKey, anyElement, anyValue),
  fc.tuple(fc.constantFrom("HDEL", "SREM", "SADD", "APPEND"), anyKey, anyElement),
  fc.tuple(fc.constantFrom("RENAME", "COPY", "RPOPLPUSH", "SUNIONSTORE"), anyKey, anyKey),
  fc.tuple(fc.constantFrom("PEXPIRE", "EXPIRE"), anyKey, fc.constantFrom("1", "5", "-1", "1000")),
  fc.tuple(fc.constant("SET"), anyKey, anyValue, fc.constant("PX"), fc.constantFrom("2", "50")),
  fc.constant(["FLUSHDB"]),
);

describe("any sequence of commands", () => {
  test("does to strings what it does to a map", () => {
    fc.assert(
      fc.property(fc.array(anyStringCommand), (commands) => {
        const dataset = new Dataset();
        const model = new Map<string, string>();
        for (const [name, key, value = ""] of commands) {
          const reply = dataset.run(
            ...[name, key, value].slice(0, name === "GET" || name === "DEL" ? 2 : 3),
          );
          const held = model.get(key);
          if (name === "SET") model.set(key, value);
          else if (name === "APPEND") model.set(key, (held ?? "") + value);
          else if (name === "DEL") model.delete(key);
          else if (name === "RENAME" && held !== undefined) {
            model.delete(key);
            model.set(value, held);
          } else if (name === "GET") {
            expect(reply).toBe(held === undefined ? "$-1\r\n" : `$${held.length}\r\n${held}\r\n`);
          }
        }
        expect(dataset.run("DBSIZE")).toBe(`:${model.size}\r\n`);
      }),
    );
  });

  test.each(["6.2", "7.0", "7.2"] as const)(
    "makes the same dataset on a replica that gets what is propagated, at once (%s)",
    (version) => {
      fc.assert(
        fc.property(fc.array(fc.tuple(anyWrite, fc.nat(3))), (steps) => {
          const master = new Dataset(version);
          const replica = new Dataset(version);
          replica.isReplica = true;
          replica.fromMaster = true;
          for (const [args, wait] of steps) {
            master.now += wait;
            replica.now = master.now;
            master.run(...args);
            for (const effect of master.propagated) replica.run(...effect);
          }

          expect(digestOf(replica.keyspace)).toBe(digestOf(master.keyspace));
        }),
      );
    },
  );

  test("leaves snapshots, sizes and memory as if the dataset had been built afresh", () => {
    fc.assert(
      fc.property(fc.array(anyWrite), fc.array(anyWrite), (before, after) => {
        const dataset = new Dataset("7.2");
        for (const args of before) dataset.run(...args);
        const snapshot = dataset.keyspace.snapshot();
        const digest = digestOf(dataset.keyspace);
        for (const args of after) dataset.run(...args);

        const restored = new Dataset("7.2");
        restored.keyspace.restore(snapshot, 0, false);
        expect(digestOf(restored.keyspace)).toBe(digest);
        expect(restored.keyspace.snapshot().bytes).toBe(snapshot.bytes);
        dataset.run("FLUSHALL");
        expect(dataset.keyspace.memory).toBe(0);
      }),
    );
  });
});

/** The cursor and the keys of a reply of SCAN. */
function scanned(reply: string): { cursor: string; keys: string[] } {
  const lines = reply.split("\r\n");
  return { cursor: lines[2] as string, keys: lines.slice(4).filter((_, i) => i % 2 === 1) };
}

describe("a full iteration of SCAN", () => {
  // The guarantee of dictScan().
  test("returns every key that was there from beginning to end, whatever else comes and goes", () => {
    const anyChange = fc.tuple(fc.boolean(), fc.nat(40));
    fc.assert(
      fc.property(
        fc.nat(60),
        fc.array(fc.array(anyChange)),
        fc.integer({ min: 1, max: 9 }),
        (kept, changes, size) => {
          const dataset = new Dataset();
          for (let i = 0; i < kept; i++) {
            dataset.run("SET", `kept${i}`, "v");
            dataset.run("SET", `other${i}`, "v");
          }
          const seen = new Set<string>();
          let cursor = "0";
          let round = 0;
          do {
            const step = scanned(dataset.run("SCAN", cursor, "COUNT", String(size)));
            for (const key of step.keys) seen.add(key);
            cursor = step.cursor;
            for (const [add, which] of changes[round++] ?? []) {
              dataset.run(...(add ? ["SET", `other${which}`, "v"] : ["DEL", `other${which}`]));
            }
          } while (cursor !== "0");

          for (let i = 0; i < kept; i++) expect(seen).toContain(`kept${i}`);
        },
      ),
    );
  });

  test("can be narrowed to a pattern and a type", () => {
    const dataset = new Dataset();
    dataset.run("MSET", "k1", "v", "k2", "v", "other", "v");
    dataset.run("SADD", "k3", "m");

    expect(scanned(dataset.run("SCAN", "0", "MATCH", "k*", "TYPE", "string")).keys).toEqual([
      "k1",
      "k2",
    ]);
    expect(scanned(dataset.run("SCAN", "0", "TYPE", "set")).keys).toEqual(["k3"]);
  });
});

describe("in RESP3", () => {
  test("hashes are maps, sets are sets and nothing is one null", () => {
    const dataset = new Dataset();
    dataset.protocol = 3;
    dataset.run("HSET", "h", "f", "v");
    dataset.run("SADD", "s", "m");

    expect(dataset.run("HGETALL", "h")).toBe("%1\r\n$1\r\nf\r\n$1\r\nv\r\n");
    expect(dataset.run("SMEMBERS", "s")).toBe("~1\r\n$1\r\nm\r\n");
    expect(dataset.run("GET", "none")).toBe("_\r\n");
    expect(dataset.run("LPOP", "none", "2")).toBe("_\r\n");
  });
});

describe("6.2 differs from 7.0", () => {
  function reply(...commands: string[][]): string {
    const dataset = new Dataset("6.2");
    return commands.map((args) => dataset.run(...args)).at(-1) as string;
  }

  test("in its error texts", () => {
    expect(reply(["SETEX", "k", "0", "v"])).toBe("-ERR invalid expire time in setex\r\n");
    expect(reply(["MSET", "k", "v", "l"])).toBe("-ERR wrong number of arguments for MSET\r\n");
    expect(reply(["LPOP", "k", "-1"])).toBe(
      "-ERR value is out of range, value must between 0 and 9223372036854775807\r\n",
    );
  });

  test("in LPOP with a count, and SET with NX and GET", () => {
    expect(reply(["LPOP", "k", "2"])).toBe("$-1\r\n");
    expect(reply(["LPOP", "k", "0"])).toBe("*-1\r\n");
    expect(reply(["SET", "k", "v", "NX", "GET"])).toBe("-ERR syntax error\r\n");
  });
});
