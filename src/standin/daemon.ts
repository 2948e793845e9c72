/**
 * The simulation that stand-ins have in common: a run with one host and no nodes, to which each of them
 * adds one. It ends by itself once the last has been gone for a while.
 *
 * As in the gateway, nothing acts inside the run from here: what comes in is taken between two steps,
 * and what left is fetched.
 */
import { createServer, type Server, type Socket } from "node:net";
import { Pace } from "../gateway/pace.js";
import type { Launch, OutsideInput } from "../kernel/outside.js";
import type { Observer, RunRecord } from "../kernel/record.js";
import { microseconds } from "../kernel/time.js";
import { Run } from "../run.js";
import { type LoneHost, loneHostName, loneHostScenario } from "../scenario/lone-host.js";
import { folderIdentity, MachineFiles } from "./files.js";
import { type Joined, Member } from "./member.js";
import { isRunning, isStopped } from "./process-state.js";

export interface DaemonOptions {
  readonly host: LoneHost;
  readonly seed: string;
  /** Virtual seconds for each real one. */
  readonly speed: number;
  /** Real milliseconds without a stand-in after which it ends. */
  readonly patience: number;
  /** The version of redsim. */
  readonly program: string;
  readonly observers: readonly Observer[];
  /** It is over: because nobody is left, or because of this error. */
  readonly ended: (error: unknown) => void;
}

/** Real milliseconds between two looks at the states of the processes. */
const lookInterval = 10;

export class Daemon implements Observer {
  readonly level = "notes";
  readonly run: Run;
  readonly #options: DaemonOptions;
  readonly #server: Server;
  readonly #pace: Pace;
  readonly #members = new Set<Member>();
  /** By the node that each has become. */
  readonly #byNode = new Map<string, Member>();
  readonly #byConnection = new Map<number, Member>();
  /** The folders of those who have joined: which one it was that had this name. */
  readonly #folders = new Map<string, string>();
  #connections = 0;
  #looks: NodeJS.Timeout | undefined;
  #leaving: NodeJS.Timeout | undefined;

  constructor(options: DaemonOptions) {
    this.#options = options;
    this.run = new Run({
      scenario: loneHostScenario(options.host),
      seed: options.seed,
      observers: [this, ...options.observers],
      outside: loneHostName,
      real: new MachineFiles((node) => this.#byNode.get(node)),
    });
    this.#pace = new Pace({
      now: () => this.run.now,
      advance: (span) => this.#guarded(() => this.run.advance(microseconds(span))),
    });
    this.#server = createServer((socket) => this.#meets(socket));
  }

  async open(path: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(path, resolve);
    });
    this.#pace.speed = this.#options.speed;
    this.#looks = setInterval(() => this.#look(), lookInterval);
    this.#waitForSomebody();
  }

  record(record: RunRecord): void {
    if (!("node" in record)) return;
    const member = this.#byNode.get(record.node);
    member?.log?.record(record);
    if (record.kind === "down") member?.ends(record.code);
  }

  #meets(socket: Socket): void {
    clearTimeout(this.#leaving);
    const member = new Member({
      socket,
      program: this.#options.program,
      nextConnection: () => {
        this.#byConnection.set(++this.#connections, member);
        return this.#connections;
      },
      take: (input) => this.#take(input),
      joins: (launch, folder) => {
        this.#forgetReplaced(folder);
        return this.#joins(member, launch);
      },
      gone: () => this.#leaves(member),
      wall: (node) => this.run.clockOf(node),
    });
    this.#members.add(member);
  }

  /** Datasets are kept here, and not in the folder: with that they go all the same. */
  #forgetReplaced(folder: string): void {
    const now = folderIdentity(folder);
    const before = this.#folders.get(folder);
    this.#folders.set(folder, now);
    if (before === undefined || before === now) return;
    const prefix = `${folder}/`;
    this.#take({ does: "inject", fault: { kind: "wipeDisk", host: loneHostName, prefix } });
  }

  /** Who has a port has the node of that port, whatever the address at which it listens. */
  #joins(member: Member, asked: Launch): Joined {
    const kind = asked.program === "redis-sentinel" ? "sentinel" : "server";
    const name = `${kind}:${asked.port}`;
    const other = this.#byNode.get(name);
    const isRival = other?.pid !== undefined && isRunning(other.pid);
    // Its process is gone, and only its end has not been noticed yet.
    if (other !== undefined && !isRival) this.#leaves(other);
    const launch = isRival ? { ...asked, isPortTaken: true } : asked;
    const node = isRival ? `${name}#${asked.pid}` : name;
    this.#byNode.set(node, member);
    return { node, launch };
  }

  /** The process of a stand-in has ended, however that was. */
  #leaves(member: Member): void {
    if (!this.#members.delete(member)) return;
    const { node } = member;
    for (const connection of member.connections) this.#byConnection.delete(connection);
    if (node !== undefined && this.#byNode.get(node) === member) {
      if (this.run.isUp(node))
        this.#take({ does: "inject", fault: { kind: "kill", node, signal: "KILL" } });
      this.#byNode.delete(node);
    }
    if (this.#members.size === 0) this.#waitForSomebody();
  }

  #waitForSomebody(): void {
    clearTimeout(this.#leaving);
    this.#leaving = setTimeout(() => {
      // Whoever is at the door already comes in first.
      setImmediate(() => {
        if (this.#members.size === 0) this.#close(undefined);
      });
    }, this.#options.patience);
  }

  #close(error: unknown): void {
    this.#pace.speed = 0;
    clearInterval(this.#looks);
    clearTimeout(this.#leaving);
    this.#server.close();
    for (const member of this.#members) member.refuse(`the simulation broke: ${error}`);
    this.#options.ended(error);
  }

  #take(input: OutsideInput): void {
    this.#guarded(() => this.run.take(input));
    this.#pace.hurry();
  }

  #guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#close(error);
      return;
    }
    this.#deliver();
  }

  /** What has left the run goes to those it is for. */
  #deliver(): void {
    for (const output of this.run.fetch()) {
      this.#byConnection.get(output.connection)?.tell(output);
      if (output.says === "closed") this.#byConnection.delete(output.connection);
    }
    for (const member of this.#members) member.flushLog();
  }

  /** Who was stopped, or goes on; and whose end has been told to all. */
  #look(): void {
    for (const member of this.#members) {
      const { node, pid } = member;
      if (node === undefined || pid === undefined) continue;
      if (member.settleEnd()) {
        this.#byNode.delete(node);
        this.#members.delete(member);
        if (this.#members.size === 0) this.#waitForSomebody();
        continue;
      }
      const state = isStopped(pid);
      if (state === undefined || state === member.isStopped) continue;
      member.isStopped = state;
      if (this.run.isUp(node))
        this.#take({ does: "inject", fault: { kind: state ? "pause" : "resume", node } });
    }
  }
}
