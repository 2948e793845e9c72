/**
 * What a process of redis-server is: a data server or, with --sentinel, a Sentinel. Both share the
 * event loop, the clients, the command table's checks, pub/sub, AUTH and ACL, CLIENT and the
 * configuration file (`ServerProcess`); the mode is what differs.
 */

import type { Address, ChildId, CloseReason, ConnectionId, TimerId } from "../../kernel/actor.js";
import type { Unapplied } from "../config/get-set.js";
import type { Database } from "../keyspace/database.js";
import type { NodeView } from "../view.js";
import type { ErrorReply, Segment, Value } from "../wire/value.js";
import type { Client } from "./client.js";
import type { Call, Command, CommandTable } from "./command.js";
import type { ShutdownSignal } from "./signals.js";

export interface Mode {
  readonly name: "redis" | "sentinel";
  readonly commands: CommandTable;
  /** The numbered databases, of a server that has some. */
  readonly databases?: readonly Database[];
  /** The dataset is being loaded: clients are served, the cron is not (`processEventsWhileBlocked`). */
  readonly loading?: boolean;
  /** `master` or `replica`, for HELLO; a Sentinel has none. */
  readonly role?: string;

  /** The process listens and its first cron is armed: load the dataset, say +monitor. */
  started(): void;
  /** The body of serverCron that is this mode's own; the process re-arms its timer afterwards. */
  cron(): void;
  /** Milliseconds until the next cron, asked after `cron` (1000/hz). */
  cronPeriod(): number;
  /** Before replies are written at the end of an iteration: WAIT, GETACK, FAILOVER. */
  beforeSleep(): void;
  /** After unblocked clients ran what they had sent, before replies are written: the AOF. */
  beforeWrites?(): void;
  /** After they were written and clients freed. */
  afterWrites(): void;

  /** Connections that the mode opened itself (the link to a master, a Sentinel's links). */
  opened(connection: ConnectionId, local: Address, peer: Address): void;
  received(connection: ConnectionId, payload: Segment): void;
  closed(connection: ConnectionId, why: CloseReason): void;
  /** Any connection, a client's or the mode's own, whose unsent bytes were all taken. */
  drained(connection: ConnectionId): void;
  /** A timer other than the process's cron. */
  fired(timer: TimerId): void;
  childExited(child: ChildId, code: number): void;
  /** SIGTERM, acted upon by the next serverCron. */
  terminated(signal: ShutdownSignal): void;
  /** SHUTDOWN with these options; the reply, or undefined when the process ends or the client waits. */
  shutdown?(client: Client, options: ShutdownOptions): Value | undefined;
  /** SHUTDOWN ABORT: false when none is under way. */
  abortShutdown?(): boolean;

  /**
   * The mode's refusals in `processCommand`, after arity, AUTH and ACL and before MULTI queues
   * (MISCONF, NOREPLICAS, READONLY): the error, or undefined to go on. `flags` are the command's,
   * for EXEC with those of what was queued.
   */
  refuse(client: Client, command: Command, flags: number): ErrorReply | undefined;
  /** The later ones, behind the check of the pub/sub context: MASTERDOWN, LOADING. */
  refuseUnready?(client: Client, flags: number): ErrorReply | undefined;
  /** A command ran outside MULTI, or a whole EXEC did: propagate what it changed. */
  executed(call: Call): void;
  /** `commandProcessed()`: a request of this client was dealt with, executed or not. */
  processed?(client: Client): void;
  /** CLIENT UNBLOCK: answers a client blocked in WAIT as if its time were over. */
  blockedTimedOut?(client: Client): void;
  /** Is a replica's output over its limit? Asked by the clients' cron, from 7.0 on. */
  isReplicaOverLimit?(client: Client): boolean;
  /** A client of the process is about to be freed (`freeClient`). */
  clientGone(client: Client): void;

  /** CONFIG REWRITE: the new text of the configuration file, made from the present one. */
  configText?(present: string): string;
  /** CONFIG SET changed these directives. What cannot be done after all is told with its reason. */
  configured?(names: readonly string[]): Unapplied | undefined;
  /** CONFIG RESETSTAT: the mode's own counters. */
  statisticsReset?(): void;
  /** What a person may look at from outside: pure. */
  inspect?(): unknown;
  /** CONFIG GET replicaof: `host port`, empty for a master. */
  readonly masterLine?: string;

  /** What a person may look at from outside. */
  view(): NodeView;

  /** INFO sections by lower-case name, in Redis's order; each text without the `# Title` line. */
  readonly infoSections: readonly InfoSection[];
}

/** As HELLO, INFO and the log name it; a cluster is not modelled. */
export function runningMode({ name }: Mode): "standalone" | "sentinel" {
  return name === "sentinel" ? "sentinel" : "standalone";
}

/** SHUTDOWN's and SIGTERM's (`prepareForShutdown`); neither `save` nor `nosave`: as the save rules say. */
export interface ShutdownOptions {
  readonly save: boolean;
  readonly nosave: boolean;
  readonly now: boolean;
  readonly force: boolean;
}

export interface InfoSection {
  readonly name: string;
  readonly title: string;
  /** Part of a plain INFO. */
  readonly byDefault: boolean;
  text(): string;
}
