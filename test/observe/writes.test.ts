import { describe, expect, test } from "vitest";
import type { Instant } from "../../src/kernel/time.js";
import { WriteFold } from "../../src/observe/writes.js";

/** A write of `key` that began and ended at these milliseconds. */
interface Write {
  readonly key?: string;
  readonly value: string;
  readonly began: number;
  readonly ended: number;
  readonly outcome?: "ok" | "fail" | "info";
}

function folded(...writes: readonly Write[]): WriteFold {
  const fold = new WriteFold();
  writes.forEach(({ key = "k", value, began, ended, outcome = "ok" }, i) => {
    const micros = (ended - began) * 1_000;
    const note = { i, operation: "write", key, value, micros, server: "10.0.0.1:6379" } as const;
    const error = outcome === "ok" ? undefined : "ConnectionError: gone";
    fold.ended("c1", { ...note, kind: outcome, error }, (ended * 1_000) as Instant);
  });
  return fold;
}

const lost = (fold: WriteFold, kept: string | undefined) =>
  fold.lost((_, value) => value === kept).map(({ value }) => value);

describe("an acknowledged write", () => {
  const v1: Write = { value: "v1", began: 0, ended: 1 };
  const v2: Write = { value: "v2", began: 2, ended: 3 };

  test("is lost when its key has an older value in the end, or none", () => {
    expect(lost(folded(v1, v2), "v1")).toEqual(["v2"]);
    expect(lost(folded(v1, v2), undefined)).toEqual(["v2"]);
    expect(lost(folded(v1, v2), "v2")).toEqual([]);
  });

  test("may be overwritten by a later write of which nobody knows", () => {
    const unknown: Write = { value: "v3", began: 4, ended: 5, outcome: "info" };

    expect(lost(folded(v1, v2, unknown), "v3")).toEqual([]);
    expect(lost(folded({ ...unknown, began: 0, ended: 1 }, v2), "v3")).toEqual(["v2"]);
    expect(lost(folded(v1, v2, { ...unknown, outcome: "fail" }), "v1")).toEqual(["v2"]);
  });

  test("may be overwritten by one that was under way with it and was answered first", () => {
    const beside: Write = { value: "v3", began: 0, ended: 2 };

    expect(lost(folded(v1, beside, v2), "v3")).toEqual([]);
    expect(lost(folded(v1, beside, v2), "v1")).toEqual(["v2"]);
  });

  test("may be overwritten by one that has not ended when the run does", () => {
    const fold = folded(v1);
    fold.began("c1", { kind: "invoke", i: 1, operation: "write", key: "k", value: "v2" });

    expect(lost(fold, "v2")).toEqual([]);
    expect(lost(fold, undefined)).toEqual(["v1"]);
  });

  test("is remembered however often other keys are written", () => {
    const others = Array.from({ length: 70_000 }, (_, i) => ({
      key: `other${i % 100}`,
      value: `${i}`,
      began: 10 + i,
      ended: 11 + i,
    }));
    const fold = folded(v1, v2, ...others);

    expect(fold.lost((key, value) => key !== "k" && Number(value) >= 69_900)).toHaveLength(1);
  });
});
