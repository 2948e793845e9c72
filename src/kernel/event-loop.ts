/**
 * One turn of a node's event loop: what a process is handed, and in which order.
 *
 * Redis's aeProcessEvents(): each ready connection once, in the order in which they became ready,
 * then the due timers, once, then beforeSleep. After a pause or a long command a turn holds much,
 * and this order decides what happens.
 */
import type { Input } from "./actor.js";
import type { Connection } from "./connection.js";
import type { Fingerprint } from "./fingerprint.js";
import type { Observers } from "./observers.js";
import type { Process } from "./process.js";
import type { Schedule } from "./schedule.js";
import { never } from "./time.js";
import type { Transport } from "./transport.js";

/** Redis reads at most so much of a connection in one iteration: PROTO_IOBUF_LEN. */
const readMax = 16 * 1024;

/** Inputs in the fingerprint; these numbers never change, or old fingerprints mean nothing. */
export const stepKinds = {
  started: 1,
  opened: 2,
  accepted: 3,
  received: 4,
  closed: 5,
  drained: 6,
  fired: 7,
  childExited: 8,
  signalled: 9,
  down: 10,
  dialled: 11,
} as const;

export class EventLoop {
  readonly #schedule: Schedule;
  readonly #transport: Transport;
  readonly #fingerprint: Fingerprint;
  readonly #observers: Observers;

  constructor(options: {
    readonly schedule: Schedule;
    readonly transport: Transport;
    readonly fingerprint: Fingerprint;
    readonly observers: Observers;
  }) {
    this.#schedule = options.schedule;
    this.#transport = options.transport;
    this.#fingerprint = options.fingerprint;
    this.#observers = options.observers;
  }

  turn(process: Process): void {
    this.#tellNotices(process);
    for (let left = process.ready.length; left > 0 && process.exitCode === undefined; left--) {
      const connection = process.ready.shift();
      if (connection !== undefined) this.#visit(process, connection);
    }
    if (process.earliestDue <= this.#schedule.now + process.spent) this.#fire(process);
    if (process.exitCode === undefined) process.actor?.handle(process.settled);
  }

  #tellNotices(process: Process): void {
    for (let left = process.notices.length; left > 0; left--) {
      const notice = process.notices.shift();
      if (notice === undefined || process.exitCode !== undefined) return;
      const length = notice.kind === "childExited" ? notice.code : 0;
      this.#hand(process, notice, stepKinds[notice.kind], 0, length);
    }
  }

  /** Tells the process what has come up on this connection. */
  #visit(process: Process, connection: Connection): void {
    connection.isReady = false;
    if (connection.phase === "closed") return;
    if (connection.isToAccept) {
      this.#accept(process, connection);
      return;
    }
    if (connection.isToOpen) {
      connection.isToOpen = false;
      this.#introduce(process, process.opened, connection);
    }
    if (connection.readable > 0) this.#read(process, connection);
    else if (connection.ended !== undefined && isHeld(connection)) {
      const { closed } = process;
      closed.connection = connection.id;
      closed.why = connection.ended;
      process.forget(connection);
      this.#hand(process, closed, stepKinds.closed, closed.connection, 0);
      return;
    }
    if (connection.isToDrain && isHeld(connection) && process.exitCode === undefined) {
      connection.isToDrain = false;
      const { drained } = process;
      drained.connection = connection.id;
      this.#hand(process, drained, stepKinds.drained, connection.id, 0);
    }
    // The end of a stream is read in an iteration of its own, as read() tells it.
    if (isHeld(connection) && (connection.readable > 0 || connection.ended !== undefined)) {
      process.markReady(connection);
    }
  }

  /** acceptTcpHandler(): the connection itself is polled from the next iteration on. */
  #accept(process: Process, connection: Connection): void {
    connection.isToAccept = false;
    process.backlog--;
    if (connection.phase === "connecting") {
      this.#introduce(process, process.dialled, connection);
      return;
    }
    if (connection.id < 0) process.register(connection);
    this.#introduce(process, process.accepted, connection);
    if (connection.readable > 0 || connection.ended !== undefined) process.markReady(connection);
  }

  /** Tells the process of a connection that is new to it, with both addresses. */
  #introduce(
    process: Process,
    input: Process["opened" | "accepted" | "dialled"],
    connection: Connection,
  ): void {
    input.connection = connection.id;
    input.local = connection.local;
    input.peer = connection.remote;
    this.#hand(process, input, stepKinds[input.kind], connection.id, 0);
  }

  /** What there is, up to 16 KiB; a longer payload is read alone and whole. */
  #read(process: Process, connection: Connection): void {
    const { inbox, peer } = connection;
    const { received } = process;
    let left = readMax;
    while (connection.readable > 0 && isHeld(connection) && process.exitCode === undefined) {
      const payload = inbox.first();
      if (payload === undefined) break;
      const { length } = payload;
      if (length > left && left < readMax) break;
      inbox.shift();
      connection.readable--;
      left -= length;
      if (peer !== undefined) peer.inFlight -= length;
      received.connection = connection.id;
      received.payload = payload;
      this.#hand(process, received, stepKinds.received, connection.id, length);
    }
    if (peer !== undefined && peer.unsentBytes > 0) this.#transport.opensWindow(connection);
  }

  /** processTimeEvents(): each timer that is due, once; what is armed meanwhile waits for the next turn. */
  #fire(process: Process): void {
    const { timers, fired } = process;
    const due = this.#schedule.now + process.spent;
    const count = timers.length;
    for (let i = 0; i < count; i++) {
      const timer = timers[i];
      if (timer === undefined || timer.due > due || process.exitCode !== undefined) continue;
      timer.due = never;
      fired.timer = timer.id;
      this.#hand(process, fired, stepKinds.fired, timer.id, 0);
    }
    let earliest: number = never;
    for (const timer of timers) if (timer.due < earliest) earliest = timer.due;
    process.earliestDue = earliest;
  }

  #hand(process: Process, input: Input, kind: number, connection: number, length: number): void {
    const { now } = this.#schedule;
    this.#fingerprint.step(now, process.node.index, kind, connection, length);
    if (!this.#observers.isStepUnseen) this.#observers.step(now, process, input);
    process.actor?.handle(input);
  }
}

/** Does the process still hold this end, after what it was just handed? */
function isHeld(connection: Connection): boolean {
  return connection.phase !== "closed";
}
