/**
 * The lines of `--events`: one JSON object a line, `t` in milliseconds since the start of the run, in
 * the shape of the recordings of real clusters, so that one program reads both.
 */
import type { RunRecord } from "../kernel/record.js";
import type { Instant } from "../kernel/time.js";
import type { RedisNote } from "../redis/note.js";

/** The line of this record, or undefined: it has none. */
export function eventLine(record: RunRecord): string | undefined {
  switch (record.kind) {
    case "fault":
      return JSON.stringify({ t: inMs(record.at), kind: "fault", ...faultFields(record.fault) });
    case "note":
      return noteLine(record.node, record.note as unknown as RedisNote, record.at);
    default:
      return undefined;
  }
}

function noteLine(node: string, note: RedisNote, at: Instant): string | undefined {
  switch (note.kind) {
    case "event":
      return JSON.stringify({
        t: inMs(at),
        kind: "event",
        node,
        channel: note.channel,
        payload: note.payload,
      });
    case "ok":
    case "fail":
    case "info":
      return JSON.stringify({
        t: inMs(at),
        kind: note.operation,
        node,
        i: note.i,
        ok: note.kind === "ok",
        ms: Math.round(note.micros / 10) / 100,
        ...(note.error === undefined ? {} : { error: note.error }),
      });
    case "command":
      return JSON.stringify({
        t: inMs(at),
        kind: "cmd",
        node: note.target,
        command: note.command,
        reply: note.reply,
      });
    default:
      return undefined;
  }
}

function faultFields(fault: { readonly kind: string }): Record<string, unknown> {
  const { kind, ...fields } = fault;
  return { fault: kind, ...fields };
}

/** Milliseconds with one digit behind the point, as the recordings have them. */
function inMs(at: Instant): number {
  return Math.round(at / 100) / 10;
}
