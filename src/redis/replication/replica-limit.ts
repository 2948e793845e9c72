/**
 * client-output-buffer-limit of replicas: one that does not keep up is closed, and comes back for what
 * the backlog still has, or for everything.
 *
 * 6.2 looks only when something is appended, so an over-limit replica that gets nothing new stays;
 * 7.0 looks when the stream takes a new block and in the clients' cron, and never cuts off what the
 * backlog keeps anyway.
 *
 * Redis: checkClientOutputBufferLimits(), closeClientOnOutputBufferLimitReached(),
 * getClientOutputBufferMemoryUsage().
 */
import { isOverSoftLimit } from "../server/buffer-limit.js";
import { describeClient } from "../server/client-info.js";
import type { DataServer } from "./data-server.js";
import type { ReplicaClient } from "./replicas.js";

/** PROTO_REPLY_CHUNK_BYTES: the static buffer of a client, which is free, and its reply blocks. */
const chunkBytes = 16_384;
/** A list node and the header of a reply block. */
const blockOverhead = 40;

/** The stream was appended to: is this replica still within its limit? */
export function enforceReplicaLimit(server: DataServer, client: ReplicaClient): void {
  if (client.closeAsap || client.disconnected || !isOverReplicaLimit(server, client)) return;
  const { process } = server;
  const about = describeClient(process, client);
  process.freeClientAsync(client);
  process.log(
    "#",
    `Client ${about} scheduled to be closed ASAP for overcoming of output buffer limits.`,
  );
}

/** Notes when the soft limit was first passed. */
export function isOverReplicaLimit(server: DataServer, client: ReplicaClient): boolean {
  const { behaviour, process, settings } = server;
  const limit = settings.clientOutputBufferLimit.replica;
  if (limit.hardBytes === 0 && limit.softBytes === 0) return false;
  const used = replicaOutputMemory(server, client);
  let { hardBytes } = limit;
  if (behaviour.sharedReplicationBuffer && hardBytes > 0) {
    hardBytes = Math.max(hardBytes, settings.replBacklogSize);
  }
  if (hardBytes > 0 && used >= hardBytes) return true;
  return isOverSoftLimit(client, used, limit, process.unixtime);
}

/** What the stream that this replica has yet to get takes in memory. */
function replicaOutputMemory(server: DataServer, client: ReplicaClient): number {
  let unsent = client.outputBytes;
  // Under transfer, what the socket has yet to take is the RDB, which Redis reads from its file.
  if (client.replica.state === "online" && !client.disconnected) {
    unsent += server.context.unsent(client.connection);
  }
  if (server.behaviour.sharedReplicationBuffer) {
    // Who was fed nothing yet stands in no block.
    if (unsent === 0 && client.replica.state !== "online") return 0;
    return server.replication.stream.backlog?.memoryBehind(unsent) ?? 0;
  }
  const blocks = Math.ceil(Math.max(0, unsent - chunkBytes) / chunkBytes);
  return blocks * (chunkBytes + blockOverhead);
}
