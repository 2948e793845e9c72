/** What a master keeps about one of its replicas (reference: replication.md 0.4, `struct client`). */
export type ReplicaState = "waitBgsaveStart" | "waitBgsaveEnd" | "sendBulk" | "online";

export interface ReplicaEntry {
  state: ReplicaState;
  /** Diskless: its stream starts with its first ACK after the transfer. */
  putOnlineOnAck: boolean;
  /** Highest offset it acknowledged; 0 before the first. */
  ackOffset: number;
  /** Unix seconds of its last acknowledgement; 0 before the first. */
  ackTime: number;
  /** The offset announced with its +FULLRESYNC. */
  initialOffset: number;
  readonly capabilities: { eof: boolean; psync2: boolean };
  /** As announced with REPLCONF; 0 and undefined before. */
  listeningPort: number;
  announcedIp: string | undefined;
  /** It came with SYNC: no ACKs are expected and no timeout applies. */
  prePsync: boolean;
  rdbOnly: boolean;
  /** Since when its output is over the soft limit, in Unix seconds. */
  softLimitSince: number | undefined;
}
