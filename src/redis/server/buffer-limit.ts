/**
 * client-output-buffer-limit for normal and pub/sub clients (`checkClientOutputBufferLimits()`). A
 * replica's is counted by replication, whose buffers are shared.
 */
import type { BufferLimit } from "../config/settings.js";
import type { Client } from "./client.js";
import type { ServerProcess } from "./process.js";

/** The static buffer of a client is free (`PROTO_REPLY_CHUNK_BYTES`). */
const staticBuffer = 16 * 1_024;

/** Must this client be closed? Notes when the soft limit was first passed. */
export function isOverOutputLimit(process: ServerProcess, client: Client): boolean {
  const limits = process.settings.clientOutputBufferLimit;
  // The link to a master is a normal client in this.
  const limit = client.type === "pubsub" ? limits.pubsub : limits.normal;
  if (limit.hardBytes === 0 && limit.softBytes === 0) return false;
  const unsent = client.disconnected ? 0 : process.context.unsent(client.connection);
  const used = Math.max(0, client.outputBytes + unsent - staticBuffer);
  if (limit.hardBytes !== 0 && used >= limit.hardBytes) return true;
  return isOverSoftLimit(client, used, limit, process.unixtime);
}

/** Has it been owed so much for too long? `now` in Unix seconds. */
export function isOverSoftLimit(
  client: Client,
  used: number,
  { softBytes, softSeconds }: BufferLimit,
  now: number,
): boolean {
  if (softBytes === 0 || used < softBytes) {
    client.softLimitSince = 0;
    return false;
  }
  if (client.softLimitSince === 0) {
    client.softLimitSince = now;
    return false;
  }
  return now - client.softLimitSince > softSeconds;
}
