/**
 * What the cron does for clients (`clientsCron()`): who is silent for too long, or owed too much.
 *
 * It looks at a few of them each time, so that all have their turn within a second.
 */
import { isOverOutputLimit } from "./buffer-limit.js";
import type { Client } from "./client.js";
import { describeClient } from "./client-info.js";
import type { ClientList } from "./client-list.js";
import type { ServerProcess } from "./process.js";

/** `CLIENTS_CRON_MIN_ITERATIONS` */
const visitsMin = 5;

export function clientsCron(process: ServerProcess, clients: ClientList): void {
  const perTick = Math.floor((clients.size * process.mode.cronPeriod()) / 1_000);
  let visits = Math.max(perTick, Math.min(clients.size, visitsMin));
  while (visits-- > 0) {
    const client = clients.next();
    if (client === undefined) return;
    clientCron(process, client);
  }
}

/** `clientsCronHandleTimeout()`, and from 7.0 on the output limits of those who get nothing new. */
function clientCron(process: ServerProcess, client: Client): void {
  const { timeout } = process.settings;
  if (
    timeout > 0 &&
    client.replica === undefined &&
    !client.adopted &&
    client.blocked === undefined &&
    client.subscriptions === 0 &&
    process.unixtime - client.lastInteraction > timeout
  ) {
    process.log("-", "Closing idle client");
    process.freeClient(client);
    return;
  }
  if (!process.behaviour.from70 || client.closeAsap) return;
  const isOver =
    client.replica === undefined
      ? isOverOutputLimit(process, client)
      : process.mode.isReplicaOverLimit?.(client) === true;
  if (!isOver) return;
  const about = describeClient(process, client);
  process.freeClient(client);
  process.log("#", `Client ${about} closed for overcoming of output buffer limits.`);
}
