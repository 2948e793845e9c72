/** Reads `expect`: each claim with the sentence in which its verdict is told. */
import { microseconds } from "../kernel/time.js";
import type { Path, SourceDocument } from "./document.js";
import { formatDuration, parseDuration } from "./duration.js";
import type { Bound, Expectation, ExpectationKind } from "./expectation.js";
import { expectationKeys } from "./schema/expectations.js";
import type { RawExpectation } from "./schema.js";
import { listed } from "./suggest.js";
import type { Vocabulary } from "./vocabulary.js";

interface RawCount {
  readonly "at-least"?: number | undefined;
  readonly "at-most"?: number | undefined;
}

interface RawTime {
  readonly "at-least"?: string | undefined;
  readonly "at-most"?: string | undefined;
}

interface RawInTime {
  readonly after?: string | undefined;
  readonly within?: string | undefined;
  readonly times?: number | RawCount | undefined;
}

/** Claims about what clients did. */
const ofClients: ReadonlySet<string> = new Set([
  "outage",
  "lost",
  "acknowledged",
  "failed",
  "unknown",
  "prints",
]);

export function readExpectation(
  document: SourceDocument,
  raw: RawExpectation,
  path: Path,
  words: Vocabulary,
): Expectation | undefined {
  const keys = expectationKeys.filter((key) => raw[key as keyof RawExpectation] !== undefined);
  const [key] = keys;
  if (key === undefined) {
    if (!document.isIncomplete(path, raw))
      document.problem(
        path,
        "this claims nothing",
        `it needs one of ${expectationKeys.join(", ")}`,
      );
    return undefined;
  }
  if (keys.length > 1)
    document.problemAtKey(
      [...path, keys[1] ?? ""],
      `a claim is one thing, and this one is ${keys.length}: ${listed(keys)}`,
      "begin each with a dash of its own",
    );
  // Without clients nothing is written: such a claim would hold of anything, or of nothing.
  if (ofClients.has(key) && words.words.clients.length === 0)
    document.problemAtKey([...path, key], "there is no client to say so", "clients: {app: {}}");
  const kind = readKind(document, raw, [...path, key], words);
  return { ...kind, text: sentence(kind), where: document.where(path) };
}

function readKind(
  document: SourceDocument,
  raw: RawExpectation,
  path: Path,
  words: Vocabulary,
): ExpectationKind {
  const client = (value: { readonly client?: string | undefined }) =>
    words.client([...path, "client"], value.client);
  const bound = (value: RawCount) => counts(document, path, value);
  const time = (value: RawTime) => times(document, path, value);
  const inTime = ({ after, within, times: often }: RawInTime) => ({
    after: words.step([...path, "after"], after),
    within: parseDuration(within ?? ""),
    times:
      typeof often === "number"
        ? { atLeast: often, atMost: often }
        : often === undefined
          ? { atLeast: 1, atMost: undefined }
          : counts(document, [...path, "times"], often),
  });

  if (raw.master !== undefined) {
    const { master } = raw;
    if (typeof master === "string")
      return { kind: "master", is: words.servers(path, master), not: undefined };
    const { is, not } = master;
    return {
      kind: "master",
      is: is === undefined ? undefined : words.servers([...path, "is"], is),
      not: not === undefined ? undefined : words.servers([...path, "not"], not),
    };
  }
  if (raw.event !== undefined) {
    const { event } = raw;
    return {
      kind: "event",
      channel: words.channel([...path, "channel"], event.channel),
      payload: event.payload,
      nodes: event.node === undefined ? undefined : words.sentinels([...path, "node"], event.node),
      ...inTime(event),
    };
  }
  if (raw.log !== undefined) {
    const { line, node } = raw.log;
    const nodes = node === undefined ? undefined : words.nodes([...path, "node"], node);
    return { kind: "log", line, nodes, ...inTime(raw.log) };
  }
  if (raw.outage !== undefined)
    return { kind: "outage", client: client(raw.outage), micros: time(raw.outage) };
  if (raw.lost !== undefined)
    return { kind: "lost", client: client(raw.lost), writes: bound(raw.lost) };
  for (const outcome of ["acknowledged", "failed", "unknown"] as const) {
    const value = raw[outcome];
    if (value !== undefined)
      return { kind: "operations", outcome, client: client(value), count: bound(value) };
  }
  if (raw["two-masters"] !== undefined)
    return { kind: "twoMasters", micros: time(raw["two-masters"]) };
  if (raw.shows !== undefined) {
    const { shows } = raw;
    return {
      kind: "shows",
      step: words.step([...path, "step"], shows.step) ?? "",
      nodes: shows.node === undefined ? undefined : words.nodes([...path, "node"], shows.node),
      contains: [shows.contains ?? []].flat(),
      lacks: [shows.lacks ?? []].flat(),
    };
  }
  if (raw.prints !== undefined) {
    const { prints } = raw;
    const open = prints["at-least"] === undefined && prints["at-most"] === undefined;
    return {
      kind: "prints",
      client: client(prints),
      line: prints.line,
      times: open ? { atLeast: 1, atMost: undefined } : bound(prints),
    };
  }
  for (const resync of ["full", "partial"] as const) {
    const value = raw[`${resync}-resyncs`];
    if (value !== undefined)
      return {
        kind: "resyncs",
        resync,
        nodes: value.of === undefined ? undefined : words.servers([...path, "of"], value.of),
        after: words.step([...path, "after"], value.after),
        times: bound(value),
      };
  }
  return { kind: "agreement", holds: raw.agreement ?? true };
}

function counts(document: SourceDocument, path: Path, raw: RawCount): Bound {
  return checked(document, path, { atLeast: raw["at-least"], atMost: raw["at-most"] });
}

function times(document: SourceDocument, path: Path, raw: RawTime): Bound {
  return checked(document, path, {
    atLeast: parseDuration(raw["at-least"] ?? ""),
    atMost: parseDuration(raw["at-most"] ?? ""),
  });
}

function checked(document: SourceDocument, path: Path, bound: Bound): Bound {
  const { atLeast, atMost } = bound;
  if (atLeast === undefined && atMost === undefined)
    document.problem(path, "this claims nothing", "it needs at-least or at-most");
  else if (atLeast !== undefined && atMost !== undefined && atLeast > atMost)
    document.problem(path, "at-least is more than at-most");
  return bound;
}

// The sentences.

function sentence(claim: ExpectationKind): string {
  switch (claim.kind) {
    case "master": {
      const is = claim.is === undefined ? "" : ` is ${listed(claim.is, "or")}`;
      const not = claim.not === undefined ? "" : ` is not ${listed(claim.not, "or")}`;
      return `the master at the end${is}${is !== "" && not !== "" ? " and" : ""}${not}`;
    }
    case "event": {
      const payload = claim.payload === undefined ? "" : ` ${claim.payload}`;
      return `${claim.channel}${payload}${whereAndWhen(claim)}: ${inWords(claim.times, often)}`;
    }
    case "log":
      return `${quoted(claim.line)} logged${whereAndWhen(claim)}: ${inWords(claim.times, often)}`;
    case "outage":
      return `${owner(claim.client)}longest time without an acknowledged write: ${inWords(claim.micros, time)}`;
    case "lost":
      return `${owner(claim.client)}acknowledged writes lost: ${inWords(claim.writes, number)}`;
    case "operations":
      return `${owner(claim.client)}operations ${claim.outcome}: ${inWords(claim.count, number)}`;
    case "twoMasters":
      return `time with two masters: ${inWords(claim.micros, time)}`;
    case "agreement":
      return claim.holds
        ? "all Sentinels name one master, and all replicas have its data"
        : "no agreement on one master and its data";
    case "shows": {
      const has = claim.contains.map(quoted);
      const lacks = claim.lacks.map(quoted);
      const on = claim.nodes === undefined ? "" : ` on ${listed(claim.nodes)}`;
      const shown = has.length === 0 ? "" : ` shows ${listed(has)}`;
      const hidden = lacks.length === 0 ? "" : ` lacks ${listed(lacks, "or")}`;
      return `${claim.step}${on}${shown}${shown !== "" && hidden !== "" ? " and" : ""}${hidden}`;
    }
    case "prints":
      return `${owner(claim.client)}${quoted(claim.line)} printed: ${inWords(claim.times, often)}`;
    case "resyncs": {
      const of = claim.nodes === undefined ? "" : ` of ${listed(claim.nodes)}`;
      const after = claim.after === undefined ? "" : ` after ${claim.after}`;
      return `${claim.resync} resynchronisations${of}${after}: ${inWords(claim.times, often)}`;
    }
  }
}

function whereAndWhen(claim: Extract<ExpectationKind, { kind: "event" | "log" }>): string {
  const by = claim.nodes === undefined ? "" : ` on ${listed(claim.nodes, "or")}`;
  const within = claim.within === undefined ? "" : ` within ${formatDuration(claim.within)}`;
  const after = claim.after === undefined ? "" : ` after ${claim.after}`;
  return `${by}${within}${after}`;
}

function owner(client: string | undefined): string {
  return client === undefined ? "" : `${client}: `;
}

function inWords(bound: Bound, value: (count: number) => string): string {
  const { atLeast, atMost } = bound;
  if (atLeast !== undefined && atLeast === atMost) return value(atLeast);
  const least = atLeast === undefined ? "" : `at least ${value(atLeast)}`;
  const most = atMost === undefined ? "" : `at most ${value(atMost)}`;
  return `${least}${least !== "" && most !== "" ? ", " : ""}${most}`;
}

function number(count: number): string {
  return String(count);
}

function often(count: number): string {
  return count === 0 ? "never" : count === 1 ? "once" : `${count} times`;
}

function quoted(text: string): string {
  return text.includes('"') ? `'${text}'` : `"${text}"`;
}

function time(micros: number): string {
  return formatDuration(microseconds(micros));
}
