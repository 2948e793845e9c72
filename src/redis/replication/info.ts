/** INFO replication: the lines after its title, in Redis's order (`genRedisInfoString()`). */
import type { DataServer } from "./data-server.js";
import type { Failover } from "./failover.js";
import type { History } from "./history.js";
import type { Link } from "./link.js";
import type { ReplicaState } from "./replica-entry.js";
import { type ReplicaClient, type Replicas, replicaIp } from "./replicas.js";
import type { Stream } from "./stream.js";

/** `replstateToString()` */
export const stateNames: Readonly<Record<ReplicaState, string>> = {
  waitBgsaveStart: "wait_bgsave",
  waitBgsaveEnd: "wait_bgsave",
  sendBulk: "send_bulk",
  online: "online",
};

interface InfoSources {
  readonly server: DataServer;
  readonly history: History;
  readonly stream: Stream;
  readonly replicas: Replicas;
  readonly link: Link;
  readonly failover: Failover;
}

export function replicationInfo(sources: InfoSources): string {
  const { server, history, stream, replicas, link, failover } = sources;
  const { settings } = server;
  const now = Math.floor(server.context.now() / 1_000);
  let text =
    link.host === undefined ? "role:master\r\n" : `role:slave\r\n${linkInfo(server, link)}`;
  text += `connected_slaves:${replicas.count}\r\n`;
  if (settings.minReplicasToWrite > 0 && settings.minReplicasMaxLag > 0) {
    text += `min_slaves_good_slaves:${replicas.good}\r\n`;
  }
  for (let i = 0; i < replicas.count; i++) {
    text += replicaInfo(i, replicas.list[i] as ReplicaClient, now);
  }
  const { first, length } = stream.extent;
  return (
    text +
    `master_failover_state:${failover.state}\r\n` +
    `master_replid:${history.id}\r\n` +
    `master_replid2:${history.secondaryId}\r\n` +
    `master_repl_offset:${history.offset}\r\n` +
    `second_repl_offset:${history.secondaryOffset}\r\n` +
    `repl_backlog_active:${stream.backlog === undefined ? 0 : 1}\r\n` +
    `repl_backlog_size:${settings.replBacklogSize}\r\n` +
    `repl_backlog_first_byte_offset:${first}\r\n` +
    `repl_backlog_histlen:${length}\r\n`
  );
}

function replicaInfo(index: number, client: ReplicaClient, now: number): string {
  const { replica } = client;
  const lag = replica.state === "online" ? now - replica.ackTime : 0;
  return `slave${index}:ip=${replicaIp(client, replica)},port=${replica.listeningPort},state=${stateNames[replica.state]},offset=${replica.ackOffset},lag=${lag}\r\n`;
}

function linkInfo(server: DataServer, link: Link): string {
  const { behaviour, process, settings } = server;
  const { client, transfer } = link;
  const up = link.state === "connected";
  const silent = client === undefined ? -1 : process.unixtime - client.lastInteraction;
  let text =
    `master_host:${link.host ?? ""}\r\n` +
    `master_port:${link.port}\r\n` +
    `master_link_status:${up ? "up" : "down"}\r\n` +
    `master_last_io_seconds_ago:${silent}\r\n` +
    `master_sync_in_progress:${link.state === "transfer" ? 1 : 0}\r\n`;
  // Without a live or cached master it is 1, neither 0 nor -1.
  const applied = client?.master.applied ?? link.cached?.applied ?? 1;
  if (behaviour.from70) {
    const received = client?.master.received ?? link.cached?.applied ?? 1;
    text += `slave_read_repl_offset:${received}\r\n`;
  }
  text += `slave_repl_offset:${applied}\r\n`;
  if (link.state === "transfer") {
    const { size, bytesReceived } = transfer;
    text +=
      `master_sync_total_bytes:${size}\r\n` +
      `master_sync_read_bytes:${bytesReceived}\r\n` +
      `master_sync_left_bytes:${size - bytesReceived}\r\n` +
      `master_sync_perc:${percentage(size, bytesReceived)}\r\n` +
      `master_sync_last_io_seconds_ago:${process.unixtime - link.lastIo}\r\n`;
  }
  if (!up) {
    const down =
      link.downSince === 0 && behaviour.linkDownMinusOne ? -1 : process.unixtime - link.downSince;
    text += `master_link_down_since_seconds:${down}\r\n`;
  }
  text +=
    `slave_priority:${settings.replicaPriority}\r\n` +
    `slave_read_only:${settings.replicaReadOnly ? 1 : 0}\r\n`;
  if (behaviour.from70) text += `replica_announced:${settings.replicaAnnounced ? 1 : 0}\r\n`;
  return text;
}

/** Two decimals; before the header the size is -1, and printf shows that as a negative zero. */
function percentage(size: number, received: number): string {
  if (size === 0) return "0.00";
  const hundredths = Math.round((received * 10_000) / size);
  if (hundredths === 0) return size < 0 ? "-0.00" : "0.00";
  return (hundredths / 100).toFixed(2);
}
