/**
 * What has happened lately, a line each: Sentinels' events, faults, processes that begin and end. For
 * whoever watches a run that is served while it runs.
 */
import type { Observer, RunRecord } from "../kernel/record.js";
import { describeFault } from "../observe/describe-fault.js";
import type { RedisNote } from "../redis/note.js";

/** Lines that are kept. */
const kept = 1_000;

export class EventLog implements Observer {
  readonly level = "notes";
  readonly #lines: string[] = [];
  readonly #said: (line: string) => void;

  /** `said` is told each line as it is made. */
  constructor(said: (line: string) => void = () => undefined) {
    this.#said = said;
  }

  record(record: RunRecord): void {
    const text = textOf(record);
    if (text === undefined) return;
    const line = `${(record.at / 1_000_000).toFixed(3)} ${text}`;
    this.#lines.push(line);
    if (this.#lines.length > 2 * kept) this.#lines.splice(0, kept);
    this.#said(line);
  }

  /** The last ones, oldest first. */
  last(count: number): readonly string[] {
    return count <= 0 ? [] : this.#lines.slice(-Math.min(count, kept));
  }
}

function textOf(record: RunRecord): string | undefined {
  switch (record.kind) {
    case "note": {
      const note = record.note as unknown as RedisNote;
      return note.kind === "event" ? `${record.node} ${note.channel} ${note.payload}` : undefined;
    }
    case "fault":
      return `fault ${describeFault(record.fault)}`;
    case "up":
      return record.node.includes("@") ? undefined : `${record.node} starts`;
    case "down":
      return record.node.includes("@") ? undefined : `${record.node} ends with ${record.code}`;
    default:
      return undefined;
  }
}
