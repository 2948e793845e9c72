/**
 * A replica that may go on is not made to start over: it asks for the next byte of a history that its
 * master also has, or grew out of, and the master certainly still keeps that byte.
 *
 * Redis: masterTryPartialResynchronization(). A backlog keeps at least 16 KiB, from the point on at which
 * its server took over a dataset; of what lies further back nothing is claimed. A replica that has
 * forgotten where it was (it says that a partial resync is not possible) does not ask, and is not judged.
 */
import type { RunRecord } from "../../kernel/record.js";
import type { RedisNote } from "../../redis/note.js";
import type { Folded } from "../fold.js";
import { type Law, noteOf, type Violation } from "./law.js";

interface Server {
  address: string;
  master: string | undefined;
  replicationId: string;
  /** The history it grew out of, and the last offset that both have. */
  past: { readonly replicationId: string; readonly offset: number } | undefined;
  offset: number;
  /** Where its backlog begins at the latest. */
  keeps: number;
  /** What it asked for last. */
  asked: { readonly replicationId: string; readonly offset: number } | undefined;
}

/** CONFIG_REPL_BACKLOG_MIN_SIZE */
const backlogMin = 16_384;
const asks = /^Trying a partial resynchronization \(request ([0-9a-f]{40}):(\d+)\)\.$/;

export class NeedlessResync implements Law {
  readonly name = "a replica that may go on is not made to start over";
  readonly folds: readonly Folded[] = [
    "role",
    "history",
    "stands",
    "granted",
    "log",
    "command",
    "down",
  ];
  readonly violations: Violation[] = [];
  readonly #servers = new Map<string, Server>();

  record(record: RunRecord): void {
    if (record.kind === "down") this.#servers.delete(record.node);
    const note = noteOf(record);
    if (record.kind !== "note" || note === undefined) return;
    const { node } = record;
    switch (note.kind) {
      case "role":
        this.#role(this.#server(node), note);
        break;
      case "stands":
        this.#server(node).offset = note.offset;
        break;
      case "granted":
        this.#server(node).offset = note.to;
        break;
      case "history":
        if (note.how === "full") this.#startsOver(record, this.#server(node), note);
        this.#history(this.#server(node), note);
        break;
      case "log": {
        const asked = asks.exec(note.text);
        if (asked !== null)
          this.#server(node).asked = { replicationId: asked[1] ?? "", offset: Number(asked[2]) };
        else if (note.text.startsWith("Partial resynchronization not possible"))
          this.#server(node).asked = undefined;
        break;
      }
      case "command":
        // Of 6.2 a new size is an empty backlog.
        if (/\bbacklog\b/i.test(note.command))
          this.#server(note.target).keeps = Number.MAX_SAFE_INTEGER;
        break;
      default:
    }
  }

  #role(server: Server, note: Extract<RedisNote, { kind: "role" }>): void {
    server.address = `${note.ip}:${note.port}`;
    server.master = note.master;
    server.offset = note.offset;
    if (server.replicationId !== note.replicationId) {
      server.replicationId = note.replicationId;
      server.past = undefined;
      server.keeps = Number.MAX_SAFE_INTEGER;
    }
  }

  #history(server: Server, note: Extract<RedisNote, { kind: "history" }>): void {
    const { replicationId, offset, how } = note;
    if (how === "promoted" || (how === "partial" && replicationId !== server.replicationId))
      server.past = { replicationId: server.replicationId, offset };
    else if (how !== "partial") {
      server.past = undefined;
      server.keeps = offset;
    }
    server.replicationId = replicationId;
    server.offset = offset;
    server.asked = undefined;
  }

  #startsOver(
    record: Extract<RunRecord, { kind: "note" }>,
    replica: Server,
    note: Extract<RedisNote, { kind: "history" }>,
  ): void {
    const { asked } = replica;
    if (asked === undefined) return;
    const master = [...this.#servers].find(([, { address }]) => address === replica.master);
    if (master === undefined) return;
    const [name, { replicationId, past, keeps }] = master;
    const isShared =
      asked.replicationId === replicationId ||
      (asked.replicationId === past?.replicationId && asked.offset <= past.offset + 1);
    // note.offset is where the master stood when it refused.
    const isKept = asked.offset > keeps && note.offset + 1 - asked.offset < backlogMin;
    if (
      note.replicationId !== replicationId ||
      !isShared ||
      !isKept ||
      asked.offset > note.offset + 1
    )
      return;
    this.violations.push({
      law: this.name,
      at: record.at,
      nodes: [record.node, name],
      text: `${record.node} asked for offset ${asked.offset} of ${asked.replicationId}, which ${name} has, and was made to start over`,
    });
  }

  #server(node: string): Server {
    let server = this.#servers.get(node);
    if (server === undefined) {
      server = {
        address: "",
        master: undefined,
        replicationId: "",
        past: undefined,
        offset: 0,
        keeps: Number.MAX_SAFE_INTEGER,
        asked: undefined,
      };
      this.#servers.set(node, server);
    }
    return server;
  }
}
