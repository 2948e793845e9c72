/**
 * `law(claim, arbitraries, property)`: a property whose title is the claim. Its seed is in the title, so
 * that a failure says how to see it again; `npm run test:long` draws another seed each time and many
 * more runs.
 */
import fc from "fast-check";
import { test } from "vitest";

const isLong = process.env["REDSIM_LONG"] !== undefined;
const seed = Number(process.env["REDSIM_PROPERTY_SEED"] ?? (isLong ? Date.now() % 1_000_000 : 1));

export interface LawOptions {
  /** Runs in `npm test`; twenty times as many in `npm run test:long`. */
  readonly runs: number;
}

export function law<Values extends [unknown, ...unknown[]]>(
  claim: string,
  { runs }: LawOptions,
  arbitraries: { readonly [I in keyof Values]: fc.Arbitrary<Values[I]> },
  property: (...values: Values) => void,
): void {
  const again = `REDSIM_PROPERTY_SEED=${seed} npx vitest run -t "${claim}"`;
  test(`${claim} (again: ${again})`, { timeout: isLong ? 3_600_000 : 60_000 }, () => {
    fc.assert(fc.property(...arbitraries, property), {
      seed,
      numRuns: isLong ? runs * 20 : runs,
      verbose: 1,
    });
  });
}
