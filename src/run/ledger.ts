/**
 * The observer that every run has: it folds the records into what the result states. Writes, failovers,
 * time with two masters, laws and expectations each keep their own fold; this hands them the records.
 */
import type { Observer, RunRecord } from "../kernel/record.js";
import type { Instant } from "../kernel/time.js";
import type { Law } from "../observe/check/law.js";
import { lawsOf } from "../observe/check/laws.js";
import { FailoverFold } from "../observe/failovers.js";
import { Folds } from "../observe/fold.js";
import { Histories } from "../observe/histories.js";
import { Lineage } from "../observe/lineage.js";
import { MastersFold } from "../observe/masters.js";
import { WriteFold } from "../observe/writes.js";
import type { RedisNote } from "../redis/note.js";
import type { Plan } from "../scenario/plan.js";
import { configured } from "./configured.js";
import type { Judge } from "./judge.js";
import { Recovery } from "./recovery.js";

export class Ledger implements Observer {
  readonly level = "notes";
  readonly failovers = new FailoverFold();
  readonly writes = new WriteFold();
  readonly masters: MastersFold;
  readonly laws: readonly Law[];
  readonly recovery: Recovery;
  readonly lineage = new Lineage();
  /** Undefined where no client reads. */
  readonly histories: Histories | undefined;
  readonly #folds: Folds;

  constructor(plan: Plan, judge: Judge) {
    this.masters = new MastersFold(groupsOf(plan));
    const settings = configured(plan);
    this.recovery = new Recovery(plan, settings);
    this.laws = lawsOf({
      hosts: new Map(plan.nodes.map(({ name, host }) => [name, host])),
      priorities: new Map(
        [...settings.servers].map(([name, { replicaPriority }]) => [name, replicaPriority]),
      ),
    });
    this.histories = plan.clients.some(reads) ? new Histories() : undefined;
    this.#folds = new Folds([this.recovery, ...this.laws, this.lineage, judge]);
  }

  record(record: RunRecord): void {
    switch (record.kind) {
      case "note":
        this.#note(record.node, record.note as unknown as RedisNote, record.at);
        break;
      case "fault":
        this.failovers.fault(record.at);
        if (record.fault.kind === "pause" || record.fault.kind === "resume")
          this.masters.paused(record.fault.node, record.fault.kind === "pause", record.at);
        break;
      case "up":
      case "down":
        this.masters.up(record.node, record.kind === "up", record.at);
        break;
      default:
        return;
    }
    this.#folds.record(record);
  }

  #note(node: string, note: RedisNote, at: Instant): void {
    switch (note.kind) {
      case "ok":
      case "fail":
      case "info":
        this.writes.ended(node, note, at);
        this.histories?.note(node, note, at);
        break;
      case "invoke":
        this.writes.began(node, note);
        this.histories?.note(node, note, at);
        break;
      case "event":
        this.failovers.event(node, note.channel, note.payload, at);
        break;
      case "role":
        this.masters.role(node, note.role === "master", at);
        break;
      case "command":
        if (/^\s*(sentinel\s+failover|failover|shutdown|debug)\b/i.test(note.command))
          this.failovers.fault(at);
        break;
      default:
    }
  }
}

/** The group of each server: those that are meant to have one master together. */
function groupsOf(plan: Plan): Map<string, string> {
  return new Map(
    plan.nodes
      .filter((node) => node.kind === "server")
      .map((node) => [node.name, node.groups[0] ?? node.name]),
  );
}

function reads({ settings }: Plan["clients"][number]): boolean {
  return settings.kind === "workloads"
    ? settings.workloads.some(({ operation }) => operation === "read")
    : settings.steps.length > 0;
}
