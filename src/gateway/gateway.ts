/**
 * A run that is served to real clients: a real port on loopback for each node, real connections as
 * simulated ones, and virtual time after the clock on the wall or held.
 *
 * The gateway never acts inside the run. Between two steps it hands in what came from outside, each
 * input at the instant that now is, and fetches what has left; so the inputs with their instants are
 * all that a replay needs.
 */
import type { Socket } from "node:net";
import type { Address } from "../kernel/actor.js";
import type { Fault } from "../kernel/fault.js";
import type { OutsideInput } from "../kernel/outside.js";
import { type Duration, microseconds, milliseconds, seconds } from "../kernel/time.js";
import type { OutsideOutput } from "../redis/client/outside.js";
import type { Run } from "../run.js";
import { dial } from "./dial.js";
import { Door } from "./door.js";
import { Pace } from "./pace.js";
import { Traffic, Visitor } from "./visitor.js";

export interface GatewayOptions {
  /** A run of a scenario made by `served`, with its `outside`. */
  readonly run: Run;
  /** Virtual seconds for each real one; 0 holds the clock. */
  readonly speed: number;
  /** Where the ports are opened, instead of at the nodes' own addresses. */
  readonly host?: string | undefined;
  /** The run broke: a bug, with the place where it is. */
  readonly failed: (error: unknown) => void;
}

const nowhere: Address = { ip: "127.0.0.1", port: 0 };
/** The last number that the network of a run's addresses can have: `served`. */
export const networkMax = 254;

/** A cluster that has not settled by then will not. */
const settleMax = seconds(120);
/** Virtual time between two looks at the sockets while the clock is moved by hand. */
const stride = milliseconds(10);
/** Real milliseconds without a word from any client after which nobody is taken to have one. */
const quietAfter = 2;

export class Gateway {
  readonly run: Run;
  readonly #doors: readonly Door[];
  readonly #visitors = new Map<number, Visitor>();
  readonly #traffic = new Traffic();
  /** Those who have something to write at the end of this turn. */
  readonly #speaking = new Set<Visitor>();
  readonly #pace: Pace;
  readonly #failed: (error: unknown) => void;
  readonly #hostOf: ReadonlyMap<string, string>;
  #connections = 0;
  /** Everything that passed a socket either way. */
  #passed = 0;
  #advancing: Promise<void> = Promise.resolve();

  constructor({ run, speed, host, failed }: GatewayOptions) {
    this.run = run;
    this.#failed = failed;
    this.#hostOf = new Map(run.plan.nodes.map(({ name, host }) => [name, host]));
    this.#doors = run.plan.nodes.map(({ name }) => {
      const { ip, port } = run.addressOf(name) ?? nowhere;
      const at = { ip: host ?? ip, port };
      return new Door(name, at, (node, socket) => this.#enters(node, socket));
    });
    this.#pace = new Pace({
      now: () => run.now,
      advance: (span) => this.#move(microseconds(span)),
    });
    this.#speed = speed;
  }

  /**
   * A cluster that has settled, its clock held, on the first network of loopback that is free from the
   * `begin`-th on; others have theirs. `make` gives the run of a network, and is asked again for the next.
   */
  static async settledSomewhere(begin: number, make: (network: number) => Run): Promise<Gateway> {
    for (let i = 0; ; i++) {
      const failed = (error: unknown) => {
        // It is nobody's fault but ours, and the suite should stop at it.
        throw error;
      };
      const run = make(1 + ((begin + i) % networkMax));
      const gateway = new Gateway({ run, speed: 0, failed });
      try {
        await gateway.open();
      } catch (error) {
        const isTaken = (error as { readonly code?: string }).code === "EADDRINUSE";
        if (isTaken && i < networkMax) continue;
        throw error;
      }
      await gateway.settle();
      return gateway;
    }
  }

  #speed: number;

  /** Opens all ports, and lets virtual time go. */
  async open(): Promise<void> {
    const opened = await Promise.allSettled(this.#doors.map((door) => door.open()));
    const failed = opened.find((each) => each.status === "rejected");
    if (failed !== undefined) {
      await this.close();
      throw failed.reason;
    }
    this.#fitDoors();
    this.#pace.speed = this.#speed;
  }

  async close(): Promise<void> {
    this.#pace.speed = 0;
    for (const visitor of this.#visitors.values()) visitor.close();
    await Promise.all(this.#doors.map((door) => door.close()));
  }

  addressOf(node: string): Address | undefined {
    return this.run.addressOf(node);
  }

  get connections(): number {
    return this.#visitors.size;
  }

  /** Real milliseconds that virtual time could not keep up with. */
  get lost(): number {
    return this.#pace.lost;
  }

  get speed(): number {
    return this.#speed;
  }

  set speed(speed: number) {
    this.#speed = speed;
    this.#pace.speed = speed;
  }

  inject(fault: Fault): void {
    this.#take({ does: "inject", fault });
    this.#deliver();
  }

  /**
   * Moves virtual time by this much, as fast as it goes; resolves once nothing that clients sent, or
   * were sent, lies unread on any socket. Calls follow one another.
   */
  advance(span: Duration): Promise<void> {
    return this.advanceUntil(span, () => false);
  }

  /** The same, but no further than where `isEnough`. */
  advanceUntil(span: Duration, isEnough: () => boolean): Promise<void> {
    const done = this.#advancing.then(() => this.#advance(span, isEnough));
    this.#advancing = done.catch(() => undefined);
    return done;
  }

  /** Until every Sentinel knows every node. */
  settle(): Promise<void> {
    return this.advanceUntil(settleMax, () => this.run.isSettled);
  }

  async #advance(span: Duration, isEnough: () => boolean): Promise<void> {
    this.#pace.speed = 0;
    const end = this.run.now + span;
    try {
      await this.#quiet();
      let strides = 0;
      while (this.run.now < end && !isEnough()) {
        const before = this.#passed;
        this.#move(microseconds(Math.min(stride, end - this.run.now)));
        if (this.#passed !== before) await this.#quiet();
        else if (++strides % 10 === 0) await turn();
      }
      await this.#quiet();
    } finally {
      // Whoever was asked whether it is enough may have thrown.
      this.#pace.speed = this.#speed;
    }
  }

  /** Until no client has said anything for a while, and each has been given what it was told. */
  async #quiet(): Promise<void> {
    if (this.#visitors.size === 0) return turn();
    let before: number;
    do {
      before = this.#passed;
      await new Promise((resolve) => setTimeout(resolve, quietAfter));
    } while (this.#passed !== before);
  }

  #move(span: Duration): void {
    try {
      this.run.advance(span);
    } catch (error) {
      this.speed = 0;
      this.#failed(error);
      return;
    }
    this.#deliver();
    this.#traffic.moves++;
    for (const visitor of this.#traffic.waiting) visitor.listenAgain();
    this.#traffic.waiting.clear();
  }

  #take(input: OutsideInput): void {
    this.#passed++;
    this.run.take(input);
    this.#pace.hurry();
  }

  #enters(node: string, socket: Socket): void {
    const number = ++this.#connections;
    this.#add(number, socket);
    const { remoteAddress, remotePort } = socket;
    const isKnown = remoteAddress !== undefined && remotePort !== undefined;
    const from = isKnown ? { from: { ip: remoteAddress, port: remotePort } } : {};
    this.#take({ does: "connect", connection: number, node, ...from });
  }

  /** A node connects to a real program. */
  #dials({ connection, to, from }: Extract<OutsideOutput, { says: "dial" }>): void {
    const socket = dial(to, from, (how) => this.#take({ does: "answer", connection, how }));
    this.#add(connection, socket);
  }

  #add(number: number, socket: Socket): void {
    const visitor = new Visitor({
      number,
      socket,
      take: (input) => this.#take(input),
      traffic: this.#traffic,
      gone: () => this.#visitors.delete(number),
    });
    this.#visitors.set(number, visitor);
  }

  /** What has left the run goes to the sockets, and the ports are as the nodes are. */
  #deliver(): void {
    for (const output of this.run.fetch()) {
      this.#passed++;
      if (output.says === "dial") this.#dials(output);
      else this.#tell(output);
    }
    for (const visitor of this.#speaking) visitor.flush();
    this.#speaking.clear();
    this.#fitDoors();
  }

  #tell(output: Exclude<OutsideOutput, { says: "dial" }>): void {
    const visitor = this.#visitors.get(output.connection);
    if (visitor === undefined) return;
    visitor.hear(output);
    if (output.says === "data") this.#speaking.add(visitor);
  }

  /** Where a machine has no power, nobody refuses a connection. */
  #fitDoors(): void {
    for (const door of this.#doors)
      door.isOpen =
        this.run.isUp(door.node) || !this.run.isHostUp(this.#hostOf.get(door.node) ?? "");
  }
}

/** Other things of this process have their turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
