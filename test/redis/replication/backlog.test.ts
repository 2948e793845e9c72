import { describe, expect, test } from "vitest";
import { Backlog } from "../../../src/redis/replication/backlog.js";
import { encode } from "../../../src/redis/wire/encode.js";
import { request, type Segment } from "../../../src/redis/wire/value.js";

const nobody = () => 0;

function stream(backlog: Backlog, offset: number): string {
  let bytes = "";
  backlog.replay(offset, (payload: Segment) => {
    bytes += encode(payload);
  });
  return bytes;
}

describe("a backlog", () => {
  // Vector 3: masterTryPartialResynchronization(), rngOK.
  test("covers its first byte up to the one that comes next, and no other", () => {
    const backlog = new Backlog(16_384, 0, false);
    for (let i = 0; i < 12; i++) backlog.append(request("SET", "abc", "1234567"), 0, nobody);
    expect(backlog.length).toBe(12 * 35);

    const next = 1 + backlog.length;
    expect(backlog.covers(0)).toBe(false);
    expect(backlog.covers(1)).toBe(true);
    expect(backlog.covers(next - 1)).toBe(true);
    expect(backlog.covers(next)).toBe(true);
    expect(backlog.covers(next + 1)).toBe(false);
    expect(stream(backlog, next)).toBe("");
  });

  // Redis: addReplyReplicationBacklog() may begin inside a command.
  test("gives the tail of a command to who asks for a byte inside it", () => {
    const backlog = new Backlog(16_384, 100, false);
    const first = request("SET", "k", "v");
    const second = request("INCR", "n");
    backlog.append(first, 0, nobody);
    backlog.append(second, 0, nobody);

    expect(backlog.first).toBe(101);
    expect(stream(backlog, 101)).toBe(encode(first) + encode(second));
    expect(stream(backlog, 101 + 5)).toBe(encode(first).slice(5) + encode(second));
    expect(stream(backlog, 101 + first.length)).toBe(encode(second));
  });

  // Redis 6.2: feedReplicationBacklog().
  test("of 6.2 keeps exactly its size", () => {
    const backlog = new Backlog(16_384, 0, false);
    const command = request("SET", "key", "x".repeat(200));
    let offset = 0;
    for (let i = 0; i < 1_000; i++) {
      backlog.append(command, 0, nobody);
      offset += command.length;
    }

    expect(backlog.length).toBe(16_384);
    expect(backlog.first).toBe(offset - 16_384 + 1);
    expect(stream(backlog, backlog.first).length).toBe(16_384);
  });

  // Redis 7.0: incrementalTrimReplicationBacklog().
  test("of 7.0 keeps its size and up to a block more", () => {
    const backlog = new Backlog(102_400, 0, true);
    const command = request("SET", "key", "x".repeat(200));
    for (let i = 0; i < 5_000; i++) backlog.append(command, 0, nobody);

    expect(backlog.length).toBeGreaterThan(102_400);
    expect(backlog.length).toBeLessThanOrEqual(102_400 + 2 * 20_440);
    expect(stream(backlog, backlog.first).length).toBe(backlog.length);
  });

  // Vector 8, as redis-server 7.0.15 shows it with repl-backlog-size 102400.
  test("of 7.0 has five blocks and a part after five megabytes", () => {
    const backlog = new Backlog(102_400, 0, true);
    backlog.append(request("SELECT", "0"), 0, nobody);
    for (let i = 0; i < 5; i++) {
      backlog.append(request("SET", "big", "x".repeat(1_000_000)), 0, nobody);
    }

    expect(backlog.first + backlog.length - 1).toBe(5_000_193);
    expect(backlog.length).toBe(115_033);
    expect(backlog.first).toBe(4_885_161);
  });

  // Redis 7.0: a block that a replica has yet to send is referenced, and stays.
  test("of 7.0 keeps what its slowest replica has yet to get", () => {
    const backlog = new Backlog(16_384, 0, true);
    const command = request("SET", "key", "x".repeat(200));
    let fed = 0;
    const slowest = () => fed;
    for (let i = 0; i < 2_000; i++) {
      fed += command.length;
      backlog.append(command, 0, slowest);
    }
    expect(backlog.length).toBe(fed);

    backlog.trim(nobody);
    expect(backlog.length).toBeLessThan(16_384 + 2 * 20_440);
  });

  // Redis: resizeReplicationBacklog(), which 7.0 changed.
  test("is emptied by a resize in 6.2, and only trimmed in 7.0", () => {
    for (const shared of [false, true]) {
      const backlog = new Backlog(32_768, 0, shared);
      backlog.append(request("SET", "k", "v"), 0, nobody);
      backlog.resize(65_536, nobody);

      expect(backlog.length).toBe(shared ? 27 : 0);
      expect(backlog.first).toBe(shared ? 1 : 28);
    }
  });
});
