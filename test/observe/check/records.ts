/** Hand-made records: what nodes tell, in the fewest words that a test of a law needs. */
import type { RunRecord } from "../../../src/kernel/record.js";
import type { Instant } from "../../../src/kernel/time.js";
import type { Law } from "../../../src/observe/check/law.js";
import type { RedisNote } from "../../../src/redis/note.js";

/** At one second unless it is said otherwise. */
export function told(node: string, note: RedisNote, at = 1_000_000): RunRecord {
  return { kind: "note", at: at as Instant, spent: 0, node, note: { ...note } };
}

export function event(
  node: string,
  channel: string,
  payload: string,
  { master = "mymaster", at = 1_000_000 }: { master?: string; at?: number } = {},
): RunRecord {
  return told(node, { kind: "event", level: "#", channel, payload, master }, at);
}

export function log(node: string, text: string, at?: number): RunRecord {
  return told(node, { kind: "log", level: "#", text }, at);
}

type History = Extract<RedisNote, { kind: "history" }>;

export function history(
  node: string,
  how: History["how"],
  replicationId: string,
  offset: number,
  digest = 0,
  at?: number,
): RunRecord {
  return told(node, { kind: "history", how, replicationId, offset, digest }, at);
}

export function stands(node: string, offset: number, digest = 0): RunRecord {
  return told(node, { kind: "stands", offset, digest });
}

export function role(
  node: string,
  what: { ip: string; replicationId?: string; offset?: number; master?: string; at?: number },
): RunRecord {
  return told(
    node,
    {
      kind: "role",
      role: what.master === undefined ? "master" : "replica",
      ip: what.ip,
      port: 6379,
      replicationId: what.replicationId ?? "aa",
      offset: what.offset ?? 0,
      master: what.master,
    },
    what.at,
  );
}

export function up(node: string, at = 0): RunRecord {
  return { kind: "up", at: at as Instant, node, boot: 0 };
}

export function down(node: string, at = 0): RunRecord {
  return { kind: "down", at: at as Instant, node, code: -9 };
}

export function violationsOf(law: Law, records: readonly RunRecord[]): readonly string[] {
  for (const record of records)
    if (
      law.folds.some((kind) => kind === (record.kind === "note" ? record.note.kind : record.kind))
    )
      law.record(record);
  return law.violations.map((violation) => violation.text);
}
