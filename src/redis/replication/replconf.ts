/**
 * REPLCONF: what a replica tells about itself before it asks to be synchronized, and the ACKs that it
 * sends ever after.
 *
 * Before SYNC or PSYNC the connection is an ordinary client, so what it announced is kept apart.
 *
 * Redis: replconfCommand().
 */

import { safeInteger } from "../keyspace/integer.js";
import type { Client } from "../server/client.js";
import type { Call } from "../server/command.js";
import { error, ok, type Value } from "../wire/value.js";
import type { DataServer } from "./data-server.js";
import type { FullSync } from "./full-sync.js";
import type { Link } from "./link.js";
import { type Announcement, noAnnouncement } from "./replica-entry.js";

/** NET_HOST_STR_LEN */
const hostLengthMax = 256;

export class Replconf {
  readonly #server: DataServer;
  readonly #fullSync: FullSync;
  readonly #link: Link;
  /** Of clients that are not replicas (yet). */
  readonly #announced = new Map<Client, Announcement>();

  constructor(server: DataServer, fullSync: FullSync, link: Link) {
    this.#server = server;
    this.#fullSync = fullSync;
    this.#link = link;
  }

  /** What this connection has said so far. */
  announcedBy(client: Client): Announcement {
    if (client.replica !== undefined) return client.replica;
    let announced = this.#announced.get(client);
    if (announced === undefined) {
      announced = noAnnouncement();
      this.#announced.set(client, announced);
    }
    return announced;
  }

  forget(client: Client): void {
    this.#announced.delete(client);
  }

  run(call: Call): Value | undefined {
    const { args, client } = call;
    if (args.length % 2 === 0) return error("ERR syntax error");
    for (let i = 1; i < args.length; i += 2) {
      const option = (args[i] as string).toLowerCase();
      const value = args[i + 1] as string;
      switch (option) {
        case "ack":
          this.#acknowledge(client, args, i);
          return undefined;
        case "getack":
          this.#link.acknowledge();
          return undefined;
        case "listening-port": {
          const port = safeInteger(value);
          if (port === undefined) return error("ERR value is not an integer or out of range");
          this.announcedBy(client).listeningPort = port;
          break;
        }
        case "ip-address":
          if (value.length >= hostLengthMax) {
            return error(
              `ERR REPLCONF ip-address provided by replica instance is too long: ${value.length} bytes`,
            );
          }
          this.announcedBy(client).announcedIp = value;
          break;
        case "capa": {
          const { capabilities } = this.announcedBy(client);
          const capability = value.toLowerCase();
          if (capability === "eof") capabilities.eof = true;
          else if (capability === "psync2") capabilities.psync2 = true;
          break;
        }
        case "rdb-only": {
          const only = safeInteger(value);
          if (only === undefined) return error("ERR value is not an integer or out of range");
          if (only < 0 || only > 1)
            return error("ERR value is out of range, value must between 0 and 1");
          this.announcedBy(client).rdbOnly = only === 1;
          break;
        }
        default:
          return error(`ERR Unrecognized REPLCONF option: ${args[i] as string}`);
      }
    }
    return ok;
  }

  /** Never answered, whatever it says, and dropped unless the connection is a replica. */
  #acknowledge(client: Client, args: readonly string[], at: number): void {
    const entry = client.replica;
    const offset = safeInteger(args[at + 1] as string);
    if (entry === undefined || offset === undefined) return;
    if (offset > entry.ackOffset) entry.ackOffset = offset;
    const { behaviour, process } = this.#server;
    if (behaviour.from72 && args[at + 2]?.toLowerCase() === "fack") {
      const fsynced = safeInteger(args[at + 3] as string);
      if (fsynced === undefined) return;
      if (fsynced > entry.aofOffset) entry.aofOffset = fsynced;
    }
    entry.ackTime = process.unixtime;
    this.#fullSync.acknowledged(client);
  }
}
