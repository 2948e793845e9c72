/**
 * The handshake of TCP from the side that connects, and what becomes of a SYN that nobody answers.
 *
 * A dial that succeeds queues three events: SYN, its answer, and the segment that lets the other side
 * accept. Everything else here is queued only once something has failed.
 */
import type { CloseReason, ConnectionId, DialAnswer } from "./actor.js";
import { Connection } from "./connection.js";
import type { Process } from "./process.js";
import { Action, type Schedule } from "./schedule.js";
import { type Duration, milliseconds, seconds } from "./time.js";
import type { Transport } from "./transport.js";

/** SYN again so long after the first one; the last is when connecting is given up. tcp_syn_retries 6. */
const synTimes: readonly Duration[] = [1, 3, 7, 15, 31, 63, 127].map(seconds);
/** When the neighbour entry of a silent host has failed, after three ARP requests a second apart. */
const neighbourMin = milliseconds(3_000);
const neighbourMax = milliseconds(3_100);
/** The accept queue: tcp-backlog of Redis. */
const backlogMax = 511;

export class Dialer {
  readonly #schedule: Schedule;
  readonly #transport: Transport;

  constructor(schedule: Schedule, transport: Transport) {
    this.#schedule = schedule;
    this.#transport = transport;
  }

  dial(connection: Connection, at: number): void {
    connection.dialedAt = at;
    this.#syn(connection, at);
  }

  #syn(connection: Connection, at: number): void {
    const { out, back, remoteHost } = connection;
    if (out === undefined || back === undefined || remoteHost === undefined) {
      this.#unanswered(connection);
    } else if (out.verdict === "reject") {
      this.#endAt(connection, out.arrival(at, 0), "refused");
    } else if (out.verdict === "drop" || !remoteHost.isUp || out.loses()) {
      this.#unanswered(connection);
    } else {
      this.#schedule.push(out.arrival(at, 0), new Action(() => this.#synArrives(connection)));
    }
  }

  #synArrives(connection: Connection): void {
    const { back, remoteHost } = connection;
    if (connection.isGone || back === undefined || remoteHost === undefined) return;
    if (remoteHost.porter !== undefined && remoteHost.isUp) {
      this.#synLeaves(connection, remoteHost.porter);
      return;
    }
    const listener = remoteHost.listeners.get(connection.remote.port);
    const isAnswered =
      remoteHost.isUp &&
      back.verdict === "pass" &&
      (listener === undefined || listener.backlog < backlogMax) &&
      !back.loses();
    if (!isAnswered) {
      this.#unanswered(connection);
      return;
    }
    const arrives = back.arrival(this.#schedule.now, 0);
    if (listener === undefined) {
      this.#endAt(connection, arrives, "refused");
      return;
    }
    const accepting = otherEnd(connection, listener);
    this.#schedule.push(arrives, new Action(() => this.#transport.opens(connection, accepting)));
  }

  /** A SYN for somebody outside: who stands for them is told once, and answers when it can. */
  #synLeaves(connection: Connection, porter: Process): void {
    const told = connection.strangersEnd;
    if (told !== undefined) {
      if (told.answer !== undefined) this.#answerTravels(connection, told, told.answer);
      return;
    }
    const end = otherEnd(connection, porter);
    end.dialedAt = this.#schedule.now;
    end.peer = connection;
    connection.strangersEnd = end;
    this.#transport.asks(end);
  }

  /** The outside has decided about a dial; `end` is its end of the connection. */
  answer(end: Connection, how: DialAnswer): void {
    const { peer } = end;
    if (peer === undefined || end.answer !== undefined) return;
    end.answer = how;
    if (how !== "accepted") end.process.forget(end);
    this.#answerTravels(peer, end, how);
  }

  /** Where it does not get through, the next SYN asks for it again. */
  #answerTravels(connection: Connection, end: Connection, how: DialAnswer): void {
    const { back } = connection;
    if (back === undefined || back.verdict !== "pass" || back.loses()) {
      if (!connection.isGone) this.#unanswered(connection);
      return;
    }
    const arrives = back.arrival(this.#schedule.now, 0);
    if (how === "accepted")
      this.#schedule.push(arrives, new Action(() => this.#transport.opens(connection, end)));
    else this.#endAt(connection, arrives, how);
  }

  /**
   * Nothing answers: SYN again after 1, 3, 7 ... s. A host on the same network segment is found gone
   * after about three seconds, at each dial anew: we keep no cache of failed neighbours, which suits
   * the recordings, where each dial took those three seconds.
   */
  #unanswered(connection: Connection): void {
    const { host, remoteHost, out, dialedAt } = connection;
    if (connection.attempts === 0 && out !== undefined && host.segment === remoteHost?.segment) {
      const fails = dialedAt + out.random.duration(neighbourMin, neighbourMax);
      // The SYN itself may have been under way for longer than that.
      this.#schedule.push(
        Math.max(fails, this.#schedule.now),
        new Action(() => this.#neighbourFails(connection)),
      );
    }
    // A SYN that was lost on the way back may find the next one's time already past.
    let wait = synTimes[connection.attempts++];
    while (wait !== undefined && dialedAt + wait <= this.#schedule.now) {
      wait = synTimes[connection.attempts++];
    }
    if (wait === undefined || wait === synTimes[synTimes.length - 1]) {
      this.#endAt(connection, Math.max(dialedAt + (wait ?? 0), this.#schedule.now), "timeout");
      return;
    }
    const again = new Action(() => {
      const isWaiting = connection.phase === "connecting" && connection.ended === undefined;
      if (isWaiting && !connection.isGone) this.#syn(connection, this.#schedule.now);
    });
    this.#schedule.push(dialedAt + wait, again);
  }

  #neighbourFails(connection: Connection): void {
    if (connection.phase === "connecting" && connection.isSilent) {
      this.#transport.end(connection, "unreachable");
    }
  }

  #endAt(connection: Connection, at: number, why: CloseReason): void {
    const end = new Action(() => {
      if (connection.phase === "connecting") this.#transport.end(connection, why);
    });
    this.#schedule.push(at, end);
  }
}

/** The end of who takes what another process dials: it has the same two ways, seen from the other side. */
function otherEnd(connection: Connection, process: Process): Connection {
  const { host, local, remote, out, back } = connection;
  return new Connection({
    process,
    id: -1 as ConnectionId,
    local: remote,
    remote: local,
    remoteHost: host,
    out: back,
    back: out,
  });
}
