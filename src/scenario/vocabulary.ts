/**
 * The words that a scenario may use in steps, clients and claims: what it has named. Each reader asks
 * here whether a word is known, and the mistake is reported with the nearest one that is.
 */

import { milliseconds, none } from "../kernel/time.js";
import type { Path, SourceDocument } from "./document.js";
import { parseSpan, type Span } from "./duration.js";
import type { RawTrigger } from "./schema/steps.js";
import { parseSelectors, type Selector, selectorForms } from "./selector.js";
import { nearest, suggestion } from "./suggest.js";
import { sentinelChannels, type Trigger } from "./trigger.js";

export interface Words {
  readonly hosts: readonly string[];
  readonly servers: readonly string[];
  readonly sentinels: readonly string[];
  readonly clients: readonly string[];
  readonly groups: readonly string[];
  readonly steps: readonly string[];
  readonly names: readonly string[];
  /** Some nodes could not be read: who is unknown may be one of them. */
  readonly isPartial: boolean;
}

/**
 * How often `settled` is looked at, as the recordings were: every 200 ms, and the look itself, six
 * questions one after the other, takes 1 to 4 ms. (Eleven looks took 2,220 to 2,239 ms.)
 */
const settledPoll = { min: milliseconds(201), max: milliseconds(204) };

/** What a selector may choose. */
export type Chosen = "node" | "server" | "host";

export class Vocabulary {
  readonly #document: SourceDocument;
  readonly words: Words;
  readonly #nodes: readonly string[];
  readonly #placed: readonly string[];

  constructor(document: SourceDocument, words: Words) {
    this.#document = document;
    this.words = words;
    this.#nodes = [...words.servers, ...words.sentinels];
    this.#placed = [...new Set([...this.#nodes, ...words.clients, ...words.hosts])];
  }

  selector(path: Path, raw: string | readonly (string | undefined)[], chosen: Chosen): Selector {
    const texts = (typeof raw === "string" ? raw.split(",") : raw).filter(
      (text): text is string => text !== undefined && text.trim() !== "",
    );
    if (texts.length === 0) this.#document.problem(path, "nobody is named here");
    const selector = parseSelectors(texts);
    this.#check(path, selector, chosen);
    return selector;
  }

  /** Names that are known before the run. */
  nodes(path: Path, raw: string | readonly (string | undefined)[]): readonly string[] {
    return this.#names(path, raw, "node", [...this.#nodes, ...this.words.clients]);
  }

  /** Hosts, or nodes and clients for the hosts they run on. */
  places(path: Path, raw: string | readonly (string | undefined)[]): readonly string[] {
    return this.#names(path, raw, "host or node", this.#placed);
  }

  servers(path: Path, raw: string | readonly (string | undefined)[]): readonly string[] {
    return this.#names(path, raw, "server", this.words.servers);
  }

  sentinels(path: Path, raw: string | readonly (string | undefined)[]): readonly string[] {
    return this.#names(path, raw, "Sentinel", this.words.sentinels);
  }

  client(path: Path, name: string | undefined): string | undefined {
    if (name !== undefined) this.known(path, name, "client", this.words.clients);
    return name;
  }

  step(path: Path, name: string | undefined): string | undefined {
    if (name !== undefined) this.known(path, name, "step", this.words.steps);
    return name;
  }

  channel(path: Path, channel: string): string {
    if (!sentinelChannels.includes(channel))
      this.#document.problem(
        path,
        `Sentinel has no event called ${channel}`,
        suggestion(channel, sentinelChannels),
      );
    return channel;
  }

  known(path: Path, word: string, kind: string, among: readonly string[]): boolean {
    if (among.includes(word)) return true;
    if (this.words.isPartial && !["step", "client", "name"].includes(kind)) return false;
    this.#document.problem(path, `no ${kind} is called ${word}`, suggestion(word, among));
    return false;
  }

  span(path: Path, raw: string | undefined): Span | undefined {
    if (raw === undefined) return undefined;
    const span = parseSpan(raw);
    if (span === undefined)
      this.#document.problem(path, `${raw} is not a range of durations`, "such as 1s..3s");
    return span;
  }

  /** A duration counts from the start of the run. */
  trigger(
    path: Path,
    raw: RawTrigger,
  ): { readonly trigger: Trigger; readonly wait: Span | undefined } {
    if (typeof raw === "string") {
      const span = /^\d/.test(raw) ? parseSpan(raw) : undefined;
      if (span !== undefined) return { trigger: { kind: "start" }, wait: span };
      if (raw === "settled")
        return { trigger: { kind: "settled", poll: settledPoll }, wait: undefined };
      if (!this.words.steps.includes(raw))
        this.#document.problem(
          path,
          `no step is called ${raw}`,
          eventHint(raw) ?? suggestion(raw, ["settled", ...this.words.steps]),
        );
      return { trigger: { kind: "step", step: raw }, wait: undefined };
    }
    return { trigger: this.#eventTrigger(path, raw), wait: undefined };
  }

  #eventTrigger(path: Path, raw: Exclude<RawTrigger, string>): Trigger {
    const kinds = (["event", "log", "role", "link", "acknowledged", "failed"] as const).filter(
      (key) => raw[key] !== undefined,
    );
    if (kinds.length !== 1)
      this.#document.problem(
        path,
        kinds.length === 0 ? "nothing is waited for here" : "one thing at a time can be waited for",
        "one of event, log, role, link, acknowledged, failed",
      );
    const nodes = raw.node === undefined ? undefined : this.nodes([...path, "node"], raw.node);
    const count = raw.count ?? 1;
    if (raw.payload !== undefined && raw.event === undefined)
      this.#document.problemAtKey([...path, "payload"], "payload belongs to event");
    if (raw.event !== undefined) {
      const channel = this.channel([...path, "event"], raw.event);
      return { kind: "event", nodes, channel, payload: raw.payload, count };
    }
    if (raw.log !== undefined) return { kind: "log", nodes, text: raw.log, count };
    if (raw.role !== undefined) return { kind: "role", nodes, role: raw.role, count };
    if (raw.link !== undefined) return { kind: "link", nodes, up: raw.link === "up", count };
    const acknowledged = raw.acknowledged !== undefined;
    const key = raw.acknowledged ?? raw.failed;
    return { kind: "operation", nodes, key, acknowledged, count };
  }

  #names(
    path: Path,
    raw: string | readonly (string | undefined)[],
    kind: string,
    among: readonly string[],
  ): readonly string[] {
    const isList = typeof raw !== "string";
    const all = (isList ? raw : raw.split(",")).filter((name) => name !== undefined);
    return all.map((name, i) => {
      this.known(isList ? [...path, i] : path, name.trim(), kind, among);
      return name.trim();
    });
  }

  #check(path: Path, selector: Selector, chosen: Chosen): void {
    switch (selector.kind) {
      case "names": {
        const among =
          chosen === "host" ? this.#placed : chosen === "server" ? this.words.servers : this.#nodes;
        for (const name of selector.names) this.#checkName(path, name, chosen, among);
        break;
      }
      case "master":
      case "formerMaster":
      case "some":
        if (selector.group !== undefined)
          this.known(path, selector.group, "master", this.words.groups);
        if (selector.kind === "some" && selector.what === "client" && chosen !== "host")
          this.#document.problem(path, "clients are not nodes; this needs nodes");
        break;
      case "as":
        this.known(path, selector.step, "step", this.words.steps);
        break;
      case "host":
        this.#check(path, selector.of, "host");
        break;
      case "union":
        for (const part of selector.of) this.#check(path, part, chosen);
        break;
      default:
        break;
    }
  }

  #checkName(path: Path, name: string, chosen: Chosen, among: readonly string[]): void {
    if (among.includes(name)) return;
    if (!/\s/.test(name)) {
      this.known(path, name, chosen === "host" ? "host or node" : chosen, among);
      return;
    }
    this.#document.problem(path, `unknown selector: ${name}`, suggestion(name, selectorForms));
  }
}

/** Where a step was meant to wait for an event. */
function eventHint(word: string): string | undefined {
  const near = /^[+-]/.test(word) ? nearest(word, sentinelChannels) : undefined;
  return near === undefined ? undefined : `an event is written {event: ${near}}`;
}

export const noWait: Span = { min: none, max: none };
