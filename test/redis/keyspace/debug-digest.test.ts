import { describe, expect, test } from "vitest";
import { debugDigest } from "../../../src/redis/keyspace/debug-digest.js";
import { sha1 } from "../../../src/redis/keyspace/sha1.js";
import { Dataset } from "./dataset.js";

describe("DEBUG DIGEST", () => {
  // Recorded from redis-server 7.0.15; computeDatasetDigest().
  test.each([
    ["nothing", [], "0000000000000000000000000000000000000000"],
    ["a string", ["SET k v"], "264ccf65edec66bccfa7cc659414ccca432057d2"],
    ["one that expires", ["SET k v EX 1000"], "bf83f210388eea94f06fb90d517490e16a08d7dd"],
    ["two keys", ["SET a 1", "SET b 2"], "7dff4aa4711992a6870417c26949f355d23a7cac"],
    ["a list", ["RPUSH l a b c"], "625aa282e03653452879ea5bf1ee7a453f83f55b"],
    ["a hash", ["HSET h f v g w"], "90400f735197c1bc4dfddf674dd10ac5935c084a"],
    ["a set", ["SADD s a b 1"], "03128985877bc2c95aa9323b2fab8b2cb7edec2c"],
  ])("of %s is that of a real server", (_, commands, digest) => {
    const dataset = new Dataset("7.0");
    for (const command of commands) dataset.run(...command.split(" "));

    expect(debugDigest(dataset.keyspace.databases)).toBe(digest);
  });

  test("does not depend on the order in which unordered things came", () => {
    const [one, other] = [new Dataset("7.0"), new Dataset("7.0")];
    for (const command of ["SET a 1", "SADD s x y", "HSET h f 1 g 2"])
      one.run(...command.split(" "));
    for (const command of ["HSET h g 2 f 1", "SADD s y x", "SET a 1"])
      other.run(...command.split(" "));

    expect(debugDigest(one.keyspace.databases)).toBe(debugDigest(other.keyspace.databases));
  });
});

// FIPS 180-4, appendix A.
test.each([
  ["abc", "a9993e364706816aba3e25717850c26c9cd0d89d"],
  ["", "da39a3ee5e6b4b0d3255bfef95601890afd80709"],
  ["a".repeat(1_000), "291e9a6c66994949b57ba5e650361e98fc36b1ba"],
])("SHA-1 of %j is %s", (text, digest) => {
  expect(Buffer.from(Uint32Array.from(sha1(text), swapped).buffer).toString("hex")).toBe(digest);
});

function swapped(word: number): number {
  return ((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}
