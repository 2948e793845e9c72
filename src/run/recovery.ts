/**
 * Liveness: once faults have stopped, and after a quiet time that follows from the settings, one server
 * is the master, every Sentinel names it, every other server follows it with the same data, and clients
 * write again.
 *
 * What is asked for is never switched off; a rule says when Sentinel cannot deliver it: while a fault
 * lasts or a node is down, without a majority of the Sentinels, before the quiet time is over. A run
 * that ends in one of these is not judged.
 */
import type { Fault } from "../kernel/fault.js";
import type { RunRecord } from "../kernel/record.js";
import { type Duration, type Instant, microseconds, start } from "../kernel/time.js";
import type { Violation } from "../observe/check/law.js";
import type { Fold, Folded } from "../observe/fold.js";
import type { RedisNote } from "../redis/note.js";
import { undoing } from "../scenario/action.js";
import type { Plan } from "../scenario/plan.js";
import type { Configured } from "./configured.js";

/** Commands of an operator after which the cluster has to find its balance again. */
const disturbing =
  /^\s*(sentinel\s+(failover|reset|remove|monitor|set|simulate-failure|config)|failover|replicaof|slaveof|shutdown|debug|config|client|multi)\b/i;

/** SENTINEL RESET forgets every replica, and learns of those that the master knows at that moment. */
const forgetting = /^\s*sentinel\s+(reset|remove)\b/i;

/** Retransmissions double until two minutes lie between them. */
const longestRetransmission = 120_000_000;
/** INFO every 10 s, votes, hellos, reconnections, the loading of a dataset. */
const slack = 60_000_000;
/** A client that has not written for so long at the end does not write. */
const clientPatience = 20_000_000;

export class Recovery implements Fold {
  static readonly law = "after the faults all agree on one master and clients write again";
  readonly folds: readonly Folded[] = ["fault", "up", "down", "command", "ok", "fail", "info"];
  /** Virtual microseconds of quiet after which all must be well. */
  readonly bound: number;
  readonly #plan: Plan;
  readonly #nodes: ReadonlySet<string>;
  readonly #settings: Configured;
  readonly #lasting = new Map<string, Fault>();
  readonly #down = new Set<string>();
  readonly #written = new Map<string, { acknowledgedAt: Instant; triedAt: Instant }>();
  #disturbedAt: Instant = start;
  #networkWasHurt = false;
  /** Whom an operator made forget, while somebody could not answer. */
  #forgetful: string | undefined;

  constructor(plan: Plan, settings: Configured) {
    this.#plan = plan;
    this.#settings = settings;
    this.bound = quietTime(settings);
    this.#nodes = new Set(plan.nodes.map(({ name }) => name));
    for (const node of this.#nodes) this.#down.add(node);
  }

  record(record: RunRecord): void {
    switch (record.kind) {
      case "fault":
        this.#fault(record.fault, record.at);
        break;
      case "up":
        this.#down.delete(record.node);
        if (this.#isNode(record.node)) this.#disturbedAt = record.at;
        break;
      case "down":
        if (!this.#isNode(record.node)) return;
        this.#down.add(record.node);
        this.#disturbedAt = record.at;
        break;
      case "note":
        this.#note(record.node, record.note as unknown as RedisNote, record.at);
        break;
      default:
    }
  }

  #isNode(name: string): boolean {
    return this.#nodes.has(name);
  }

  #fault(fault: Fault, at: Instant): void {
    // What happens to a client is no matter for the cluster.
    if ("node" in fault && !this.#isNode(fault.node)) return;
    this.#disturbedAt = fault.kind === "starve" ? ((at + fault.time) as Instant) : at;
    if (["cut", "slow", "powerOff", "pause"].includes(fault.kind)) this.#networkWasHurt = true;
    if (fault.kind === "heal" && fault.name === undefined)
      for (const [key, each] of this.#lasting) if (each.kind === "cut") this.#lasting.delete(key);
    this.#lasting.delete(keyOf(fault));
    const undo = undoing(fault);
    if (undo !== undefined && fault.kind !== "jump") this.#lasting.set(keyOf(undo), fault);
  }

  #note(node: string, note: RedisNote, at: Instant): void {
    switch (note.kind) {
      case "command":
        if (disturbing.test(note.command)) this.#disturbedAt = at;
        if (forgetting.test(note.command) && (this.#lasting.size > 0 || this.#down.size > 0))
          this.#forgetful = note.target;
        break;
      case "ok":
      case "fail":
      case "info":
        if (note.operation === "write") this.#wrote(node, note.kind === "ok", at);
        break;
      default:
    }
  }

  #wrote(client: string, isOk: boolean, at: Instant): void {
    const known = this.#written.get(client);
    if (known === undefined)
      this.#written.set(client, { acknowledgedAt: isOk ? at : start, triedAt: at });
    else {
      known.triedAt = at;
      if (isOk) known.acknowledgedAt = at;
    }
  }

  /** How long a run is healed at most: a node that ends again and again never leaves it quiet. */
  get patience(): Duration {
    if (this.#forgetful !== undefined) return microseconds(slack);
    return microseconds(2 * (this.bound + longestRetransmission));
  }

  /** What undoes every fault that lasts, and starts every node that is down. */
  healing(): readonly Fault[] {
    const faults: Fault[] = [];
    for (const fault of this.#lasting.values()) {
      const undo = undoing(fault);
      if (undo !== undefined && undo.kind !== "restart") faults.push(undo);
    }
    for (const node of this.#down) faults.push({ kind: "restart", node });
    return faults;
  }

  /** Why this run cannot be judged at this instant; undefined: it can. */
  excuse(now: Instant): string | undefined {
    const fault = this.#lasting.values().next().value;
    if (fault !== undefined) return `a fault lasts: ${fault.kind}`;
    for (const node of this.#down) return `${node} is down`;
    if (this.#forgetful !== undefined)
      return `${this.#forgetful} was told to forget its replicas while some could not answer`;
    if (!this.#plan.nodes.some((node) => node.kind === "sentinel")) return "there are no Sentinels";
    const quiet = now - this.#disturbedAt;
    const needed = this.bound + (this.#networkWasHurt ? longestRetransmission : 0);
    if (quiet < needed)
      return `it has been quiet for ${inSeconds(quiet)} of ${inSeconds(needed)} s`;
    return undefined;
  }

  /** To be asked without an excuse. `dissent`: what the nodes disagree about at this instant, if they do. */
  violations(now: Instant, dissent: string | undefined): Violation[] {
    const what = dissent ?? this.silent(now);
    if (what === undefined) return [];
    const since = ((now - this.#disturbedAt) / 1e6).toFixed(0);
    return [
      { law: Recovery.law, at: now, nodes: [], text: `${since} s after the last fault: ${what}` },
    ];
  }

  /** A client that tries and does not get through; not one that knows a single server only. */
  silent(now: Instant): string | undefined {
    for (const [client, { acknowledgedAt, triedAt }] of this.#written) {
      if (now - triedAt > clientPatience || now - acknowledgedAt <= clientPatience) continue;
      const policy = this.#plan.clients.find(({ name }) => name === client)?.settings.policy;
      if (policy === undefined || policy.kind === "naive") continue;
      if (this.#refusesWrites(policy.master)) continue;
      return `${client} gets no write acknowledged`;
    }
    return undefined;
  }

  /** Some server of the group wants more replicas, when it is the master, than there are others. */
  #refusesWrites(group: string): boolean {
    const members = this.#plan.nodes.filter(
      ({ kind, groups }) => kind === "server" && groups.includes(group),
    );
    return members.some(({ name }) => {
      const wanted = this.#settings.servers.get(name)?.minReplicasToWrite ?? 0;
      return wanted >= members.length;
    });
  }
}

function inSeconds(micros: number): string {
  return (micros / 1e6).toFixed(0);
}

/** Undoing and undone are one key. */
function keyOf(fault: Fault): string {
  switch (fault.kind) {
    case "heal":
      return `heal ${fault.name ?? ""}`;
    case "restore":
      return `restore ${fault.a.join(" ")}/${fault.b?.join(" ") ?? ""}`;
    case "restart":
    case "resume":
      return `${fault.kind} ${fault.node}`;
    case "powerOn":
    case "unskew":
    case "freeDisk":
    case "freeMemory":
    case "restoreDisk":
      return `${fault.kind} ${fault.host}`;
    case "resolve":
      return `resolve ${fault.name}`;
    default:
      return "";
  }
}

/**
 * An attempt that fails is repeated after twice the failover-timeout; after a second one nothing stands
 * in the way any more. A replica that was left alone needs its repl-timeout to notice, and so does its
 * master.
 */
function quietTime({ servers, sentinels }: Configured): number {
  let down = 0;
  let failover = 0;
  let replication = 0;
  for (const { replTimeout } of servers.values())
    replication = Math.max(replication, replTimeout * 1_000);
  for (const { masters } of sentinels.values())
    for (const master of masters.values()) {
      down = Math.max(down, master.downAfter);
      failover = Math.max(failover, master.failoverTimeout);
    }
  return (2 * down + 4 * failover + 2 * replication) * 1_000 + slack;
}
