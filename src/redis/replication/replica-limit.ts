/**
 * client-output-buffer-limit of replicas: one that does not keep up is closed, and comes back for what
 * the backlog still has, or for everything.
 *
 * 6.2 looks only when something is appended, so an over-limit replica that gets nothing new stays;
 * 7.0 looks when the stream takes a new block and once a second, and never cuts off what the backlog
 * keeps anyway.
 *
 * Redis: checkClientOutputBufferLimits(), closeClientOnOutputBufferLimitReached().
 */
import { describeClient } from "../server/client-info.js";
import type { DataServer } from "./data-server.js";
import type { ReplicaClient } from "./replicas.js";

export function enforceReplicaLimit(server: DataServer, client: ReplicaClient): void {
  if (client.closeAsap || client.disconnected || !isOver(server, client)) return;
  const { process } = server;
  const about = describeClient(process, client);
  process.freeClientAsync(client);
  process.log(
    "#",
    `Client ${about} scheduled to be closed ASAP for overcoming of output buffer limits.`,
  );
}

function isOver(server: DataServer, client: ReplicaClient): boolean {
  const { behaviour, context, process, settings } = server;
  const limit = settings.clientOutputBufferLimit.replica;
  let used = client.outputBytes;
  // Under transfer, what the socket has yet to take is the RDB, which Redis reads from its file.
  if (client.replica.state === "online") used += context.unsent(client.connection);
  let { hardBytes } = limit;
  if (behaviour.sharedReplicationBuffer && hardBytes > 0) {
    hardBytes = Math.max(hardBytes, settings.replBacklogSize);
  }
  if (hardBytes > 0 && used >= hardBytes) return true;
  if (limit.softBytes === 0 || used < limit.softBytes) {
    client.softLimitSince = 0;
    return false;
  }
  if (client.softLimitSince === 0) {
    client.softLimitSince = process.unixtime;
    return false;
  }
  return process.unixtime - client.softLimitSince > limit.softSeconds;
}
