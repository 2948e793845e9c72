/**
 * The replicas of a server, in the order in which they attached.
 *
 * The order is part of the behaviour: it is the order in INFO, the order in which a running BGSAVE is
 * searched for somebody to join, and the reverse of the order in which the stream is written. The
 * count of good replicas is a snapshot, taken when Redis takes it, not a live value.
 */
import type { Client } from "../server/client.js";
import type { DataServer } from "./data-server.js";
import type { ReplicaEntry } from "./replica-entry.js";

export type ReplicaClient = Client & { replica: ReplicaEntry };

export class Replicas {
  /** `server.slaves`, in attach order. */
  list: readonly ReplicaClient[] = [];
  /** `refreshGoodSlavesCount()`, as of when it was last called. */
  good = 0;
  /** Unix seconds since when there are none (`repl_no_slaves_since`). */
  noneSince: number;
  readonly #server: DataServer;

  constructor(server: DataServer) {
    this.#server = server;
    this.noneSince = Math.floor(server.context.now() / 1_000);
  }

  get count(): number {
    return this.list.length;
  }

  add(client: Client, entry: ReplicaEntry): ReplicaClient {
    client.replica = entry;
    const replica = client as ReplicaClient;
    this.list = [...this.list, replica];
    return replica;
  }

  /** True when it was one of them. */
  remove(client: Client): boolean {
    const rest = this.list.filter((replica) => replica !== client);
    if (rest.length === this.list.length) return false;
    this.list = rest;
    if (rest.length === 0) this.noneSince = this.#server.process.unixtime;
    return true;
  }

  /** `disconnectSlaves()`: they come back, and learn what changed. */
  disconnect(): void {
    for (const replica of this.list) this.#server.process.freeClient(replica);
  }

  /** `refreshGoodSlavesCount()` */
  refreshGood(): void {
    const { minReplicasToWrite, minReplicasMaxLag } = this.#server.settings;
    if (minReplicasToWrite === 0 || minReplicasMaxLag === 0) return;
    const oldest = this.#server.process.unixtime - minReplicasMaxLag;
    let good = 0;
    for (const { replica } of this.list) {
      if (replica.state === "online" && replica.ackTime >= oldest) good++;
    }
    this.good = good;
  }

  /** `replicationCountAcksByOffset()` */
  acknowledged(offset: number): number {
    let count = 0;
    for (const { replica } of this.list) {
      if (replica.state === "online" && replica.ackOffset >= offset) count++;
    }
    return count;
  }

  /** `replicationCountAOFAcksByOffset()` */
  fsynced(offset: number): number {
    let count = 0;
    for (const { replica } of this.list) {
      if (replica.state === "online" && replica.aofOffset >= offset) count++;
    }
    return count;
  }

  /** How many bytes of the stream the slowest has yet to send: what pins the blocks of 7.0. */
  slowest = (): number => {
    let most = 0;
    for (const client of this.list) {
      let unsent = client.outputBytes;
      if (client.replica.state === "online" && !client.disconnected)
        unsent += this.#server.context.unsent(client.connection);
      if (unsent > most) most = unsent;
    }
    return most;
  };
}

/** `replicationGetSlaveName()` */
export function replicaName(
  client: Client,
  announced: { announcedIp: string | undefined; listeningPort: number },
): string {
  const port = announced.listeningPort === 0 ? "<unknown-replica-port>" : announced.listeningPort;
  return `${replicaIp(client, announced)}:${port}`;
}

export function replicaIp(client: Client, announced: { announcedIp: string | undefined }): string {
  return announced.announcedIp ?? client.peer.ip;
}
