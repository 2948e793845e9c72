/**
 * The phases of each failover, folded from what the Sentinels publish: one entry an attempt, so that
 * an attempt that was abandoned is seen beside the one that went through.
 *
 * What begins an attempt is its incident: the first +sdown of the master on any Sentinel, and the last
 * fault before that (`faultAt`), from which all phases are counted.
 */
import type { Instant } from "../kernel/time.js";

/** In the order in which they happen. `switch` is the first +switch-master on any Sentinel, `end` the leader's. */
export const phases = [
  "sdown",
  "odown",
  "try",
  "elected",
  "selected",
  "waitPromotion",
  "promoted",
  "switch",
  "end",
] as const;
export type Phase = (typeof phases)[number];

export interface Failover {
  /** The master's name in the Sentinels' configuration. */
  readonly master: string;
  readonly epoch: number;
  /** The Sentinel that ran the attempt. */
  readonly leader: string;
  /** `ip:port` of the old master, and of the replica chosen. */
  readonly from: string;
  to: string | undefined;
  /** The last fault or operator's command before the incident began. */
  readonly faultAt: Instant | undefined;
  readonly at: Partial<Record<Phase, Instant>>;
  /** What ended an attempt that did not go through: the name of its event. */
  aborted: string | undefined;
}

interface Incident {
  readonly faultAt: Instant | undefined;
  sdown: Instant | undefined;
  odown: Instant | undefined;
}

export class FailoverFold {
  readonly failovers: Failover[] = [];
  #lastFault: Instant | undefined;
  readonly #incidents = new Map<string, Incident>();
  readonly #epochs = new Map<string, number>();
  /** The attempt that runs on a Sentinel, by `sentinel/master`. */
  readonly #running = new Map<string, Failover>();

  /** A fault was injected, or an operator sent a command that may start a failover. */
  fault(at: Instant): void {
    this.#lastFault = at;
  }

  event(sentinel: string, channel: string, payload: string, at: Instant): void {
    switch (channel) {
      case "+new-epoch":
        this.#epochs.set(sentinel, Number(payload));
        return;
      case "+sdown":
      case "+odown":
      case "-sdown":
        this.#down(channel, payload, at);
        return;
      case "+try-failover":
        this.#attempt(sentinel, payload, at);
        return;
      case "+switch-master":
        this.#switched(payload, at);
        return;
      default:
        this.#progress(sentinel, channel, payload, at);
    }
  }

  #down(channel: string, payload: string, at: Instant): void {
    const words = payload.split(" ");
    if (words[0] !== "master") return;
    const master = words[1] as string;
    const incident = this.#incidents.get(master);
    if (channel === "-sdown") {
      if (![...this.#running.values()].some((attempt) => attempt.master === master))
        this.#incidents.delete(master);
    } else if (incident === undefined) {
      this.#incidents.set(master, {
        faultAt: this.#lastFault,
        sdown: at,
        odown: channel === "+odown" ? at : undefined,
      });
    } else if (channel === "+odown") {
      incident.odown ??= at;
    }
  }

  #attempt(sentinel: string, payload: string, at: Instant): void {
    const [, master = "", ip = "", port = ""] = payload.split(" ");
    // Nobody held the master to be down: an operator asked for it, and no fault is its cause.
    const incident = this.#incidents.get(master) ?? {
      faultAt: undefined,
      sdown: undefined,
      odown: undefined,
    };
    this.#incidents.set(master, incident);
    const attempt: Failover = {
      master,
      epoch: this.#epochs.get(sentinel) ?? 0,
      leader: sentinel,
      from: `${ip}:${port}`,
      to: undefined,
      faultAt: incident.faultAt,
      at: {
        ...(incident.sdown === undefined ? {} : { sdown: incident.sdown }),
        ...(incident.odown === undefined ? {} : { odown: incident.odown }),
        try: at,
      },
      aborted: undefined,
    };
    this.failovers.push(attempt);
    this.#running.set(`${sentinel}/${master}`, attempt);
  }

  #progress(sentinel: string, channel: string, payload: string, at: Instant): void {
    const phase = phaseOf(channel);
    const aborts = channel.startsWith("-failover-abort");
    if (phase === undefined && !aborts) return;
    const words = payload.split(" ");
    const master = (words[0] === "master" ? words[1] : words[words.indexOf("@") + 1]) ?? "";
    const key = `${sentinel}/${master}`;
    const attempt = this.#running.get(key);
    if (attempt === undefined) return;
    if (aborts) {
      attempt.aborted = channel;
      this.#running.delete(key);
      return;
    }
    if (phase === "selected") attempt.to = words[1];
    if (phase !== undefined) attempt.at[phase] ??= at;
    if (phase === "end") this.#running.delete(key);
  }

  #switched(payload: string, at: Instant): void {
    const [master = "", oldIp, oldPort, newIp, newPort] = payload.split(" ");
    const attempt = this.failovers.findLast(
      (each) =>
        each.master === master &&
        each.from === `${oldIp}:${oldPort}` &&
        each.to === `${newIp}:${newPort}`,
    );
    if (attempt !== undefined) attempt.at.switch ??= at;
    this.#incidents.delete(master);
  }
}

function phaseOf(channel: string): Phase | undefined {
  switch (channel) {
    case "+elected-leader":
      return "elected";
    case "+selected-slave":
      return "selected";
    case "+failover-state-wait-promotion":
      return "waitPromotion";
    case "+promoted-slave":
      return "promoted";
    case "+failover-end":
      return "end";
    default:
      return undefined;
  }
}
