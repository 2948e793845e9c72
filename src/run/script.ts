/**
 * Plays the steps of a plan: waits for their triggers, resolves their selectors at the instant they
 * act, injects faults and hands commands to the operators. Everything it does is an event in the same
 * queue as the rest of the run.
 */
import type { Fault } from "../kernel/fault.js";
import { RandomStream } from "../kernel/random.js";
import type { Simulation } from "../kernel/simulation.js";
import { after, type Duration, type Instant, none, start } from "../kernel/time.js";
import type { RedisNote } from "../redis/note.js";
import { faultsOf, SelectorError, undoing } from "../scenario/action.js";
import { describeTrigger } from "../scenario/describe-step.js";
import { formatDuration, type Span } from "../scenario/duration.js";
import { actName, draw, type Plan, type PlanStep, stepStream } from "../scenario/plan.js";
import { SelectorState } from "../scenario/selectors.js";
import { type Trigger, Tripwire } from "../scenario/trigger.js";
import type { Operators } from "./operators.js";

/** A step acts, for the first time or again. */
export interface Act {
  readonly step: string;
  /** The step's name, and for a repetition its number: `cut`, `cut#2`. */
  readonly name: string;
  /** Whom it has chosen: nodes or hosts. */
  readonly on: readonly string[];
  readonly at: Instant;
}

interface Waiting {
  readonly wire: Tripwire;
  readonly run: () => void;
}

export class Script {
  readonly selectors: SelectorState;
  /** Acts that could not be carried out, each a sentence. */
  readonly mishaps: string[] = [];
  readonly #plan: Plan;
  readonly #operators: Operators;
  readonly #acted: (act: Act) => void;
  readonly #streams = new Map<string, RandomStream>();
  /** Clients that have been started. */
  readonly #begun = new Set<string>();
  /** When each step acted for the first time. */
  readonly #acts = new Map<string, Instant>();
  #settledAt: Instant | undefined;
  #isStopped = false;
  #isFrozen = false;
  #simulation: Simulation | undefined;
  #waiting: Waiting[] = [];
  /** Nodes that were asked to end, and what follows once they have. */
  #onEnd: { readonly node: string; readonly run: () => void }[] = [];
  #onStep: { readonly step: string; readonly run: () => void }[] = [];
  #onSettled: (() => void)[] = [];

  /** `acted` is told of each act just before it is done. */
  constructor(plan: Plan, operators: Operators, acted: (act: Act) => void) {
    this.#plan = plan;
    this.#operators = operators;
    this.#acted = acted;
    this.selectors = new SelectorState({
      hosts: plan.hosts,
      nodes: plan.nodes,
      clients: plan.clients,
      names: plan.names,
    });
  }

  /** Puts what the plan knows already on the queue, and waits for the rest. */
  begin(simulation: Simulation): void {
    this.#simulation = simulation;
    for (const node of this.#plan.nodes)
      simulation.at(node.start, () => {
        if (!simulation.isUp(node.name)) simulation.boot(node.name);
      });
    for (const client of this.#plan.clients)
      this.#when(client.start.trigger, () => {
        simulation.at(after(simulation.now, client.start.wait), () => {
          this.#begun.add(client.name);
          if (!this.#isFrozen) simulation.boot(client.name);
        });
      });
    for (const step of this.#plan.steps)
      this.#when(step.trigger, () => {
        this.#schedule(step);
      });
  }

  /** Who still waits: clients that have not begun and steps that have not acted, and for what. */
  get waiting(): readonly string[] {
    const moment = (trigger: Trigger, wait: Duration) => {
      const from = describeTrigger(trigger);
      if (from === undefined) return `at ${formatDuration(wait)}`;
      return wait === 0 ? from : `${formatDuration(wait)} ${from}`;
    };
    return [
      ...this.#plan.clients
        .filter(({ name }) => !this.#begun.has(name))
        .map(({ name, start: { trigger, wait } }) => `client ${name}, ${moment(trigger, wait)}`),
      ...this.#plan.steps
        .filter(({ name }) => !this.#acts.has(name))
        .map(({ name, trigger, occurrences: [first] }) => {
          return `step ${name}, ${moment(trigger, first?.after ?? none)}`;
        }),
    ];
  }

  /** When the cluster had settled; undefined where it has not, or nobody waits for it. */
  get settledAt(): Instant | undefined {
    return this.#settledAt;
  }

  actedAt(step: string): Instant | undefined {
    return this.#acts.get(step);
  }

  /** Nothing that has not yet acted will. */
  stop(): void {
    this.#isStopped = true;
  }

  /** No client that has not yet begun will. */
  freeze(): void {
    this.#isFrozen = true;
  }

  /** A node said something. */
  note(node: string, note: RedisNote): void {
    this.selectors.note(node, note);
    let tripped: Waiting[] | undefined;
    for (const each of this.#waiting)
      if (each.wire.note(node, note)) {
        tripped ??= [];
        tripped.push(each);
      }
    if (tripped === undefined) return;
    this.#waiting = this.#waiting.filter(({ wire }) => !wire.tripped);
    for (const each of tripped) each.run();
  }

  life(node: string, isUp: boolean): void {
    if (isUp) {
      this.selectors.up(node);
      return;
    }
    this.selectors.down(node);
    const ended = this.#onEnd.filter((each) => each.node === node);
    if (ended.length === 0) return;
    this.#onEnd = this.#onEnd.filter((each) => each.node !== node);
    for (const each of ended) each.run();
  }

  #when(trigger: Trigger, run: () => void): void {
    const simulation = this.#world;
    switch (trigger.kind) {
      case "start":
        simulation.at(start, run);
        break;
      case "settled":
        if (this.#onSettled.length === 0) {
          const stream = new RandomStream(this.#plan.seed, "settled");
          simulation.at(this.#plan.started, () => {
            this.#poll(trigger.poll, stream);
          });
        }
        this.#onSettled.push(run);
        break;
      case "step":
        this.#onStep.push({ step: trigger.step, run });
        break;
      default:
        this.#waiting.push({ wire: new Tripwire(trigger), run });
    }
  }

  #poll(every: Span, stream: RandomStream): void {
    const simulation = this.#world;
    if (!this.selectors.settled) {
      simulation.at(after(simulation.now, draw(every, stream)), () => {
        this.#poll(every, stream);
      });
      return;
    }
    this.#settledAt = simulation.now;
    const waiting = this.#onSettled;
    this.#onSettled = [];
    for (const run of waiting) run();
  }

  #schedule(step: PlanStep): void {
    const simulation = this.#world;
    step.occurrences.forEach((occurrence, index) => {
      simulation.at(after(simulation.now, occurrence.after), () => {
        this.#act(step, index);
      });
    });
  }

  #act(step: PlanStep, index: number): void {
    if (this.#isStopped) return;
    const simulation = this.#world;
    if (!this.#acts.has(step.name)) {
      this.#acts.set(step.name, simulation.now);
      for (const each of this.#onStep) if (each.step === step.name) each.run();
    }
    const choice = this.selectors.choice(this.#stream(step.name));
    const { action } = step;
    const name = actName(step.name, index);
    const tell = (on: readonly string[]) => {
      this.selectors.acted(step.name, on);
      this.#acted({ step: step.name, name, on, at: simulation.now });
    };
    if (action.kind === "fault") {
      const faults = faultsOf(action.fault, name, choice);
      if (faults instanceof SelectorError) {
        this.#mishap(step, faults.text);
        return;
      }
      tell([...new Set(faults.flatMap(targetsOf))]);
      for (const fault of faults) {
        // What it ends may end with it, or only later.
        this.#undo(step, index, fault);
        simulation.inject(fault);
      }
      return;
    }
    const nodes = choice.nodes(action.on);
    if (nodes instanceof SelectorError) {
      this.#mishap(step, nodes.text);
      return;
    }
    tell(nodes);
    for (const node of nodes)
      if (!simulation.isHostUp(simulation.hostOf(node)))
        this.#mishap(step, `the machine of ${node} has no power, and nobody to type on it`);
      else if (action.kind === "look") this.#operators.look(step.name, node, action.path);
      else this.#operators.command(step.name, node, action.lines, action.password);
  }

  /** So long after it was done; what was asked to end is started again so long after it has. */
  #undo(step: PlanStep, index: number, fault: Fault): void {
    const lasts = step.occurrences[index]?.lasts;
    const undo = undoing(fault);
    if (lasts === undefined || undo === undefined) return;
    const simulation = this.#world;
    const schedule = () => {
      simulation.at(after(simulation.now, lasts), () => simulation.inject(undo));
    };
    const isAsked = fault.kind === "kill" && fault.signal === "TERM";
    if (isAsked && simulation.isUp(fault.node))
      this.#onEnd.push({ node: fault.node, run: schedule });
    else schedule();
  }

  #mishap(step: PlanStep, text: string): void {
    const at = (this.#world.now / 1_000_000).toFixed(3);
    this.mishaps.push(`${step.where}: step ${step.name} at ${at} s: ${text}`);
  }

  #stream(step: string): RandomStream {
    let stream = this.#streams.get(step);
    if (stream === undefined) {
      stream = stepStream(this.#plan, step);
      this.#streams.set(step, stream);
    }
    return stream;
  }

  get #world(): Simulation {
    if (this.#simulation === undefined) throw new Error("begin comes first");
    return this.#simulation;
  }
}

/** The nodes or hosts that a fault names. */
function targetsOf(fault: Fault): readonly string[] {
  if ("node" in fault) return [fault.node];
  if ("host" in fault) return [fault.host];
  if ("a" in fault) return fault.a;
  return [];
}
