/**
 * What a process of redis-server is: a data server or, with --sentinel, a Sentinel. Both share the
 * event loop, the clients, the command table's checks, pub/sub, AUTH and ACL, CLIENT and the
 * configuration file (`ServerProcess`); the mode is what differs.
 */
import type { Address, ChildId, CloseReason, ConnectionId, TimerId } from "../../kernel/actor.js";
import type { Segment, Value } from "../wire/value.js";
import type { Client } from "./client.js";
import type { Call, Command, CommandTable } from "./command.js";

export interface Mode {
  readonly name: "redis" | "sentinel";
  readonly commands: CommandTable;

  /** The process listens and its first cron is armed: load the dataset, say +monitor. */
  started(): void;
  /** The body of serverCron that is this mode's own; the process re-arms its timer afterwards. */
  cron(): void;
  /** Milliseconds until the next cron, asked after `cron` (1000/hz). */
  cronPeriod(): number;
  /** Before replies are written at the end of an iteration: WAIT, GETACK, FAILOVER. */
  beforeSleep(): void;
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
  /** SIGTERM. */
  terminated(): void;

  /**
   * The mode's refusals in `processCommand`, after arity, AUTH and ACL and before MULTI queues
   * (MISCONF, NOREPLICAS, READONLY, MASTERDOWN, LOADING): the error, or undefined to go on.
   * `flags` are the command's, for EXEC with those of what was queued.
   */
  refuse(client: Client, command: Command, flags: number): Value | undefined;
  /** A command ran outside MULTI, or a whole EXEC did: propagate what it changed. */
  executed(call: Call): void;
  /** A client of the process is about to be freed (`freeClient`). */
  clientGone(client: Client): void;

  /** INFO sections by lower-case name, in Redis's order; each text without the `# Title` line. */
  readonly infoSections: readonly InfoSection[];
}

export interface InfoSection {
  readonly name: string;
  readonly title: string;
  /** Part of a plain INFO. */
  readonly byDefault: boolean;
  text(): string;
}
