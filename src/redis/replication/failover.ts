/**
 * FAILOVER: a master hands over to one of its replicas, without losing a write.
 *
 * Writes are held back until the replica has everything; then the master makes itself that replica's
 * replica, and its PSYNC asks the other to be promoted. Nothing limits the time of this second phase:
 * connections that fail are tried again until somebody aborts.
 *
 * Redis: failoverCommand(), updateFailoverStatus(), abortFailover(), clearFailoverState().
 */

import { safeInteger } from "../keyspace/integer.js";
import type { Call } from "../server/command.js";
import { error, ok, type Value } from "../wire/value.js";
import type { DataServer } from "./data-server.js";
import type { History } from "./history.js";
import { type ReplicaClient, type Replicas, replicaIp } from "./replicas.js";

type FailoverState = "no-failover" | "waiting-for-sync" | "failover-in-progress";

interface Target {
  readonly host: string;
  readonly port: number;
}

interface Order {
  readonly target: Target | undefined;
  /** In milliseconds; 0: none. */
  readonly timeout: number;
  readonly force: boolean;
}

const syntaxError = error("ERR syntax error");
const notAnInteger = error("ERR value is not an integer or out of range");

export class Failover {
  state: FailoverState = "no-failover";
  readonly #server: DataServer;
  readonly #history: History;
  readonly #replicas: Replicas;
  #target: Target | undefined;
  #force = false;
  /** Unix milliseconds; 0: no limit. */
  #end = 0;

  constructor(server: DataServer, history: History, replicas: Replicas) {
    this.#server = server;
    this.#history = history;
    this.#replicas = replicas;
  }

  get active(): boolean {
    return this.state !== "no-failover";
  }

  /** The master has become the target's replica, and asks it to take over. */
  get inProgress(): boolean {
    return this.state === "failover-in-progress";
  }

  /** Pings would move the offset that the target must reach; Redis thinks of it only with a TIMEOUT. */
  get silencesPings(): boolean {
    return this.#end !== 0 && this.#server.process.arePaused();
  }

  /** `failoverCommand()` */
  run(call: Call): Value {
    const { args } = call;
    const { context, process, replication } = this.#server;
    if (args.length === 2 && args[1]?.toLowerCase() === "abort") {
      if (!this.active) return error("ERR No failover in progress.");
      this.abort("Failover manually aborted");
      return ok;
    }
    const order = parseOrder(args);
    if ("kind" in order) return order;
    if (this.active) return error("ERR FAILOVER already in progress.");
    if (replication.isReplica) return error("ERR FAILOVER is not valid when server is a replica.");
    if (this.#replicas.count === 0) return error("ERR FAILOVER requires connected replicas.");
    const { target, timeout, force } = order;
    if (force && (timeout === 0 || target === undefined)) {
      return error(
        "ERR FAILOVER with force option requires both a timeout and target HOST and IP.",
      );
    }
    if (target !== undefined) {
      const replica = this.#find(target);
      if (replica === undefined) {
        const what = this.#server.behaviour.from70 ? "PORT" : "IP";
        return error(`ERR FAILOVER target HOST and ${what} is not a replica.`);
      }
      if (replica.replica.state !== "online") {
        return error("ERR FAILOVER target replica is not online.");
      }
      process.log("*", `FAILOVER requested to ${target.host}:${target.port}.`);
    } else {
      process.log("*", "FAILOVER requested to any replica.");
    }
    this.#target = target;
    this.#end = timeout === 0 ? 0 : context.now() + timeout;
    this.#force = force;
    this.state = "waiting-for-sync";
    process.pauseClients("failover", "write", Number.MAX_SAFE_INTEGER);
    return ok;
  }

  /** `updateFailoverStatus()`, before every sleep and in each replicationCron. */
  update(): void {
    if (this.state !== "waiting-for-sync") return;
    const { process } = this.#server;
    if (this.#end !== 0 && this.#end <= process.mstime) {
      if (!this.#force || this.#target === undefined) {
        this.abort("Replica never caught up before timeout");
        return;
      }
      const { host, port } = this.#target;
      process.log("*", `FAILOVER to ${host}:${port} time out exceeded, failing over.`);
      this.#handOver(this.#target);
      return;
    }
    const replica =
      this.#target === undefined
        ? this.#replicas.list.find((one) => this.#isLevel(one))
        : this.#find(this.#target);
    if (replica === undefined || !this.#isLevel(replica)) return;
    this.#target ??= {
      host: replicaIp(replica, replica.replica),
      port: replica.replica.listeningPort,
    };
    const { host, port } = this.#target;
    process.log("*", `Failover target ${host}:${port} is synced, failing over.`);
    this.#handOver(this.#target);
  }

  #handOver(target: Target): void {
    this.state = "failover-in-progress";
    this.#server.replication.follow(target.host, target.port);
  }

  #isLevel(client: ReplicaClient): boolean {
    return client.replica.ackOffset === this.#history.offset;
  }

  /** `findReplica()` */
  #find(target: Target): ReplicaClient | undefined {
    const host = target.host.toLowerCase();
    return this.#replicas.list.find(
      (client) =>
        replicaIp(client, client.replica).toLowerCase() === host &&
        client.replica.listeningPort === target.port,
    );
  }

  /** `abortFailover()` */
  abort(reason: string): void {
    if (!this.active) return;
    const to =
      this.#target === undefined ? "any replica" : `${this.#target.host}:${this.#target.port}`;
    this.#server.process.log("*", `FAILOVER to ${to} aborted: ${reason}`);
    if (this.inProgress) this.#server.replication.promote();
    this.clear();
  }

  /** `clearFailoverState()` */
  clear(): void {
    this.#end = 0;
    this.#force = false;
    this.#target = undefined;
    this.state = "no-failover";
    this.#server.process.unpauseClients("failover");
  }
}

/** Options in any order, each once. */
function parseOrder(args: readonly string[]): Order | ReturnType<typeof error> {
  let timeout = 0;
  let target: Target | undefined;
  let force = false;
  for (let i = 1; i < args.length; i++) {
    const option = args[i]?.toLowerCase();
    if (option === "timeout" && i + 1 < args.length && timeout === 0) {
      const value = safeInteger(args[++i] as string);
      if (value === undefined) return notAnInteger;
      if (value <= 0) return error("ERR FAILOVER timeout must be greater than 0");
      timeout = value;
    } else if (option === "to" && i + 2 < args.length && target === undefined) {
      const host = args[++i] as string;
      const port = safeInteger(args[++i] as string);
      if (port === undefined) return notAnInteger;
      target = { host, port };
    } else if (option === "force" && !force) {
      force = true;
    } else {
      return syntaxError;
    }
  }
  return { target, timeout, force };
}
