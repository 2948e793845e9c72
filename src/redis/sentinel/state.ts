/**
 * The global state of a Sentinel (`struct sentinelState`), and what its parts need of their process: the
 * clock, the connections, the events.
 *
 * Sentinel is one big state in Redis, and so it is here: the files beside this one are functions over it,
 * one file for each thing that a Sentinel does, named as in sentinel.c.
 */
import type { Address, ConnectionId, Context } from "../../kernel/actor.js";
import { Rewrite } from "../config/rewrite.js";
import type { MonitoredMaster, SentinelSettings } from "../config/sentinel-settings.js";
import type { RedisNote } from "../note.js";
import type { ServerProcess } from "../server/process.js";
import type { Behaviour } from "../version.js";
import { ReplyParser } from "../wire/parse-reply.js";
import type { Request } from "../wire/value.js";
import { type AddressError, Addresses, type SentinelAddress } from "./address.js";
import { HelloMessages } from "./hello.js";
import { currentMasterAddress, flag, Instance } from "./instance.js";
import { InstanceTable } from "./instance-table.js";
import { type Callback, callback, type InstanceLink } from "./link.js";
import { Requests } from "./requests.js";
import { ScriptQueue } from "./scripts.js";
import { defaultTiming } from "./timing.js";

/** Why a record cannot be made: an address's reasons, and errno's EBUSY. */
export type CreateError = AddressError | "duplicate";

const noRenames: ReadonlyMap<string, string> = new Map();

export class SentinelState {
  readonly process: ServerProcess;
  readonly context: Context;
  readonly behaviour: Behaviour;
  readonly settings: SentinelSettings;
  readonly addresses: Addresses;
  readonly timing = defaultTiming();
  readonly masters: InstanceTable;
  readonly hellos = new HelloMessages();
  readonly scripts = new ScriptQueue();
  /** Its configuration file as it was last written. */
  readonly file: Rewrite;
  /** The seed of this boot's hash tables. */
  readonly tableSeed: number;

  myid = "";
  currentEpoch: number;
  tilt = false;
  tiltStart = 0;
  previousTime: number;
  /** Calls of serverCron a second, redrawn at the end of each (`sentinelTimer()`). */
  hz = 10;
  /** The process has ended: what is left of the tick is not done. */
  exited = false;
  crashAfterElection = false;
  crashAfterPromotion = false;

  /** The scale of `Instance.quietUntil`: milliseconds since the boot, or since the clock was last put. */
  uptime = 0;
  uptimeFrom: number;
  /** Something happened after which the next tick visits every instance (quiet.ts). */
  isDisturbed = false;
  /** What the wall clock shows above the monotonic one: it changes when it jumps. */
  #clockOffset: number;

  /** Links by their connections; a connection belongs to one link. */
  readonly #links: (InstanceLink | undefined)[] = [];
  /** Of the connections on which bytes come. */
  readonly #readers = new Map<ConnectionId, ReplyParser>();

  constructor(process: ServerProcess, settings: SentinelSettings) {
    this.process = process;
    this.context = process.context;
    this.behaviour = process.behaviour;
    this.settings = settings;
    this.addresses = new Addresses(process.context, process.behaviour, settings);
    this.tableSeed = process.context.random.below(0x1_0000_0000) | 0;
    const { version } = process.behaviour;
    this.file = new Rewrite({ version, isSentinel: true });
    this.masters = new InstanceTable(this.tableSeed);
    this.currentEpoch = settings.currentEpoch;
    this.previousTime = process.context.now();
    this.uptimeFrom = this.previousTime;
    this.#clockOffset = clockOffset(process.context);
  }

  /** Something that a visit looks at has changed otherwise than by becoming later. */
  disturb(): void {
    this.isDisturbed = true;
  }

  /** Does this tick visit every instance? */
  beginRound(): boolean {
    const offset = clockOffset(this.context);
    const hasJumped = offset !== this.#clockOffset;
    const visitsAll = this.isDisturbed || this.tilt || hasJumped;
    this.#clockOffset = offset;
    this.isDisturbed = false;
    if (hasJumped) this.uptimeFrom = this.now();
    this.uptime = this.now() - this.uptimeFrom;
    return visitsAll;
  }

  /** `mstime()` */
  now(): number {
    return this.context.now();
  }

  exit(code: number): void {
    this.exited = true;
    this.context.exit(code);
  }

  note(note: RedisNote): void {
    this.context.note(note);
  }

  /** Says whom this Sentinel names as the master, if that is news. */
  noteNames(master: Instance): void {
    const { ip, port } = currentMasterAddress(master);
    if (master.named?.ip === ip && master.named.port === port) return;
    master.named = currentMasterAddress(master);
    this.note({ kind: "names", master: master.name, ip, port, epoch: master.configEpoch });
  }

  // Records.

  /** `createSentinelRedisInstance()` of a master. */
  createMaster(
    name: string,
    host: string,
    port: number,
    quorum: number,
    renamed: MonitoredMaster["renamedCommands"] | undefined,
  ): Instance | CreateError {
    const address = this.addresses.create(host, port, true);
    if (typeof address === "string") return address;
    if (this.masters.get(name) !== undefined) return "duplicate";
    return this.#add(this.masters, {
      kind: flag.master,
      name,
      address,
      quorum,
      master: undefined,
      requests: new Requests(renamed ?? noRenames),
    });
  }

  /** The same of a replica: its name is its address. */
  createReplica(master: Instance, host: string, port: number): Instance | CreateError {
    const address = this.addresses.create(host, port, true);
    if (typeof address === "string") return address;
    const name = this.addresses.textAndPort(address);
    if (master.replicas.get(name) !== undefined) return "duplicate";
    return this.#add(master.replicas, {
      kind: flag.replica,
      name,
      address,
      quorum: master.quorum,
      master,
      requests: master.requests,
    });
  }

  /** The same of another Sentinel: its name is its id, which the caller also stores as run id. */
  createSentinel(
    master: Instance,
    runId: string,
    host: string,
    port: number,
  ): Instance | CreateError {
    const address = this.addresses.create(host, port, true);
    if (typeof address === "string") return address;
    if (master.sentinels.get(runId) !== undefined) return "duplicate";
    return this.#add(master.sentinels, {
      kind: flag.sentinel,
      name: runId,
      address,
      quorum: master.quorum,
      master,
      requests: master.requests,
    });
  }

  #add(
    table: InstanceTable,
    options: {
      readonly kind: typeof flag.master | typeof flag.replica | typeof flag.sentinel;
      readonly name: string;
      readonly address: SentinelAddress;
      readonly quorum: number;
      readonly master: Instance | undefined;
      readonly requests: Requests;
    },
  ): Instance {
    const { timing, tableSeed } = this;
    const instance = new Instance({ ...options, timing, tableSeed, now: this.now() });
    table.add(instance);
    return instance;
  }

  /** `releaseSentinelRedisInstance()`; the caller takes it out of its table. */
  release(instance: Instance): void {
    for (const sentinel of instance.sentinels.records) this.release(sentinel);
    for (const replica of instance.replicas.records) this.release(replica);
    this.releaseLink(instance);
    const { master } = instance;
    if (instance.is(flag.promoted) && master !== undefined) master.promotedReplica = undefined;
  }

  /** `sentinelRedisInstanceLookupSlave()` */
  replicaAt(master: Instance, host: string, port: number): Instance | undefined {
    const address = this.addresses.create(host, port, false);
    if (typeof address === "string") return undefined;
    return master.replicas.get(this.addresses.textAndPort(address));
  }

  /** `getSentinelRedisInstanceByAddrAndRunID()` with an address and, where given, a run id too. */
  instanceAt(
    table: InstanceTable,
    host: string,
    port: number,
    runId: string | undefined,
  ): Instance | undefined {
    const address = this.addresses.create(host, port, true);
    if (typeof address === "string") return undefined;
    for (const instance of table.records) {
      if (runId !== undefined && instance.runId !== runId) continue;
      if (this.addresses.equal(instance.address, address)) return instance;
    }
    return undefined;
  }

  /** The same with a run id only. */
  instanceCalled(table: InstanceTable, runId: string): Instance | undefined {
    for (const instance of table.records) if (instance.runId === runId) return instance;
    return undefined;
  }

  // Links.

  linkOn(connection: ConnectionId): InstanceLink | undefined {
    return this.#links[connection];
  }

  connect(link: InstanceLink, address: SentinelAddress): ConnectionId {
    const to: Address = { ip: address.ip, port: address.port };
    const connection = this.context.connect(to);
    this.#links[connection] = link;
    this.#readers.delete(connection);
    return connection;
  }

  /** What takes the bytes of a real server apart (`redisReader`). */
  readerOn(connection: ConnectionId): ReplyParser {
    const known = this.#readers.get(connection);
    if (known !== undefined) return known;
    const reader = new ReplyParser();
    this.#readers.set(connection, reader);
    return reader;
  }

  /** `redisAsyncCommand()` on the command connection, counted as pending. */
  ask(instance: Instance, request: Request, code: Callback): boolean {
    const { link } = instance;
    if (link.command === undefined) return false;
    this.context.send(link.command, request);
    link.commandCallbacks.push(code, instance);
    link.pendingCommands++;
    return true;
  }

  /** The same on the pub/sub connection, for what comes before SUBSCRIBE: its reply is discarded. */
  askOnPubsub(instance: Instance, request: Request): void {
    const { link } = instance;
    if (link.pubsub === undefined) return;
    this.context.send(link.pubsub, request);
    link.pubsubCallbacks.push(callback.discard, instance);
    link.pendingCommands++;
  }

  /**
   * `instanceLinkCloseConnection()` of the command connection: nothing asked on it counts any more. What was
   * asked in this very iteration never leaves: hiredis frees its buffer (`redisAsyncFree()`). So the
   * SLAVEOF of a tick that ends in +switch-master is said, and not sent.
   */
  closeCommand(link: InstanceLink): void {
    if (link.command === undefined) return;
    this.#links[link.command] = undefined;
    this.context.close(link.command, "discard");
    link.command = undefined;
    link.commandCallbacks.clear();
    link.pendingCommands = 0;
    link.disconnected = true;
    this.disturb();
  }

  /** The same of the pub/sub connection. */
  closePubsub(link: InstanceLink): void {
    if (link.pubsub === undefined) return;
    this.#links[link.pubsub] = undefined;
    this.context.close(link.pubsub, "discard");
    link.pubsub = undefined;
    link.pubsubCallbacks.clear();
    link.disconnected = true;
    this.disturb();
  }

  /**
   * `instanceLinkConnectionError()`: a connection was lost. hiredis then answers what was pending with
   * nothing; only `sentinelDiscardReplyCallback()` counts such a reply.
   */
  lost(connection: ConnectionId): void {
    const link = this.#links[connection];
    if (link === undefined) return;
    this.#links[connection] = undefined;
    link.disconnected = true;
    this.disturb();
    if (link.command === connection) {
      link.command = undefined;
      link.pendingCommands -= link.commandCallbacks.clear();
    } else {
      link.pubsub = undefined;
      link.pendingCommands -= link.pubsubCallbacks.clear();
    }
  }

  /** `releaseInstanceLink()`: the last user closes it. */
  releaseLink(instance: Instance): void {
    const { link } = instance;
    link.refcount--;
    if (link.refcount > 0) {
      link.commandCallbacks.forget(instance);
      return;
    }
    this.closeCommand(link);
    this.closePubsub(link);
  }

  /**
   * `sentinelTryConnectionSharing()`: the Sentinel that other masters know under the same id is the same
   * process; one link serves all its records.
   */
  shareLink(sentinel: Instance): void {
    if (sentinel.runId === undefined || sentinel.link.refcount > 1) return;
    for (const master of this.masters.records) {
      if (master === sentinel.master) continue;
      const match = this.instanceCalled(master.sentinels, sentinel.runId);
      if (match === undefined) continue;
      this.releaseLink(sentinel);
      sentinel.link = match.link;
      match.link.refcount++;
      return;
    }
  }
}

function clockOffset(context: Context): number {
  return context.nowMicroseconds() - context.monotonic();
}
