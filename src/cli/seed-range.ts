/** `--seeds A..B`, both ends included. */
import { UserError } from "./user-error.js";

export interface SeedRange {
  readonly first: number;
  readonly last: number;
}

export function seedRange(text: string): SeedRange {
  const match = /^(\d+)\.\.(\d+)$/.exec(text);
  const [first, last] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || last < first || !Number.isSafeInteger(last))
    throw UserError.of("--seeds", `${text} is not a range of seeds`, "such as 1..1000");
  return { first, last };
}
