/**
 * Reads a scenario: the text of a file in, a `Scenario` or all its mistakes out.
 *
 * In layers, each of which goes on after mistakes in the one before: YAML, the shape (schema.ts), then
 * meaning (names, ports, durations, configuration files). What is wrong is taken out and the rest is
 * still read, so that one run of the program shows everything there is to correct.
 */

import { none, seconds } from "../kernel/time.js";
import { formatProblem, type Problem } from "../redis/config/problem.js";
import { readClient } from "./clients.js";
import { readCluster } from "./cluster.js";
import { type Places, SourceDocument } from "./document.js";
import { parseDuration } from "./duration.js";
import { readExpectation } from "./expectations.js";
import { readLinkSettings } from "./machine.js";
import type { Scenario, ScenarioLink } from "./scenario.js";
import type { RawScenario } from "./schema.js";
import { applySettings } from "./set-path.js";
import { checkShape } from "./shape.js";
import { readSteps, stepNames } from "./steps.js";
import { newest, readVersion } from "./version.js";
import { Vocabulary } from "./vocabulary.js";

export interface ParseOptions {
  /** As the user named it: in front of every line number. */
  readonly file: string;
  /** The text of a configuration file by its path relative to the scenario; undefined: there is none. */
  readonly read: (path: string) => string | undefined;
  /**
   * The names in a folder, for patterns in `include` lines. The folder ends in a slash, and is empty for that of
   * the scenario; names of folders end in one too. Without it, patterns fit the node's own `files` alone.
   */
  readonly list?: (folder: string) => readonly string[];
  /** The arguments of `--set`, each `path=value`, in order. */
  readonly set?: readonly string[];
  /** How problems name their place: by line and column, unless told otherwise. */
  readonly places?: Places;
}

export type Parsed =
  | {
      readonly scenario: Scenario;
      readonly problems: undefined;
      /** What was accepted and does not do here what it does in Redis. */
      readonly warnings: readonly Problem[];
    }
  | { readonly scenario: undefined; readonly problems: readonly Problem[] };

export function parseScenario(text: string, options: ParseOptions): Parsed {
  const document = new SourceDocument(text, options.file, options.places);
  // Where YAML has lost its way, what follows the first mistakes is no help.
  if (document.isBroken) return { scenario: undefined, problems: document.problems.slice(0, 3) };
  applySettings(document, options.set ?? []);
  const raw = checkShape(document);
  const scenario = raw === undefined ? undefined : readScenario(document, raw, options);
  if (scenario === undefined || document.problems.length > 0)
    return { scenario: undefined, problems: inOrder(document.problems) };
  return { scenario, problems: undefined, warnings: inOrder(document.warnings) };
}

/** The text of a scenario with what `--set` changes written into it; both must be without mistakes. */
export function settledText(text: string, set: readonly string[]): string {
  const document = new SourceDocument(text, "");
  applySettings(document, set);
  return document.toText();
}

function readScenario(document: SourceDocument, raw: RawScenario, options: ParseOptions): Scenario {
  const version = readVersion(raw.version) ?? newest;
  const cluster = readCluster(document, raw, version, {
    read: options.read,
    list: options.list ?? (() => []),
  });
  const named = (kind: "server" | "sentinel") =>
    cluster.nodes.filter((node) => node.kind === kind).map((node) => node.name);
  const clientNames = Object.keys(raw.clients ?? {});
  for (const name of clientNames)
    if (cluster.nodes.some((node) => node.name === name))
      document.problemAtKey(["clients", name], `a node is called ${name} already`);
  const steps = stepNames(document, raw.steps ?? []);
  const words = new Vocabulary(document, {
    hosts: cluster.hosts.map((host) => host.name),
    servers: named("server"),
    sentinels: named("sentinel"),
    clients: clientNames,
    groups: [...new Set(cluster.nodes.flatMap((node) => node.groups))],
    steps: [...new Set(steps)],
    names: cluster.names.map((each) => each.name),
    isPartial: document.isIncomplete(["nodes"], raw.nodes),
  });
  const duration = parseDuration(raw.duration) ?? seconds(60);
  if (duration === none) document.problem(["duration"], "a run needs some time");
  const title = raw.title ?? firstSentence(document.openingComment) ?? options.file;
  return {
    file: options.file,
    title,
    prose: (raw.prose ?? document.openingComment).trim(),
    version,
    seed: String(raw.seed ?? 1),
    duration,
    hosts: cluster.hosts,
    defaultLink: readLinkSettings(raw.network?.default),
    links: readLinks(raw, cluster.nodes, cluster.hosts, words),
    names: cluster.names,
    nodes: cluster.nodes,
    clients: Object.entries(raw.clients ?? {}).map(([name, client]) =>
      readClient(document, name, client, cluster, words),
    ),
    steps: readSteps(document, raw.steps ?? [], steps, words),
    expectations: (raw.expect ?? []).flatMap((claim, i) => {
      if (claim === undefined) return [];
      const read = readExpectation(document, claim, ["expect", i], words);
      return read === undefined ? [] : [read];
    }),
  };
}

/** Each line of `network.links`, for every ordered pair of hosts that it names. */
function readLinks(
  raw: RawScenario,
  nodes: Scenario["nodes"],
  hosts: Scenario["hosts"],
  words: Vocabulary,
): readonly ScenarioLink[] {
  const hostOf = new Map(nodes.map((node) => [node.name, node.host]));
  for (const [name, client] of Object.entries(raw.clients ?? {}))
    hostOf.set(name, client.host ?? name);
  const links: ScenarioLink[] = [];
  raw.network?.links?.forEach((link, i) => {
    if (link === undefined) return;
    const path = ["network", "links", i];
    const ends = (key: "from" | "to"): readonly string[] | undefined => {
      const text = link[key];
      if (text === undefined) return undefined;
      return words.places([...path, key], text).map((name) => hostOf.get(name) ?? name);
    };
    const from = ends("from") ?? [];
    const to = ends("to") ?? hosts.map((host) => host.name).filter((name) => !from.includes(name));
    const settings = readLinkSettings(link);
    const direction = link.direction ?? "both";
    for (const a of from)
      for (const b of to) {
        if (a === b) continue;
        if (direction !== "from") links.push({ from: a, to: b, settings });
        if (direction !== "to") links.push({ from: b, to: a, settings });
      }
  });
  return links;
}

function firstSentence(text: string): string | undefined {
  const [sentence] = text.replaceAll("\n", " ").split(/(?<=[.:!?]) /);
  return sentence === undefined || sentence === "" ? undefined : sentence.replace(/[.:]$/, "");
}

/** What was typed last first, then as one reads the file: by line and column, other files behind it. */
function inOrder(problems: readonly Problem[]): readonly Problem[] {
  const told = new Map(problems.map((problem) => [formatProblem(problem), problem]));
  const keyed = [...told.values()].map((problem, i) => {
    const match = /^(.*?):(\d+)(?::(\d+))?$/.exec(problem.where);
    const isTyped = problem.where.startsWith("--set ");
    return {
      problem,
      i,
      line: isTyped ? -1 : Number(match?.[2] ?? 0),
      column: isTyped ? 0 : Number(match?.[3] ?? -1),
    };
  });
  keyed.sort((a, b) => {
    const ownA = a.column < 0 ? 1 : 0;
    const ownB = b.column < 0 ? 1 : 0;
    if (ownA !== ownB) return ownA - ownB;
    if (ownA === 1) return a.i - b.i;
    return a.line - b.line || a.column - b.column || a.i - b.i;
  });
  return keyed.map(({ problem }) => problem);
}
