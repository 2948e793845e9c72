/** What clients do in a whole run: their pace, and reads beside writes. */
import { describe, expect, test } from "vitest";
import type { Observer } from "../../src/kernel/record.js";
import type { RedisNote } from "../../src/redis/note.js";
import { Run } from "../../src/run.js";
import { scenarioOf } from "../scenario/world.js";

type Operation = Extract<RedisNote, { kind: "invoke" | "ok" | "fail" | "info" }>;

interface Seen {
  readonly at: number;
  readonly operation: Operation;
}

/** A run of a master and a replica, and what its only client began and ended. */
function played(client: string): { readonly run: Run; readonly seen: readonly Seen[] } {
  const seen: Seen[] = [];
  const observer: Observer = {
    level: "notes",
    record(record) {
      if (record.kind !== "note") return;
      const note = record.note as unknown as RedisNote;
      switch (note.kind) {
        case "invoke":
        case "ok":
        case "fail":
        case "info":
          seen.push({ at: record.at, operation: note });
      }
    },
  };
  const scenario = scenarioOf(
    `duration: 30s\nnodes: { replicas: 1, sentinels: 3 }\nclients:\n  app:\n${client}`,
  );
  const run = new Run({ scenario, observers: [observer] });
  run.finish();
  return { run, seen };
}

/** Microseconds between the beginnings of one operation and the next. */
function steps(seen: readonly Seen[]): number[] {
  const begun = seen.filter(({ operation }) => operation.kind === "invoke").map(({ at }) => at);
  return begun.slice(1).map((at, i) => at - (begun[i] ?? 0));
}

describe("a loop of one operation each 100 ms", () => {
  const loop = (policy: string) => {
    const { seen } = played(
      `    policy: ${policy}\n    start: 10s\n    workload: { every: 100ms }\n`,
    );
    const all = steps(seen);
    return all.reduce((sum, each) => sum + each, 0) / all.length;
  };

  // time.sleep() is clock_nanosleep() from Python 3.11 on.
  test("loses a tenth of a millisecond a step in Python", () => {
    expect(loop("redis-py")).toBeGreaterThan(100_050);
    expect(loop("redis-py")).toBeLessThan(100_200);
  });

  // libuv's uv__io_poll() sleeps for whole milliseconds.
  test("loses more on Node.js, whose timers count milliseconds", () => {
    expect(loop("ioredis")).toBeGreaterThan(100_300);
  });
});

describe("a client that writes to the master and reads from a replica", () => {
  const { run, seen } = played(
    [
      "    policy: redis-py",
      "    start: 10s",
      "    workload:",
      '      - { every: 50ms, key: "k{i}", value: "v{i}", stop: 15s }',
      '      - { operation: read, every: 20ms, start: 1s, key: "k{i}", stop: 15s }',
      "",
    ].join("\n"),
  );
  const ended = seen.map(({ operation }) => operation).filter(({ kind }) => kind !== "invoke");
  const reads = ended.filter(({ operation }) => operation === "read");
  const writes = ended.filter(({ operation }) => operation === "write");

  test("has both counted, apart from each other", () => {
    const [client] = run.result().clients;

    expect(writes.length).toBeGreaterThan(290);
    expect(reads.length).toBeGreaterThan(690);
    expect(client?.acknowledged).toBe(writes.length);
    expect(client?.reads).toEqual({ ok: reads.length, failed: 0 });
    expect(run.result().metrics.lost).toBe(0);
  });

  test("reads elsewhere than where it writes", () => {
    const serversOf = (of: readonly Operation[]) => [
      ...new Set(of.map((each) => (each.kind === "invoke" ? undefined : each.server))),
    ];

    expect(serversOf(writes)).toHaveLength(1);
    expect(serversOf(reads)).toHaveLength(1);
    expect(serversOf(reads)).not.toEqual(serversOf(writes));
  });

  // The replica has a write before its client gets +OK: handleClientsWithPendingWrites() is last in, first out.
  test("finds each value that was acknowledged to it", () => {
    for (const { key, value } of reads) expect(value).toBe(key.replace("k", "v"));
  });
});
