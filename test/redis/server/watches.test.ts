/** WATCH against a flush, a swap, and keys that expire. */
import { describe, expect, test } from "vitest";
import { milliseconds } from "../../../src/kernel/time.js";
import type { Version } from "../../../src/redis/version.js";
import { type TestClient, World } from "../world.js";

function twoClients(version: Version = "7.0"): { world: World; a: TestClient; b: TestClient } {
  const world = new World();
  const debug = version === "6.2" ? [] : ["enable-debug-command yes"];
  world.server("r1", { version, config: debug });
  return { world, a: world.client("r1"), b: world.client("r1") };
}

/** What EXEC answers to a transaction of one PING. */
function exec(client: TestClient): string {
  client.ask("MULTI");
  client.ask("PING");
  return client.ask("EXEC");
}

const happened = "[+PONG]";
const aborted = "nil";

describe("a watched key that is not there", () => {
  // touchAllWatchedKeysInDb(): it must exist in the database, or in the one it is swapped with.
  test.each(["6.2", "7.0", "7.2"] as const)("is not touched by a flush (%s)", (version) => {
    const { a, b } = twoClients(version);
    a.ask("WATCH", "k");

    b.ask("SET", "other", "v");
    b.ask("FLUSHALL");

    expect(exec(a)).toBe(happened);
  });

  test("is touched by a swap that brings it", () => {
    const { a, b } = twoClients();
    b.ask("SELECT", "1");
    b.ask("SET", "k", "v");
    a.ask("WATCH", "k");

    b.ask("SWAPDB", "0", "1");

    expect(exec(a)).toBe(aborted);
  });
});

describe("a watched key that is there", () => {
  test.each([["FLUSHDB"], ["FLUSHALL"], ["SWAPDB", "0", "1"]])(
    "is touched by %s %s %s",
    (...command) => {
      const { a, b } = twoClients();
      b.ask("SET", "k", "v");
      a.ask("WATCH", "k");

      b.ask(...command);

      expect(exec(a)).toBe(aborted);
    },
  );

  // isWatchedKeyExpired() is there from 7.0 on; in 6.2 the cycle that deletes the key touches it.
  test("aborts the transaction when it expires in between", () => {
    const { world, a, b } = twoClients();
    b.ask("SET", "k", "v", "PX", "20");
    a.ask("WATCH", "k");

    world.run(milliseconds(30));

    expect(exec(a)).toBe(aborted);
  });
});

describe("a key that had expired when it was watched", () => {
  // touchWatchedKey(): wk->expired.
  test("may go from 7.0 on, but not come back", () => {
    const { world, a, b } = twoClients();
    b.ask("DEBUG", "SET-ACTIVE-EXPIRE", "0");
    b.ask("SET", "k", "v", "PXAT", "1");
    a.ask("WATCH", "k");

    b.ask("GET", "k");
    expect(exec(a)).toBe(happened);

    a.ask("WATCH", "k");
    b.ask("SET", "k", "w");
    world.run(milliseconds(1));
    expect(exec(a)).toBe(aborted);
  });
});
