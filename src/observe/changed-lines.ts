/** What changed in a file: lines gone and lines come, in their order. */

export interface ChangedLine {
  readonly sign: "-" | "+";
  readonly line: string;
}

/** Lines that only one of the two has, the old ones first; a line counts as often as it stands there. */
export function changedLines(before: string, after: string): ChangedLine[] {
  return [
    ...surplus(before, after).map((line): ChangedLine => ({ sign: "-", line })),
    ...surplus(after, before).map((line): ChangedLine => ({ sign: "+", line })),
  ];
}

function surplus(of: string, over: string): string[] {
  const left = new Map<string, number>();
  for (const line of over.split(/\r?\n/)) left.set(line, (left.get(line) ?? 0) + 1);
  return of.split(/\r?\n/).filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0 && line !== "";
  });
}
