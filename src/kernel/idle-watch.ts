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
      // Those that wait to be accepted.
      for (let i = 0; i < process.ready.length; i++) {
        const connection = process.ready.at(i);
        if (connection?.isToAccept === true) this.#ask(connection);
      }
    }
  }

  #ask(connection: Connection): void {
    const { keepalive } = connection.host;
    if (keepalive === undefined || connection.phase !== "open" || connection.isBroken) return;
    const { isSilent } = connection;
    if (!isSilent && !connection.isDisowned) {
      connection.firstProbe = 0;
      connection.keepaliveDeadline = 0;
      return;
    }
    const { now } = this.#schedule;
    const { idle, interval, probes } = keepalive;
    const { lastHeard } = connection;
    // Until now its probes were answered, each `idle` after the one before.
    if (connection.firstProbe === 0) {
      connection.firstProbe = lastHeard + (Math.floor((now - lastHeard) / idle) + 1) * idle;
    }
    const { firstProbe } = connection;
    let deadline = firstProbe + interval * probes;
    if (!isSilent) {
      // The next probe is answered with RST.
      const late = Math.ceil(Math.max(0, now - firstProbe) / interval);
      deadline = firstProbe + late * interval;
    }
    if (deadline === connection.keepaliveDeadline) return;
    connection.keepaliveDeadline = deadline;
    const check = new Action(() => {
      if (connection.keepaliveDeadline !== deadline) return;
      connection.keepaliveDeadline = 0;
      if (lastHeard === connection.lastHeard) this.#fails(connection);
      else {
        // The other direction works, and what came that way put the probes off.
        connection.firstProbe = connection.lastHeard + idle;
        this.#ask(connection);
      }
    });
    this.#schedule.push(Math.max(deadline, now), check);
  }

  #fails(connection: Connection): void {
    if (connection.phase !== "open" || connection.isBroken || connection.isForgotten) return;
    if (connection.stall !== undefined) return;
    if (connection.isSilent) this.#transport.end(connection, "timeout");
    else if (connection.isDisowned) this.#transport.end(connection, "reset");
  }
}
