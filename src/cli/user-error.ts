/** The user is wrong: problems to print, exit code 2. Thrown in the command line only, caught by main. */
import { formatProblem, type Problem } from "../redis/config/problem.js";

export class UserError extends Error {
  override readonly name = "UserError";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join("\n"));
    this.problems = problems;
  }

  /** One mistake. */
  static of(where: string, what: string, hint?: string): UserError {
    return new UserError([hint === undefined ? { where, what } : { where, what, hint }]);
  }
}
