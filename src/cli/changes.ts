/** What the nodes have changed in their configuration files: lines gone and lines come. */
import { changedLines } from "../observe/changed-lines.js";
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
