/** What replicas get of a command, by version (reference: the stream's table and its byte lengths). */
import { describe, expect, test } from "vitest";
import type { Version } from "../../../src/redis/version.js";
import { Dataset, newYear } from "./dataset.js";

function sent(version: Version, ...commands: string[][]): readonly (readonly string[])[] {
  const dataset = new Dataset(version);
  for (const args of commands) dataset.run(...args);
  return dataset.propagated;
}

const set = ["SET", "k", "v"];
const inTenSeconds = String(newYear + 10_000);

describe("a command is propagated", () => {
  test("as it was spelt when it needs no rewriting", () => {
    expect(sent("7.0", ["set", "k", "v", "xx", "get"])).toEqual([]);
    expect(sent("7.0", ["set", "k", "v"])).toEqual([["set", "k", "v"]]);
    expect(sent("7.0", set, ["inCR", "n"])).toEqual([["inCR", "n"]]);
  });

  test("not at all when it changed nothing", () => {
    expect(sent("6.2", set, ["SET", "k", "w", "NX"])).toEqual([]);
    expect(sent("6.2", ["DEL", "k"])).toEqual([]);
    expect(sent("6.2", set, ["SETNX", "k", "w"])).toEqual([]);
    expect(sent("6.2", set, ["GETEX", "k"])).toEqual([]);
    expect(sent("6.2", ["PERSIST", "k"])).toEqual([]);
  });

  // setGenericCommand().
  test("SET with an expiry: relative in 6.2, a moment from 7.0 on", () => {
    const ex = ["SET", "k", "v", "EX", "10"];
    const exat = ["SET", "k", "v", "EXAT", String((newYear + 10_000) / 1_000)];
    const pxat = ["set", "k", "v", "pxat", inTenSeconds];
    const moment = ["SET", "k", "v", "PXAT", inTenSeconds];

    expect(sent("6.2", ex)).toEqual([["SET", "k", "v", "PX", "10000"]]);
    expect(sent("6.2", ["SETEX", "k", "10", "v"])).toEqual([["SET", "k", "v", "PX", "10000"]]);
    expect(sent("6.2", exat)).toEqual([moment]);
    expect(sent("7.0", ex)).toEqual([moment]);
    expect(sent("7.0", ["PSETEX", "k", "10000", "v"])).toEqual([moment]);
    expect(sent("7.0", pxat)).toEqual([moment]);
    expect(sent("7.2", pxat)).toEqual([pxat]);
  });

  test("SET with GET: without GET", () => {
    expect(sent("6.2", ["SET", "k", "v", "get", "KEEPTTL"])).toEqual([
      ["SET", "k", "v", "KEEPTTL"],
    ]);
  });

  // expireGenericCommand().
  test("EXPIRE: as it is in 6.2, as PEXPIREAT from 7.0 on", () => {
    const expire = ["EXPIRE", "k", "10"];

    expect(sent("6.2", set, expire)).toEqual([expire]);
    expect(sent("7.0", set, expire)).toEqual([["PEXPIREAT", "k", inTenSeconds]]);
    expect(sent("7.0", set, ["PEXPIRE", "k", "10000", "nx"])).toEqual([
      ["PEXPIREAT", "k", inTenSeconds, "nx"],
    ]);
    expect(sent("7.0", set, ["pexpireat", "k", inTenSeconds])).toEqual([
      ["pexpireat", "k", inTenSeconds],
    ]);
  });

  test("an expiry in the past: as the deletion it is", () => {
    expect(sent("6.2", set, ["EXPIRE", "k", "-1"])).toEqual([["DEL", "k"]]);
    expect(sent("7.0", set, ["EXPIREAT", "k", "1"])).toEqual([["DEL", "k"]]);
    expect(sent("7.0", set, ["GETEX", "k", "PXAT", "1"])).toEqual([["DEL", "k"]]);
  });

  test("GETEX, GETDEL and GETSET: as what they did", () => {
    expect(sent("6.2", set, ["GETEX", "k", "EX", "10"])).toEqual([["PEXPIRE", "k", "10000"]]);
    expect(sent("7.0", set, ["GETEX", "k", "EX", "10"])).toEqual([
      ["PEXPIREAT", "k", inTenSeconds],
    ]);
    expect(sent("7.0", ["SETEX", "k", "9", "v"], ["GETEX", "k", "PERSIST"])).toEqual([
      ["PERSIST", "k"],
    ]);
    expect(sent("7.0", set, ["GETDEL", "k"])).toEqual([["DEL", "k"]]);
    expect(sent("7.0", set, ["GETSET", "k", "w"])).toEqual([["SET", "k", "w"]]);
  });

  // spopCommand(), spopWithCountCommand().
  test("SPOP: as the members it took", () => {
    const dataset = new Dataset("7.0");
    dataset.run("SADD", "s", "a", "b", "c", "d");

    const one = dataset.run("SPOP", "s").split("\r\n")[1];
    expect(dataset.propagated).toEqual([["SREM", "s", one]]);

    dataset.run("SPOP", "s", "2");
    expect(dataset.propagated.map(([command]) => command)).toEqual(["SREM", "SREM"]);
    dataset.run("SPOP", "s", "5");
    expect(dataset.propagated).toEqual([["DEL", "s"]]);
    expect(dataset.run("EXISTS", "s")).toBe(":0\r\n");
  });

  test("a flush of an empty database: FLUSHALL always, FLUSHDB only from 7.0 on", () => {
    expect(sent("6.2", ["FLUSHALL"])).toEqual([["FLUSHALL"]]);
    expect(sent("6.2", ["FLUSHDB"])).toEqual([]);
    expect(sent("6.2", set, ["FLUSHDB"])).toEqual([["FLUSHDB"]]);
    expect(sent("7.0", ["FLUSHDB"])).toEqual([["FLUSHDB"]]);
  });
});

describe("in bytes, as recorded", () => {
  test.each<[Version, number, string[]]>([
    ["6.2", 35, ["SET", "hello", "world"]],
    ["6.2", 27, ["SET", "k", "v"]],
    ["6.2", 21, ["INCR", "n"]],
    ["6.2", 36, ["EXPIRE", "hello", "100"]],
    ["7.0", 50, ["EXPIRE", "hello", "100"]],
    ["6.2", 46, ["SET", "k", "v", "EX", "10"]],
    ["7.0", 57, ["SET", "k", "v", "EX", "10"]],
    ["6.2", 18, ["FLUSHALL"]],
    ["6.2", 22, ["DEL", "key"]],
  ])("%s: %i for %j", (version, length, args) => {
    const dataset = new Dataset(version);
    dataset.run("MSET", "hello", "world", "key", "v");

    dataset.run(...args);

    expect(dataset.propagatedLength).toBe(length);
  });
});
