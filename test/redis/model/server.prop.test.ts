/**
 * A real server in a small world, given any commands by a client, against a plain Map that is given the
 * same; and its replica, which must hold the same in the end.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { milliseconds, seconds } from "../../../src/kernel/time.js";
import { law } from "../../laws/law.js";
import { type TestClient, World } from "../world.js";
import { type Answer, modelled, PlainMap } from "./plain-map.js";

class Server {
  readonly #world = new World("model");
  readonly #client: TestClient;

  constructor() {
    this.#world.server("r1", { config: ["repl-diskless-sync-delay 0"] });
    this.#world.server("r2", { config: [`replicaof ${this.#world.address("r1").ip} 6379`] });
    this.#world.run(seconds(2));
    this.#client = this.#world.client("r1");
  }

  ask(args: readonly string[]): string {
    return this.#client.ask(...args);
  }

  pass(count: number): void {
    this.#world.run(seconds(count));
  }

  /** A client of the replica, once all has arrived there. */
  replica(): TestClient {
    this.#world.run(milliseconds(200));
    return this.#world.client("r2");
  }
}

class Command implements fc.Command<PlainMap, Server> {
  readonly #args: readonly string[];

  constructor(args: readonly string[]) {
    this.#args = args;
  }

  check(): boolean {
    return true;
  }

  run(map: PlainMap, server: Server): void {
    expectAnswer(server.ask(this.#args), map.run(this.#args), `${this}`);
  }

  toString(): string {
    return this.#args.map((arg) => (arg === "" ? '""' : arg)).join(" ");
  }
}

class Pass implements fc.Command<PlainMap, Server> {
  readonly #seconds: number;

  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  check(): boolean {
    return true;
  }

  run(map: PlainMap, server: Server): void {
    map.pass(this.#seconds);
    server.pass(this.#seconds);
  }

  toString(): string {
    return `(${this.#seconds} s pass)`;
  }
}

function expectAnswer(reply: string, answer: Answer, what: string): void {
  if (typeof answer === "string") expect(reply, what).toBe(answer);
  else if ("about" in answer) {
    // The world's clock is ahead by what the commands took.
    const ahead = answer.about - Number(reply.slice(1));
    expect(ahead, what).toBeGreaterThanOrEqual(0);
    expect(ahead, what).toBeLessThan(400);
  } else {
    const items = reply.match(/"(?:[^"\\]|\\.)*"/g) ?? [];
    const units = answer.inPairs === true ? inPairs(items) : [...items];
    expect(units.sort(), what).toEqual([...answer.anyOrder].sort());
  }
}

function inPairs(items: readonly string[]): string[] {
  return items.flatMap((item, i) => (i % 2 === 0 ? [`${item} ${items[i + 1] ?? ""}`] : []));
}

/** Few keys and few elements, so that commands meet, also with values of another type. */
const anyKey = fc.constantFrom("a", "b", "c", "d");
const anyElement = fc.constantFrom("x", "y", "10", "-3", "");
const anyText = fc.oneof(anyElement, fc.string({ maxLength: 12 }), fc.integer().map(String));
const anyIndex = fc.integer({ min: -4, max: 4 }).map(String);
const anySmall = fc.integer({ min: -50, max: 50 }).map(String);
const anyOffset = fc.integer({ min: 0, max: 8 }).map(String);
const anySpan = fc.constantFrom("500", "1500", "2500", "5500");
const anyEnd = fc.constantFrom("LEFT", "RIGHT");
const some = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: 1, maxLength: 3 });
const word = (...words: readonly string[]) => fc.constantFrom(...words);
/** The parts of a command, each a word or a list of words, one after the other. */
const line = (...parts: readonly fc.Arbitrary<string | string[]>[]) =>
  fc.tuple(...parts).map((each) => new Command(each.flat()));

const anyCommand = [
  line(
    word("SET"),
    anyKey,
    anyText,
    fc.oneof(
      fc.constant<string[]>([]),
      anySpan.map((span) => ["PX", span]),
      word("NX", "XX", "KEEPTTL").map((each) => [each]),
    ),
  ),
  line(word("SET"), anyKey, anyText, word("NX", "XX", "KEEPTTL"), word("GET")),
  line(word("SETNX", "GETSET", "APPEND"), anyKey, anyText),
  line(word("GET", "GETDEL", "STRLEN"), anyKey),
  line(word("MGET"), some(anyKey)),
  line(
    word("MSET"),
    some(fc.tuple(anyKey, anyText)).map((pairs) => pairs.flat()),
  ),
  line(word("INCRBY"), anyKey, anySmall),
  line(word("GETRANGE"), anyKey, anyIndex, anyIndex),
  line(word("SETRANGE"), anyKey, anyOffset, anyText),
  line(word("DEL", "EXISTS"), some(anyKey)),
  line(word("TYPE", "PERSIST", "PTTL"), anyKey),
  line(word("DBSIZE")),
  line(word("KEYS"), word("*")),
  line(word("RENAME", "RENAMENX"), anyKey, anyKey),
  line(word("COPY"), anyKey, anyKey, fc.constantFrom<string[]>([], ["REPLACE"])),
  line(word("PEXPIRE"), anyKey, anySpan, fc.constantFrom<string[]>([], ["NX"], ["XX"], ["LT"])),
  line(word("PEXPIRE"), anyKey, word("-1", "0")),
  line(word("LPUSH", "RPUSH", "RPUSHX"), anyKey, some(anyElement)),
  line(word("LPOP", "RPOP", "LLEN"), anyKey),
  line(word("LINDEX"), anyKey, anyIndex),
  line(word("LRANGE", "LTRIM"), anyKey, anyIndex, anyIndex),
  line(word("LSET"), anyKey, anyIndex, anyElement),
  line(word("LREM"), anyKey, fc.integer({ min: -2, max: 2 }).map(String), anyElement),
  line(word("LINSERT"), anyKey, word("BEFORE", "AFTER"), anyElement, anyElement),
  line(word("LMOVE"), anyKey, anyKey, anyEnd, anyEnd),
  line(word("SADD", "SREM"), anyKey, some(anyElement)),
  line(word("SCARD", "SMEMBERS"), anyKey),
  line(word("SISMEMBER"), anyKey, anyElement),
  line(word("SMOVE"), anyKey, anyKey, anyElement),
  line(word("SINTER", "SUNION", "SDIFF"), some(anyKey)),
  line(word("SINTERSTORE", "SUNIONSTORE", "SDIFFSTORE"), anyKey, some(anyKey)),
  line(
    word("HSET"),
    anyKey,
    some(fc.tuple(anyElement, anyText)).map((pairs) => pairs.flat()),
  ),
  line(word("HSETNX"), anyKey, anyElement, anyText),
  line(word("HGET", "HEXISTS", "HSTRLEN"), anyKey, anyElement),
  line(word("HMGET", "HDEL"), anyKey, some(anyElement)),
  line(word("HLEN", "HGETALL"), anyKey),
  line(word("HINCRBY"), anyKey, anyElement, anySmall),
  fc.integer({ min: 1, max: 3 }).map((count) => new Pass(count)),
];

law(
  "a server answers any commands as a plain map does, and its replica holds the same",
  { runs: 60 },
  [fc.commands(anyCommand, { maxCommands: 120, size: "max" })],
  (commands) => {
    const map = new PlainMap();
    const server = new Server();
    fc.modelRun(() => ({ model: map, real: server }), commands);

    const replica = server.replica();
    expectAnswer(replica.ask("KEYS", "*"), map.run(["KEYS", "*"]), "KEYS on the replica");
    for (const [key, { value }] of map.entries) {
      const { type } = value;
      const look = { string: "GET", list: "LRANGE", set: "SMEMBERS", hash: "HGETALL" }[type];
      const args = type === "list" ? [look, key, "0", "-1"] : [look, key];
      expectAnswer(replica.ask(...args), map.run(args), `${args.join(" ")} on the replica`);
      expectAnswer(replica.ask("PTTL", key), map.run(["PTTL", key]), `PTTL ${key} on the replica`);
    }
  },
);

test("every command of the model is among those that are drawn", () => {
  const drawn = new Set(
    fc
      .sample(fc.oneof(...anyCommand), { numRuns: 2_000, seed: 1 })
      .map((each) => `${each}`.split(" ")[0]),
  );

  expect(modelled.filter((name) => !drawn.has(name))).toEqual([]);
});
