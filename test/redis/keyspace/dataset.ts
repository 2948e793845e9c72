/**
 * A dataset and the commands of one client on it: what a server does with a data command, without the
 * server. The keyspace, the commands and the calls are the real ones; of the process there is what
 * data commands ask for, which is its settings, its chance and its machine.
 */

import type { Machine } from "../../../src/kernel/actor.js";
import { RandomStream } from "../../../src/kernel/random.js";
import { microseconds } from "../../../src/kernel/time.js";
import { dataCommands } from "../../../src/redis/keyspace/commands.js";
import { Keyspace, type KeyspaceHost } from "../../../src/redis/keyspace/keyspace.js";
import type { Call, Command } from "../../../src/redis/server/command.js";
import { behaviours, type Version } from "../../../src/redis/version.js";
import { encode } from "../../../src/redis/wire/encode.js";
import { request } from "../../../src/redis/wire/value.js";

const commands = new Map(dataCommands.map((command) => [command.name, command]));

const machine: Machine = {
  command: microseconds(0),
  forkPerGiB: microseconds(0),
  saveBytesPerSecond: 100_000_000,
  loadBytesPerSecond: 100_000_000,
  flushBytesPerSecond: 1_000_000,
  childMin: microseconds(0),
  childMax: microseconds(0),
};

/** 2026-01-01, in Unix milliseconds. */
export const newYear = 1_767_225_600_000;

export class Dataset implements KeyspaceHost {
  readonly version: Version;
  readonly keyspace = new Keyspace(16);
  isReplica = false;
  replicaReadOnly = true;
  loading = false;
  expiryPaused = false;
  rdbcompression = true;
  lazyfree = false;
  now = newYear;
  database = 0;
  protocol: 2 | 3 = 2;
  fromMaster = false;

  /** What the last command did. */
  dirty = 0;
  forced = false;
  busy = 0;
  /** Since the beginning. */
  readonly modifiedKeys: string[] = [];
  flushes = 0;
  #rewritten: (readonly string[])[] | undefined;
  #expired: (readonly string[])[] = [];
  readonly #random = new RandomStream("seed", "dataset");

  constructor(version: Version = "7.0") {
    this.version = version;
    this.keyspace.host = this;
  }

  expired(_database: number, key: string): void {
    this.#expired.push([this.lazyfree ? "UNLINK" : "DEL", key]);
  }
  modified(_database: number, key: string): void {
    this.modifiedKeys.push(key);
  }
  replaced(): void {}
  flushedAll(): boolean {
    this.flushes++;
    return false;
  }

  /** The reply as bytes. */
  run(...args: string[]): string {
    const command = commands.get((args[0] as string).toLowerCase()) as Command;
    this.dirty = 0;
    this.forced = false;
    this.busy = 0;
    this.#rewritten = undefined;
    this.#expired = [];
    this.#sent = args;
    return encode(command.run(this.#call(command, args)) as never);
  }
  #sent: readonly string[] = [];

  /** What replicas get of the last command, its expired keys first. */
  get propagated(): readonly (readonly string[])[] {
    const own = this.#rewritten ?? (this.dirty > 0 || this.forced ? [this.#sent] : []);
    return [...this.#expired, ...own];
  }
  /** In bytes. */
  get propagatedLength(): number {
    return this.propagated.reduce((sum, args) => sum + request(...args).length, 0);
  }

  #call(command: Command, args: readonly string[]): Call {
    const call = {
      process: {
        settings: {
          lazyfreeLazyExpire: this.lazyfree,
          lazyfreeLazyUserDel: this.lazyfree,
          lazyfreeLazyUserFlush: this.lazyfree,
        },
        context: {
          random: this.#random,
          machine,
          busy: (time: number) => {
            this.busy += time;
          },
        },
      },
      client: { protocol: this.protocol },
      args,
      command,
      behaviour: behaviours[this.version],
      database: this.keyspace.databases[this.database],
      now: this.now,
      fromMaster: this.fromMaster,
      dirty: (changes = 1) => {
        this.dirty += changes;
      },
      propagate: (...instead: (readonly string[])[]) => {
        this.#rewritten = instead;
      },
      expired: (_database: number, deletion: readonly string[]) => {
        this.#expired.push(deletion);
      },
      forcePropagation: () => {
        this.forced = true;
      },
    };
    return call as unknown as Call;
  }
}
