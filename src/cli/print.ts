/**
 * Lines on a terminal: wrapped at its width with a hanging indent, in colour where the terminal has
 * some. Chalk knows about pipes and FORCE_COLOR; NO_COLOR (no-color.org) it leaves to us.
 */
import chalk from "chalk";
import type { Tone, TranscriptLine, TranscriptSection } from "../observe/transcript.js";

const { NO_COLOR: noColor = "", FORCE_COLOR: forced } = process.env;
if (noColor !== "" && forced === undefined) chalk.level = 0;

/** No terminal has a width, and some have none that they would tell: 0. */
const columns = process.stdout.columns ?? 0;
const width = columns === 0 ? 80 : Math.min(Math.max(columns, 60), 120);

/** Seconds with three digits: enough for a run of a day. */
const timeWidth = 9;
const nameWidthMax = 12;

const tones: Readonly<Record<Tone, (text: string) => string>> = {
  event: chalk.cyan,
  alarm: chalk.yellow,
  log: chalk.dim,
  fault: chalk.red.bold,
  command: chalk.bold,
  reply: same,
  print: chalk.green,
  outcome: chalk.green,
  process: chalk.magenta,
};

export function out(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** For what is not the result: progress, problems, hints. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A heading over a part of the output, as wide as the terminal. */
export function heading(text: string): string {
  const rule = "-".repeat(Math.max(width - text.length - 4, 2));
  return `${chalk.dim("--")} ${chalk.bold(text)} ${chalk.dim(rule)}`;
}

export function widestName(sections: readonly TranscriptSection[]): number {
  const lengths = sections.flatMap((section) => section.lines.map((line) => line.who.length));
  return Math.min(
    lengths.reduce((widest, length) => Math.max(widest, length), 0),
    nameWidthMax,
  );
}

/**
 * A section of the transcript: seconds, who, what; repetitions as a count and the time of the last.
 * Time and name stand where they change only. A session with redis-cli stands below them and further
 * to the left, for INFO's lines are long and should not be broken.
 */
export function sectionLines(section: TranscriptSection, nameWidth: number): string[] {
  let before = "";
  return section.lines.flatMap((line) => {
    const full = `${seconds(line.at).padStart(timeWidth)}  ${line.who.padEnd(nameWidth)}  `;
    const isNew = full !== before;
    before = full;
    const tone = tones[line.tone];
    if (line.tone === "command" || line.tone === "reply") {
      const head = isNew ? [chalk.dim(full.trimEnd())] : [];
      return [...head, wrap(" ".repeat(timeWidth + 2), line.text, tone, 2)];
    }
    const head = isNew ? full : " ".repeat(full.length);
    return [wrap(head, `${line.text}${repetitions(line)}`, tone)];
  });
}

function repetitions({ text, count, lastAt, lastText }: TranscriptLine): string {
  if (count === 1) return "";
  const until = `until ${seconds(lastAt)}`;
  return lastText === text
    ? ` (${count} times, ${until})`
    : ` ... ${lastText} (${count} lines, ${until})`;
}

/**
 * Wraps `text` behind `head` at the terminal's width; later lines are indented as far as the head, and
 * by `hanging` more.
 */
export function wrap(
  head: string,
  text: string,
  tone: (text: string) => string = same,
  hanging = 0,
): string {
  const room = Math.max(width - head.length, 20);
  const rows: string[] = [];
  let row = "";
  for (const word of text.split(" ").flatMap((each) => pieces(each, room - hanging))) {
    const left = rows.length === 0 ? room : room - hanging;
    if (row !== "" && row.length + 1 + word.length > left) {
      rows.push(row);
      row = word;
    } else {
      row = row === "" ? word : `${row} ${word}`;
    }
  }
  rows.push(row);
  const indent = " ".repeat(head.length + hanging);
  return rows
    .map((each, index) => `${index === 0 ? chalk.dim(head) : indent}${tone(each)}`)
    .join("\n");
}

/** Prose as it was written: paragraphs are filled, what is indented stands as it is. */
export function prose(text: string): string[] {
  return text.split(/\n\s*\n/).flatMap((paragraph, index) => {
    const blank = index === 0 ? [] : [""];
    const lines = paragraph.split("\n");
    if (lines.some((line) => /^\s{2,}\S/.test(line))) return [...blank, ...lines];
    return [...blank, wrap("", paragraph.replace(/\s+/g, " ").trim())];
  });
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

export function mark(holds: boolean): string {
  return holds ? chalk.green("ok") : chalk.red.bold("NO");
}
