/** A version of Redis as a scenario writes it: `"7.0"`, or `7.0`, which to YAML is a number. */
import { type Version, versions } from "../redis/version.js";

/** Where a scenario names none. */
export const newest: Version = "7.2";

/** Undefined: none is named, or none that there is (which the shape has reported). */
export function readVersion(raw: string | number | undefined): Version | undefined {
  const text = typeof raw === "number" ? raw.toFixed(1) : raw;
  return versions.find((each) => each === text);
}
