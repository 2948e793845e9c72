/**
 * TCP between nodes: connecting, sending, closing, and what becomes of it when the path fails.
 *
 * As long as a path is healthy nothing is queued but the arrival of segments: acknowledgements are
 * implied. Only where something is sent into a broken path does a connection get a state of
 * retransmission, and then it goes on when its own next retransmission passes, not at the heal.
 * A segment that left before a cut is delivered, and so is its acknowledgement.
 */
import type { Address, CloseReason, ConnectionId, DialAnswer, Payload } from "./actor.js";
import { assert } from "./assert.js";
import { Connection, type Stall, segmentAccept, segmentFin, segmentReset } from "./connection.js";
import { Dialer } from "./dialer.js";
import type { Link, Network } from "./network.js";
import type { Process } from "./process.js";
import { Action, type Schedule } from "./schedule.js";
import { type Duration, milliseconds, seconds } from "./time.js";

/** TCP_RTO_MIN, TCP_RTO_MAX, tcp_retries2; and for a socket that no process holds, tcp_orphan_retries(). */
const retransmitMin = milliseconds(200);
const retransmitMax = seconds(120);
const retransmitCount = 15;
const orphanCount = 8;
/** A sender does not bother with less room in the window than this. */
const roomMin = 64 * 1024;

export class Transport {
  readonly #schedule: Schedule;
  readonly #network: Network;
  readonly #dialer: Dialer;

  constructor(schedule: Schedule, network: Network) {
    this.#schedule = schedule;
    this.#network = network;
    this.#dialer = new Dialer(schedule, this);
  }

  // Connecting.

  /** A connection that is dialled when the iteration's output leaves. */
  connect(process: Process, to: Address, from: Address | undefined): ConnectionId {
    const { host } = process.node;
    const target = this.#network.owner(to, host);
    const localIp = target === host ? to.ip : host.ip;
    const connection = new Connection({
      process,
      id: -1 as ConnectionId,
      local: from ?? { ip: localIp, port: host.ephemeralPort() },
      remote: to,
      remoteHost: target,
      out: target === undefined ? undefined : this.#network.link(host, target),
      back: target === undefined ? undefined : this.#network.link(target, host),
    });
    process.register(connection);
    this.#markOutgoing(connection);
    return connection.id;
  }

  /** The handshake is done on this side, and what it says goes to the other. */
  opens(connection: Connection, accepting: Connection): void {
    // Given up meanwhile, by its process or by TCP: to a SYN-ACK from outside, RST is the answer.
    if (connection.isGone || connection.isForgotten || connection.ended !== undefined) {
      if (connection.strangersEnd === accepting) this.end(accepting, "reset");
      return;
    }
    if (connection.phase !== "connecting") return;
    if (accepting.phase === "closed") {
      this.end(connection, "reset");
      return;
    }
    connection.peer = accepting;
    accepting.peer = connection;
    connection.phase = "open";
    accepting.phase = "open";
    connection.lastHeard = this.#schedule.now;
    connection.isToOpen = true;
    // What was sent while it connected leaves with the iteration that hears of it.
    if (connection.unsentBytes > 0 && !connection.isOutgoing) this.#markOutgoing(connection);
    if (this.#flows(connection, this.#schedule.now)) {
      this.#ship(connection, this.#schedule.now, segmentAccept, 0, 0);
    } else {
      connection.isAcceptHeld = true;
    }
    this.#wakeFor(connection);
  }

  /** Somebody dials the outside: whoever stands for it is told, and holds its end from now on. */
  asks(end: Connection): void {
    end.process.register(end);
    this.#toAccept(end);
    this.#wakeFor(end);
  }

  answer(end: Connection, how: DialAnswer): void {
    this.#dialer.answer(end, how);
  }

  // Sending.

  send(connection: Connection, payload: Payload): void {
    const { length } = payload;
    assert(length > 0, "what is sent has a length");
    if (connection.isBroken) return;
    connection.unsent.push(payload);
    connection.unsentBytes += length;
    if (!connection.isOutgoing) this.#markOutgoing(connection);
  }

  #markOutgoing(connection: Connection): void {
    connection.isOutgoing = true;
    connection.process.outgoing.push(connection);
  }

  /** What the process sent on this connection leaves. */
  flush(connection: Connection, at: number): void {
    connection.isOutgoing = false;
    if (connection.phase === "open") {
      this.#take(connection, at);
      if (connection.unsentBytes > 0) connection.wantsDrained = true;
      else if (connection.wantsDrained) this.#marksDrained(connection);
    } else if (connection.phase === "connecting" && connection.dialedAt < 0) {
      this.#dialer.dial(connection, at);
    }
  }

  /** The socket takes what the window allows, and sends it where the path allows that too. */
  #take(connection: Connection, at: number): void {
    const { peer, out } = connection;
    if (connection.unsentBytes === 0) return;
    if (connection.isBroken || peer === undefined || out === undefined) {
      this.#discard(connection);
      return;
    }
    const isFlowing = this.#flows(connection, at);
    if (connection.isBroken) return;
    // The acknowledgement is heard too: keepalive counts from it.
    if (isFlowing && connection.stall === undefined) connection.lastHeard = at;
    const into = isFlowing ? peer.inbox : connection.held;
    const { chunk } = out;
    while (connection.unsentBytes > 0) {
      const room = connection.host.window - connection.inFlight;
      const all = connection.unsentBytes;
      if (all <= room && all <= chunk) {
        // Nearly always: all of it is one segment, and none of its payloads need be looked at.
        const { unsent } = connection;
        const payloads = unsent.length;
        for (let next = unsent.shift(); next !== undefined; next = unsent.shift()) into.push(next);
        connection.unsentBytes = 0;
        connection.inFlight += all;
        if (isFlowing) this.#ship(connection, at, payloads, all, 0);
        return;
      }
      if (room < roomMin && room < all && connection.inFlight > 0) break;
      let payloads = 0;
      let bytes = 0;
      for (
        let next = connection.unsent.first();
        next !== undefined;
        next = connection.unsent.first()
      ) {
        const left = Math.min(room, chunk) - bytes;
        let part = next;
        if (next.length > left) {
          if (payloads > 0) break;
          if (next.split !== undefined && left > 0) {
            const halves = next.split(left);
            part = halves[0];
            connection.unsent.replaceFirst(halves[1]);
          } else if (next.length > room && connection.inFlight > 0) {
            break;
          } else {
            connection.unsent.shift();
          }
        } else {
          connection.unsent.shift();
        }
        into.push(part);
        payloads++;
        bytes += part.length;
      }
      if (payloads === 0) break;
      connection.unsentBytes -= bytes;
      connection.inFlight += bytes;
      if (isFlowing) this.#ship(connection, at, payloads, bytes, connection.unsentBytes);
    }
  }

  /** A segment leaves and will arrive, never before an earlier one. `behind`: what follows at once. */
  #ship(connection: Connection, at: number, segment: number, bytes: number, behind: number): void {
    const { peer, out } = connection;
    if (peer === undefined || out === undefined) return;
    let arrives = out.arrival(at, bytes);
    if (out.loses()) arrives += this.#lossDelay(connection, out, behind);
    if (arrives < peer.lastArrival) arrives = peer.lastArrival;
    peer.lastArrival = arrives;
    if (peer.calledBack > 0) peer.arrivals.push(arrives);
    peer.underway.push(segment);
    this.#schedule.push(arrives, peer);
    if (segment > 0) this.#schedule.sent(connection, segment, bytes);
  }

  /**
   * A lost segment is missed at once where more follows it (fast retransmit, one round trip), else
   * when its retransmission is due, which may be lost as well. What follows waits behind it: on a
   * stream a loss is a delay.
   */
  #lossDelay(connection: Connection, out: Link, behind: number): number {
    let timeout: number = this.#firstTimeout(connection);
    let delay = behind > 0 ? this.#roundTrip(connection) : timeout;
    for (let i = 0; i < retransmitCount && out.loses(); i++) {
      if (delay >= timeout) timeout = Math.min(timeout * 2, retransmitMax);
      delay += timeout;
    }
    return delay;
  }

  #roundTrip(connection: Connection): number {
    return (connection.out?.latency ?? 0) + (connection.back?.latency ?? 0);
  }

  #firstTimeout(connection: Connection): Duration {
    return (retransmitMin + this.#roundTrip(connection)) as Duration;
  }

  /** Closes the end of a connection that its process has done with. */
  close(connection: Connection, how: "fin" | "discard" | "reset", at: number): void {
    if (connection.phase === "open") {
      if (how === "fin") this.#take(connection, at);
      this.#finish(connection, how === "reset" || connection.readable > 0, at);
    }
    this.#discard(connection);
    connection.process.forget(connection);
  }

  /** The process is gone and its machine alive: the kernel closes what it had open. */
  closeAll(process: Process, at: number): void {
    for (const connection of process.connections) {
      if (connection?.phase === "open") this.#finish(connection, connection.readable > 0, at);
      if (connection !== undefined) connection.phase = "closed";
    }
    this.#refuseWaiting(process, at);
  }

  /** The process is gone, and an image of it has what it had open: nobody reads or writes that any more. */
  bequeath(process: Process, at: number): void {
    for (const connection of process.connections) {
      if (connection !== undefined) this.#discard(connection);
    }
    this.#refuseWaiting(process, at);
  }

  /** Whoever waits to be accepted waited at the listening socket, which is gone with the process. */
  #refuseWaiting(process: Process, at: number): void {
    for (let next = process.ready.shift(); next !== undefined; next = process.ready.shift()) {
      if (next.isToAccept && next.phase === "open") {
        this.#finish(next, true, at);
        next.phase = "closed";
      }
    }
  }

  #finish(connection: Connection, isReset: boolean, at: number): void {
    // Once the peer has closed, it does not listen to how we do.
    if (connection.isBroken || (connection.ended !== undefined && !isReset)) return;
    if (isReset) {
      connection.held.clear();
      this.#stopStall(connection);
      if (this.#passes(connection)) this.#ship(connection, at, segmentReset, 0, 0);
    } else if (this.#flows(connection, at)) {
      this.#ship(connection, at, segmentFin, 0, 0);
    } else {
      connection.isFinHeld = true;
    }
    connection.isBroken = true;
  }

  #discard(connection: Connection): void {
    connection.unsent.clear();
    connection.unsentBytes = 0;
  }

  // Arriving.

  /** The next segment under way to this end is there. */
  arrive(connection: Connection): void {
    if (connection.calledBack > 0 && !this.#isComing(connection)) return;
    const segment = connection.underway.shift();
    assert(segment !== undefined, "a segment that arrives was under way");
    const { peer } = connection;
    if (!connection.host.isUp) {
      // The machine is off: nobody acknowledges, and the sender notices that.
      if (peer !== undefined && segment !== segmentReset) this.#startStall(peer, false);
      return;
    }
    if (connection.isGone) {
      if (segment >= 0 || segment === segmentAccept) this.#answerReset(connection);
      return;
    }
    connection.lastHeard = this.#schedule.now;
    if (segment >= 0) connection.readable += segment;
    else if (segment === segmentAccept) this.#toAccept(connection);
    else if (segment === segmentFin) connection.ended ??= "fin";
    else this.#breaks(connection, "reset");
    this.#wakeFor(connection);
  }

  /** Does a segment come now, or is this the time of one that was called back? */
  #isComing(connection: Connection): boolean {
    const { arrivals } = connection;
    if (arrivals[0] === this.#schedule.now) {
      arrivals.shift();
      return true;
    }
    if (--connection.calledBack === 0) arrivals.length = 0;
    return false;
  }

  #toAccept(connection: Connection): void {
    connection.isToAccept = true;
    connection.process.backlog++;
  }

  /** A segment came for a connection that is no more. */
  #answerReset(gone: Connection): void {
    const { peer } = gone;
    if (peer === undefined || peer.isBroken) return;
    if (gone.out?.verdict === "pass") this.#ship(gone, this.#schedule.now, segmentReset, 0, 0);
    else this.#startStall(peer, false);
  }

  #breaks(connection: Connection, why: CloseReason): void {
    connection.ended ??= why;
    connection.isBroken = true;
    connection.held.clear();
    this.#stopStall(connection);
    this.#discard(connection);
  }

  /** TCP of this end gives up, and says so to the process. */
  end(connection: Connection, why: CloseReason): void {
    this.#breaks(connection, why);
    if (!connection.isGone) this.#wakeFor(connection);
  }

  #wakeFor(connection: Connection): void {
    connection.process.markReady(connection);
    this.#schedule.poke(connection.process);
  }

  // Reading: the window.

  /** The process has read from `connection`: its peer may send more, if it has more. */
  opensWindow(connection: Connection): void {
    const { peer } = connection;
    if (peer === undefined || peer.unsentBytes === 0 || peer.isWindowOpening || peer.isGone) return;
    const room = peer.host.window - peer.inFlight;
    if (room < roomMin && room < peer.unsentBytes && peer.inFlight > 0) return;
    const { out } = connection;
    if (out === undefined || out.verdict !== "pass") {
      // The sender probes the window that it takes for closed, and so finds the path broken.
      this.#startStall(peer, true);
      return;
    }
    peer.windowOpening ??= new Action(() => this.#windowOpens(peer));
    peer.isWindowOpening = true;
    this.#schedule.push(out.arrival(this.#schedule.now, 0), peer.windowOpening);
  }

  #windowOpens(connection: Connection): void {
    connection.isWindowOpening = false;
    if (!connection.isGone && !connection.isBroken) this.#writes(connection);
  }

  /** The socket is writable again: the process's own buffer follows, once the process has time for it. */
  #writes(connection: Connection): void {
    const { process } = connection;
    if (process.isPaused || process.busyUntil > this.#schedule.now) {
      if (!connection.isOutgoing) this.#markOutgoing(connection);
      this.#schedule.poke(process);
      return;
    }
    this.#take(connection, this.#schedule.now);
    this.#drains(connection);
  }

  #drains(connection: Connection): void {
    if (!connection.wantsDrained || connection.unsentBytes > 0 || connection.isGone) return;
    this.#marksDrained(connection);
    this.#schedule.poke(connection.process);
  }

  #marksDrained(connection: Connection): void {
    connection.wantsDrained = false;
    connection.isToDrain = true;
    connection.process.markReady(connection);
  }

  // Trouble: retransmission.

  #passes(connection: Connection): boolean {
    return connection.out?.verdict === "pass" && connection.remoteHost?.isUp === true;
  }

  /**
   * Does what is sent now reach the other host? Starts the state of retransmission where no
   * acknowledgement will come; until its first timeout a one-way cut lets new data through.
   */
  #flows(connection: Connection, at: number): boolean {
    const { out, back, remoteHost, stall } = connection;
    if (stall !== undefined) {
      if (stall.retransmissions > 0 || !this.#passes(connection)) return false;
      if (back?.verdict === "pass") this.#selectiveAck(connection, stall, at);
      return stall.isOneWay;
    }
    if (out === undefined || back === undefined || remoteHost === undefined) return false;
    if (out.verdict === "pass" && back.verdict === "pass" && remoteHost.isUp) return true;
    if (out.verdict === "reject") {
      // The firewall answers for the peer.
      this.#breaks(connection, "reset");
      if (!connection.isGone) {
        const told = new Action(() => {
          if (!connection.isGone) this.#wakeFor(connection);
        });
        this.#schedule.push(at + Math.max(1, out.latency), told);
      }
      return false;
    }
    const passes = out.verdict === "pass" && remoteHost.isUp;
    this.#startStall(connection, passes);
    return passes;
  }

  /**
   * What is sent after a heal and before the first timeout is acknowledged out of order, and so the
   * sender hears of the hole after a round trip: tcp_rack_mark_lost().
   */
  #selectiveAck(connection: Connection, stall: Stall, at: number): void {
    const due = at + this.#roundTrip(connection);
    const action = connection.retransmission;
    if (due >= stall.due || action === undefined) return;
    stall.due = due;
    this.#schedule.push(due, action);
  }

  #startStall(connection: Connection, isOneWay: boolean): void {
    if (connection.stall !== undefined || connection.isForgotten) return;
    if (connection.isBroken && !connection.isFinHeld) return;
    const timeout = this.#firstTimeout(connection);
    const due = this.#schedule.now + timeout;
    connection.stall = { due, timeout, retransmissions: 0, isOneWay };
    connection.retransmission ??= new Action(() => this.#retransmit(connection));
    this.#schedule.push(due, connection.retransmission);
  }

  #stopStall(connection: Connection): void {
    connection.stall = undefined;
  }

  #retransmit(connection: Connection): void {
    const { stall, peer, back } = connection;
    if (stall?.due !== this.#schedule.now || connection.isForgotten) return;
    if (connection.out?.verdict === "reject") {
      this.end(connection, "reset");
      return;
    }
    if (++stall.retransmissions > (connection.isGone ? orphanCount : retransmitCount)) {
      connection.isFinHeld = false;
      this.end(connection, "timeout");
      return;
    }
    if (this.#passes(connection) && peer !== undefined) {
      if (back?.verdict === "pass") {
        this.#recover(connection, peer);
        return;
      }
      this.#retransmitHead(connection, peer);
    }
    stall.timeout = Math.min(stall.timeout * 2, retransmitMax) as Duration;
    stall.due = this.#schedule.now + stall.timeout;
    const action = connection.retransmission;
    if (action !== undefined) this.#schedule.push(stall.due, action);
  }

  /** A retransmission got through both ways: all that was held flows. */
  #recover(connection: Connection, peer: Connection): void {
    const { now } = this.#schedule;
    this.#stopStall(connection);
    if (peer.isForgotten || peer.isGone) {
      // The peer's machine has forgotten, or its process closed while we could not hear it.
      this.#answerReset(peer);
      return;
    }
    if (connection.isAcceptHeld) {
      connection.isAcceptHeld = false;
      this.#ship(connection, now, segmentAccept, 0, 0);
    }
    this.#release(connection, peer, Number.MAX_SAFE_INTEGER);
    if (connection.isFinHeld) {
      connection.isFinHeld = false;
      this.#ship(connection, now, segmentFin, 0, 0);
    }
    if (!connection.isGone) this.#writes(connection);
  }

  /** Only the acknowledgement does not get through: the peer has the first segment, and no more. */
  #retransmitHead(connection: Connection, peer: Connection): void {
    if (peer.isGone || connection.isAcceptHeld) return;
    const { stall } = connection;
    if (stall === undefined || stall.isOneWay || connection.held.length === 0) return;
    stall.isOneWay = true;
    this.#release(connection, peer, 1);
  }

  #release(connection: Connection, peer: Connection, atMost: number): void {
    const chunk = connection.out?.chunk ?? 0;
    let released = 0;
    while (connection.held.length > 0 && released < atMost) {
      let payloads = 0;
      let bytes = 0;
      while (released < atMost && (payloads === 0 || bytes < chunk)) {
        const next = connection.held.shift();
        if (next === undefined) break;
        peer.inbox.push(next);
        payloads++;
        released++;
        bytes += next.length;
      }
      this.#ship(connection, this.#schedule.now, payloads, bytes, connection.held.length);
    }
  }

  /**
   * The path to this end was cut while segments for it still waited at the link's other side, behind
   * others or for a retransmission: they have not left, and are the sender's again.
   */
  callBack(connection: Connection): void {
    const { inbox, underway, peer } = connection;
    connection.back?.clear();
    const payloads: Payload[] = [];
    for (let i = inbox.length, read = connection.readable; i > 0; i--, read--) {
      const payload = inbox.shift();
      if (payload === undefined) break;
      if (read > 0) inbox.push(payload);
      else payloads.push(payload);
    }
    connection.lastArrival = this.#schedule.now;
    connection.calledBack += underway.length;
    connection.arrivals.length = 0;
    for (let next = underway.shift(); next !== undefined; next = underway.shift()) {
      if (peer === undefined) continue;
      if (next === segmentFin) peer.isFinHeld = true;
      else if (next === segmentAccept) peer.isAcceptHeld = true;
    }
    if (peer === undefined || peer.isForgotten) return;
    for (let i = peer.held.length; i > 0; i--) {
      const payload = peer.held.shift();
      if (payload !== undefined) payloads.push(payload);
    }
    for (const payload of payloads) peer.held.push(payload);
    this.#startStall(peer, false);
  }

  /** A machine is off: nothing of it remains, and nobody is told. */
  vanish(process: Process): void {
    for (const connection of process.connections) {
      if (connection !== undefined) connection.phase = "closed";
    }
  }
}
