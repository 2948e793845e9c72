import type { Context } from "../../kernel/actor.js";
import type { ConfigFile } from "../config/config-file.js";
import type { ServerSettings } from "../config/settings.js";
import type { Behaviour } from "../version.js";
import type { Segment, Value } from "../wire/value.js";
import type { Client } from "./client.js";
import type { Mode } from "./mode.js";

/** The event loop of a redis-server or redis-sentinel process, shared by both modes. */
export interface ServerProcess {
  readonly context: Context;
  readonly behaviour: Behaviour;
  readonly settings: ServerSettings;
  readonly configFile: ConfigFile | undefined;
  readonly mode: Mode;
  readonly runId: string;

  /** The cached clock: refreshed by serverCron and by each command (replication.md 0.3). */
  readonly unixtime: number;
  readonly mstime: number;
  refreshClock(): void;

  /** In the order in which they connected. */
  readonly clients: Iterable<Client>;
  readonly clientCount: number;
  clientOn(connection: number): Client | undefined;
  /** Wraps a connection that the mode opened itself (the link to the master) as a client. */
  adopt(connection: number): Client;
  /** A command from this client, as if it had just arrived (the master's stream, what waited). */
  execute(client: Client, payload: Segment): void;

  /** Appends to the client's output; dropped for a master's link, a freed or closing client. */
  reply(client: Client, value: Segment): void;
  /** Writes now, in front of nothing and behind what is already with the kernel (+CONTINUE, newlines). */
  writeNow(client: Client, payload: Segment): void;
  /** Releases held output (a replica that goes online). */
  releaseOutput(client: Client): void;
  freeClient(client: Client): void;
  /** Before the next sleep (`freeClientAsync`). */
  freeClientAsync(client: Client): void;
  /** Runs what a formerly blocked client sent meanwhile, in the next beforeSleep. */
  unblock(client: Client, reply: Value | undefined): void;

  /** Delivers to subscribers here; how many received it. */
  publish(channel: string, message: string): number;
  /** A line of the log, in Redis's levels: `.` debug, `-` verbose, `*` notice, `#` warning. */
  log(level: "." | "-" | "*" | "#", text: string): void;
  /** CONFIG REWRITE: false when there is no file or it cannot be written. */
  rewriteConfig(): boolean;
}
