import { describe, expect, test } from "vitest";
import {
  formatDuration,
  parseDuration,
  parseSize,
  parseSpan,
} from "../../src/scenario/duration.js";
import { nearest } from "../../src/scenario/suggest.js";
import { fits, Tripwire } from "../../src/scenario/trigger.js";

describe("a tripwire", () => {
  test("trips once, with the so-manieth note that matches", () => {
    const wire = new Tripwire({
      kind: "event",
      nodes: undefined,
      channel: "+switch-master",
      payload: "mymaster *",
      count: 2,
    });
    const note = {
      kind: "event",
      channel: "+switch-master",
      payload: "mymaster 10.0.0.1 6379 10.0.0.2 6379",
      level: "#",
      master: "mymaster",
    } as const;

    expect(wire.note("s1", { ...note, channel: "+sdown" })).toBe(false);
    expect(wire.note("s1", note)).toBe(false);
    expect(wire.note("s2", note)).toBe(true);
    expect(wire.note("s3", note)).toBe(false);
    expect(wire.tripped).toBe(true);
  });

  test("may wait for an operation of a client", () => {
    const wire = new Tripwire({
      kind: "operation",
      nodes: ["app"],
      key: "foo17",
      acknowledged: true,
      count: 1,
    });
    const note = {
      kind: "ok",
      i: 17,
      operation: "write",
      key: "foo17",
      value: "bar17",
      micros: 300,
      error: undefined,
      server: undefined,
    } as const;

    expect(wire.note("other", note)).toBe(false);
    expect(wire.note("app", { ...note, kind: "fail" })).toBe(false);
    expect(wire.note("app", note)).toBe(true);
  });

  test.each([
    ["master mymaster *", "master mymaster 10.0.0.1 6379", true],
    ["*#quorum ?/2", "master mymaster 10.0.0.1 6379 #quorum 3/2", true],
    ["slave*", "master mymaster", false],
    ["*", "", true],
    ["a*b*c", "a-b-b-c", true],
    ["a*b", "a-b-c", false],
  ])("%s against %s: %s", (pattern, text, fitting) => {
    expect(fits(pattern, text)).toBe(fitting);
  });
});

describe("a duration", () => {
  test.each([
    ["500ms", 500_000],
    ["1.5s", 1_500_000],
    ["17.5 s", 17_500_000],
    ["2m", 120_000_000],
    ["1h", 3_600_000_000],
    ["0s", 0],
    ["250us", 250],
  ])("%s is %d microseconds", (text, micros) => {
    expect(parseDuration(text)).toBe(micros);
  });

  test.each(["5", "s", "-1s", "1.s", "1 week", ""])("%s is none", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test("is written the shortest exact way", () => {
    for (const text of ["1.5s", "500ms", "2m", "0s", "250us"])
      expect(formatDuration(parseDuration(text) ?? parseDuration("1h") ?? (0 as never))).toBe(text);
  });

  test("may be a range, in which the first shares the unit of the second", () => {
    expect(parseSpan("1..3s")).toEqual({ min: 1_000_000, max: 3_000_000 });
    expect(parseSpan("500ms..3s")).toEqual({ min: 500_000, max: 3_000_000 });
    expect(parseSpan("3s..1s")).toBeUndefined();
  });
});

describe("a size", () => {
  // memtoull(): kb is 1024, k is 1000.
  test("is counted in Redis's units", () => {
    expect(parseSize("16kb")).toBe(16_384);
    expect(parseSize("16k")).toBe(16_000);
    expect(parseSize("4096")).toBe(4_096);
    expect(parseSize("many")).toBeUndefined();
  });
});

describe("the nearest word", () => {
  test("is the one that was probably meant, or none", () => {
    expect(nearest("sentinals", ["replicas", "sentinels"])).toBe("sentinels");
    expect(nearest("clinets", ["clients", "client"])).toBe("clients");
    expect(nearest("zebra", ["replicas", "sentinels"])).toBeUndefined();
  });
});
