/**
 * One run: a scenario and a seed become a world, a script and a ledger, and in the end a result. The
 * only place where all layers meet.
 *
 * A run is stepped from outside and never runs by itself: `advance` moves virtual time, and between two
 * steps anybody may inject a fault, send a command or look. It touches no clock and no file.
 */
import type { ActorFactory, Address } from "./kernel/actor.js";
import { Bug } from "./kernel/assert.js";
import type { Fault } from "./kernel/fault.js";
import type { OutsideInput } from "./kernel/outside.js";
import { RandomStream } from "./kernel/random.js";
import type { RealMachine } from "./kernel/real-machine.js";
import type { Observer } from "./kernel/record.js";
import type { Simulation } from "./kernel/simulation.js";
import { after, type Duration, earlier, type Instant, seconds, start } from "./kernel/time.js";
import { checkRegister } from "./observe/check/linearizable.js";
import { type Failover, phases } from "./observe/failovers.js";
import type { Loss } from "./observe/lineage.js";
import type { ClientWrites } from "./observe/writes.js";
import { Outside, type OutsideOutput } from "./redis/client/outside.js";
import type { RedisNote } from "./redis/note.js";
import type { NodeView } from "./redis/view.js";
import { Called } from "./run/called.js";
import { checkFault } from "./run/fault-check.js";
import { disagreement, finalOf, type Inspection, inspectAll, laggard } from "./run/final.js";
import { Guests } from "./run/guests.js";
import { Judge } from "./run/judge.js";
import { Ledger } from "./run/ledger.js";
import { checkDuration, mistake, shown } from "./run/mistake.js";
import { Operators } from "./run/operators.js";
import { checkedProgram, checkOptions } from "./run/options-check.js";
import { RecordedMachine } from "./run/recorded-machine.js";
import { Recovery } from "./run/recovery.js";
import type {
  ClientMetrics,
  Consistency,
  FailoverResult,
  LawVerdict,
  Metrics,
  RunResult,
} from "./run/result.js";
import { Script } from "./run/script.js";
import { Watchers } from "./run/watchers.js";
import { buildWorld } from "./run/world.js";
import type { Choice } from "./scenario/action.js";
import { ScenarioError } from "./scenario/define.js";
import { type Plan, type PlanNode, planOf } from "./scenario/plan.js";
import type { Scenario } from "./scenario/scenario.js";

export interface RunOptions {
  /** As `defineScenario` and `parseScenario` make it. */
  readonly scenario: Scenario;
  /** Any text; instead of the scenario's own. */
  readonly seed?: string;
  /** The run ends here, or where the scenario ends, whichever comes first. */
  readonly until?: Duration;
  /**
   * They look on, and act on nothing; the first records come while the run is made. What one throws comes out
   * of whatever moved the run (`advance`, `finish`, `heal`, `inject`), at the end of the step in which it was
   * thrown; the run can go on from there.
   */
  readonly observers?: readonly Observer[];
  /**
   * Asked for each node, once for every version that it may come to run, while the run is made: the factory
   * of the actor in its place, which is called at each boot (a wrong one for a test of the laws, say); `usual` is
   * its own. What such an actor throws ends the run as a `Bug` that has the place, with that as its `cause`.
   */
  readonly program?: (node: PlanNode, usual: ActorFactory) => ActorFactory;
  /** A host of the scenario on which clients from outside the simulation stand: `take`, `fetch`. */
  readonly outside?: string;
  /** The real machine that the scenario's hosts stand for. */
  readonly real?: RealMachine;
}

/** A cluster that is healed does little; one that reconnects in tight loops is looked at for long enough. */
const healingSteps = 1_000_000;

export class Run {
  readonly plan: Plan;
  readonly #simulation: Simulation;
  readonly #operators: Operators;
  readonly #script: Script;
  readonly #judge: Judge;
  readonly #ledger: Ledger;
  readonly #observers: readonly Observer[];
  readonly #watchers: Watchers;
  readonly #guests = new Guests();
  readonly #called: Called;
  #outside: Outside | undefined;
  /** Chooses for those who break the cluster by hand. */
  #handStream: RandomStream | undefined;
  #end: Instant;
  /** Who had other data, or had not caught up, when all the rest was well and nobody wrote any more. */
  #unsettled: string | undefined;
  /** Clients that were stopped so that all could catch up with the last write. */
  #silenced: readonly string[] = [];
  #isMoving = false;

  /** Nothing has happened yet. Throws a ScenarioError where an option is wrong. */
  constructor(options: RunOptions) {
    checkOptions(options);
    this.plan = planOf(options.scenario, options.seed ?? options.scenario.seed);
    const length = Math.min(this.plan.duration, options.until ?? this.plan.duration);
    this.#end = after(start, length as Duration);
    this.#called = new Called(this.plan, (node) => this.#guests.portOf(node) !== undefined);
    this.#judge = new Judge(this.plan.expectations);
    this.#ledger = new Ledger(this.plan, this.#judge);
    this.#operators = new Operators(this.plan);
    this.#watchers = new Watchers(options.observers ?? []);
    const observers = [this.#ledger, ...this.#watchers.observers];
    this.#observers = observers;
    this.#script = new Script(this.plan, this.#operators, ({ step, name, on, at }) => {
      this.#judge.acted(step, at);
      for (const observer of observers) observer.record({ kind: "act", at, step: name, on });
    });
    this.#simulation = buildWorld(this.plan, this.#operators, {
      ...(options.program === undefined ? {} : { program: checkedProgram(options.program) }),
      ...(options.outside === undefined ? {} : { outside: this.#outsideOn(options.outside) }),
      ...(options.real === undefined ? {} : { real: this.#recorded(options.real) }),
      observers,
      watch: (node, note) => {
        this.#script.note(node, note as unknown as RedisNote);
      },
      life: (node, isUp) => {
        this.#script.life(node, isUp);
      },
    });
    this.#script.begin(this.#simulation);
    this.#watchers.watch(this.#simulation);
    this.#watchers.rethrow();
  }

  /** Microseconds of virtual time since the run began. */
  get now(): Instant {
    return this.#simulation.now;
  }

  /** Where `advance` and `finish` stop; `heal` moves it on. */
  get end(): Instant {
    return this.#end;
  }

  /** No time is left before the end. */
  get isOver(): boolean {
    return this.now >= this.end;
  }

  /** Of everything so far: 16 hexadecimal digits, equal for equal runs. */
  get fingerprint(): string {
    return this.#simulation.fingerprint();
  }

  /** Events handled so far. */
  get steps(): number {
    return this.#simulation.steps;
  }

  /** When every Sentinel knew every node and every link was up; undefined where nothing waits for that. */
  get settledAt(): Instant | undefined {
    return this.#script.settledAt;
  }

  /** When a step of the scenario acted for the first time; undefined: it has not yet. */
  actedAt(step: string): Instant | undefined {
    this.#called.check("step", step);
    return this.#script.actedAt(step);
  }

  /** How often each stream of chance was drawn from. */
  get draws(): readonly { readonly stream: string; readonly draws: number }[] {
    return this.#simulation.draws();
  }

  /** The same as numbers alone; a stream keeps its place, and new ones come behind. */
  get drawCounts(): readonly number[] {
    return this.#simulation.drawCounts();
  }

  /**
   * Moves virtual time by whole microseconds from 0 on (`seconds(30)`), at most to the end; at the end it
   * does nothing. Throws a ScenarioError where that is no duration, a `Bug` where redsim is wrong, and what an
   * observer throws.
   */
  advance(span: Duration): void {
    checkDuration("advance", span);
    this.#move(earlier(after(this.now, span), this.end));
  }

  /** To the end; at the end it is `result()`. */
  finish(): RunResult {
    this.#move(this.end);
    return this.result();
  }

  #move(until: Instant): void {
    this.#standsStill("advance");
    try {
      this.#acts(() => this.#simulation.runUntil(until));
    } catch (error) {
      // A program in a node's place was no program: the run's user is told, and not its author.
      throw error instanceof Bug && error.cause instanceof ScenarioError ? error.cause : error;
    }
    this.#watchers.rethrow();
  }

  /** What may make records: whoever is told them waits until it is done. */
  #acts(act: () => void): void {
    this.#isMoving = true;
    try {
      act();
    } finally {
      this.#isMoving = false;
    }
  }

  /** For whoever acts: an observer that does so in the middle of a step is told that it cannot. */
  #standsStill(where: string): void {
    if (!this.#isMoving) return;
    const hint = "an observer looks on, and who acts waits until advance is back";
    throw mistake(where, "the run is in the middle of a step", hint);
  }

  /**
   * The second phase of exploring: goes to the end, undoes every fault that lasts, starts every node that is
   * down, and goes on until all is well or the time that the settings allow for it is over. In the end clients
   * are stopped, so that replicas can catch up. Called again it does so again, from where the run is now.
   */
  heal(): RunResult {
    for (const _ of this.healing());
    return this.result();
  }

  /** The same, to be looked at after each virtual second of it. */
  *healing(): Iterable<void> {
    const { recovery } = this.#ledger;
    this.#move(this.end);
    this.#unsettled = undefined;
    this.#script.stop();
    for (const node of this.#silenced) this.#inject({ kind: "resume", node });
    for (const fault of recovery.healing()) this.#inject(fault);
    const most = this.steps + healingSteps;
    yield* this.#until(
      () => this.#dissent() === undefined || recovery.excuse(this.now) === undefined,
      most,
    );
    if (this.#dissent() !== undefined) return;
    this.#script.freeze();
    this.#silenced = this.plan.clients.flatMap(({ name }) =>
      this.#simulation.isUp(name) && !this.#simulation.isPaused(name) ? [name] : [],
    );
    for (const { name } of this.plan.clients)
      if (this.#simulation.isUp(name)) this.#inject({ kind: "pause", node: name });
    const unsettled = () => this.#dissent() ?? this.#lag();
    yield* this.#until(() => unsettled() === undefined, most);
    this.#unsettled = this.steps < most ? unsettled() : undefined;
  }

  /** Goes on, a second at a time, until all is well, or it has taken too long or too many steps. */
  *#until(isWell: () => boolean, most: number): Iterable<void> {
    const latest = after(this.now, this.#ledger.recovery.patience);
    do {
      this.#end = after(this.now, seconds(1));
      this.#move(this.#end);
      yield;
    } while (!isWell() && this.now < latest && this.steps < most);
  }

  /**
   * The fault happens now, at the end of the run, too; a fault that is there already does nothing. Throws a
   * ScenarioError where it names what is not there, or a field is missing or out of its range.
   */
  inject(fault: Fault): void {
    this.#standsStill("inject");
    checkFault(fault, this.#called);
    this.#unsettled = undefined;
    this.#inject(fault);
  }

  #inject(fault: Fault): void {
    this.#acts(() => this.#simulation.inject(fault));
    this.#watchers.rethrow();
  }

  /**
   * Something comes in from outside, and acts between two steps. All but faults needs the option `outside`.
   */
  take(input: OutsideInput): void {
    if (input.does === "inject") checkFault(input.fault, this.#called);
    else if (this.#outside === undefined)
      throw mistake(
        "take",
        "nobody in this run stands for those outside",
        "new Run({ outside }) names their host",
      );
    for (const observer of this.#observers)
      observer.record({ kind: "outside", at: this.now, input });
    switch (input.does) {
      case "inject":
        this.#inject(input.fault);
        break;
      case "start":
        this.#called.check("host", input.host, "start.host");
        this.#guests.start(this.#simulation, input);
        break;
      case "ended":
        this.#called.check("node", input.node, "ended.node");
        this.#simulation.endChild(input.node, input.child, input.code);
        break;
      default:
        this.#outside?.submit(input);
    }
    this.#watchers.rethrow();
  }

  /** What has left for the outside since this was last asked. */
  fetch(): readonly OutsideOutput[] {
    return this.#outside?.fetch() ?? [];
  }

  /** What selectors choose now, for somebody who breaks the cluster by hand. */
  get choice(): Choice {
    this.#handStream ??= new RandomStream(this.plan.seed, "by hand");
    return this.#script.selectors.choice(this.#handStream);
  }

  /**
   * The group's master as selectors see it: whom most live Sentinels name, or the last to say so of itself.
   * Without a group it is that of the only one, or of the first; undefined: nobody is.
   */
  masterOf(group?: string): string | undefined {
    if (group !== undefined) this.#called.check("group", group);
    return this.#script.selectors.master(group);
  }

  /** Every Sentinel knows every node, and every link is up. */
  get isSettled(): boolean {
    return this.#script.selectors.settled;
  }

  /** Does the node, or client, have a process? */
  isUp(node: string): boolean {
    this.#called.check("node", node);
    return this.#simulation.isUp(node);
  }

  /** Where the node listens: its machine's first address, and its port; undefined: it is a client. */
  addressOf(node: string): Address | undefined {
    this.#called.check("node", node);
    return this.#addressOf(node);
  }

  #addressOf(node: string): Address | undefined {
    const found = this.plan.nodes.find(({ name }) => name === node) ?? this.#guests.portOf(node);
    const host = this.plan.hosts.find(({ name }) => name === found?.host);
    const [ip] = host?.ips ?? [];
    return found === undefined || ip === undefined ? undefined : { ip, port: found.port };
  }

  /** Has the machine power? */
  isHostUp(host: string): boolean {
    this.#called.check("host", host);
    return this.#simulation.isHostUp(host);
  }

  /** Is its process stopped, by `pause` or because its machine starves it? */
  isPaused(node: string): boolean {
    this.#called.check("node", node);
    return this.#simulation.isPaused(node);
  }

  /**
   * An operator on the host of a server or a Sentinel types these lines into redis-cli. They are sent as time
   * moves on (so never where the run is over), and each reply comes to observers as a note of the kind `command`.
   * False: the machine has no power, and nobody types anything.
   */
  command(node: string, ...lines: readonly string[]): boolean {
    this.#standsStill("command");
    this.#called.checkServer(node, "takes no commands");
    if (lines.length === 0) throw mistake("command", "expected a line for redis-cli, not nothing");
    for (const line of lines)
      if (typeof line !== "string")
        throw mistake("command", `expected a line for redis-cli, not ${shown(line)}`, '"SET a 1"');
    if (!this.#simulation.isHostUp(this.#simulation.hostOf(node))) return false;
    this.#operators.command("by hand", node, lines, undefined);
    return true;
  }

  /** The own view of a server or a Sentinel; undefined while it is down, and for a client. Pure. */
  inspect(node: string): NodeView | undefined {
    this.#called.check("node", node);
    return this.#simulation.inspect(node) as NodeView | undefined;
  }

  /** The wall clock of the node's machine, in microseconds since 1970. */
  clockOf(node: string): number {
    this.#called.check("node", node);
    return this.#simulation.clockOf(node);
  }

  /** A file on a node's disk, as text; undefined: there is none. */
  file(node: string, path: string): string | undefined {
    this.#called.check("node", node);
    if (typeof path !== "string") throw mistake("file", `expected a path, not ${shown(path)}`);
    const host = this.plan.nodes.find(({ name }) => name === node)?.host ?? node;
    const content = this.#simulation.disk(host).read(path);
    return typeof content === "string" ? content : undefined;
  }

  /** What the run has come to so far. Plain data, which no later result changes; asking is not part of a run. */
  result(): RunResult {
    const inspection = inspectAll(this.#simulation, this.plan);
    const masterOf = (group: string) => this.#script.selectors.master(group);
    const losses = this.#losses(inspection);
    const clients = this.#clients(losses);
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
        disagreement: () => disagreement(this.plan, inspection, masterOf),
      }),
      laws: this.#laws(),
      losses,
      consistency: this.#consistency(),
      final: finalOf(inspection),
      mishaps: [...this.#script.mishaps],
      waiting: this.#script.waiting,
    };
  }

  #outsideOn(host: string): { readonly host: string; readonly factory: ActorFactory } {
    const factory: ActorFactory = (context) => {
      this.#outside = new Outside(context, (node) => this.#addressOf(node));
      return this.#outside;
    };
    return { host, factory };
  }

  #recorded(machine: RealMachine): RealMachine {
    return new RecordedMachine(
      machine,
      () => this.now,
      (record) => {
        for (const observer of this.#observers) observer.record(record);
      },
    );
  }

  #laws(): LawVerdict[] {
    const laws: LawVerdict[] = this.#ledger.laws.map(({ name, violations }) => ({
      law: name,
      holds: violations.length === 0,
      violations: [...violations],
    }));
    const { recovery } = this.#ledger;
    const unsettled = this.#unsettled;
    const excuse = unsettled === undefined ? recovery.excuse(this.now) : undefined;
    const violations =
      excuse === undefined ? recovery.violations(this.now, unsettled ?? this.#dissent()) : [];
    laws.push({
      law: Recovery.law,
      holds: violations.length === 0,
      violations,
      ...(excuse === undefined ? {} : { excuse }),
    });
    return laws;
  }

  /** What the nodes disagree about, or which client does not get through. */
  #dissent(): string | undefined {
    const inspection = inspectAll(this.#simulation, this.plan);
    return (
      disagreement(this.plan, inspection, (group) => this.#script.selectors.master(group)) ??
      this.#ledger.recovery.silent(this.now)
    );
  }

  #lag(): string | undefined {
    const inspection = inspectAll(this.#simulation, this.plan);
    return laggard(this.plan, inspection, (group) => this.#script.selectors.master(group));
  }

  #consistency(): Consistency {
    const consistency = {
      keys: 0,
      undecided: 0,
      anomalies: [] as Consistency["anomalies"][number][],
    };
    for (const [key, entries] of this.#ledger.histories?.read() ?? []) {
      consistency.keys++;
      const verdict = checkRegister(entries);
      if (verdict.kind === "unknown") consistency.undecided++;
      if (verdict.kind === "anomaly") consistency.anomalies.push({ key, history: verdict.history });
    }
    return consistency;
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
      withoutMasterMs: inMs(this.#ledger.writes.outage.total(this.now)),
    };
  }

  #clients(losses: readonly Loss[]): ClientMetrics[] {
    const lost = new Map<string, number>();
    for (const { client } of losses) lost.set(client, (lost.get(client) ?? 0) + 1);
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

  /** Acknowledged writes whose value no surviving master has, and why. */
  #losses(inspection: Inspection): Loss[] {
    const survivorOf = (server: string) => {
      const group = this.plan.nodes.find((each) => each.name === server)?.groups[0] ?? "";
      return this.#script.selectors.master(group);
    };
    const masters = [...inspection.servers.keys()].filter((node) => survivorOf(node) === node);
    const views = masters.flatMap((node) => inspection.servers.get(node) ?? []);
    const { lineage, writes } = this.#ledger;
    return writes
      .lost((key, value) => {
        for (const view of views) if (view.get(key) === value) return true;
        return false;
      })
      .map((write) => lineage.explain(write, survivorOf));
  }
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
