/** The user is wrong: problems to print, exit code 2. Thrown in the command line only, caught by main. */
import { ProblemsError } from "../redis/config/problem.js";

export class UserError extends ProblemsError {
  override readonly name = "UserError";

  /** One mistake. */
  static of(where: string, what: string, hint?: string): UserError {
    return new UserError([hint === undefined ? { where, what } : { where, what, hint }]);
  }
}
