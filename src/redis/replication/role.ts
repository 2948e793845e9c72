/** ROLE: what this server is, and whom it replicates or who replicates it (`roleCommand()`). */
import { array, bulk, integer, type Value } from "../wire/value.js";
import type { History } from "./history.js";
import type { Link } from "./link.js";
import { type Replicas, replicaIp } from "./replicas.js";

export function role(history: History, link: Link, replicas: Replicas): Value {
  if (link.host !== undefined) {
    return array([
      bulk("slave"),
      bulk(link.host),
      integer(link.port),
      bulk(stateName(link)),
      integer(link.client === undefined ? -1 : link.client.master.applied),
    ]);
  }
  const online: Value[] = [];
  for (const client of replicas.list) {
    const { replica } = client;
    if (replica.state !== "online") continue;
    online.push(
      array([
        bulk(replicaIp(client, replica)),
        bulk(String(replica.listeningPort)),
        bulk(String(replica.ackOffset)),
      ]),
    );
  }
  return array([bulk("master"), integer(history.offset), array(online)]);
}

function stateName(link: Link): string {
  if (link.inHandshake) return "handshake";
  return link.state === "transfer" ? "sync" : link.state;
}
