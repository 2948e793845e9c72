/** What `inspect` shows of a data server: read from its state, without a command and without a trace. */
import { digestOf } from "../keyspace/digest.js";
import type { ServerView } from "../view.js";
import type { RedisServer } from "./redis-server.js";

export function serverView(server: RedisServer): ServerView {
  const { keyspace, process, replication } = server;
  const { statistics } = process;
  const role = replication.isReplica ? "replica" : "master";
  return {
    kind: "server",
    role,
    replicationId: replication.replicationId,
    offset: replication.offset,
    master:
      replication.masterHost === undefined
        ? undefined
        : `${replication.masterHost}:${replication.masterPort}`,
    linkUp: role === "master" || replication.linkUp,
    keys: keyspace.size,
    syncFull: statistics.syncFull,
    syncPartialOk: statistics.syncPartialOk,
    syncPartialErr: statistics.syncPartialError,
    get: (key) => {
      const value = keyspace.databases[0]?.peek(key);
      return typeof value === "string" ? value : undefined;
    },
    digest: () => digestOf(keyspace),
  };
}
