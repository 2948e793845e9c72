/**
 * The backlog and PSYNC of a real master against a plain log: the stream as somebody heard it who was
 * never away. A replica that comes and goes, with any offset, is told exactly what of the log it does not
 * have, or is made to start over where the log ends.
 */
import fc from "fast-check";
import { expect } from "vitest";
import type { Version } from "../../../src/redis/version.js";
import { law } from "../../laws/law.js";
import { type Caller, caller } from "../replication/peers.js";
import { World } from "../replication/world.js";

const backlogSize = 16_384;
/** What 7.0 may keep beyond it: it frees whole blocks only, and a block may hold one long command more. */
const slack: Readonly<Record<Version, number>> = { "6.2": 0, "7.0": 40_000, "7.2": 40_000 };

/** All bytes of the stream, and how many of them the replica has. */
class Log {
  /** The offset of the first byte. */
  first = 0;
  text = "";
  /** The offset of the last byte that the replica has. */
  reached = 0;
  isFollowed = false;

  get end(): number {
    return this.first + this.text.length - 1;
  }

  after(offset: number): string {
    return this.text.slice(offset + 1 - this.first);
  }
}

class Master {
  readonly version: Version;
  readonly #world: World;
  readonly #listener: Caller;
  readonly #id: string;
  #replica: { readonly caller: Caller; readonly name: string } | undefined;
  #count = 0;

  /** With somebody who follows it from here on, and never leaves. */
  constructor(version: Version, log: Log) {
    this.version = version;
    this.#world = new World(version).server(
      "a",
      "repl-backlog-size 16kb",
      "repl-ping-replica-period 3",
      "repl-diskless-sync no",
      "repl-timeout 3600",
      'save ""',
    );
    this.#listener = caller(this.#world, "a", "listener");
    const [, id = "", offset = "", rest = ""] =
      whole.exec(this.#psync(this.#listener, "?", -1)) ?? expect.fail("no full resync");
    this.#id = id;
    log.first = Number(offset) + 1;
    log.reached = Number(offset);
    this.#listener.heard = rest;
    this.hear(log);
  }

  /** What the listener has heard joins the log. */
  hear(log: Log): void {
    this.#world.settle();
    log.text += this.#listener.heard;
    this.#listener.heard = "";
  }

  write(key: string, size: number): void {
    this.#world.ask("a", `SET ${key} ${"v".repeat(size)}`);
  }

  pass(count: number): void {
    this.#world.run(count);
  }

  /** A replica comes and asks to go on behind `offset`; what it is answered, and what follows at once. */
  come(offset: number): string {
    const name = `replica${++this.#count}`;
    this.#replica = { caller: caller(this.#world, "a", name), name };
    return this.#psync(this.#replica.caller, this.#id, offset + 1);
  }

  /** Its connection breaks. */
  leave(): void {
    if (this.#replica !== undefined) this.#world.kill(this.#replica.name).settle();
    this.#replica = undefined;
  }

  /** What the replica has heard since it was last asked. */
  heard(): string {
    const { caller: replica } = this.#replica ?? expect.fail("nobody is here");
    const { heard } = replica;
    replica.heard = "";
    return heard;
  }

  #psync(who: Caller, id: string, offset: number): string {
    who.ask("REPLCONF", "capa", "eof", "capa", "psync2");
    who.ask("PSYNC", id, `${offset}`);
    this.#world.until(() => /^\+CONTINUE|<rdb>/.test(who.heard));
    const { heard } = who;
    who.heard = "";
    return heard;
  }
}

const whole = /^\+FULLRESYNC (\w{40}) (\d+)\r\n\n*\$\d+\r\n<rdb>(.*)$/s;
const partial = /^\+CONTINUE \w{40}\r\n(.*)$/s;

type Step = fc.Command<Log, Master>;

/** After each step the replica has what the log has. */
function follow(log: Log, master: Master, heard = ""): void {
  master.hear(log);
  if (!log.isFollowed) return;
  const text = heard + master.heard();
  expect(text).toBe(log.after(log.reached));
  log.reached = log.end;
}

class Write implements Step {
  readonly #key: string;
  readonly #size: number;

  constructor(key: string, size: number) {
    this.#key = key;
    this.#size = size;
  }

  check(): boolean {
    return true;
  }

  run(log: Log, master: Master): void {
    master.write(this.#key, this.#size);
    follow(log, master);
  }

  toString(): string {
    return `SET ${this.#key} (${this.#size} bytes)`;
  }
}

class Pass implements Step {
  readonly #seconds: number;

  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  check(): boolean {
    return true;
  }

  run(log: Log, master: Master): void {
    master.pass(this.#seconds);
    follow(log, master);
  }

  toString(): string {
    return `(${this.#seconds} s pass)`;
  }
}

class Leave implements Step {
  check({ isFollowed }: Log): boolean {
    return isFollowed;
  }

  run(log: Log, master: Master): void {
    master.leave();
    log.isFollowed = false;
    follow(log, master);
  }

  toString(): string {
    return "(the replica's connection breaks)";
  }
}

/** masterTryPartialResynchronization(): to go on behind what it has, or behind somewhere else. */
class Come implements Step {
  readonly #back: number | undefined;

  /** So many bytes before the log's end; undefined: where it really was. */
  constructor(back: number | undefined) {
    this.#back = back;
  }

  check({ isFollowed }: Log): boolean {
    return !isFollowed;
  }

  run(log: Log, master: Master): void {
    const { end } = log;
    const offset = this.#back === undefined ? log.reached : end - this.#back;
    const answer = master.come(offset);
    master.hear(log);
    log.isFollowed = true;
    const goesOn = partial.exec(answer);
    const isKnown = offset + 1 >= log.first && offset <= end;
    if (isKnown && log.end - offset <= backlogSize) expect(answer).toMatch(partial);
    if (!isKnown || end - offset > backlogSize + slack[master.version])
      expect(answer).toMatch(whole);
    if (goesOn === null) {
      const [, , at = "", rest] = whole.exec(answer) ?? expect.fail(answer);
      expect(Number(at)).toBeGreaterThanOrEqual(end);
      expect(Number(at)).toBeLessThanOrEqual(log.end);
      log.reached = Number(at);
      follow(log, master, rest);
    } else {
      log.reached = offset;
      follow(log, master, goesOn[1]);
    }
  }

  toString(): string {
    return `(a replica comes ${this.#back === undefined ? "back" : `${this.#back} bytes behind`})`;
  }
}

const anyStep = [
  fc
    .record({
      key: fc.constantFrom("a", "bb", "a longer key".replaceAll(" ", "-")),
      size: fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 6_000 })),
    })
    .map(({ key, size }) => new Write(key, size)),
  fc.integer({ min: 1, max: 4 }).map((count) => new Pass(count)),
  fc.constant(new Leave()),
  fc.constant(new Come(undefined)),
  fc.integer({ min: -3, max: 70_000 }).map((back) => new Come(back)),
];

law(
  "a master continues a replica with exactly the bytes of its log, wherever its backlog reaches",
  { runs: 60 },
  [
    fc.constantFrom<Version>("6.2", "7.0", "7.2"),
    fc.commands(anyStep, { maxCommands: 60, size: "max" }),
  ],
  (version, steps) => {
    fc.modelRun(() => {
      const log = new Log();
      return { model: log, real: new Master(version, log) };
    }, steps);
  },
);
