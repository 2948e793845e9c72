import { describe, expect, test } from "vitest";
import { RandomStream } from "../../../src/kernel/random.js";
import { History, noId } from "../../../src/redis/replication/history.js";

function history(): History {
  return new History(new RandomStream("seed", "history"));
}

describe("a history", () => {
  // Redis: initServerConfig().
  test("begins under a random id, without a past", () => {
    const one = history();

    expect(one.id).toMatch(/^[0-9a-f]{40}$/);
    expect(one.secondaryId).toBe(noId);
    expect(one.secondaryOffset).toBe(-1);
    expect(one.offset).toBe(0);
  });

  // Redis: shiftReplicationId().
  test("keeps its old name, good up to the next byte, when its server is promoted", () => {
    const one = history();
    const old = one.id;
    one.offset = 50;
    one.shift();

    expect(one.id).not.toBe(old);
    expect(one.secondaryId).toBe(old);
    expect(one.secondaryOffset).toBe(51);
    expect(one.offset).toBe(50);
  });

  // Redis: slaveTryPartialResynchronization(), +CONTINUE with another id.
  test("takes the promoted master's name and stays where it is", () => {
    const one = history();
    one.offset = 163;
    one.rename("past", "new");

    expect([one.id, one.secondaryId, one.secondaryOffset, one.offset]).toEqual([
      "new",
      "past",
      164,
      163,
    ]);
  });
});
