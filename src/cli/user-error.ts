/** The user is wrong: problems to print, exit code 2. Thrown in the command line only, caught by main. */
import type { Problem } from "../redis/config/problem.js";

export class UserError extends Error {
  override readonly name = "UserError";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(problemText).join("\n"));
    this.problems = problems;
  }

  /** One mistake. */
  static of(where: string, what: string, hint?: string): UserError {
    return new UserError([hint === undefined ? { where, what } : { where, what, hint }]);
  }
}

/** `partition.yaml:14:5: no node is called r9 (there are r1 and r2)` */
export function problemText(problem: Problem): string {
  const where = problem.where === "" ? "" : `${problem.where}: `;
  const hint = problem.hint === undefined ? "" : ` (${problem.hint})`;
  return `${where}${problem.what}${hint}`;
}
