/** The server as replication and persistence see it: the parts that they work with (`RedisServer`). */
import type { Context } from "../../kernel/actor.js";
import type { ServerSettings } from "../config/settings.js";
import type { Keyspace } from "../keyspace/keyspace.js";
import type { Persistence } from "../persistence/persistence.js";
import type { ServerProcess } from "../server/process.js";
import type { Behaviour } from "../version.js";
import type { Replication } from "./replication.js";

export interface DataServer {
  readonly process: ServerProcess;
  readonly context: Context;
  readonly settings: ServerSettings;
  readonly behaviour: Behaviour;
  readonly keyspace: Keyspace;
  readonly persistence: Persistence;
  readonly replication: Replication;
}
