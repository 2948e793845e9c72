/** What a browser sends to a Redis port, EXEC that is refused, and replies beyond their header. */
import { describe, expect, test } from "vitest";
import { milliseconds } from "../../../src/kernel/time.js";
import { encode } from "../../../src/redis/wire/encode.js";
import { World } from "../world.js";

describe("a POST, or a Host: header", () => {
  // securityWarningCommand()
  test("ends the connection without a word, and is logged once a minute", () => {
    const world = new World();
    world.server("r1", { version: "7.0" });
    for (let i = 0; i < 2; i++) {
      const client = world.client("r1");
      client.sendBytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      world.run(milliseconds(1));
      expect(client.closed).toBeDefined();
      expect(client.received).toEqual([]);
    }

    const warnings = world.log("r1").filter((line) => line.startsWith("Possible SECURITY ATTACK"));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/Connection aborted\.$/);
  });

  // redisCommandTable of 6.2; sentinelcmds has neither.
  test("is a command of 6.2's, that needs a password and waits in a transaction as others do", () => {
    const world = new World();
    world.server("r1", { version: "6.2", config: ["requirepass secret"] });
    const client = world.client("r1");

    expect(client.ask("POST", "/")).toBe("-NOAUTH Authentication required.");
    client.ask("AUTH", "secret");
    client.ask("MULTI");
    expect(client.ask("Host:", "localhost")).toBe("+QUEUED");
    const heard = client.received.length;
    client.send("EXEC");
    world.run(milliseconds(5));

    expect(client.closed).toBeDefined();
    expect(client.received).toHaveLength(heard);
  });
});

describe("EXEC", () => {
  // rejectCommandFormat(), execCommandAbort()
  test("with arguments answers EXECABORT, in a transaction or not", () => {
    const world = new World();
    world.server("r1");
    const client = world.client("r1");
    const refusal =
      "-EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command";

    expect(client.ask("EXEC", "x")).toBe(refusal);
    client.ask("MULTI");
    expect(client.ask("EXEC", "x")).toBe(refusal);
    expect(client.ask("EXEC")).toBe("-ERR EXEC without MULTI");
  });

  // execCommand(): addReplyArrayLen(c, c->mstate.count)
  test("counts commands in its header, although SUBSCRIBE answers for each channel", () => {
    const world = new World();
    world.server("r1");
    const client = world.client("r1");
    client.sendAll([["MULTI"], ["SUBSCRIBE", "a", "b"], ["PING"], ["EXEC"]]);
    world.run(milliseconds(5));

    const bytes = client.received.map(encode).join("");
    expect(bytes).toMatch(/^\+OK\r\n\+QUEUED\r\n\+QUEUED\r\n\*2\r\n\*3\r\n\$9\r\nsubscribe/);
    expect(bytes.match(/subscribe/g)).toHaveLength(2);
  });
});
