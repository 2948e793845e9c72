/** What the nodes have changed in their configuration files: lines gone and lines come. */
import chalk from "chalk";
import { changedLines } from "../observe/changed-lines.js";
import type { Run } from "../run.js";
import { heading, out, wrap } from "./print.js";

export function printChanges(run: Run): void {
  const files = run.plan.nodes.flatMap((node) => {
    const after = run.file(node.name, node.config.path);
    const changes = after === undefined ? [] : changedLines(node.config.text, after);
    return changes.length === 0 ? [] : [{ name: node.name, path: node.config.path, changes }];
  });
  if (files.length === 0) return;
  out("");
  out(heading("changed lines of the configuration files"));
  for (const { name, path, changes } of files) {
    out(`${chalk.bold(name)} ${chalk.dim(path)}`);
    for (const { sign, line } of changes)
      out(wrap(`  ${sign} `, line, sign === "-" ? chalk.red : chalk.green));
  }
}
