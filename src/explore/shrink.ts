/**
 * A failing scenario made small: fewer faults, nodes, clients and settings, shorter times, as long as the
 * same thing breaks (the same signature).
 *
 * It works on the scenario as it is written, so whatever remains is a file that anybody can read and
 * run. Lists are reduced by delta debugging (Zeller and Hildebrandt's ddmin), the rest by trying what is
 * simpler, again and again until nothing helps any more. A change of the world shifts its chances, so a
 * candidate that no longer fails under its seed is given a few others. What comes out is run once more.
 */
import { parse, stringify } from "yaml";
import { shortNames } from "../scenario/cluster.js";
import type { RawScenario, RawStep } from "./raw.js";
import { readSource, type ScenarioSource } from "./source.js";
import { type Trial, type TrialOptions, tryOut } from "./trial.js";

export interface ShrinkOptions extends TrialOptions {
  readonly seed: string;
  readonly signature: string;
  /** Runs at most. */
  readonly patience: number;
}

export interface Shrunk {
  readonly source: ScenarioSource;
  readonly seed: string;
  readonly trial: Trial;
  /** Runs that it took. */
  readonly tries: number;
  /** What is left of it. */
  readonly size: { readonly faults: number; readonly servers: number; readonly sentinels: number };
}

/**
 * All candidates together may take so many events, however few they are: a minute's work at most. Worlds that
 * never come to rest are healed for long, and a clock would make the result depend on the machine.
 */
const eventsMax = 15_000_000;
/** Tried besides the candidate's own seed. */
const otherSeeds = 2;

export function shrink(source: ScenarioSource, options: ShrinkOptions): Shrunk {
  const search = new Search(source, options);
  search.run();
  return search.result();
}

class Search {
  readonly #source: ScenarioSource;
  readonly #options: ShrinkOptions;
  #best: RawScenario;
  #seed: string;
  #tries = 0;
  #events = 0;

  constructor(source: ScenarioSource, options: ShrinkOptions) {
    this.#source = source;
    this.#options = options;
    this.#best = parse(source.text) as RawScenario;
    this.#seed = options.seed;
  }

  run(): void {
    let before: string;
    do {
      before = JSON.stringify(this.#best);
      this.#steps();
      this.#clients();
      this.#sections();
      this.#cluster();
      this.#stepDetails();
      this.#times();
    } while (JSON.stringify(this.#best) !== before && !this.#isOver);
  }

  result(): Shrunk {
    const source = this.#sourceOf(this.#best);
    const scenario = readSource(source);
    if (typeof scenario === "string") throw new Error(scenario);
    const trial = tryOut(scenario, this.#seed, this.#options);
    const count = (kind: string) => scenario.nodes.filter((node) => node.kind === kind).length;
    return {
      source,
      seed: this.#seed,
      trial,
      tries: this.#tries,
      size: {
        faults: scenario.steps.length,
        servers: count("server"),
        sentinels: count("sentinel"),
      },
    };
  }

  // What is left out.

  #steps(): void {
    this.#reduce(this.#best.steps ?? [], (steps) => without({ ...this.#best, steps }, "steps"));
  }

  #clients(): void {
    const clients = Object.entries(this.#best.clients ?? {});
    this.#reduce(clients, (kept) =>
      without({ ...this.#best, clients: Object.fromEntries(kept) }, "clients"),
    );
    for (const [name, client] of Object.entries(this.#best.clients ?? {})) {
      const { workload } = client;
      if (Array.isArray(workload))
        for (const each of workload)
          if (each !== undefined)
            this.#accepts(withClient(this.#best, name, { ...client, workload: each }));
      this.#accepts(withClient(this.#best, name, {}));
    }
  }

  /** Whole sections, then their lines: a setting that plays no part goes back to its default. */
  #sections(): void {
    for (const key of ["network", "names", "expect", "prose"] as const)
      if (this.#best[key] !== undefined) this.#accepts(dropped(this.#best, key));
    for (const key of ["server", "sentinel", "hosts"] as const) {
      const lines = Object.entries(this.#best[key] ?? {});
      this.#reduce(lines, (kept) =>
        without({ ...this.#best, [key]: Object.fromEntries(kept) } as RawScenario, key),
      );
    }
  }

  /** Fewer nodes; named ones lose what sets them apart, or go. */
  #cluster(): void {
    const least = { replicas: 0, sentinels: 0, masters: 1, quorum: 1 };
    for (const [key, value] of Object.entries(this.#best.nodes)) {
      if (typeof value === "object") {
        this.#accepts({ ...this.#best, nodes: dropped(this.#best.nodes, key) });
        continue;
      }
      const from = least[key as keyof typeof least];
      if (typeof value !== "number" || from === undefined) continue;
      for (let fewer = from; fewer < value; fewer++)
        if (this.#accepts(withCount(this.#best, key, fewer))) break;
    }
  }

  #stepDetails(): void {
    for (let i = 0; i < (this.#best.steps?.length ?? 0); i++)
      for (const key of ["repeat", "for"] as const) {
        const step = this.#best.steps?.[i];
        if (step?.[key] !== undefined) this.#accepts(withStep(this.#best, i, dropped(step, key)));
      }
  }

  /** Shorter runs, earlier and rounder times. */
  #times(): void {
    for (const seconds of [10, 20, 30, 45])
      if (`${seconds}s` !== this.#best.duration)
        if (this.#accepts({ ...this.#best, duration: `${seconds}s` })) break;
    for (let i = 0; i < (this.#best.steps?.length ?? 0); i++)
      for (const key of ["at", "wait", "for"] as const) {
        const step = this.#best.steps?.[i];
        const written = step?.[key];
        if (step === undefined || written === undefined) continue;
        for (const simpler of simplerTimes(written))
          if (this.#accepts(withStep(this.#best, i, { ...step, [key]: simpler }))) break;
      }
  }

  /** ddmin: ever smaller pieces of the list are left out while it still fails. */
  #reduce<T>(list: readonly T[], withList: (kept: T[]) => RawScenario): void {
    let kept = [...list];
    for (let size = kept.length; size >= 1; size = Math.floor(size / 2))
      for (let at = 0; at < kept.length; ) {
        const rest = [...kept.slice(0, at), ...kept.slice(at + size)];
        if (this.#accepts(withList(rest))) kept = rest;
        else at += size;
      }
  }

  // What is tried.

  #accepts(candidate: RawScenario): boolean {
    const scenario = readSource(this.#sourceOf(candidate));
    if (typeof scenario === "string") return false;
    const seeds = [this.#seed];
    for (let i = 1; i <= otherSeeds; i++) seeds.push(`${this.#options.seed}.${i}`);
    for (const seed of seeds) {
      if (this.#isOver) return false;
      const { findings, events } = tryOut(scenario, seed, this.#options);
      this.#tries++;
      this.#events += events;
      if (!findings.some(({ signature }) => signature === this.#options.signature)) continue;
      this.#best = candidate;
      this.#seed = seed;
      return true;
    }
    return false;
  }

  get #isOver(): boolean {
    return this.#tries >= this.#options.patience || this.#events >= eventsMax;
  }

  #sourceOf(raw: RawScenario): ScenarioSource {
    return { ...this.#source, text: stringify(raw) };
  }
}

/** Without a key whose list or mapping has become empty. */
function without(scenario: RawScenario, key: keyof RawScenario): RawScenario {
  const value = scenario[key];
  const isEmpty = typeof value === "object" && Object.keys(value).length === 0;
  return isEmpty ? dropped(scenario, key) : scenario;
}

function dropped<T extends object>(from: T, key: keyof T): T {
  const rest = { ...from };
  delete rest[key];
  return rest;
}

function withClient(scenario: RawScenario, name: string, client: object): RawScenario {
  return { ...scenario, clients: { ...scenario.clients, [name]: client } };
}

/** What is said of those that are gone goes with them: it would make them nodes of their own. */
function withCount(scenario: RawScenario, key: string, count: number): RawScenario {
  const counted = { ...scenario.nodes, [key]: count };
  const left = new Set(shortNames(counted));
  const gone = new Set(shortNames(scenario.nodes).filter((name) => !left.has(name)));
  const nodes = Object.fromEntries(Object.entries(counted).filter(([name]) => !gone.has(name)));
  return { ...scenario, nodes: nodes as RawScenario["nodes"] };
}

function withStep(scenario: RawScenario, index: number, step: RawStep): RawScenario {
  return {
    ...scenario,
    steps: (scenario.steps ?? []).map((each, i) => (i === index ? step : each)),
  };
}

/** Whole seconds below it, the shortest first. */
function simplerTimes(written: string): string[] {
  const match = /^(\d+(?:\.\d+)?) ?(ms|s)$/.exec(written);
  if (match === null) return [];
  const seconds = Number(match[1]) / (match[2] === "ms" ? 1_000 : 1);
  return [1, 2, 5, 10, 15, 20, Math.floor(seconds)]
    .filter((each) => each > 0 && each < seconds)
    .map((each) => `${each}s`);
}
