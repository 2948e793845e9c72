/** What the command line's exit code says (docs/architecture.md). */
export const exitCode = {
  /** All holds. */
  ok: 0,
  /** An expectation or a law does not hold. */
  broken: 1,
  /** The input is wrong. */
  usage: 2,
  /** A bug of redsim, or two runs that should be equal are not. */
  divergence: 3,
  /** Ended by ^C before it was done: 128 and the signal's number, as shells have it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
