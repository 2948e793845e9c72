import { describe, expect, test } from "vitest";
import type { Instant } from "../../../src/kernel/time.js";
import { checkRegister } from "../../../src/observe/check/linearizable.js";
import type { HistoryEntry } from "../../../src/observe/histories.js";

/** `w` writes and `r` reads `value` from `began` to `ended`; without an end nobody knows. */
function op(
  what: "w" | "r",
  value: string | undefined,
  began: number,
  ended?: number,
): HistoryEntry {
  return {
    client: `c${began}`,
    operation: what === "w" ? "write" : "read",
    value,
    began: began as Instant,
    ended: ended as Instant | undefined,
  };
}

const kindOf = (...history: HistoryEntry[]) => checkRegister(history).kind;

// Wing and Gong 1993; Lowe 2017; Porcupine.
describe("the history of a register", () => {
  test("is linearizable where every read finds the last write", () => {
    expect(kindOf(op("r", undefined, 0, 1), op("w", "1", 2, 3), op("r", "1", 4, 5))).toBe(
      "linearizable",
    );
  });

  test("may have overlapping operations in either order", () => {
    const writes = [op("w", "1", 0, 10), op("w", "2", 0, 10)];

    expect(kindOf(...writes, op("r", "1", 11, 12))).toBe("linearizable");
    expect(kindOf(...writes, op("r", "2", 11, 12))).toBe("linearizable");
  });

  test("has no order where a read finds what was overwritten before it began", () => {
    expect(kindOf(op("w", "1", 0, 1), op("w", "2", 2, 3), op("r", "1", 4, 5))).toBe("anomaly");
  });

  test("has no order where a value is seen and then unseen", () => {
    expect(
      kindOf(op("w", "1", 0, 1), op("w", "2", 2, 9), op("r", "2", 3, 4), op("r", "1", 5, 6)),
    ).toBe("anomaly");
  });

  test("lets an unknown write have happened, at any later time, or not at all", () => {
    const unknown = op("w", "2", 2);

    expect(kindOf(op("w", "1", 0, 1), unknown, op("r", "1", 3, 4), op("r", "2", 5, 6))).toBe(
      "linearizable",
    );
    expect(kindOf(op("w", "1", 0, 1), unknown, op("r", "2", 3, 4), op("r", "1", 5, 6))).toBe(
      "anomaly",
    );
  });

  test("has no order where an acknowledged write is gone", () => {
    expect(kindOf(op("w", "1", 0, 1), op("r", undefined, 2, 3))).toBe("anomaly");
  });

  test("is shown by the fewest operations, however long it was", () => {
    const good = Array.from({ length: 50 }, (_, i) => [
      op("w", `${i}`, 10 * i, 10 * i + 1),
      op("r", `${i}`, 10 * i + 2, 10 * i + 3),
    ]).flat();
    const verdict = checkRegister([...good, op("r", "7", 1_000, 1_001)]);

    expect(verdict.kind).toBe("anomaly");
    const shown = verdict.kind === "anomaly" ? verdict.history : [];
    expect(shown.length).toBeLessThanOrEqual(3);
    expect(shown.at(-1)?.value).toBe("7");
  });

  test("is judged and shown in no time, however late in it the anomaly is", () => {
    const good = Array.from({ length: 5_000 }, (_, i) => [
      op("w", `${i}`, 10 * i, 10 * i + 1),
      op("r", `${i}`, 10 * i + 2, 10 * i + 3),
    ]).flat();
    const began = process.cpuUsage().user;
    const verdict = checkRegister([...good, op("r", undefined, 90_000, 90_001)]);

    expect(verdict.kind === "anomaly" && verdict.history.map(({ value }) => value)).toEqual([
      expect.any(String),
      undefined,
    ]);
    // A tenth of a second here; minutes where every operation is left out by itself.
    expect((process.cpuUsage().user - began) / 1_000).toBeLessThan(10_000);
  });

  test("agrees with trying every order of a few operations", () => {
    let seed = 7;
    const below = (n: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 8) % n;
    };
    for (let round = 0; round < 400; round++) {
      const history = Array.from({ length: 2 + below(4) }, () => {
        const began = below(12);
        const isRead = below(2) === 0;
        const value = isRead && below(3) === 0 ? undefined : `${below(3)}`;
        const isOpen = !isRead && below(4) === 0;
        return op(isRead ? "r" : "w", value, began, isOpen ? undefined : began + 1 + below(6));
      });

      expect(kindOf(...history) === "linearizable", JSON.stringify(history)).toBe(
        everyOrder(history),
      );
    }
  });
});

/** The definition itself: an order in which nobody begins after another that came later has ended. */
function everyOrder(left: readonly HistoryEntry[], state?: string): boolean {
  if (left.every(({ ended }) => ended === undefined)) return true;
  const earliest = Math.min(...left.map(({ ended }) => ended ?? Number.MAX_SAFE_INTEGER));
  return left.some((entry, index) => {
    if (entry.began > earliest) return false;
    if (entry.operation === "read" && entry.value !== state) return false;
    const rest = left.filter((_, i) => i !== index);
    return everyOrder(rest, entry.operation === "write" ? entry.value : state);
  });
}
