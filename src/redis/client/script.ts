/**
 * A Python script that uses redis-py, told as a list of steps, each a call or a loop of calls. It runs
 * in one thread from top to bottom; an exception that no step catches ends it as it would end the real
 * one, with the last line of a traceback.
 */
import type { Address, Context } from "../../kernel/actor.js";
import { assertNever } from "../../kernel/assert.js";
import { type Duration, seconds } from "../../kernel/time.js";
import type { RedisNote } from "../note.js";
import { request } from "../wire/value.js";
import type { Failure } from "./failure.js";
import { ended, invoked, type Result, type Target } from "./operation.js";
import { Pattern } from "./pattern.js";
import type { Reactor } from "./reactor.js";
import type { RedisPySettings } from "./redis-py/options.js";
import { RedisPySession } from "./redis-py/session.js";
import { type Blocking, Thread } from "./thread.js";

export type ScriptStep =
  /** `print(label, sentinel.discover_master(name))` */
  | { readonly kind: "discoverMaster"; readonly label: string }
  | { readonly kind: "discoverSlaves"; readonly label: string }
  /** `master.set(key, value)` */
  | { readonly kind: "set"; readonly key: string; readonly value: string }
  /** `slave.get(key)` */
  | { readonly kind: "get"; readonly key: string }
  /** A loop of writes that prints each, or its exception, and sleeps after either. */
  | {
      readonly kind: "writes";
      readonly count: number;
      readonly key: string;
      readonly value: string;
      readonly pause: Duration;
      readonly pauseAfterError: Duration;
    };

/** The walkthrough's script. */
export const walkthrough: readonly ScriptStep[] = [
  { kind: "discoverMaster", label: "origin master:" },
  { kind: "discoverSlaves", label: "origin slave:" },
  { kind: "set", key: "hello", value: "world" },
  { kind: "get", key: "hello" },
  {
    kind: "writes",
    count: 120,
    key: "foo{i}",
    value: "bar{i}",
    pause: seconds(1),
    pauseAfterError: seconds(1),
  },
  { kind: "discoverMaster", label: "new master:" },
  { kind: "discoverSlaves", label: "new slave:" },
];

export class Script {
  readonly #context: Context;
  readonly #thread: Thread;
  readonly #session: RedisPySession;
  #operations = 0;

  constructor(reactor: Reactor, settings: RedisPySettings) {
    this.#context = reactor.context;
    this.#thread = new Thread(reactor, "script");
    this.#session = new RedisPySession(this.#thread, settings);
  }

  run(steps: readonly ScriptStep[]): void {
    this.#thread.run(this.#run(steps));
  }

  *#run(steps: readonly ScriptStep[]): Blocking<void> {
    for (const step of steps) {
      const uncaught = yield* this.#step(step);
      if (uncaught === undefined) continue;
      this.#print(`${moduleOf(uncaught)}.${uncaught.type}: ${uncaught.text}`);
      this.#context.exit(1);
      return;
    }
    this.#context.exit(0);
  }

  *#step(step: ScriptStep): Blocking<Failure | undefined> {
    switch (step.kind) {
      case "discoverMaster": {
        const master = yield* this.#session.discoverMaster();
        if (!("ip" in master)) return master;
        this.#print(`${step.label} ${tuple(master)}`);
        return undefined;
      }
      case "discoverSlaves": {
        const slaves = yield* this.#session.discoverSlaves();
        this.#print(`${step.label} [${slaves.map(tuple).join(", ")}]`);
        return undefined;
      }
      case "set":
        return failed(yield* this.#operate("master", step.key, step.value));
      case "get":
        return failed(yield* this.#operate("replica", step.key, undefined));
      case "writes":
        yield* this.#writes(step);
        return undefined;
      default:
        return assertNever(step);
    }
  }

  *#writes(step: ScriptStep & { kind: "writes" }): Blocking<void> {
    const keys = new Pattern(step.key);
    const values = new Pattern(step.value);
    for (let i = 0; i < step.count; i++) {
      const key = keys.fill(i);
      const value = values.fill(i);
      const result = yield* this.#operate("master", key, value);
      if (result.kind === "failure") {
        this.#print(`Exception: ${result.type} ${result.text}`);
        yield* this.#thread.sleep(step.pauseAfterError);
      } else {
        this.#print(`set ${key} ${value}`);
        yield* this.#thread.sleep(step.pause);
      }
    }
  }

  /** A SET, or a GET where there is no value; noted as any operation is. */
  *#operate(target: Target, key: string, value: string | undefined): Blocking<Result> {
    const tried = { number: this.#operations, key, value };
    this.#operations++;
    const began = this.#context.monotonic();
    this.#context.note(invoked(tried));
    const command = value === undefined ? request("GET", key) : request("SET", key, value);
    const result = yield* this.#session.execute(target, command);
    const micros = this.#context.monotonic() - began;
    this.#context.note(ended(tried, result, micros, this.#session.server));
    return result;
  }

  #print(text: string): void {
    this.#context.note({ kind: "print", text } satisfies RedisNote);
  }
}

function failed(result: Result): Failure | undefined {
  return result.kind === "failure" ? result : undefined;
}

/** As Python prints an address. */
function tuple({ ip, port }: Address): string {
  return `('${ip}', ${port})`;
}

function moduleOf(failure: Failure): string {
  const isSentinels = failure.type.endsWith("NotFoundError");
  return isSentinels ? "redis.sentinel" : "redis.exceptions";
}
