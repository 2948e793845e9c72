import { describe, expect, test } from "vitest";
import { milliseconds } from "../../../src/kernel/time.js";
import { World } from "../world.js";

describe("a subscriber", () => {
  test("hears what is published to its channels and patterns", () => {
    const world = new World();
    world.server("r1");
    const listener = world.client("r1");
    const speaker = world.client("r1");

    listener.send("SUBSCRIBE", "news");
    listener.send("PSUBSCRIBE", "n*");
    world.run(milliseconds(2));
    expect(listener.replies()).toEqual(['["subscribe" "news" :1]', '["psubscribe" "n*" :2]']);

    expect(speaker.ask("PUBLISH", "news", "hello")).toBe(":2");
    world.run(milliseconds(2));
    expect(listener.replies()).toEqual([
      '["message" "news" "hello"]',
      '["pmessage" "n*" "news" "hello"]',
    ]);
    expect(speaker.ask("PUBSUB", "NUMSUB", "news", "none")).toBe('["news" :1 "none" :0]');
  });

  // processCommand(): the context of a RESP2 subscriber.
  test("may do little else in RESP2, and anything in RESP3", () => {
    const world = new World();
    world.server("new");
    world.server("old", { version: "6.2" });
    const later = world.client("new");
    const early = world.client("old");
    later.ask("SUBSCRIBE", "c");
    early.ask("SUBSCRIBE", "c");

    expect(later.ask("GET", "k")).toBe(
      "-ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context",
    );
    expect(early.ask("GET", "k")).toBe(
      "-ERR Can't execute 'get': only (P)SUBSCRIBE / (P)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context",
    );
    expect(later.ask("PING")).toBe('["pong" ""]');

    const modern = world.client("new");
    modern.ask("HELLO", "3");
    expect(modern.ask("SUBSCRIBE", "c")).toBe('>["subscribe" "c" :1]');
    expect(modern.ask("PING")).toBe("+PONG");
  });

  // publishCommand(): mayReplicate.
  test("on a replica hears what was published on the master", () => {
    const world = new World();
    world.server("m", { config: ["repl-diskless-sync no"] });
    world.server("r", { config: [`replicaof ${world.address("m").ip} 6379`] });
    world.run(milliseconds(3_000));
    const listener = world.client("r");
    listener.ask("SUBSCRIBE", "c");
    listener.replies();

    world.client("m").ask("PUBLISH", "c", "x");
    world.run(milliseconds(2));

    expect(listener.replies()).toEqual(['["message" "c" "x"]']);
  });
});
