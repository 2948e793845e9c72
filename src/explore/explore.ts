/**
 * Many runs on all cores: seeds are handed to worker threads in batches, findings are brought together
 * by their signature, and each is shrunk once.
 *
 * Which seeds are run, and what each of them does, depends on nothing but the options; only the time
 * budget cuts the list where it happens to.
 */
import type { UnequalRuns } from "./repeat.js";
import type { Shrunk } from "./shrink.js";
import type { ScenarioSource } from "./source.js";
import { swarmSource } from "./swarm.js";
import type { Batch, BatchResult, ShrinkTask } from "./task.js";
import type { Also, Finding } from "./trial.js";

export interface ExploreOptions {
  /** Undefined: the swarm. */
  readonly source: ScenarioSource | undefined;
  readonly seeds: { readonly first: number; readonly last: number };
  /** Milliseconds of real time. */
  readonly budget: number | undefined;
  /** This machine runs every `of`th seed, from the `index`th on (from 1). */
  readonly shard: { readonly index: number; readonly of: number };
  readonly also: readonly Also[];
  /** Every so many runs one is repeated, and must be the same run again; undefined: none. */
  readonly repeatEvery: number | undefined;
  /** Runs that shrinking one finding may take; 0: findings are left as they are. */
  readonly patience: number;
  /** Once aborted no run is begun; what has been found by then is shrunk and told. */
  readonly stop?: AbortSignal;
}

/** Who does the work: threads, or in a test the caller itself. */
export interface Workers {
  readonly count: number;
  batch(batch: Batch): Promise<BatchResult>;
  shrink(task: ShrinkTask): Promise<Shrunk>;
}

export interface Progress {
  readonly runs: number;
  readonly of: number;
  readonly runsPerSecond: number;
  /** Virtual time over real time, all workers together. */
  readonly speed: number;
  readonly findings: number;
}

/** Everything with one signature. */
export interface Found {
  readonly finding: Finding;
  readonly source: ScenarioSource;
  /** The first few seeds that showed it, in ascending order. */
  readonly seeds: readonly number[];
  readonly count: number;
  readonly shrunk: Shrunk | undefined;
}

export interface Exploration {
  readonly runs: number;
  readonly events: number;
  readonly virtualMs: number;
  readonly realMs: number;
  readonly found: readonly Found[];
  /** Of the lowest seed whose two runs were not the same; the search ends with it. */
  readonly unequal: UnequalRuns | undefined;
}

const seedsKept = 20;
/** Long enough that handing it over costs nothing, short enough that the budget and progress are kept. */
const batchSize = 20;

export async function explore(
  workers: Workers,
  options: ExploreOptions,
  report: (progress: Progress) => void,
): Promise<Exploration> {
  const tally = await runAll(workers, options, report);
  const { realMs, unequal } = tally;
  // What cannot be seen again cannot be made small.
  const patience = unequal === undefined ? options.patience : 0;
  const found = await shrinkAll(workers, { ...options, patience }, tally.found());
  return { ...tally.sum, realMs, found, unequal };
}

async function runAll(
  workers: Workers,
  options: ExploreOptions,
  report: (progress: Progress) => void,
): Promise<Tally> {
  const count = seedCount(options);
  const tally = new Tally(count);
  const isOver = () =>
    tally.unequal !== undefined ||
    options.stop?.aborted === true ||
    (options.budget !== undefined && tally.realMs >= options.budget);
  let next = 0;
  const work = async () => {
    while (next < count && !isOver()) {
      const { source, also, repeatEvery } = options;
      const from = next;
      next = Math.min(from + batchSize, count);
      const chosen = seedsOf(options, from, next);
      const isRepeated = (place: number) =>
        repeatEvery !== undefined && (from + place) % repeatEvery === 0;
      const repeated = chosen.filter((_, place) => isRepeated(place));
      const batch: Batch = { source, also, seeds: chosen, repeated };
      tally.add(await workers.batch(batch));
      report(tally.progress());
    }
  };
  await Promise.all(Array.from({ length: workers.count }, work));
  return tally;
}

/** How many seeds of the range are this machine's. */
export function seedCount({ seeds, shard }: Pick<ExploreOptions, "seeds" | "shard">): number {
  const { first, last } = seeds;
  return Math.max(Math.floor((last - first - (shard.index - 1)) / shard.of) + 1, 0);
}

/** Those from one place to another among them. A range may have more seeds than fit into memory. */
function seedsOf({ seeds, shard }: ExploreOptions, from: number, to: number): number[] {
  const begin = seeds.first + shard.index - 1;
  return Array.from({ length: to - from }, (_, place) => begin + (from + place) * shard.of);
}

/** What has come back so far. */
class Tally {
  readonly sum = { runs: 0, events: 0, virtualMs: 0 };
  unequal: UnequalRuns | undefined;
  readonly #of: number;
  readonly #began = performance.now();
  readonly #found = new Map<string, { finding: Finding; seeds: number[]; count: number }>();

  constructor(of: number) {
    this.#of = of;
  }

  get realMs(): number {
    return performance.now() - this.#began;
  }

  add({ runs, events, virtualMs, findings, unequal }: BatchResult): void {
    if (unequal !== undefined && Number(unequal.seed) < Number(this.unequal?.seed ?? Infinity))
      this.unequal = unequal;
    this.sum.runs += runs;
    this.sum.events += events;
    this.sum.virtualMs += virtualMs;
    for (const { seed, ...finding } of findings) this.#note(finding, seed);
  }

  /** Batches come back in any order: the finding shown is that of the lowest seed. */
  #note(finding: Finding, seed: number): void {
    const known = this.#found.get(finding.signature);
    if (known === undefined) {
      this.#found.set(finding.signature, { finding, seeds: [seed], count: 1 });
      return;
    }
    known.count++;
    if (seed < (known.seeds[0] ?? 0)) known.finding = finding;
    known.seeds = [...known.seeds, seed].sort((a, b) => a - b).slice(0, seedsKept);
  }

  progress(): Progress {
    const seconds = Math.max(this.realMs, 1) / 1_000;
    return {
      runs: this.sum.runs,
      of: this.#of,
      runsPerSecond: this.sum.runs / seconds,
      speed: this.sum.virtualMs / 1_000 / seconds,
      findings: this.#found.size,
    };
  }

  /** By signature, so that the order says nothing about which worker was quicker. */
  found(): { finding: Finding; seeds: number[]; count: number }[] {
    return [...this.#found.values()].sort((a, b) =>
      a.finding.signature < b.finding.signature ? -1 : 1,
    );
  }
}

async function shrinkAll(
  workers: Workers,
  { source: given, also, patience }: ExploreOptions,
  found: readonly { finding: Finding; seeds: number[]; count: number }[],
): Promise<Found[]> {
  return await Promise.all(
    found.map(async (each): Promise<Found> => {
      const seed = `${each.seeds[0] ?? 0}`;
      const source = given ?? swarmSource(seed);
      const { signature } = each.finding;
      const task: ShrinkTask = { source, seed, signature, also, patience };
      const shrunk = patience === 0 ? undefined : await workers.shrink(task);
      return { ...each, source, shrunk };
    }),
  );
}
