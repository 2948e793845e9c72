/**
 * A scenario and a seed make a plan: everything that is random about what happens to the cluster,
 * drawn once into an exact calendar. What stays open is only what the run itself decides: when an event
 * comes, and whom a selector means at that instant.
 *
 * Each step and each start has a stream of its own, named after it, so that a step added to a file does
 * not move the others. The names are part of what a seed means.
 */
import { RandomStream } from "../kernel/random.js";
import {
  after,
  type Duration,
  type Instant,
  microseconds,
  milliseconds,
  start,
} from "../kernel/time.js";
import type { Span } from "./duration.js";
import type { Scenario, ScenarioClient, ScenarioNode, ScenarioStep } from "./scenario.js";
import type { Trigger } from "./trigger.js";

export interface Plan extends Omit<Scenario, "nodes" | "clients" | "steps" | "seed"> {
  readonly seed: string;
  readonly nodes: readonly PlanNode[];
  readonly clients: readonly PlanClient[];
  readonly steps: readonly PlanStep[];
  /** When the last node was started: `settled` is looked at from here on. */
  readonly started: Instant;
  /** What the machines' clocks show at instant 0, in milliseconds since 1970. */
  readonly epoch: number;
}

export interface PlanNode extends Omit<ScenarioNode, "start"> {
  readonly start: Instant;
}

export interface PlanClient extends Omit<ScenarioClient, "start"> {
  readonly start: { readonly trigger: Trigger; readonly wait: Duration };
}

export interface PlanStep extends Omit<ScenarioStep, "wait" | "lasts" | "repeat"> {
  /** Each time it acts: how long after its trigger, and after how long that is undone. */
  readonly occurrences: readonly {
    readonly after: Duration;
    readonly lasts: Duration | undefined;
  }[];
}

/** When the processes of a cluster are begun, as in the recordings. */
const serversWithin = { min: microseconds(100), max: milliseconds(2) };
const sentinelsAfter = { min: milliseconds(1_001), max: milliseconds(1_006) };
const sentinelsWithin = { min: microseconds(200), max: milliseconds(3) };
/**
 * What passes between the start of a process and its first look around: exec, the dynamic linker, the
 * configuration; more where three begin at once. It differs from process to process, and so a replica
 * may look for a master that does not listen yet, try again a second later (`replicationCron()`), and be
 * missing in the first INFO that the Sentinels get, which ask again only after ten more seconds: one
 * cluster in ten settles that late, here as in the recordings (docs/decisions/0005).
 */
const serverStartup = { min: milliseconds(8), max: milliseconds(12) };
const sentinelStartup = { min: milliseconds(6), max: milliseconds(10) };

export function planOf(scenario: Scenario, seed: string = scenario.seed): Plan {
  const { nodes, started } = startsOf(scenario, seed);
  return {
    ...scenario,
    seed,
    nodes,
    clients: scenario.clients.map((client) => ({
      ...client,
      start: {
        trigger: client.start.trigger,
        wait: draw(client.start.wait, new RandomStream(seed, `plan client ${client.name}`)),
      },
    })),
    steps: scenario.steps.map((step) => planStep(step, seed)),
    started,
    epoch: epochOf(seed),
  };
}

/** The stream from which a step's selectors draw at their instant. */
export function stepStream(plan: Pick<Plan, "seed">, step: string): RandomStream {
  return new RandomStream(plan.seed, `step ${step}`);
}

/** How the act of a step is named in records and cuts: its first by the step's name alone. */
export function actName(step: string, occurrence: number): string {
  return occurrence === 0 ? step : `${step}#${occurrence + 1}`;
}

/** `started` is when the last process was begun, not when it was up: nobody waits for that. */
function startsOf(
  scenario: Scenario,
  seed: string,
): { readonly nodes: readonly PlanNode[]; readonly started: Instant } {
  const stream = new RandomStream(seed, "plan start");
  const sentinels = after(start, draw(sentinelsAfter, stream));
  let started: Instant = start;
  let firstServer = true;
  let firstSentinel = true;
  const nodes = scenario.nodes.map((node): PlanNode => {
    const own = new RandomStream(seed, `plan start ${node.name}`);
    const isServer = node.kind === "server";
    const isFirst = isServer ? firstServer : firstSentinel;
    if (node.start === undefined && isServer) firstServer = false;
    if (node.start === undefined && !isServer) firstSentinel = false;
    const base = isServer ? start : sentinels;
    const later = draw(node.start ?? (isServer ? serversWithin : sentinelsWithin), own);
    const begun =
      node.start !== undefined ? after(start, later) : isFirst ? base : after(base, later);
    if (begun > started) started = begun;
    // A start that the scenario states is when the node is up.
    const up =
      node.start !== undefined
        ? begun
        : after(begun, draw(isServer ? serverStartup : sentinelStartup, own));
    return { ...node, start: up };
  });
  return { nodes, started };
}

function planStep(step: ScenarioStep, seed: string): PlanStep {
  const { wait, lasts, repeat, ...kept } = step;
  const stream = new RandomStream(seed, `plan step ${step.name}`);
  const occurrences: { after: Duration; lasts: Duration | undefined }[] = [];
  let from = draw(wait, stream);
  for (let i = 0; i < repeat.times; i++) {
    occurrences.push({
      after: from,
      lasts: lasts === undefined ? undefined : draw(lasts, stream),
    });
    from = microseconds(from + draw(repeat.every, stream));
  }
  return { ...kept, occurrences };
}

/** What the clocks of a run show at its beginning, in milliseconds since 1970: the start of 2026. */
export const epochStart = 1_767_225_600_000;

/**
 * That, and any part of a second after it. Redis compares whole seconds in places
 * (repl-diskless-sync-delay, lag), so the part matters.
 */
function epochOf(seed: string): number {
  return epochStart + new RandomStream(seed, "plan epoch").below(1_000);
}

/** One draw, always: a fixed span draws too, so that widening it moves nothing else. */
export function draw(span: Span, stream: RandomStream): Duration {
  const width = span.max - span.min;
  // A span may be wider than what one draw can tell apart: then it is drawn in coarser steps.
  const grain = Math.max(1, Math.ceil((width + 1) / 0x1_0000_0000));
  const drawn = stream.below(Math.floor(width / grain) + 1) * grain;
  return microseconds(span.min + drawn);
}
