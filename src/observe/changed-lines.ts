/**
 * What changed in a configuration file: lines gone and lines come, in their order. A line that was
 * only written anew in Redis's own way (`dbfilename dump.rdb` as `dbfilename "dump.rdb"`) has not
 * changed, unless every letter is asked for.
 */

export interface ChangedLine {
  readonly sign: "-" | "+";
  readonly line: string;
}

export interface ChangedLinesOptions {
  /** Quotes around a word count, too. */
  readonly toTheLetter?: boolean;
}

/** Lines that only one of the two has, the old ones first; a line counts as often as it stands there. */
export function changedLines(
  before: string,
  after: string,
  { toTheLetter = false }: ChangedLinesOptions = {},
): ChangedLine[] {
  const meaning = toTheLetter ? (line: string) => line : unquoted;
  return [
    ...surplus(before, after, meaning).map((line): ChangedLine => ({ sign: "-", line })),
    ...surplus(after, before, meaning).map((line): ChangedLine => ({ sign: "+", line })),
  ];
}

function surplus(of: string, over: string, meaning: (line: string) => string): string[] {
  const left = new Map<string, number>();
  for (const line of over.split(/\r?\n/)) {
    const key = meaning(line);
    left.set(key, (left.get(key) ?? 0) + 1);
  }
  return of.split(/\r?\n/).filter((line) => {
    const key = meaning(line);
    const count = left.get(key) ?? 0;
    left.set(key, count - 1);
    return count <= 0 && line !== "";
  });
}

/** Quotes that Redis writes and a person leaves out. */
function unquoted(line: string): string {
  return line.replace(/"([^"\\\s]+)"/g, "$1");
}
