/**
 * What happened, for a person: the lines that `redsim run` prints, folded from the records.
 *
 * It comes in sections, each opened by something that a reader would look for: a step of the scenario,
 * a client that begins, a master that its Sentinels take for down. A line that a node says again and
 * again (a client's retries, a replica that reconnects every second) is one line with a count and the
 * time of the last. Lines count as equal when they differ in counters only, and as repeated when they
 * were among the node's last few, so that a cycle of a few lines folds as well. The whole is kept until
 * the end, for only then is a count known.
 */
import type { RunRecord } from "../kernel/record.js";
import type { Instant } from "../kernel/time.js";
import type { RedisNote } from "../redis/note.js";
import { changedLines } from "./changed-lines.js";
import { describeFault } from "./describe-fault.js";
import { isNews, saysReady, shortened } from "./news.js";

/** What a line is about, for its colour and its place. */
export type Tone =
  | "event"
  | "alarm"
  | "log"
  | "fault"
  | "command"
  | "reply"
  | "print"
  | "outcome"
  | "process";

export interface TranscriptLine {
  readonly at: Instant;
  readonly who: string;
  readonly text: string;
  readonly tone: Tone;
  /** How often it was said, and when last; 1 and `at` for most. */
  count: number;
  lastAt: Instant;
  /** The last text, where it differs from the first. */
  lastText: string;
}

export interface TranscriptSection {
  title: string;
  readonly lines: TranscriptLine[];
}

/** A node of the run, as far as a transcript has to know it. */
export interface TranscriptNode {
  readonly name: string;
  /** For redis-cli's prompt. */
  readonly port: number;
  /** Its configuration file as it was before the run: a look shows what has changed. */
  readonly config: { readonly path: string; readonly text: string };
}

export interface TranscriptOptions {
  /** Everything that is logged, and files whole. */
  readonly verbose: boolean;
  readonly nodes: readonly TranscriptNode[];
  readonly clients: readonly TranscriptClient[];
}

export interface TranscriptClient {
  readonly name: string;
  /** The application itself prints what becomes of its operations. */
  readonly prints: boolean;
}

/** A node's last few lines, by which a repetition is known. */
const cycle = 4;
/** Outcomes that change this fast, in microseconds, are one line each and not one for each change. */
const flicker = 1_000_000;
/** A process that is ready this soon, in microseconds, was ready at once. */
const atOnce = 50_000;

export class Transcript {
  readonly sections: TranscriptSection[] = [];
  readonly #recent = new Map<string, TranscriptLine[]>();
  readonly #verbose: boolean;
  readonly #ports: ReadonlyMap<string, number>;
  /** Whether it prints, by client. */
  readonly #clients: ReadonlyMap<string, boolean>;
  /** Whether the last one was acknowledged, by `client operation`. */
  readonly #acknowledged = new Map<string, boolean>();
  /** Who starts for the first time in the section that is under way. */
  #starting: string[] = [];
  /** By `node path`, as they were when somebody looked last. */
  readonly #files = new Map<string, string>();
  readonly #startedAt = new Map<string, Instant>();
  /** Sentinels by their ids, which their votes are told with. */
  readonly #ids = new Map<string, string>();
  /** A `node at` whose end has been told by the fault that made it. */
  #killed = "";
  /** Masters, by their names, of whose trouble the current sections tell. */
  readonly #troubled = new Set<string>();

  constructor(options: TranscriptOptions) {
    this.#verbose = options.verbose;
    this.#ports = new Map(options.nodes.map(({ name, port }) => [name, port]));
    this.#clients = new Map(options.clients.map(({ name, prints }) => [name, prints]));
    for (const { name, config } of options.nodes)
      this.#files.set(`${name} ${config.path}`, config.text);
  }

  record(record: RunRecord): void {
    switch (record.kind) {
      case "note":
        this.#note(record.node, record.note as unknown as RedisNote, record.at);
        break;
      case "act":
        this.#section(record.step);
        break;
      case "fault":
        if (record.fault.kind === "kill") this.#killed = `${record.fault.node} ${record.at}`;
        this.#add("fault", describeFault(record.fault), "fault", record.at);
        break;
      case "up":
        this.#up(record.node, record.boot, record.at);
        break;
      case "down":
        if (record.code === -9 && this.#killed === `${record.node} ${record.at}`) break;
        this.#add(record.node, describeExit(record.code), "process", record.at);
        break;
      default:
    }
  }

  #up(node: string, boot: number, at: Instant): void {
    if (node.startsWith("operator@") || node === "outside@") return;
    if (boot === 0 && this.#clients.has(node)) this.#section(`${node} begins`);
    else if (boot === 0 && this.#ports.has(node)) this.#start(node);
    this.#startedAt.set(node, at);
    this.#add(node, boot === 0 ? "starts" : "starts again", "process", at);
  }

  #note(node: string, note: RedisNote, at: Instant): void {
    switch (note.kind) {
      case "event":
        this.#event(node, note.channel, note.payload, at);
        break;
      case "log":
        this.#learn(node, note.text);
        if (this.#verbose) this.#add(node, note.text, "log", at);
        else if (isNews(note.level, note.text) && !this.#isReadyAtOnce(node, note.text, at))
          this.#add(node, this.#named(shortened(note.text)), "log", at);
        break;
      case "print":
        this.#add(node, note.text, "print", at);
        break;
      case "ok":
      case "fail":
      case "info":
        if (this.#clients.get(node) === false) this.#outcome(node, note, at);
        break;
      case "rewrote":
        if (this.#verbose) this.#add(node, `rewrote ${note.path}`, "log", at);
        break;
      case "command":
        if (note.command.startsWith("cat ")) this.#look(note, at);
        else this.#session(note, at);
        break;
      default:
    }
  }

  #isReadyAtOnce(node: string, text: string, at: Instant): boolean {
    return saysReady(text) && at - (this.#startedAt.get(node) ?? 0) < atOnce;
  }

  #event(node: string, channel: string, payload: string, at: Instant): void {
    const [kind, master = ""] = payload.split(" ");
    if (channel === "+sdown" && kind === "master" && !this.#troubled.has(master)) {
      this.#troubled.add(master);
      this.#section(`${master} is down`);
    }
    this.#add(node, this.#named(`${channel} ${payload}`), toneOf(channel), at);
    if (channel === "+failover-end" || channel.startsWith("-failover-abort"))
      this.#troubled.delete(master);
  }

  #learn(node: string, text: string): void {
    const id = /^Sentinel ID is ([0-9a-f]{40})$/.exec(text)?.[1];
    if (id !== undefined) this.#ids.set(id, node);
  }

  /** A vote tells ids only; a reader wants to know whose they are. */
  #named(text: string): string {
    const vote = /^(?:\+vote-for-leader|([0-9a-f]{40}) voted for) ([0-9a-f]{40}) \d+$/.exec(text);
    if (vote === null) return text;
    const [voter, leader] = [vote[1], vote[2]].map((id) => this.#ids.get(id ?? ""));
    return `${text} (${voter === undefined ? "" : `${voter} for `}${leader ?? "a stranger"})`;
  }

  /** Of operations that come by the thousand: when they work, and why they do not. */
  #outcome(
    node: string,
    note: Extract<RedisNote, { kind: "ok" | "fail" | "info" }>,
    at: Instant,
  ): void {
    const key = `${node} ${note.operation}`;
    const before = this.#acknowledged.get(key);
    this.#acknowledged.set(key, note.kind === "ok");
    if (note.kind === "ok" && before === true) return;
    const again = before === false ? "again " : "";
    const text =
      note.kind === "ok"
        ? `${note.operation}s work ${again}from ${note.key} on`
        : `${note.operation} ${note.kind === "fail" ? "fails" : "may have happened"}: ${note.error ?? ""}`;
    this.#add(node, text, "outcome", at);
  }

  /** As redis-cli shows it; the operator sits on the node's own machine. */
  #session(note: Extract<RedisNote, { kind: "command" }>, at: Instant): void {
    const prompt = `127.0.0.1:${this.#ports.get(note.target) ?? 0}>`;
    this.#add(note.target, `${prompt} ${note.command}`, "command", at);
    for (const line of note.reply.split(/\r?\n/))
      if (line !== "") this.#add(note.target, line, "reply", at);
  }

  #look(note: Extract<RedisNote, { kind: "command" }>, at: Instant): void {
    const key = `${note.target} ${note.command.slice("cat ".length)}`;
    const before = this.#files.get(key);
    this.#files.set(key, note.reply);
    if (before === undefined || this.#verbose) {
      this.#add(note.target, `$ ${note.command}`, "command", at);
      for (const line of note.reply.split(/\r?\n/))
        if (line !== "") this.#add(note.target, line, "reply", at);
      return;
    }
    const changes = changedLines(before, note.reply);
    const what = changes.length === 0 ? "as before" : "what has changed";
    this.#add(note.target, `$ ${note.command}  # ${what}`, "command", at);
    for (const { sign, line } of changes) this.#add(note.target, `${sign} ${line}`, "reply", at);
  }

  #section(title: string): void {
    this.#starting = [];
    this.sections.push({ title, lines: [] });
  }

  /** Processes that start one after another are one section, named after them. */
  #start(node: string): void {
    const names = [...this.#starting, node];
    if (this.#starting.length === 0) this.#section("start");
    this.#starting = names;
    const section = this.sections.at(-1);
    if (section !== undefined)
      section.title = `start of ${names.length > 8 ? `${names.length} nodes` : names.join(", ")}`;
  }

  #add(who: string, text: string, tone: Tone, at: Instant): void {
    const recent = this.#recent.get(who) ?? [];
    const same = foldsInto(recent, text, tone, at);
    if (same !== undefined) {
      same.count++;
      same.lastAt = at;
      same.lastText = text;
      return;
    }
    const line: TranscriptLine = { at, who, text, tone, count: 1, lastAt: at, lastText: text };
    if (this.sections.length === 0) this.#section("start");
    this.sections.at(-1)?.lines.push(line);
    this.#recent.set(who, [...recent, line].slice(-cycle));
  }
}

/**
 * What an application prints, or is told, folds with its line before only, so that a run of failures
 * stands between the successes; what a node logs may come round in a cycle. Faults, replies and commands
 * never fold.
 */
function foldsInto(
  recent: readonly TranscriptLine[],
  text: string,
  tone: Tone,
  at: Instant,
): TranscriptLine | undefined {
  if (tone === "reply" || tone === "command" || tone === "fault") return undefined;
  const last = recent.at(-1);
  const candidates = recent.filter((line) => {
    if (line === last) return true;
    return tone === "outcome" ? at - line.lastAt < flicker : tone !== "print";
  });
  return candidates.find((line) => line.tone === tone && alike(line.text, text));
}

/** Two lines that differ only in counters say the same again. */
function alike(a: string, b: string): boolean {
  return a === b || (a.length - b.length < 8 && b.length - a.length < 8 && shape(a) === shape(b));
}

/** Digits of counters, not those of addresses: `foo17` is `foo#`, `:6379` stays. */
function shape(text: string): string {
  return text.replace(/([A-Za-z])\d+/g, "$1#").replace(/^\d+\.\d+ /, "");
}

function toneOf(channel: string): Tone {
  return channel.startsWith("-failover-abort") ||
    channel === "+sdown" ||
    channel === "+odown" ||
    channel === "+tilt"
    ? "alarm"
    : "event";
}

function describeExit(code: number): string {
  if (code === -9) return "is killed";
  return code === 0 ? "exits" : code < 0 ? `dies of signal ${-code}` : `exits with code ${code}`;
}
