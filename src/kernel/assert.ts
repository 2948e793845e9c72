/**
 * Claims about our own code. A false one is a bug of ours: it throws, and only the command line
 * catches it, to print the command that replays the run.
 */

/** Where in which run it came to light: what a replay needs. */
export interface BugPlace {
  readonly seed: string;
  /** Microseconds since the run began. */
  readonly at: number;
  readonly step: number;
  /** Undefined where no node was at work. */
  readonly node: string | undefined;
}

export class Bug extends Error {
  override readonly name = "Bug";
  readonly place: BugPlace | undefined;

  constructor(text: string, options?: { readonly place?: BugPlace; readonly cause?: unknown }) {
    super(text, options?.cause === undefined ? undefined : { cause: options.cause });
    this.place = options?.place;
  }
}

export function assert(claim: boolean, text: string): asserts claim {
  if (!claim) throw new Bug(text);
}

/** Closes a switch over a union: a new case does not compile until it is handled. */
export function assertNever(value: never): never {
  throw new Bug(`no case for ${JSON.stringify(value)}`);
}
