/** The rows of replication in the command table, and REPLICAOF, which changes what this server is. */
import { safeInteger } from "../keyspace/integer.js";
import { describeClient } from "../server/client-info.js";
import { type Call, type Command, flag } from "../server/command.js";
import type { ServerProcess } from "../server/process.js";
import { error, ok, status, type Value } from "../wire/value.js";
import type { Replconf } from "./replconf.js";
import type { Replication } from "./replication.js";
import { role } from "./role.js";
import type { Sync } from "./sync.js";

interface CommandParts {
  readonly replication: Replication;
  readonly replconf: Replconf;
  readonly sync: Sync;
  readonly process: ServerProcess;
}

const connected = status("OK Already connected to specified master");

export function replicationCommands(parts: CommandParts): readonly Command[] {
  const { replication, replconf, sync, process } = parts;
  const { admin, allowBusy, fast, loading, noAsyncLoading, noMulti, noscript, stale } = flag;
  const runReplicaof = (call: Call) => replicaof(replication, process, call);
  const runSync = (call: Call) => sync.run(call);
  return [
    {
      name: "replicaof",
      arity: 3,
      flags: admin | noscript | stale | noAsyncLoading,
      flags62: admin | noscript | stale,
      run: runReplicaof,
    },
    {
      name: "slaveof",
      arity: 3,
      flags: admin | noscript | stale | noAsyncLoading,
      flags62: admin | noscript | stale,
      run: runReplicaof,
    },
    {
      name: "replconf",
      arity: -1,
      flags: admin | noscript | loading | stale | allowBusy,
      flags62: admin | noscript | loading | stale,
      run: (call) => replconf.run(call),
    },
    {
      name: "psync",
      arity: -3,
      flags: admin | noscript | noMulti | noAsyncLoading,
      flags62: admin | noscript,
      run: runSync,
    },
    {
      name: "sync",
      arity: 1,
      flags: admin | noscript | noMulti | noAsyncLoading,
      flags62: admin | noscript,
      run: runSync,
    },
    { name: "wait", arity: 3, flags: noscript, run: (call) => replication.waiters.wait(call) },
    {
      name: "waitaof",
      arity: 4,
      flags: noscript,
      from72: true,
      run: (call) => replication.waiters.waitAof(call),
    },
    {
      name: "role",
      arity: 1,
      flags: noscript | loading | stale | fast,
      run: () => role(replication.history, replication.link, replication.replicas),
    },
    {
      name: "failover",
      arity: -1,
      flags: admin | noscript | stale,
      run: (call) => replication.failover.run(call),
    },
  ];
}

/** `replicaofCommand()` */
function replicaof(replication: Replication, process: ServerProcess, call: Call): Value {
  const { args, behaviour, client } = call;
  const host = args[1] as string;
  const portText = args[2] as string;
  if (replication.failover.active) {
    return error("ERR REPLICAOF not allowed while failing over.");
  }
  if (host.toLowerCase() === "no" && portText.toLowerCase() === "one") {
    if (replication.isReplica) {
      replication.promote();
      const by = describeClient(process, client);
      process.log("*", `MASTER MODE enabled (user request from '${by}')`);
    }
    return ok;
  }
  if (client.replica !== undefined) {
    return error("ERR Command is not valid when client is a replica.");
  }
  const port = safeInteger(portText);
  if (port === undefined || (behaviour.from70 && (port < 0 || port > 65_535))) {
    return error(
      behaviour.from70 ? "ERR Invalid master port" : "ERR value is not an integer or out of range",
    );
  }
  // Compared as text: another name for the same address is another master.
  if (
    replication.masterHost?.toLowerCase() === host.toLowerCase() &&
    replication.masterPort === port
  ) {
    process.log(
      "*",
      "REPLICAOF would result into synchronization with the master we are already connected with. No operation performed.",
    );
    return connected;
  }
  replication.follow(host, port);
  const by = describeClient(process, client);
  process.log("*", `REPLICAOF ${host}:${port} enabled (user request from '${by}')`);
  return ok;
}
