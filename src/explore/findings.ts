/**
 * The folder of findings: one folder each, with all it takes to see it again.
 *
 *     finding.json    what broke, under which seeds, by which program; the fingerprint of the shrunk run
 *     scenario.yaml   as it was found
 *     shrunk.yaml     the smallest that still shows it
 *     trace.ndjson    its trace, for `redsim replay`
 *
 * A finding is known by its signature: what breaks in the same way twice is one finding with more seeds.
 */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { Bug } from "../kernel/assert.js";
import type { RunRecord } from "../kernel/record.js";
import { traceLine } from "../observe/trace.js";
import { ProblemsError } from "../redis/config/problem.js";
import { traceEnd, traceHeader } from "../run/trace-frame.js";
import { Run } from "../run.js";
import type { Found } from "./explore.js";
import { isBeside, selfContained } from "./self-contained.js";
import { readSource, type ScenarioSource } from "./source.js";
import { type Also, isHealed, tryOut } from "./trial.js";

export interface StoredFinding {
  readonly signature: string;
  readonly law: string;
  readonly text: string;
  /** When it was found for the first time (UTC), and by which program. */
  readonly foundAt: string;
  readonly foundBy: string;
  /** The program that last showed it. */
  readonly program: string;
  /** Of the shrunk run. */
  readonly fingerprint: string;
  readonly seed: string;
  /** How often, and the first few seeds. */
  readonly count: number;
  readonly seeds: readonly number[];
  readonly size: { readonly faults: number; readonly servers: number; readonly sentinels: number };
  readonly also: readonly Also[];
  readonly source: ScenarioSource;
  readonly shrunk: ScenarioSource;
}

/** `path` is the finding's own folder. */
export interface FindingFolder {
  readonly id: string;
  readonly path: string;
  readonly finding: StoredFinding;
}

/** What became of a finding when it was run again; unreadable: this redsim does not take its scenario. */
export type Replay = "same" | "fails otherwise" | "gone" | "unreadable";

export class Findings {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** In the order of their ids. */
  all(): FindingFolder[] {
    if (!existsSync(this.#folder)) return [];
    return readdirSync(this.#folder)
      .sort()
      .flatMap((id) => {
        const path = join(this.#folder, id);
        const file = join(path, "finding.json");
        if (!existsSync(file)) return [];
        return [{ id, path, finding: readFinding(file) }];
      });
  }

  /** Of this id, or else those whose id ends so. */
  find(id: string): readonly FindingFolder[] {
    const all = this.all();
    const exact = all.filter((each) => each.id === id);
    return exact.length > 0 ? exact : all.filter((each) => each.id.endsWith(id));
  }

  /** Adds what was found; a finding that is known gains seeds, and keeps the smaller scenario. */
  add(
    found: Found,
    { program, at, also }: { program: string; at: Date; also: readonly Also[] },
  ): FindingFolder {
    const shrunk = found.shrunk;
    const seed = shrunk?.seed ?? `${found.seeds[0] ?? 0}`;
    const source = shrunk?.source ?? found.source;
    return this.store({
      ...found.finding,
      foundAt: at.toISOString(),
      foundBy: program,
      program,
      fingerprint: shrunk?.trial.fingerprint ?? fingerprintOf(source, seed, also),
      seed,
      count: found.count,
      seeds: found.seeds,
      size: shrunk?.size ?? sizeOf(source),
      also,
      source: found.source,
      shrunk: source,
    });
  }

  store(finding: StoredFinding): FindingFolder {
    const id = idOf(finding.signature);
    const known = this.all().find((each) => each.id === id)?.finding;
    const chosen = known === undefined ? finding : merge(known, finding);
    const { source, shrunk } = chosen;
    const merged = {
      ...chosen,
      source: selfContained(source),
      shrunk: selfContained(shrunk),
    };
    const path = join(this.#folder, id);
    mkdirSync(path, { recursive: true });
    writeSource(join(path, "scenario.yaml"), merged.source);
    writeSource(join(path, "shrunk.yaml"), merged.shrunk);
    writeTrace(join(path, "trace.ndjson"), merged);
    // Last: a folder is a finding once all the rest is there.
    writeWhole(join(path, "finding.json"), `${JSON.stringify(merged, undefined, 2)}\n`);
    return { id, path, finding: merged };
  }

  remove({ path }: FindingFolder): void {
    rmSync(path, { recursive: true });
  }
}

function readFinding(file: string): StoredFinding {
  const broken = new ProblemsError([
    { where: file, what: "this is no finding", hint: "restore it, or remove its folder" },
  ]);
  try {
    const finding: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (!isFinding(finding)) throw broken;
    return finding;
  } catch (error) {
    throw error instanceof SyntaxError ? broken : error;
  }
}

/** As this redsim writes them: what another one wrote, or a person changed, may lack something. */
function isFinding(value: unknown): value is StoredFinding {
  const finding = value as Partial<StoredFinding> | null;
  if (typeof finding !== "object" || finding === null) return false;
  const { seeds, also, size, source, shrunk } = finding;
  return (
    [finding.signature, finding.law, finding.text, finding.foundAt, finding.foundBy].every(
      isText,
    ) &&
    [finding.program, finding.fingerprint, finding.seed].every(isText) &&
    typeof finding.count === "number" &&
    Array.isArray(seeds) &&
    Array.isArray(also) &&
    typeof size === "object" &&
    isSource(source) &&
    isSource(shrunk)
  );
}

function isSource(value: unknown): value is ScenarioSource {
  const source = value as Partial<ScenarioSource> | undefined;
  const files = source?.files;
  return (
    isText(source?.name) &&
    isText(source?.text) &&
    typeof files === "object" &&
    Object.values(files).every(isText) &&
    Array.isArray(source?.set)
  );
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** A file that is whole or as it was before: a disk that is full takes away no finding. */
function writeWhole(path: string, text: string, encoding: "utf8" | "latin1" = "utf8"): void {
  const growing = `${path}.part`;
  try {
    writeFileSync(growing, text, encoding);
    renameSync(growing, path);
  } catch (error) {
    rmSync(growing, { force: true });
    // A write that fails does not say which file it was for.
    throw Object.assign(error as Error, { path });
  }
}

/** Runs the shrunk scenario again: the same to the byte, failing in another way, or not at all. */
export function replayFinding(finding: StoredFinding): Replay {
  const scenario = readSource(finding.shrunk);
  if (typeof scenario === "string") return "unreadable";
  const { findings, fingerprint } = tryOut(scenario, finding.seed, { also: finding.also });
  if (!findings.some(({ signature }) => signature === finding.signature)) return "gone";
  return fingerprint === finding.fingerprint ? "same" : "fails otherwise";
}

/** The one with fewer faults and servers is kept, all seeds, and who was first. A seed that both had counts once. */
function merge(a: StoredFinding, b: StoredFinding): StoredFinding {
  const weight = ({ size }: StoredFinding) => size.faults + size.servers + size.sentinels;
  const smaller = weight(b) < weight(a) || a.program !== b.program ? b : a;
  const seeds = [...new Set([...a.seeds, ...b.seeds])].sort((x, y) => x - y).slice(0, 20);
  const { foundAt, foundBy } = b.foundAt < a.foundAt ? b : a;
  return { ...smaller, foundAt, foundBy, seeds, count: countOf(a, b) };
}

/** Of many seeds only the first few are known: where those and their number are equal, all are the same. */
function countOf(a: StoredFinding, b: StoredFinding): number {
  const shared = a.seeds.filter((seed) => b.seeds.includes(seed)).length;
  const isSame = a.count === b.count && shared === a.seeds.length && shared === b.seeds.length;
  return isSame ? a.count : a.count + b.count - shared;
}

/** The law in a few words, and enough of a digest that no two signatures share it. */
function idOf(signature: string): string {
  const words = signature
    .split(":")[0]
    ?.toLowerCase()
    .replace(/[^a-z]+/g, "-")
    .slice(0, 40)
    .replace(/-$/, "");
  return `${words}-${createHash("sha256").update(signature).digest("hex").slice(0, 8)}`;
}

function sizeOf(source: ScenarioSource): StoredFinding["size"] {
  const scenario = readSource(source);
  if (typeof scenario === "string") return { faults: 0, servers: 0, sentinels: 0 };
  const count = (kind: string) => scenario.nodes.filter((node) => node.kind === kind).length;
  return { faults: scenario.steps.length, servers: count("server"), sentinels: count("sentinel") };
}

function fingerprintOf(source: ScenarioSource, seed: string, also: readonly Also[]): string {
  const scenario = readSource(source);
  return typeof scenario === "string" ? "" : tryOut(scenario, seed, { also }).fingerprint;
}

function writeSource(path: string, source: ScenarioSource): void {
  writeWhole(path, source.text);
  for (const [name, text] of Object.entries(source.files)) {
    // Of a scenario that this redsim cannot read they may lie elsewhere, where nothing is to be written.
    if (!isBeside(name)) continue;
    const file = join(dirname(path), name);
    mkdirSync(dirname(file), { recursive: true });
    writeWhole(file, text, "latin1");
  }
}

/**
 * The shrunk run's trace, which `redsim replay` takes. A run that ended in a bug has no end, and so has
 * its trace, which keeps the name that says so.
 */
function writeTrace(path: string, finding: StoredFinding): void {
  const scenario = readSource(finding.shrunk);
  if (typeof scenario === "string") return;
  const { program, seed, also, shrunk: source } = finding;
  const healed = isHealed(also);
  const header = traceHeader({ program, level: "notes", seed, healed, source });
  const lines = [JSON.stringify(header)];
  const record = (each: RunRecord) => lines.push(traceLine(each));
  const run = new Run({ scenario, seed, observers: [{ level: "notes", record }] });
  let isWhole = false;
  try {
    const result = healed ? run.heal() : run.finish();
    lines.push(JSON.stringify(traceEnd(run, result)));
    isWhole = true;
  } catch (error) {
    if (!(error instanceof Bug)) throw error;
  }
  const text = `${lines.join("\n")}\n`;
  if (isWhole) writeWhole(path, text);
  else writeFileSync(`${path}.part`, text);
}
