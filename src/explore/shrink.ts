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
import { parseDuration } from "../scenario/duration.js";
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

/**
 * Words without which the scenario says less, and more happens: counts, ends of cuts, times. Or the same
 * happens, and the file says less of what it is.
 */
const stays: ReadonlySet<string> = new Set([
  "title",
  "version",
  "name",
  "duration",
  "masters",
  "replicas",
  "sentinels",
  "to",
  "for",
  "times",
]);

type Path = readonly string[];

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

  /** What is large first; the words that are left only where nothing of that helps any more. */
  run(): void {
    while (this.#helps(() => this.#parts()) || this.#helps(() => this.#words([])));
  }

  #parts(): void {
    this.#steps();
    this.#clients();
    this.#sections();
    this.#cluster();
    this.#stepDetails();
    this.#times();
  }

  #helps(change: () => void): boolean {
    const before = JSON.stringify(this.#best);
    change();
    return JSON.stringify(this.#best) !== before && !this.#isOver;
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
      if (seconds < secondsOf(this.#best.duration ?? "60s"))
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

  /** Keys of mappings and elements of lists, from the last one on, and what is inside of those that stay. */
  #words(path: Path): void {
    const inside = at(this.#best, path);
    if (typeof inside !== "object" || inside === null) return;
    for (const word of Object.keys(inside).reverse()) {
      if (stays.has(word) || this.#isOver) continue;
      const inner = [...path, word];
      if (!this.#accepts(withoutWord(this.#best, inner) as RawScenario, [this.#seed]))
        this.#words(inner);
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

  #accepts(candidate: RawScenario, seeds: readonly string[] = this.#seeds()): boolean {
    const scenario = readSource(this.#sourceOf(candidate));
    if (typeof scenario === "string") return false;
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

  #seeds(): readonly string[] {
    const others = Array.from({ length: otherSeeds }, (_, i) => `${this.#options.seed}.${i + 1}`);
    return [this.#seed, ...others];
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

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inside, word) => (inside as Record<string, unknown>)[word], value);
}

function withoutWord(value: unknown, [word = "", ...rest]: Path): unknown {
  if (Array.isArray(value))
    return value.flatMap((each, i) =>
      `${i}` !== word ? [each] : rest.length === 0 ? [] : [withoutWord(each, rest)],
    );
  const mapping = value as Record<string, unknown>;
  return rest.length === 0
    ? dropped(mapping, word)
    : { ...mapping, [word]: withoutWord(mapping[word], rest) };
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
  const seconds = secondsOf(written);
  return [1, 2, 5, 10, 15, 20, Math.floor(seconds)]
    .filter((each) => each > 0 && each < seconds)
    .map((each) => `${each}s`);
}

/** 0: a span, which is left as it is. */
function secondsOf(written: string): number {
  return (parseDuration(written) ?? 0) / 1_000_000;
}
