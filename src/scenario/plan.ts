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
  /** When the last node has started: `settled` is looked at from here on. */
  readonly started: Instant;
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

/** Between the first server and the last, as in the recordings. */
const serversWithin = { min: microseconds(100), max: milliseconds(2) };
/** The first Sentinel starts a second after the servers; the others within a millisecond of it. */
const sentinelsAfter = { min: milliseconds(1_001), max: milliseconds(1_013) };
const sentinelsWithin = { min: microseconds(100), max: milliseconds(1) };

export function planOf(scenario: Scenario, seed: string = scenario.seed): Plan {
  const nodes = startsOf(scenario, seed);
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
    started: latest(nodes),
  };
}

function latest(nodes: readonly PlanNode[]): Instant {
  let last: Instant = start;
  for (const node of nodes) if (node.start > last) last = node.start;
  return last;
}

/** The stream from which a step's selectors draw at their instant. */
export function stepStream(plan: Pick<Plan, "seed">, step: string): RandomStream {
  return new RandomStream(plan.seed, `step ${step}`);
}

/** How the act of a step is named in records and cuts: its first by the step's name alone. */
export function actName(step: string, occurrence: number): string {
  return occurrence === 0 ? step : `${step}#${occurrence + 1}`;
}

function startsOf(scenario: Scenario, seed: string): readonly PlanNode[] {
  const stream = new RandomStream(seed, "plan start");
  const sentinels = after(start, draw(sentinelsAfter, stream));
  let firstServer = true;
  let firstSentinel = true;
  return scenario.nodes.map((node): PlanNode => {
    const own = new RandomStream(seed, `plan start ${node.name}`);
    if (node.start !== undefined) return { ...node, start: after(start, draw(node.start, own)) };
    if (node.kind === "server") {
      const first = firstServer;
      firstServer = false;
      return { ...node, start: first ? start : after(start, draw(serversWithin, own)) };
    }
    const first = firstSentinel;
    firstSentinel = false;
    return { ...node, start: first ? sentinels : after(sentinels, draw(sentinelsWithin, own)) };
  });
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

/** One draw, always: a fixed span draws too, so that widening it moves nothing else. */
function draw(span: Span, stream: RandomStream): Duration {
  const width = span.max - span.min;
  // A span may be wider than what one draw can tell apart: then it is drawn in coarser steps.
  const grain = Math.max(1, Math.ceil((width + 1) / 0x1_0000_0000));
  const drawn = stream.below(Math.floor(width / grain) + 1) * grain;
  return microseconds(span.min + drawn);
}
