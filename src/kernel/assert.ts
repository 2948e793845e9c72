/**
 * Claims about our own code. A false one is a bug of ours: it throws, and only the command line
 * catches it, to print the command that replays the run.
 */

export class Bug extends Error {
  override readonly name = "Bug";
}

export function assert(claim: boolean, text: string): asserts claim {
  if (!claim) throw new Bug(text);
}

/** Closes a switch over a union: a new case does not compile until it is handled. */
export function assertNever(value: never): never {
  throw new Bug(`no case for ${JSON.stringify(value)}`);
}
