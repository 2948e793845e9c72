/**
 * How a right node is made a wrong one: the real process is built, and one of its methods is put in
 * brackets, or something is changed before each of its inputs. Nothing in src knows of it.
 */
import type { Actor, ActorFactory, Input } from "../../src/kernel/actor.js";
import { Sentinel } from "../../src/redis/sentinel/sentinel.js";
import type { SentinelState } from "../../src/redis/sentinel/state.js";
import { ServerProcess } from "../../src/redis/server/process.js";
import { RedisServer } from "../../src/redis/server/redis-server.js";
import type { PlanNode } from "../../src/scenario/plan.js";

export type Program = (node: PlanNode, usual: ActorFactory) => ActorFactory;

/** Each redis-server, as it is built. */
export function servers(patch: (server: RedisServer) => void): Program {
  return (_node, usual) => (context) => {
    const actor = usual(context);
    if (actor instanceof ServerProcess && actor.mode instanceof RedisServer) patch(actor.mode);
    return actor;
  };
}

/** Each Sentinel, as it is built; what is returned is done before each of its inputs. */
export function sentinels(
  patch: (
    state: SentinelState,
    sentinel: Sentinel,
  ) => ((input: Input) => boolean | undefined) | undefined,
): Program {
  return (_node, usual) => (context) => {
    const actor = usual(context);
    if (!(actor instanceof ServerProcess) || !(actor.mode instanceof Sentinel)) return actor;
    const before = patch(actor.mode.state, actor.mode);
    return before === undefined ? actor : preceded(actor, before);
  };
}

/** False from `before`: the input is never handled. */
function preceded(actor: Actor, before: (input: Input) => boolean | undefined): Actor {
  const handle = actor.handle.bind(actor);
  actor.handle = (input) => {
    if (before(input) !== false) handle(input);
  };
  return actor;
}

/** Puts something else in the place of a method, which may call the original. */
export function replace<Target extends object, Name extends keyof Target>(
  target: Target,
  name: Name,
  make: (original: Target[Name]) => Target[Name],
): void {
  const original = target[name];
  const bound = typeof original === "function" ? (original.bind(target) as Target[Name]) : original;
  Object.defineProperty(target, name, { value: make(bound), writable: true, configurable: true });
}

/** Whether an input is a command that begins with these words, whatever their case. */
export function isCommand(input: Input, ...words: readonly string[]): boolean {
  if (input.kind !== "received") return false;
  const payload = input.payload as { readonly args?: readonly string[] };
  return words.every((word, i) => payload.args?.[i]?.toLowerCase() === word);
}

/** What a subscriber receives. */
export function isMessage(input: Input): boolean {
  if (input.kind !== "received") return false;
  const payload = input.payload as { readonly items?: readonly { readonly text?: string }[] };
  return payload.items?.[0]?.text === "message";
}
