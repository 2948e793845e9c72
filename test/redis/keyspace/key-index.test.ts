import { describe, expect, test } from "vitest";
import { RandomStream } from "../../../src/kernel/random.js";
import { KeyIndex, nowhere } from "../../../src/redis/keyspace/key-index.js";

describe("the index of a database", () => {
  // dict.c: dictFind() after any dictAdd() and dictDelete().
  test("finds what a Map would, whatever was added and deleted before", () => {
    const random = new RandomStream("key-index", "keys");
    const keys: (string | undefined)[] = [];
    const index = new KeyIndex(keys);
    const map = new Map<string, number>();

    for (let i = 0; i < 20_000; i++) {
      const key = `k${random.below(3_000)}`;
      const slot = map.get(key);
      expect(index.find(key)).toBe(slot ?? nowhere);
      if (slot === undefined) {
        map.set(key, keys.length);
        index.add(key, keys.length);
        keys.push(key);
      } else {
        index.delete(key);
        map.delete(key);
        keys[slot] = undefined;
      }
    }

    expect(index.size).toBe(map.size);
    for (const [key, slot] of map) expect(index.find(key)).toBe(slot);
  });

  test("has no key when it is empty, not even the empty one", () => {
    const keys: string[] = [];
    const index = new KeyIndex(keys);
    expect(index.find("")).toBe(nowhere);

    index.add("", 0);
    keys.push("");

    expect(index.find("")).toBe(0);
  });
});
