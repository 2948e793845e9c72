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
