/**
 * Keepalive, as lazily as it can be: probes on a healthy path change nothing, so none is queued. Only
 * when a path fails, or a machine comes back without its connections, is it worked out when the next
 * probes would have told (anetKeepAlive()).
 */
import type { Connection } from "./connection.js";
import type { Process } from "./process.js";
import { Action, type Schedule } from "./schedule.js";
import type { Transport } from "./transport.js";

export class IdleWatch {
  readonly #schedule: Schedule;
  readonly #transport: Transport;

  constructor(schedule: Schedule, transport: Transport) {
    this.#schedule = schedule;
    this.#transport = transport;
  }

  /**
   * A path has failed or come back: when would keepalive notice on the connections that are idle?
   * Healthy connections are never asked, and nothing is queued for them.
   */
  watch(processes: Iterable<Process>): void {
    for (const process of processes) {
      for (const connection of process.connections) {
        if (connection !== undefined) this.#ask(connection);
      }
    }
  }

  #ask(connection: Connection): void {
    const { keepalive } = connection.host;
    if (keepalive === undefined || connection.phase !== "open" || connection.isBroken) return;
    const { now } = this.#schedule;
    const { idle, interval, probes } = keepalive;
    const patience = interval * probes;
    const { keepaliveDeadline, lastHeard } = connection;
    let deadline = 0;
    if (connection.isSilent) {
      if (keepaliveDeadline > now) return;
      // Until now its probes were answered, each `idle` after the one before.
      deadline = lastHeard + Math.floor((now - lastHeard) / idle) * idle + idle + patience;
    } else if (connection.peer?.isForgotten === true) {
      // The peer's machine is back and will answer the next probe with RST.
      const first = (keepaliveDeadline > now ? keepaliveDeadline : now + patience) - patience;
      deadline = first > now ? first : first + Math.ceil((now - first) / interval) * interval;
    }
    connection.keepaliveDeadline = deadline;
    if (deadline === 0) return;
    const check = new Action(() => {
      if (connection.keepaliveDeadline === deadline) this.#fails(connection);
    });
    this.#schedule.push(deadline, check);
  }

  #fails(connection: Connection): void {
    if (connection.phase !== "open" || connection.isBroken || connection.isForgotten) return;
    if (connection.stall !== undefined) return;
    if (connection.isSilent) this.#transport.end(connection, "timeout");
    else if (connection.peer?.isForgotten === true) this.#transport.end(connection, "reset");
  }
}
