/**
 * One run: a scenario and a seed become a world, a script and a ledger, and in the end a result. The
 * only place where all layers meet.
 *
 * A run is stepped from outside and never runs by itself: `advance` moves virtual time, and between two
 * steps anybody may inject a fault, send a command or look. It touches no clock and no file.
 */
import type { Fault } from "./kernel/fault.js";
import type { Observer } from "./kernel/record.js";
import type { Simulation } from "./kernel/simulation.js";
import { after, type Duration, type Instant, start } from "./kernel/time.js";
import { type Failover, phases } from "./observe/failovers.js";
import type { ClientWrites } from "./observe/writes.js";
import type { RedisNote } from "./redis/note.js";
import type { NodeView } from "./redis/view.js";
import { type Plan, planOf } from "./scenario/plan.js";
import type { Scenario } from "./scenario/scenario.js";
import { disagreement, finalOf, type Inspection, inspectAll } from "./run/final.js";
import { Judge } from "./run/judge.js";
import { Ledger } from "./run/ledger.js";
import { Operators } from "./run/operators.js";
import type { ClientMetrics, FailoverResult, Metrics, RunResult } from "./run/result.js";
import { Script } from "./run/script.js";
import { buildWorld } from "./run/world.js";

export interface RunOptions {
  readonly scenario: Scenario;
  /** Instead of the scenario's own. */
  readonly seed?: string;
  /** The run ends here, or where the scenario ends, whichever comes first. */
  readonly until?: Duration;
  /** Besides the ledger that every run keeps. */
  readonly observers?: readonly Observer[];
}

export class Run {
  readonly plan: Plan;
  readonly end: Instant;
  readonly #simulation: Simulation;
  readonly #operators: Operators;
  readonly #script: Script;
  readonly #judge: Judge;
  readonly #ledger: Ledger;

  constructor(options: RunOptions) {
    this.plan = planOf(options.scenario, options.seed ?? options.scenario.seed);
    const length = Math.min(this.plan.duration, options.until ?? this.plan.duration);
    this.end = after(start, length as Duration);
    this.#judge = new Judge(this.plan.expectations);
    this.#ledger = new Ledger(groupsOf(this.plan), this.#judge);
    this.#operators = new Operators(this.plan);
    this.#script = new Script(this.plan, this.#operators, (step, at) => {
      this.#judge.acted(step, at);
    });
    this.#simulation = buildWorld(this.plan, this.#operators, {
      observers: [this.#ledger, ...(options.observers ?? [])],
      watch: (node, note) => {
        this.#script.note(node, note as unknown as RedisNote);
      },
      life: (node, isUp) => {
        this.#script.life(node, isUp);
      },
    });
    this.#script.begin(this.#simulation);
  }

  get now(): Instant {
    return this.#simulation.now;
  }

  get isOver(): boolean {
    return this.now >= this.end;
  }

  get fingerprint(): string {
    return this.#simulation.fingerprint();
  }

  get steps(): number {
    return this.#simulation.steps;
  }

  /** How often each stream of chance was drawn from. */
  get draws(): ReturnType<Simulation["draws"]> {
    return this.#simulation.draws();
  }

  /** Moves virtual time, at most to the end. */
  advance(span: Duration): void {
    const to = after(this.now, span);
    this.#simulation.runUntil(to < this.end ? to : this.end);
  }

  /** To the end. */
  finish(): RunResult {
    this.#simulation.runUntil(this.end);
    return this.result();
  }

  inject(fault: Fault): void {
    this.#simulation.inject(fault);
  }

  /** An operator on the node's host types these lines into redis-cli; the replies come as notes. */
  command(node: string, ...lines: readonly string[]): void {
    this.#operators.command("by hand", node, lines, undefined);
  }

  /** The node's own view of itself; undefined while it is down. Pure. */
  inspect(node: string): NodeView | undefined {
    return this.#simulation.inspect(node) as NodeView | undefined;
  }

  /** A file on a node's disk, as text; undefined: there is none. */
  file(node: string, path: string): string | undefined {
    const content = this.#simulation.disk(node).read(path);
    return typeof content === "string" ? content : undefined;
  }

  result(): RunResult {
    const inspection = inspectAll(this.#simulation, this.plan);
    const masterOf = (group: string) => this.#script.selectors.master(group);
    const clients = this.#clients(inspection);
    const metrics = this.#metrics(clients);
    const master = this.#script.selectors.master(undefined);
    return {
      scenario: this.plan.file,
      title: this.plan.title,
      seed: this.plan.seed,
      version: this.plan.version,
      fingerprint: this.fingerprint,
      virtualMs: inMs(this.now),
      events: this.steps,
      metrics,
      clients,
      failovers: this.#ledger.failovers.failovers.map(failoverResult),
      expectations: this.#judge.verdicts({
        metrics,
        clients,
        master,
        disagreement: disagreement(this.plan, inspection, masterOf),
      }),
      laws: this.#ledger.laws.map(({ name, violations }) => ({
        law: name,
        holds: violations.length === 0,
        violations,
      })),
      final: finalOf(inspection),
      mishaps: this.#script.mishaps,
    };
  }

  #metrics(clients: readonly ClientMetrics[]): Metrics {
    const sum = (of: (client: ClientMetrics) => number) =>
      clients.reduce((total, client) => total + of(client), 0);
    return {
      acknowledged: sum((client) => client.acknowledged),
      failed: sum((client) => client.failed),
      unknown: sum((client) => client.unknown),
      lost: sum((client) => client.lost),
      longestWriteGapMs: clients.reduce((most, each) => Math.max(most, each.longestWriteGapMs), 0),
      twoMastersMs: inMs(this.#ledger.masters.total(this.now)),
    };
  }

  #clients(inspection: Inspection): ClientMetrics[] {
    const lost = this.#lost(inspection);
    return [...this.#ledger.writes.clients.values()].map((counts) => ({
      client: counts.client,
      acknowledged: counts.acknowledged,
      failed: counts.failed,
      unknown: counts.unknown,
      lost: lost.get(counts.client) ?? 0,
      ...this.#gap(counts),
      reads: { ...counts.reads },
      errors: [...counts.errors]
        .map(([error, count]) => ({ error, count }))
        .sort((a, b) => b.count - a.count || (a.error < b.error ? -1 : 1)),
    }));
  }

  #gap(counts: ClientWrites): Pick<ClientMetrics, "longestWriteGapMs" | "gapFromMs"> {
    const open = counts.lastAcknowledgedAt ?? counts.firstAt ?? this.now;
    const refusedLast = counts.lastEndedAt !== counts.lastAcknowledgedAt;
    const isOpen = refusedLast && this.now - open > counts.longestGap;
    const from = isOpen ? open : counts.gapAt;
    return {
      longestWriteGapMs: inMs(isOpen ? this.now - open : counts.longestGap),
      gapFromMs: from === undefined ? undefined : inMs(from),
    };
  }

  /** Acknowledged writes whose value no surviving master has, by client. */
  #lost(inspection: Inspection): Map<string, number> {
    const masters = [...inspection.servers.keys()].filter((node) => {
      const group = this.plan.nodes.find((each) => each.name === node)?.groups[0] ?? "";
      return this.#script.selectors.master(group) === node;
    });
    const views = masters.flatMap((node) => inspection.servers.get(node) ?? []);
    const lost = new Map<string, number>();
    for (const [key, written] of this.#ledger.writes.written) {
      const kept = views.some((view) => {
        const value = view.get(key);
        return value !== undefined && (value === written.value || written.maybe?.includes(value));
      });
      if (!kept) lost.set(written.client, (lost.get(written.client) ?? 0) + 1);
    }
    return lost;
  }
}

/** The group of each server: those that are meant to have one master together. */
function groupsOf(plan: Plan): Map<string, string> {
  return new Map(
    plan.nodes
      .filter((node) => node.kind === "server")
      .map((node) => [node.name, node.groups[0] ?? node.name]),
  );
}

function failoverResult(failover: Failover): FailoverResult {
  const { at, faultAt, ...rest } = failover;
  const first = phases.map((phase) => at[phase]).find((each) => each !== undefined);
  const from = faultAt ?? first ?? 0;
  return {
    master: rest.master,
    epoch: rest.epoch,
    leader: rest.leader,
    from: rest.from,
    to: rest.to,
    faultAtMs: faultAt === undefined ? undefined : inMs(faultAt),
    phases: Object.fromEntries(
      phases.flatMap((phase) => {
        const when = at[phase];
        return when === undefined ? [] : [[phase, inMs(when - from)]];
      }),
    ),
    aborted: rest.aborted,
  };
}

/** Milliseconds, with the tenth that the recordings have. */
function inMs(micros: number): number {
  return Math.round(micros / 100) / 10;
}
