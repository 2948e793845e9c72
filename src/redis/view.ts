/**
 * What `inspect` of a node shows: the state a person would ask it for, read without asking. Pure, and
 * never part of a run.
 */

export interface ServerView {
  readonly kind: "server";
  readonly role: "master" | "replica";
  readonly replicationId: string;
  readonly offset: number;
  /** `host:port` of its master; undefined for a master. */
  readonly master: string | undefined;
  /** A replica's link with its master; true for a master. */
  readonly linkUp: boolean;
  /** All keys of all databases, ballast aside. */
  readonly keys: number;
  readonly syncFull: number;
  readonly syncPartialOk: number;
  readonly syncPartialErr: number;
  /** A string of database 0, as GET tells it, or undefined. */
  get(key: string): string | undefined;
  /** A digest of all data: equal data, equal digest, whatever the order it was written in. */
  digest(): string;
}

export interface SentinelView {
  readonly kind: "sentinel";
  readonly id: string;
  readonly epoch: number;
  readonly masters: readonly MonitoredView[];
}

export interface MonitoredView {
  readonly name: string;
  /** As GET-MASTER-ADDR-BY-NAME tells it. */
  readonly ip: string;
  readonly port: number;
  readonly configEpoch: number;
  readonly flags: string;
}

export type NodeView = ServerView | SentinelView;
