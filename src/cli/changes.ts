/** What the nodes have changed in their configuration files: lines gone and lines come. */
import type { Run } from "../run.js";
import { out, title, wrap } from "./print.js";
import chalk from "chalk";

export function printChanges(run: Run): void {
  const sections = run.plan.nodes.flatMap((node) => {
    const after = run.file(node.name, node.config.path);
    const changes = after === undefined ? [] : changedLines(node.config.text, after);
    return changes.length === 0 ? [] : [{ name: node.name, path: node.config.path, changes }];
  });
  if (sections.length === 0) return;
  out("");
  out(title("Changed lines of the configuration files"));
  for (const { name, path, changes } of sections) {
    out(`${chalk.bold(name)} ${chalk.dim(path)}`);
    for (const { sign, line } of changes)
      out(wrap(`  ${sign} `, line, sign === "-" ? chalk.red : chalk.green));
  }
}

interface Change {
  readonly sign: "-" | "+";
  readonly line: string;
}

/** Lines that only one of the two has, the old ones first; a line counts as often as it stands there. */
export function changedLines(before: string, after: string): Change[] {
  return [
    ...surplus(before, after).map((line): Change => ({ sign: "-", line })),
    ...surplus(after, before).map((line): Change => ({ sign: "+", line })),
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
