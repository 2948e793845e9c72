/**
 * Whatever comes in on a port, there is an answer of Redis's, or silence, or the end of the connection;
 * and the node goes on. In one served run without sockets: what `Outside` is handed is all there is.
 */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { milliseconds } from "../../src/kernel/time.js";
import { ReplyParser } from "../../src/redis/wire/parse-reply.js";
import type { Value } from "../../src/redis/wire/value.js";
import { Run } from "../../src/run.js";
import { outsideHost, served } from "../../src/scenario/served.js";
import { scenarioOf } from "../scenario/world.js";

const folder = resolve(import.meta.dirname, "../data/fuzz");
const corpus = readdirSync(folder).toSorted();
const ports = ["r1", "s1"] as const;

/** A server and a Sentinel, and whoever connects to them. */
class Target {
  readonly run: Run;
  #connections = 0;

  constructor() {
    const scenario = scenarioOf("duration: 1h\nnodes: { replicas: 0, sentinels: 1, quorum: 1 }\n");
    this.run = new Run({
      scenario: served(scenario, { network: 77, bare: true }),
      outside: outsideHost(scenario),
    });
    this.run.advance(milliseconds(3_000));
  }

  /** What somebody is told for these pieces, one after the other; `closed` where that was the end. */
  told(node: string, pieces: readonly string[], last: "abort" | "end" = "abort"): Told {
    const connection = ++this.#connections;
    let bytes = "";
    let isClosed = false;
    const listen = (): void => {
      this.run.advance(milliseconds(2));
      for (const output of this.run.fetch()) {
        if (output.connection !== connection) continue;
        if (output.says === "data") bytes += output.bytes;
        if (output.says === "closed") isClosed = true;
      }
    };
    this.run.take({ does: "connect", connection, node });
    for (const piece of pieces) {
      if (piece !== "") this.run.take({ does: "send", connection, bytes: piece });
      listen();
    }
    listen();
    if (!isClosed) this.run.take({ does: last, connection });
    listen();
    return { bytes, isClosed, replies: new ReplyParser().feed(bytes) };
  }
}

interface Told {
  readonly bytes: string;
  readonly isClosed: boolean;
  readonly replies: readonly Value[];
}

const target = new Target();

function goesOn(node: string): void {
  expect(target.run.isUp(node)).toBe(true);
  expect(target.told(node, ["PING\r\n"]).bytes).toBe("+PONG\r\n");
}

describe.each(ports)("%s answers, or closes, and goes on", (node) => {
  test.each(corpus)("after %s, whole and in pieces", (name) => {
    const bytes = readFileSync(resolve(folder, name), "latin1");
    const whole = target.told(node, [bytes]);
    const pieces = target.told(node, bytes.slice(0, 400).split("").concat(bytes.slice(400)));

    expect(pieces.isClosed).toBe(whole.isClosed);
    // Where Redis drops a client at once, what it was still to be told goes with it (POST, Host:).
    expect(pieces.replies.length).toBeGreaterThanOrEqual(whole.replies.length);
    goesOn(node);
  });

  test("after any bytes at all, cut anywhere", () => {
    fc.assert(
      fc.property(anyBytes, anyCuts, fc.constantFrom("abort", "end"), (bytes, cuts, last) => {
        const { bytes: said } = target.told(node, cutAt(bytes, cuts), last);

        // All of what is said is RESP, or belongs to a dataset that a replica by hand is sent.
        if (!/\+FULLRESYNC|\$\d+\r\nREDIS/.test(said)) wholeReplies(said);
        expect(target.run.isUp(node)).toBe(true);
      }),
      { seed: 2_026, numRuns: 1_000 },
    );
    goesOn(node);
  });

  test("after any request that is nearly right", () => {
    fc.assert(
      fc.property(
        fc.array(anyRequest, { minLength: 1, maxLength: 6 }),
        anyCuts,
        (requests, cuts) => {
          const { bytes: said } = target.told(node, cutAt(requests.join(""), cuts));

          wholeReplies(said);
          expect(target.run.isUp(node)).toBe(true);
        },
      ),
      { seed: 2_026, numRuns: 1_000 },
    );
    goesOn(node);
  });
});

// readQueryFromClient(), client-query-buffer-limit
describe("what a client has sent and is not executed yet", () => {
  const limit = 1_048_576;
  const piece = 65_536;

  test.each([
    ["one long argument", `*2\r\n$4\r\nECHO\r\n$${64 * limit}\r\n`, "x".repeat(piece)],
    ["many short arguments", "*2147483647\r\n", "$1\r\na\r\n".repeat(8_192)],
    ["commands behind one that blocks", "WAIT 1 0\r\n", "PING\r\n".repeat(8_192)],
  ])("is bounded, and beyond that the client is closed: %s", (_, first, then) => {
    target.told("r1", [`CONFIG SET client-query-buffer-limit ${limit}\r\n`]);
    const { isClosed } = target.told("r1", [first, ...Array.from({ length: 64 }, () => then)]);

    expect(isClosed).toBe(true);
    const list = target.told("r1", ["CLIENT LIST\r\n"]).bytes;
    for (const [, held] of list.matchAll(/ qbuf=(\d+)/g)) expect(Number(held)).toBe(0);
    goesOn("r1");
  });
});

/** Fails where something is left that is no whole reply. */
function wholeReplies(said: string): void {
  const parser = new ReplyParser();
  parser.feed(said);
  // A mark behind it all is the next thing that is understood.
  expect(parser.feed("+mark\r\n").at(-1)).toMatchObject({ kind: "status", text: "mark" });
}

function cutAt(bytes: string, cuts: readonly number[]): readonly string[] {
  const places = cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b);
  return [0, ...places].map((from, i) => bytes.slice(from, places[i]));
}

const anyCuts = fc.array(fc.nat(4_096), { maxLength: 3 });
const anyNumber = fc.oneof(
  fc.integer({ min: -3, max: 12 }).map(String),
  fc.constantFrom("999999999999", "2147483647", "-2147483648", "1048577", "00", "+1", "1e3", ""),
);
const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => String.fromCharCode(...bytes)),
  fc
    .array(fc.constantFrom("*", "$", "\r\n", "\n", "1", "3", "-1", "PING", "GET", '"', "\\x4", " "))
    .map((parts) => parts.join("")),
);
const anyWord = fc.oneof(
  fc.constantFrom(
    ..."GET SET INCR PING ECHO MULTI EXEC DISCARD WATCH SUBSCRIBE HELLO AUTH CLIENT INFO COMMAND".split(
      " ",
    ),
    ..."SENTINEL masters get-master-addr-by-name mymaster REPLCONF TTL SETRANGE LRANGE SCAN".split(
      " ",
    ),
    ..."k 1 -1 99999999999999999999 * list setname getname 3 RESET BITCOUNT GETRANGE MSET".split(
      " ",
    ),
  ),
  fc.uint8Array({ maxLength: 12 }).map((bytes) => String.fromCharCode(...bytes)),
);
/** A request whose lengths are right most of the time. */
const anyRequest = fc
  .record({
    words: fc.array(anyWord, { minLength: 1, maxLength: 5 }),
    count: fc.option(anyNumber, { freq: 12 }),
    length: fc.option(anyNumber, { freq: 12 }),
    end: fc.constantFrom("\r\n", "\r\n", "\r\n", "\r\n", "xx", "\n"),
  })
  .map(
    ({ words, count, length, end }) =>
      `*${count ?? words.length}\r\n${words
        .map((word, i) => `$${(i === 0 ? length : null) ?? word.length}\r\n${word}${end}`)
        .join("")}`,
  );
