/**
 * Where the data of each server came from, and so why a write is gone.
 *
 * A server's data is its own until something replaces it: a start (with what the disk had, or nothing)
 * or a full resync (with what its master had). Walked back from the survivor, these leaps lead to the
 * server whose data counts at any earlier instant. A write is lost at the leap, or at the promotion,
 * that left it behind.
 */
import type { RunRecord } from "../kernel/record.js";
import type { Instant } from "../kernel/time.js";
import type { RedisNote } from "../redis/note.js";
import { noteOf } from "./check/law.js";
import type { Fold, Folded } from "./fold.js";

export type Cause =
  /** Acknowledged by the master before a replica had it; that replica was promoted. */
  | "unreplicated"
  /** Acknowledged by a master beside the promoted one, whose data a full resync replaced later. */
  | "demoted"
  /** The master started again without it, and its replicas followed. */
  | "wiped"
  /** Nobody was promoted, and the master that is named does not run: what it has on its disk nobody reads. */
  | "down"
  /** None of these: a later command deleted or changed it. */
  | "changed";

export interface AcknowledgedWrite {
  readonly key: string;
  readonly value: string;
  readonly client: string;
  /** When it was acknowledged, in microseconds since the run began. */
  readonly at: Instant;
  /** `ip:port` of the server that acknowledged it. */
  readonly server: string | undefined;
}

export interface Loss extends AcknowledgedWrite {
  readonly cause: Cause;
  /** When it was lost, and by which node. */
  readonly lostAt: Instant;
  readonly by: string | undefined;
  /** All of it in a sentence. */
  readonly text: string;
}

/** Something that changed what a server's data is, or whose it follows. */
type Turn =
  | { readonly kind: "began"; readonly at: Instant; isEmpty: boolean }
  | { readonly kind: "full"; readonly at: Instant; readonly from: string | undefined }
  | { readonly kind: "promoted"; readonly at: Instant }
  | { readonly kind: "follows"; readonly at: Instant; readonly master: string | undefined };

export class Lineage implements Fold {
  readonly folds: readonly Folded[] = ["up", "down", "role", "history"];
  readonly #turns = new Map<string, Turn[]>();
  /** Nodes by `ip:port`, and each server's present master. */
  readonly #nodes = new Map<string, string>();
  readonly #master = new Map<string, string | undefined>();
  /** Since when those that do not run have been down. */
  readonly #downSince = new Map<string, Instant>();

  record(record: RunRecord): void {
    if (record.kind === "down") this.#downSince.set(record.node, record.at);
    if (record.kind === "up") {
      this.#downSince.delete(record.node);
      this.#add(record.node, { kind: "began", at: record.at, isEmpty: true });
    }
    const note = noteOf(record);
    if (record.kind === "note" && note !== undefined) this.#note(record.node, note, record.at);
  }

  #note(node: string, note: RedisNote, at: Instant): void {
    if (note.kind === "role") {
      this.#nodes.set(`${note.ip}:${note.port}`, node);
      this.#master.set(node, note.master);
      this.#add(node, { kind: "follows", at, master: note.master });
    } else if (note.kind === "history") {
      if (note.how === "full") this.#add(node, { kind: "full", at, from: this.#master.get(node) });
      if (note.how === "promoted") this.#add(node, { kind: "promoted", at });
      if (note.how === "loaded") this.#began(node);
    }
  }

  #began(node: string): void {
    const last = this.#turns.get(node)?.at(-1);
    if (last?.kind === "began") last.isEmpty = false;
  }

  #add(node: string, turn: Turn): void {
    const turns = this.#turns.get(node);
    if (turns === undefined) this.#turns.set(node, [turn]);
    else turns.push(turn);
  }

  /** Why a write is gone; `survivorOf` tells who is the master now in the place of a server. */
  explain(write: AcknowledgedWrite, survivorOf: (server: string) => string | undefined): Loss {
    const server = this.#nodes.get(write.server ?? "") ?? write.server ?? "a server";
    const survivor = survivorOf(server);
    const found = survivor === undefined ? undefined : this.#leap(survivor, server, write.at);
    return { ...write, ...(found ?? this.#changed(write, survivor, server)) };
  }

  #leap(survivor: string, server: string, acknowledgedAt: Instant): Explanation | undefined {
    let node = survivor;
    let until = Number.MAX_SAFE_INTEGER;
    for (;;) {
      const turn = this.#turns
        .get(node)
        ?.findLast((each) => each.at <= until && (each.kind === "began" || each.kind === "full"));
      if (turn === undefined || turn.at <= acknowledgedAt) break;
      if (turn.kind === "began") return this.#wiped(node, server, turn.at, turn.isEmpty);
      const from = turn.kind === "full" ? this.#nodes.get(turn.from ?? "") : undefined;
      if (from === undefined || from === node) break;
      node = from;
      until = turn.at;
    }
    if (node === server) return undefined;
    const promotion = this.#promotion(acknowledgedAt);
    if (!this.#isMaster(node, acknowledgedAt) && promotion !== undefined)
      return {
        cause: "unreplicated",
        lostAt: promotion.at,
        by: promotion.node,
        text: `${server} acknowledged it and had not yet passed it on when ${promotion.node} was promoted`,
      };
    const discarded = this.#turns
      .get(server)
      ?.find((each) => each.at > acknowledgedAt && (each.kind === "full" || each.kind === "began"));
    return {
      cause: "demoted",
      lostAt: discarded?.at ?? acknowledgedAt,
      by: server,
      text:
        discarded === undefined
          ? `${server} acknowledged it beside another master, and nobody has taken it over`
          : `${server} acknowledged it beside another master, and gave it up at its ${discarded.kind === "full" ? "full resync" : "restart"}`,
    };
  }

  #wiped(node: string, server: string, at: Instant, isEmpty: boolean): Explanation {
    const came = isEmpty ? "came back empty" : "came back with an older file";
    const whose = node === server ? "it" : `${node}, whose data all took over,`;
    return {
      cause: "wiped",
      lostAt: at,
      by: node,
      text: `${server} acknowledged it, and ${whose} ${came}`,
    };
  }

  #changed(write: AcknowledgedWrite, survivor: string | undefined, server: string): Explanation {
    const downSince = survivor === undefined ? undefined : this.#downSince.get(survivor);
    if (downSince !== undefined)
      return {
        cause: "down",
        lostAt: downSince,
        by: survivor,
        text: `${server} acknowledged it, and ${survivor} is down with nobody in its place`,
      };
    const text =
      survivor === undefined
        ? `${server} acknowledged it, and no master is left that could have it`
        : `${server} acknowledged it and ${survivor} had it: a later command changed or deleted it`;
    return { cause: "changed", lostAt: write.at, by: survivor, text };
  }

  /** The first promotion after an instant. */
  #promotion(from: Instant): { readonly node: string; readonly at: Instant } | undefined {
    let first: { readonly node: string; readonly at: Instant } | undefined;
    for (const [node, turns] of this.#turns) {
      const turn = turns.find((each) => each.kind === "promoted" && each.at >= from);
      if (turn !== undefined && (first === undefined || turn.at < first.at))
        first = { node, at: turn.at };
    }
    return first;
  }

  #isMaster(node: string, at: Instant): boolean {
    const turn = this.#turns
      .get(node)
      ?.findLast((each) => each.kind === "follows" && each.at <= at);
    return turn?.kind === "follows" && turn.master === undefined;
  }
}

type Explanation = Pick<Loss, "cause" | "lostAt" | "by" | "text">;
