/**
 * Time with two masters: how long two or more servers of one group ran as masters at once. A server
 * counts while its process runs; one that is paused or whose machine is off takes no writes.
 */
import type { Instant } from "../kernel/time.js";

interface Server {
  readonly group: string;
  isMaster: boolean;
  isUp: boolean;
  isPaused: boolean;
}

export class MastersFold {
  readonly #servers = new Map<string, Server>();
  readonly #byGroup = new Map<string, Server[]>();
  readonly #since = new Map<string, Instant>();
  /** Microseconds with two or more masters, by group. */
  readonly #total = new Map<string, number>();

  /** `groups`: the group of each server, by node: those that are meant to have one master together. */
  constructor(groups: ReadonlyMap<string, string>) {
    for (const [node, group] of groups) {
      const server: Server = { group, isMaster: false, isUp: false, isPaused: false };
      this.#servers.set(node, server);
      const others = this.#byGroup.get(group);
      if (others === undefined) this.#byGroup.set(group, [server]);
      else others.push(server);
    }
  }

  role(node: string, isMaster: boolean, at: Instant): void {
    this.#change(node, at, (server) => {
      server.isMaster = isMaster;
    });
  }

  up(node: string, isUp: boolean, at: Instant): void {
    this.#change(node, at, (server) => {
      server.isUp = isUp;
      server.isPaused = false;
      if (!isUp) server.isMaster = false;
    });
  }

  paused(node: string, isPaused: boolean, at: Instant): void {
    this.#change(node, at, (server) => {
      server.isPaused = isPaused;
    });
  }

  /** Microseconds, over all groups, until `end`. */
  total(end: Instant): number {
    let sum = 0;
    for (const total of this.#total.values()) sum += total;
    for (const since of this.#since.values()) sum += end - since;
    return sum;
  }

  #change(node: string, at: Instant, change: (server: Server) => void): void {
    const server = this.#servers.get(node);
    if (server === undefined) return;
    change(server);
    const several = this.#masters(server.group) > 1;
    const since = this.#since.get(server.group);
    if (several && since === undefined) this.#since.set(server.group, at);
    if (!several && since !== undefined) {
      this.#since.delete(server.group);
      this.#total.set(server.group, (this.#total.get(server.group) ?? 0) + (at - since));
    }
  }

  #masters(group: string): number {
    let count = 0;
    for (const { isUp, isMaster, isPaused } of this.#byGroup.get(group) ?? [])
      if (isUp && isMaster && !isPaused) count++;
    return count;
  }
}
