/**
 * A Sentinel fails a master over by itself only with a mandate: as many Sentinels as the quorum hold the
 * master to be down, and a majority of all it has ever known (and no fewer than the quorum) voted for it.
 * What it says of the count is compared with what the others who watch that master said themselves.
 *
 * Redis: sentinelCheckObjectivelyDown(), sentinelStartFailoverIfNeeded(), sentinelGetLeader(). Votes are
 * counted in the epoch of the attempt and later ones, as sentinelGetLeader() does: a peer's vote counts
 * in the epoch of the moment. An opinion counts for five seconds after it was given, and for as long as
 * the answer is under way: after a fault that can hold up answers, for as long as the run lasts.
 */
import type { RunRecord } from "../../kernel/record.js";
import type { Instant } from "../../kernel/time.js";
import type { RedisNote } from "../../redis/note.js";
import type { Folded } from "../fold.js";
import { Attempts } from "./attempts.js";
import { type Cluster, type Law, noteOf, type Violation } from "./law.js";
import { OldFiles } from "./old-files.js";
import { SentinelGroups } from "./sentinel-groups.js";

type Event = Extract<RedisNote, { kind: "event" }>;

/** SENTINEL_ASK_PERIOD times 5, and as much again for the answer's way. */
const opinionLasts = 10_000_000;

const holdsUpAnswers: ReadonlySet<string> = new Set([
  "pause",
  "cut",
  "slow",
  "starve",
  "powerOff",
  "jump",
  "skew",
]);

/** A Sentinel's record of a master. */
interface Watch {
  quorum: number;
  /** Run ids of the other Sentinels. */
  readonly known: Set<string>;
  isObjectivelyDown: boolean;
}

export class Mandate implements Law {
  readonly name = "no failover without a quorum and a majority";
  readonly folds: readonly Folded[] = ["event", "log", "up", "down", "fault"];
  readonly violations: Violation[] = [];
  readonly #attempts = new Attempts();
  readonly #watches = new Map<string, Watch>();
  /** Who held a master to be down, and until when, by master; `undefined`: still. */
  readonly #opinions = new Map<string, Map<string, Instant | undefined>>();
  /** By master and the run id voted for: each voter's latest epoch. */
  readonly #votes = new Map<string, Map<string, number>>();
  #answersMayBeOld = false;
  readonly #groups = new SentinelGroups();
  readonly #oldFiles: OldFiles;

  constructor(cluster: Cluster) {
    this.#oldFiles = new OldFiles(cluster);
  }

  record(record: RunRecord): void {
    this.#attempts.record(record);
    this.#groups.record(record);
    this.#oldFiles.record(record);
    switch (record.kind) {
      case "fault":
        if (holdsUpAnswers.has(record.fault.kind)) this.#answersMayBeOld = true;
        return;
      case "up":
      case "down":
        if (this.#oldFiles.mayBeOf(record.node)) this.#forgetsPeers(record.node);
        this.#forgetsOpinions(record.node, record.at);
        return;
      case "note":
        break;
      default:
        return;
    }
    const note = noteOf(record);
    if (note?.kind === "event") this.#event(record.node, note, record.at);
  }

  #event(node: string, note: Event, at: Instant): void {
    const master = note.master ?? "";
    const watch = this.#watch(node, master);
    switch (note.channel) {
      case "+monitor":
      case "+set": {
        const quorum = / quorum (\d+)$/.exec(note.payload)?.[1];
        if (quorum !== undefined) watch.quorum = Number(quorum);
        break;
      }
      case "+sentinel":
        watch.known.add(note.payload.split(" ")[1] ?? "");
        break;
      case "+reset-master":
        watch.known.clear();
        watch.isObjectivelyDown = false;
        this.#opinion(master, node, at);
        break;
      case "-monitor":
        this.#watches.delete(`${node} ${master}`);
        this.#opinion(master, node, at);
        break;
      case "+switch-master":
        watch.isObjectivelyDown = false;
        this.#opinion(master, node, at);
        break;
      case "+sdown":
        if (note.payload.startsWith("master ")) this.#opinion(master, node, undefined);
        break;
      case "-sdown":
        if (note.payload.startsWith("master ")) this.#opinion(master, node, at);
        break;
      case "+odown":
        watch.isObjectivelyDown = true;
        this.#objectivelyDown(node, note, watch, at);
        break;
      case "-odown":
        watch.isObjectivelyDown = false;
        break;
      case "+vote-for-leader":
        this.#voted(node, note);
        break;
      case "+try-failover":
        if (!watch.isObjectivelyDown && !this.#attempts.isForced(node, master))
          this.#broken(
            at,
            node,
            `${node} started a failover of ${master}, which is not down to a quorum`,
          );
        break;
      case "+elected-leader":
        if (!this.#attempts.isForced(node, master)) this.#elected(node, master, watch, at);
        break;
      default:
    }
  }

  #objectivelyDown(node: string, note: Event, watch: Watch, at: Instant): void {
    const master = note.master ?? "";
    let supporters = 0;
    for (const [other, until] of this.#opinions.get(master) ?? [])
      if (until === undefined || this.#answersMayBeOld || at - until <= opinionLasts)
        if (this.#groups.areOne(node, other, master)) supporters++;
    if (supporters >= watch.quorum) return;
    this.#broken(
      at,
      node,
      `${node} held ${master} to be down to a quorum, and ${supporters} of the ${watch.quorum} it takes thought so`,
    );
  }

  #elected(node: string, master: string, watch: Watch, at: Instant): void {
    const epoch = this.#attempts.epoch(node, master);
    let votes = 0;
    for (const inEpoch of this.#votes.get(`${master} ${this.#groups.idOf(node) ?? ""}`)?.values() ??
      [])
      if (inEpoch >= epoch) votes++;
    const majority = Math.floor((watch.known.size + 1) / 2) + 1;
    const needed = Math.max(majority, watch.quorum);
    if (votes >= needed) return;
    this.#broken(
      at,
      node,
      `${node} became the leader for ${master} in epoch ${epoch} with ${votes} of the ${needed} votes it takes`,
    );
  }

  #voted(node: string, note: Event): void {
    const [leader = "", epoch = ""] = note.payload.split(" ");
    const key = `${note.master ?? ""} ${leader}`;
    const votes = this.#votes.get(key) ?? new Map<string, number>();
    votes.set(node, Number(epoch));
    this.#votes.set(key, votes);
  }

  #opinion(master: string, node: string, until: Instant | undefined): void {
    const opinions = this.#opinions.get(master) ?? new Map<string, Instant | undefined>();
    // That it ends means something only for one that was held.
    if (until === undefined || (opinions.has(node) && opinions.get(node) === undefined))
      opinions.set(node, until);
    this.#opinions.set(master, opinions);
  }

  /** A process ends or begins: what it held is gone, what it told lives on with the others for a while. */
  #forgetsOpinions(node: string, at: Instant): void {
    for (const master of this.#opinions.keys()) this.#opinion(master, node, at);
    for (const [key, watch] of this.#watches)
      if (key.startsWith(`${node} `)) watch.isObjectivelyDown = false;
  }

  #forgetsPeers(node: string): void {
    for (const [key, watch] of this.#watches) if (key.startsWith(`${node} `)) watch.known.clear();
  }

  #watch(node: string, master: string): Watch {
    const key = `${node} ${master}`;
    let watch = this.#watches.get(key);
    if (watch === undefined) {
      watch = { quorum: 1, known: new Set(), isObjectivelyDown: false };
      this.#watches.set(key, watch);
    }
    return watch;
  }

  #broken(at: Instant, node: string, text: string): void {
    this.violations.push({ law: this.name, at, nodes: [node], text });
  }
}
