import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../src/kernel/record.js";
import type { Instant } from "../../src/kernel/time.js";
import { Lineage } from "../../src/observe/lineage.js";
import { OutageFold } from "../../src/observe/outage.js";
import { down, history, role, up } from "./check/records.js";

const r1 = "10.0.0.1";
const r2 = "10.0.0.2";

/** r1 is the master and r2 its replica, since the beginning. */
const pair = [
  up("r1"),
  up("r2"),
  role("r1", { ip: r1, at: 1 }),
  role("r2", { ip: r2, master: `${r1}:6379`, at: 1 }),
  history("r2", "full", "aa", 0, 0, 5),
];
const promoted = (at: number) => [
  history("r2", "promoted", "bb", 90, 0, at),
  role("r2", { ip: r2, at }),
];
const demoted = (at: number) => [
  role("r1", { ip: r1, master: `${r2}:6379`, at }),
  history("r1", "full", "bb", 120, 0, at + 1),
];

function explained(records: readonly RunRecord[], at: number, survivor: string) {
  const lineage = new Lineage();
  for (const record of records) lineage.record(record);
  const write = { key: "k", value: "1", client: "c1", at: at as Instant, server: `${r1}:6379` };
  const { cause, lostAt, by } = lineage.explain(write, () => survivor);
  return { cause, lostAt, by };
}

describe("an acknowledged write that is gone", () => {
  test("was not yet replicated when the replica was promoted", () => {
    expect(explained([...pair, ...promoted(100)], 80, "r2")).toEqual({
      cause: "unreplicated",
      lostAt: 100,
      by: "r2",
    });
  });

  test("was written beside the promoted master, and discarded at the demotion", () => {
    expect(explained([...pair, ...promoted(100), ...demoted(200)], 150, "r2")).toEqual({
      cause: "demoted",
      lostAt: 201,
      by: "r1",
    });
  });

  test("was wiped by its master, which came back empty", () => {
    const records = [
      ...pair,
      up("r1", 300),
      role("r1", { ip: r1, at: 301 }),
      history("r2", "full", "cc", 0, 0, 310),
    ];

    expect(explained(records, 150, "r1")).toEqual({ cause: "wiped", lostAt: 300, by: "r1" });
    expect(explained(records, 150, "r2")).toEqual({ cause: "wiped", lostAt: 300, by: "r1" });
  });

  test("was changed by a command where its server is still the master", () => {
    expect(explained(pair, 80, "r1").cause).toBe("changed");
  });

  test("is with a master that does not run, in whose place nobody was put", () => {
    const killed = [...pair, down("r1", 200)];

    expect(explained(killed, 80, "r1")).toEqual({ cause: "down", lostAt: 200, by: "r1" });
    expect(explained([...killed, up("r1", 300)], 320, "r1").cause).toBe("changed");
  });
});

describe("time without a writable master", () => {
  const writer = () => ({
    isFailing: false,
    firstAt: undefined as Instant | undefined,
    lastAcknowledgedAt: undefined as Instant | undefined,
  });
  const wrote = (fold: OutageFold, who: ReturnType<typeof writer>, isOk: boolean, at: number) => {
    fold.change(who, !isOk, at as Instant);
    who.firstAt ??= at as Instant;
    if (isOk) who.lastAcknowledgedAt = at as Instant;
  };

  test("lasts from the last acknowledged write to the next", () => {
    const fold = new OutageFold();
    const c1 = writer();

    wrote(fold, c1, true, 10);
    wrote(fold, c1, false, 20);
    wrote(fold, c1, true, 50);

    expect(fold.total(100 as Instant)).toBe(40);
  });

  test("is none while another client gets through", () => {
    const fold = new OutageFold();
    const [c1, c2] = [writer(), writer()];

    wrote(fold, c1, true, 10);
    wrote(fold, c2, true, 10);
    wrote(fold, c1, false, 20);
    expect(fold.total(100 as Instant)).toBe(0);

    wrote(fold, c2, false, 30);
    expect(fold.total(100 as Instant)).toBe(90);
  });
});
