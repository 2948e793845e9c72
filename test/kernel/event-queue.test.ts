import { describe, expect, test } from "vitest";
import { EventQueue } from "../../src/kernel/event-queue.js";
import { RandomStream } from "../../src/kernel/random.js";
import { type Instant, never } from "../../src/kernel/time.js";

describe("the event queue", () => {
  test("gives events back by instant, and those of one instant in the order they were queued", () => {
    const queue = new EventQueue<number>();
    const random = new RandomStream("queue", "order");
    const expected: { at: number; event: number }[] = [];
    for (let event = 0; event < 5_000; event++) {
      const at = random.below(200);
      expected.push({ at, event });
      queue.push(at as Instant, event);
    }
    expected.sort((a, b) => a.at - b.at || a.event - b.event);

    const taken = expected.map(() => ({ at: queue.next, event: queue.pop() }));

    expect(taken).toEqual(expected);
    expect(queue.next).toBe(never);
  });

  test("keeps the order while events are queued and taken in turns", () => {
    const queue = new EventQueue<string>();
    queue.push(5 as Instant, "b");
    queue.push(1 as Instant, "a");
    const one = queue.pop();
    queue.push(5 as Instant, "c");
    queue.push(4 as Instant, "d");

    expect([one, queue.pop(), queue.pop(), queue.pop()]).toEqual(["a", "d", "b", "c"]);
  });

  test("puts the next event off as if it had been taken and queued again", () => {
    const putOff = new EventQueue<number>();
    const requeued = new EventQueue<number>();
    const random = new RandomStream("queue", "put off");
    for (let event = 0; event < 50; event++) {
      const at = random.below(30) as Instant;
      putOff.push(at, event);
      requeued.push(at, event);
    }

    for (let i = 0; i < 5_000; i++) {
      expect(putOff.first).toBe(requeued.first);
      const later = (requeued.next + random.below(30)) as Instant;
      putOff.putOff(later);
      requeued.push(later, requeued.pop());
    }

    while (requeued.length > 0) expect(putOff.pop()).toBe(requeued.pop());
    expect(putOff.length).toBe(0);
  });
});
