/**
 * A line of a node's log as Redis writes it to its file (`serverLogRaw()`), from what the node notes:
 * the notes are made without dates, for most of them nobody ever reads.
 */
import { civilDate, months, timeOfDay, twoDigits } from "../calendar.js";
import type { RedisNote } from "../note.js";

/** Sentinel, a process that is not (yet) the server, replica, master. */
export type LogRole = "X" | "C" | "S" | "M";

export interface Logged {
  readonly level: string;
  readonly text: string;
}

/** What this note adds to the log: a line, or an event of a Sentinel, which is logged as it is published. */
export function loggedBy(note: RedisNote): Logged | undefined {
  if (note.kind === "log") return note;
  if (note.kind !== "event") return undefined;
  return { level: note.level, text: `${note.channel} ${note.payload}` };
}

/** `pid:role dd Mon yyyy hh:mm:ss.mmm level text`; `wall`: Unix microseconds, and the time zone is UTC. */
export function logLine(pid: number, role: LogRole, wall: number, { level, text }: Logged): string {
  const millis = Math.floor(wall / 1_000);
  const seconds = Math.floor(millis / 1_000);
  const days = Math.floor(seconds / 86_400);
  const { year, month, day } = civilDate(days);
  const date = `${twoDigits(day)} ${months[month]} ${year}`;
  const fraction = String(millis % 1_000).padStart(3, "0");
  return `${pid}:${role} ${date} ${timeOfDay(seconds - days * 86_400)}.${fraction} ${level} ${text}`;
}
