/**
 * Configuration files as text and as lines: what Redis skips, where each line stands, and the short
 * form in which a scenario may give directives. What the lines mean is the parsers' business.
 */
import { splitArguments } from "../wire/text.js";

/** A configuration file as it was read: its path on the node's disk and its lines. */
export interface ConfigFile {
  readonly path: string;
  readonly text: string;
}

/** One line that says something. */
export interface ConfigLine {
  /** `file:line`, or the path of the value inside a scenario. */
  readonly where: string;
  /** Directive and arguments; undefined where the quotes are unbalanced. */
  readonly args: readonly string[] | undefined;
}

/** The lines of a file, without comments and blank ones. */
export function configLines(file: ConfigFile): ConfigLine[] {
  const lines: ConfigLine[] = [];
  for (const [i, raw] of file.text.split("\n").entries()) {
    const line = raw.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
    if (line === "" || line.startsWith("#")) continue;
    lines.push({ where: `${file.path}:${i + 1}`, args: splitArguments(line) });
  }
  return lines;
}

/** A value in the short form: what a line would say behind the directive, or several such lines. */
export type ShortValue = string | number | boolean | readonly (string | number)[];

/** Directives given as a mapping, `{"repl-timeout": 60, "appendonly": true}`; a list gives several lines. */
export function shortLines(
  directives: Readonly<Record<string, ShortValue>>,
  where: string,
): ConfigLine[] {
  return Object.entries(directives).flatMap(([name, value]) =>
    shortArguments(value).map((args) => ({
      where: `${where}.${name}`,
      args: args === undefined ? undefined : [name, ...args],
    })),
  );
}

/** The arguments of each line that a short value stands for. */
export function shortArguments(value: ShortValue): (string[] | undefined)[] {
  if (typeof value === "boolean") return [[value ? "yes" : "no"]];
  // An empty value is the empty argument: save "" and not save alone.
  if (value === "") return [[""]];
  if (typeof value === "string" || typeof value === "number") return [splitArguments(`${value}`)];
  return value.flatMap(shortArguments);
}
