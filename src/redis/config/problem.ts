/** Something that the user wrote and that cannot be. All problems of a file are found before any is shown. */
export interface Problem {
  /** `file:line`, or the path of the value inside a scenario. */
  readonly where: string;
  /** In Redis's own words where it has some. */
  readonly what: string;
  /** What was probably meant. */
  readonly hint?: string;
}

/** Thrown where nothing can be done with what the user wrote: all there is to correct. */
export class ProblemsError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join("\n"));
    this.problems = problems;
  }
}

/** `partition.yaml:14:5: no node is called r9 (there are r1 and r2)` */
export function formatProblem({ where, what, hint }: Problem): string {
  return `${where === "" ? "" : `${where}: `}${what}${hint === undefined ? "" : ` (${hint})`}`;
}
