/**
 * The values of which a scenario file is made: words, durations, sizes, versions, selectors.
 *
 * Error texts begin with what was expected; the reader adds what was found.
 */
import * as z from "zod";
import { versions } from "../../redis/version.js";
import { durationPattern, parseDuration, sizePattern, spanPattern } from "../duration.js";

export const text = (what: string) => z.string({ error: `expected ${what}` });
export const word = (what: string) =>
  text(what).regex(/^[A-Za-z_][\w.-]*$/, { error: `expected ${what}` });
export const wholeNumber = (what: string, least = 0, most = Number.MAX_SAFE_INTEGER) => {
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`;
  const error = `expected ${what} (a whole number ${range})`;
  return z.int({ error }).min(least, { error }).max(most, { error });
};

const durationError = "expected a duration such as 500ms, 1.5s or 2m";
export const duration = z
  .string({ error: durationError })
  .regex(durationPattern, { error: durationError })
  .refine((value) => !durationPattern.test(value) || parseDuration(value) !== undefined, {
    error: "expected a duration of less than 285 years",
  });
const spanError = "expected a duration such as 1.5s, or a range such as 1s..3s";
export const span = z.string({ error: spanError }).regex(spanPattern, { error: spanError });
const sizeError = "expected a number of bytes such as 4096, 16kb or 1gb";
export const size = z.union([z.int().min(0), z.string().regex(sizePattern, { error: sizeError })], {
  error: sizeError,
});
export const port = z
  .int({ error: "expected a port from 1 to 65535" })
  .min(1, { error: "expected a port from 1 to 65535" })
  .max(65_535, { error: "expected a port from 1 to 65535" });

/** YAML reads `7.0` as a number. */
export const version = z.union(
  [z.enum(versions as [string, ...string[]]), z.literal(versions.map(Number))],
  {
    error: `expected one of the versions ${versions.join(", ")}`,
  },
);

/** Parts per million by which a clock runs fast; beyond these it stands still, or is no clock. */
export const driftRange = { min: -999_999, max: 1_000_000_000 };
export const drift = z
  .int({ error: "expected parts per million" })
  .min(driftRange.min, {
    error: "expected parts per million above -1000000, where a clock stands still",
  })
  .max(driftRange.max, { error: "expected parts per million, at most 1000000000" });

const selectorError = "expected a name, a selector such as the master, or a list of them";
export const selector = z.union([z.string(), z.array(z.string())], { error: selectorError });
export const patternNote = "`*` stands for anything, `?` for one character";
export const oneOrMore = z.union([z.string(), z.array(z.string())], {
  error: "expected a text, or a list of texts",
});
/** Names of nodes or clients: one, or several. */
export const names = z.union([z.string(), z.array(z.string())], {
  error: "expected a name, or a list of names",
});
