/**
 * How an application reaches Redis: what a client library decides by itself. Which server it takes for
 * the master, when it asks again, what it does when a connection is gone, how often it tries, which
 * errors it hands to the application. To add a library, implement this and add it to `makePolicy`.
 */
import { assertNever } from "../../kernel/assert.js";
import { BlockingPolicy } from "./blocking-policy.js";
import type { IoredisSettings } from "./ioredis/options.js";
import { IoredisPolicy } from "./ioredis/policy.js";
import type { NaiveSettings } from "./naive.js";
import { NaiveSession } from "./naive.js";
import type { Operation } from "./operation.js";
import type { Reactor } from "./reactor.js";
import type { RedisPySettings } from "./redis-py/options.js";
import { RedisPySession } from "./redis-py/session.js";

export interface Policy {
  /** The process begins: libraries that connect at once do so. */
  start(): void;
  /** Carries an operation out, now or when it can; calls its `end` exactly once. */
  execute(operation: Operation): void;
}

export type PolicySettings = RedisPySettings | IoredisSettings | NaiveSettings;

export function makePolicy(settings: PolicySettings, reactor: Reactor): Policy {
  switch (settings.kind) {
    case "redis-py":
      return new BlockingPolicy(reactor, settings.threads ?? 1, (thread) => {
        return new RedisPySession(thread, settings);
      });
    case "naive":
      return new BlockingPolicy(reactor, settings.threads ?? 1, (thread) => {
        return new NaiveSession(thread, settings);
      });
    case "ioredis":
      return new IoredisPolicy(reactor, settings);
    default:
      return assertNever(settings);
  }
}
