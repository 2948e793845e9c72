/**
 * A row of the command table, and the call in which a command runs (`struct redisCommand`, `call()`).
 *
 * A command is a function of the call: it reads and changes the keyspace or the process and returns
 * its reply. What it changed it says with `dirty`; what replicas and the AOF get is the command as it
 * was sent unless it says otherwise. Time and chance go out as their outcome, never as the question.
 */

import type { Database } from "../keyspace/database.js";
import type { Behaviour } from "../version.js";
import type { Value } from "../wire/value.js";
import type { Client } from "./client.js";
import type { ServerProcess } from "./process.js";

/** Bits of `Command.flags`, by Redis's names (server.c, COMMAND INFO). */
export const flag = {
  write: 1 << 0,
  readonly: 1 << 1,
  denyoom: 1 << 2,
  admin: 1 << 3,
  pubsub: 1 << 4,
  noscript: 1 << 5,
  loading: 1 << 6,
  stale: 1 << 7,
  fast: 1 << 8,
  /** Runs without AUTH. */
  noAuth: 1 << 9,
  /** Propagated although it does not touch the dataset (PUBLISH): held back by CLIENT PAUSE WRITE. */
  mayReplicate: 1 << 10,
  /** Refused inside MULTI. */
  noMulti: 1 << 11,
  allowBusy: 1 << 12,
  /** Allowed to a RESP2 client that is subscribed. */
  pubsubContext: 1 << 13,
  /** Runs inside MULTI instead of being queued: EXEC DISCARD MULTI WATCH QUIT RESET. */
  neverQueued: 1 << 14,
  /** From 7.0: refused while a replica loads beside the dataset that it still serves. */
  noAsyncLoading: 1 << 15,
} as const;

export interface Command {
  /** Lower case. A command with subcommands answers for all of them. */
  readonly name: string;
  /** Arguments with the name itself; negative: at least so many. */
  readonly arity: number;
  /** Its arity where it is another in 6.2. */
  readonly arity62?: number;
  readonly flags: number;
  /** Its flags where they are others in 6.2 than in 7.0 and later. */
  readonly flags62?: number;
  /** Unknown to 6.2. */
  readonly from70?: boolean;
  /** Unknown to 6.2 and 7.0. */
  readonly from72?: boolean;
  /** Unknown to 7.0 and later. */
  readonly until62?: boolean;
  /** The reply, or undefined when there is none (now or ever). */
  run(call: Call): Value | undefined;
}

/** Does this version of Redis have it? */
export function isOf(behaviour: Behaviour, command: Command): boolean {
  if (command.from70 && !behaviour.from70) return false;
  if (command.from72 && !behaviour.from72) return false;
  return !(command.until62 && behaviour.from70);
}

/** Commands by lower-case name; iteration order is the order of the table. */
export type CommandTable = ReadonlyMap<string, Command>;

/** One execution. Reused by the process for its next one: a command never keeps it. */
export interface Call {
  readonly process: ServerProcess;
  readonly client: Client;
  /** As sent; args[0] is the name in the client's spelling. */
  readonly args: readonly string[];
  readonly command: Command;
  readonly behaviour: Behaviour;
  /** The client's selected database (Redis mode only). */
  readonly database: Database;
  /** Unix milliseconds, frozen for the command (and for a whole EXEC). */
  readonly now: number;
  /** The client is our master's stream: replies are dropped, expired keys still exist. */
  readonly fromMaster: boolean;

  /** The dataset changed in so many ways (`server.dirty += n`). */
  dirty(changes?: number): void;
  /** Replicas and the AOF get these commands instead of the one that was sent; none: nothing. */
  propagate(...commands: (readonly string[])[]): void;
  /** A key of that database was found expired and is gone: its DEL (or UNLINK) goes before the command's own bytes. */
  expired(database: number, command: readonly string[]): void;
  /** Propagated even though nothing is dirty (`forceCommandPropagation`). */
  forcePropagation(): void;
}
