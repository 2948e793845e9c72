/**
 * What happened, for a person: the lines that `redsim run` prints, folded from the records.
 *
 * A line that a node says again and again (a client's retries, a replica that reconnects every second)
 * is one line with a count and the time of the last. Lines count as equal when they differ in digits
 * only, and as repeated when they were among the node's last few, so that a cycle of a few lines folds
 * as well. The whole is kept until the end, for only then is a count known.
 */
import type { Fault } from "../kernel/fault.js";
import type { RunRecord } from "../kernel/record.js";
import type { Instant } from "../kernel/time.js";
import type { RedisNote } from "../redis/note.js";
import { changedLines } from "./changed-lines.js";

/** What a line is about, for its colour. */
export type Tone = "event" | "alarm" | "log" | "fault" | "command" | "reply" | "print" | "process";

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

/** A node's last few lines, by which a repetition is known. */
const cycle = 4;

export interface TranscriptOptions {
  /** Also what is logged below notice, the banners of processes that start, and the operators. */
  readonly verbose: boolean;
  /** Files as they were before the run, by `node path`: a look shows what has changed in them. */
  readonly files?: ReadonlyMap<string, string>;
}

/** What every process of Redis logs before it does anything. */
const banners = [
  /^oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo$/,
  /^Redis version=/,
  /^Configuration loaded$/,
  /^Server initialized$/,
  /^monotonic clock: /,
];

export class Transcript {
  readonly lines: TranscriptLine[] = [];
  readonly #recent = new Map<string, TranscriptLine[]>();
  readonly #verbose: boolean;
  /** As they were when somebody looked last. */
  readonly #files: Map<string, string>;

  constructor(options: TranscriptOptions) {
    this.#verbose = options.verbose;
    this.#files = new Map(options.files ?? []);
  }

  record(record: RunRecord): void {
    switch (record.kind) {
      case "note":
        this.#note(record.node, record.note as unknown as RedisNote, record.at);
        break;
      case "fault":
        this.#add("fault", describeFault(record.fault), "fault", record.at);
        break;
      case "up":
        if (record.node.startsWith("operator@") && !this.#verbose) break;
        this.#add(record.node, record.boot === 0 ? "starts" : "starts again", "process", record.at);
        break;
      case "down":
        this.#add(record.node, describeExit(record.code), "process", record.at);
        break;
      default:
    }
  }

  #note(node: string, note: RedisNote, at: Instant): void {
    switch (note.kind) {
      case "event":
        this.#add(node, `${note.channel} ${note.payload}`, toneOf(note.channel), at);
        break;
      case "log":
        if (this.#verbose || this.#isNews(note.level, note.text))
          this.#add(node, note.text, "log", at);
        break;
      case "print":
        this.#add(node, note.text, "print", at);
        break;
      case "rewrote":
        if (this.#verbose) this.#add(node, `rewrote ${note.path}`, "log", at);
        break;
      case "command":
        this.#add(note.target, `> ${note.command}`, "command", at);
        this.#reply(note, at);
        break;
      default:
    }
  }

  #isNews(level: string, text: string): boolean {
    return (level === "*" || level === "#") && !banners.some((banner) => banner.test(text));
  }

  #reply(note: Extract<RedisNote, { kind: "command" }>, at: Instant): void {
    const key = `${note.target} ${note.command.slice("cat ".length)}`;
    const before = note.command.startsWith("cat ") ? this.#files.get(key) : undefined;
    const lines =
      before === undefined || this.#verbose
        ? note.reply.split(/\r?\n/)
        : changedLines(before, note.reply).map(({ sign, line }) => `${sign} ${line}`);
    if (before !== undefined) this.#files.set(key, note.reply);
    for (const line of lines) if (line !== "") this.#add(note.target, line, "reply", at);
  }

  #add(who: string, text: string, tone: Tone, at: Instant): void {
    const recent = this.#recent.get(who) ?? [];
    const same = foldsInto(recent, text, tone);
    if (same !== undefined) {
      same.count++;
      same.lastAt = at;
      same.lastText = text;
      return;
    }
    const line: TranscriptLine = { at, who, text, tone, count: 1, lastAt: at, lastText: text };
    this.lines.push(line);
    this.#recent.set(who, [...recent, line].slice(-cycle));
  }
}

/**
 * What an application prints folds with its line before only, so that a run of failures stands between
 * the successes; what a node logs may come round in a cycle. Replies and commands never fold.
 */
function foldsInto(
  recent: readonly TranscriptLine[],
  text: string,
  tone: Tone,
): TranscriptLine | undefined {
  if (tone === "reply" || tone === "command") return undefined;
  const candidates = tone === "print" ? recent.slice(-1) : recent;
  return candidates.find((line) => line.tone === tone && alike(line.text, text));
}

/** Two lines that differ only in numbers say the same again. Ids and offsets are numbers, too. */
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

/** A fault as a sentence about what is done. */
export function describeFault(fault: Fault): string {
  switch (fault.kind) {
    case "kill":
      return `kill -${fault.signal === "KILL" ? "9" : "TERM"} ${fault.node}`;
    case "restart":
    case "pause":
    case "resume":
      return `${fault.kind} ${fault.node}`;
    case "powerOff":
      return `power off ${fault.host}`;
    case "powerOn":
      return `power on ${fault.host}`;
    case "cut": {
      const arrow = fault.direction === "both" ? "<->" : fault.direction === "to" ? "->" : "<-";
      return `cut ${fault.a.join(" ")} ${arrow} ${fault.b?.join(" ") ?? "everyone"}${fault.mode === "reject" ? " (reject)" : ""}`;
    }
    case "heal":
      return fault.name === undefined ? "heal all cuts" : `heal ${fault.name}`;
    case "slow":
      return `slow ${fault.a.join(" ")} <-> ${fault.b?.join(" ") ?? "everyone"}`;
    case "restore":
      return `restore ${fault.a.join(" ")} <-> ${fault.b?.join(" ") ?? "everyone"}`;
    case "skew":
      return `skew the clock of ${fault.host} by ${fault.offset} ms, ${fault.ppm} ppm`;
    case "unskew":
      return `set the clock of ${fault.host} right`;
    case "jump":
      return `the clock of ${fault.host} jumps by ${fault.by} ms`;
    case "fillDisk":
      return `fill the disk of ${fault.host}`;
    case "freeDisk":
      return `free the disk of ${fault.host}`;
    case "slowDisk":
      return `slow the disk of ${fault.host}`;
    case "restoreDisk":
      return `restore the disk of ${fault.host}`;
    case "wipeDisk":
      return `wipe ${fault.prefix} on ${fault.host}`;
    case "unresolve":
      return `the name ${fault.name} no longer resolves`;
    case "resolve":
      return `the name ${fault.name} resolves${fault.ip === undefined ? "" : ` to ${fault.ip}`}`;
    case "starve":
      return `${fault.host} gets no time for ${fault.time / 1_000} ms`;
  }
}
