/** The pair of backlog and psync against a plain log: the bytes from any offset that it claims to have. */
import fc from "fast-check";
import { expect } from "vitest";
import { Backlog } from "../../src/redis/replication/backlog.js";
import { encode } from "../../src/redis/wire/encode.js";
import { requestOf } from "../../src/redis/wire/value.js";
import { law } from "./law.js";

const anyCommand = fc
  .record({ key: fc.integer({ min: 0, max: 99 }), size: fc.integer({ min: 0, max: 3_000 }) })
  .map(({ key, size }) => requestOf(["SET", `k${key}`, "v".repeat(size)]));

law(
  "a backlog hands out exactly the bytes of the log from any offset that it covers",
  { runs: 60 },
  [
    fc.array(anyCommand, { minLength: 1, maxLength: 40 }),
    fc.boolean(),
    fc.integer({ min: 0, max: 5_000 }),
    fc.array(fc.nat(), { minLength: 5, maxLength: 20 }),
  ],
  (commands, shared, start, asked) => {
    const backlog = new Backlog(16_384, start, shared);
    let log = "";
    let digest = 7;
    const digests = new Map<number, number>();
    for (const command of commands) {
      digests.set(start + 1 + log.length, digest);
      backlog.append(command, digest, () => 0);
      log += encode(command);
      digest = (digest * 31 + command.length) | 0;
    }

    expect(backlog.first + backlog.length).toBe(start + 1 + log.length);
    for (const draw of asked) {
      const offset = start + 1 + (draw % (log.length + 1));
      expect(backlog.covers(offset)).toBe(offset >= backlog.first);
      if (!backlog.covers(offset)) continue;
      let bytes = "";
      backlog.replay(offset, (payload) => {
        bytes += encode(payload);
      });
      expect(bytes).toBe(log.slice(offset - start - 1));
      expect(backlog.digestBefore(offset)).toBe(digests.get(offset));
    }
  },
);
