/** What a master keeps about one of its replicas (reference: replication.md 0.4, `struct client`). */
export type ReplicaState = "waitBgsaveStart" | "waitBgsaveEnd" | "sendBulk" | "online";

/** What REPLCONF told about a connection, before and after it became a replica. */
export interface Announcement {
  capabilities: { eof: boolean; psync2: boolean };
  /** 0 and undefined before they were announced. */
  listeningPort: number;
  announcedIp: string | undefined;
  rdbOnly: boolean;
}

export interface ReplicaEntry extends Announcement {
  state: ReplicaState;
  /** Diskless: its stream starts with its first ACK after the transfer. */
  putOnlineOnAck: boolean;
  /** Highest offset it acknowledged; 0 before the first. */
  ackOffset: number;
  /** Highest offset that it has fsynced to its AOF, as it says from 7.2 on. */
  aofOffset: number;
  /** Unix seconds of its last acknowledgement; 0 before the first. */
  ackTime: number;
  /** The offset announced with its +FULLRESYNC. */
  initialOffset: number;
  /** It came with SYNC: no ACKs are expected and no timeout applies. */
  prePsync: boolean;
  /** Diskless: since when its socket has not taken all it was given, in Unix seconds; 0: it has. */
  lastPartialWrite: number;
}

export function noAnnouncement(): Announcement {
  return {
    capabilities: { eof: false, psync2: false },
    listeningPort: 0,
    announcedIp: undefined,
    rdbOnly: false,
  };
}

export function replicaEntry(state: ReplicaState, announced: Announcement): ReplicaEntry {
  return {
    ...announced,
    state,
    putOnlineOnAck: false,
    ackOffset: 0,
    aofOffset: 0,
    ackTime: 0,
    initialOffset: 0,
    prePsync: false,
    lastPartialWrite: 0,
  };
}
