/**
 * Lines on a terminal: wrapped at its width with a hanging indent, in colour where the terminal has
 * some (chalk knows about NO_COLOR and pipes).
 */
import chalk from "chalk";
import type { Tone, TranscriptLine } from "../observe/transcript.js";

export const width = Math.min(Math.max(process.stdout.columns ?? 80, 60), 120);

const tones: Readonly<Record<Tone, (text: string) => string>> = {
  event: chalk.cyan,
  alarm: chalk.yellow,
  log: chalk.dim,
  fault: chalk.red.bold,
  command: chalk.bold,
  reply: (text) => text,
  print: chalk.green,
  process: chalk.magenta,
};

export function out(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** For what is not the result: progress, problems, hints. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A line of the transcript: seconds, who, what; repetitions as a count and the time of the last. */
export function transcriptText(line: TranscriptLine, nameWidth: number): string {
  const head = `${seconds(line.at).padStart(9)}  ${line.who.padEnd(nameWidth)}  `;
  const repeats =
    line.count === 1
      ? ""
      : line.lastText === line.text
        ? ` (${line.count} times, until ${seconds(line.lastAt).trim()})`
        : ` ... ${line.lastText} (${line.count} lines, until ${seconds(line.lastAt).trim()})`;
  return wrap(head, `${line.text}${repeats}`, tones[line.tone]);
}

/** Wraps `text` behind `head` at the terminal's width; later lines are indented as far as the head. */
export function wrap(head: string, text: string, tone: (text: string) => string = same): string {
  const room = Math.max(width - head.length, 20);
  const rows: string[] = [];
  let row = "";
  for (const word of text.split(" ").flatMap((each) => pieces(each, room))) {
    if (row !== "" && row.length + 1 + word.length > room) {
      rows.push(row);
      row = word;
    } else {
      row = row === "" ? word : `${row} ${word}`;
    }
  }
  rows.push(row);
  const indent = " ".repeat(head.length);
  return rows
    .map((each, index) => `${index === 0 ? chalk.dim(head) : indent}${tone(each)}`)
    .join("\n");
}

/** A word longer than a line is cut. */
function pieces(word: string, room: number): string[] {
  if (word.length <= room) return [word];
  return [word.slice(0, room), ...pieces(word.slice(room), room)];
}

function seconds(micros: number): string {
  return (micros / 1_000_000).toFixed(3);
}

function same(text: string): string {
  return text;
}

export function title(text: string): string {
  return chalk.bold.underline(text);
}

export function mark(holds: boolean): string {
  return holds ? chalk.green("ok") : chalk.red.bold("NO");
}
