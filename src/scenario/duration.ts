/**
 * Durations, spans and sizes as a person writes them: `500ms`, `1.5s`, `0..2ms`, `16kb`.
 *
 * A number without a unit is refused: Redis itself counts some settings in seconds and some in
 * milliseconds, and a scenario should never be read the wrong way.
 */
import { type Duration, microseconds } from "../kernel/time.js";

/** A duration that the plan draws once, uniformly; fixed where both ends are equal. */
export interface Span {
  readonly min: Duration;
  readonly max: Duration;
}

const units: Readonly<Record<string, number>> = {
  us: 1,
  µs: 1,
  ms: 1_000,
  s: 1_000_000,
  m: 60_000_000,
  min: 60_000_000,
  h: 3_600_000_000,
  d: 86_400_000_000,
};

/** For schemas: editors check the same that `parseDuration` does. */
export const durationPattern = /^(\d+)(?:\.(\d+))? ?(us|µs|ms|s|m|min|h|d)$/;
export const spanPattern =
  /^\d+(?:\.\d+)? ?(?:us|µs|ms|s|m|min|h|d)?(?: ?\.\. ?\d+(?:\.\d+)? ?(?:us|µs|ms|s|m|min|h|d))?$/;
export const sizePattern = /^\d+(?:\.\d+)? ?(?:b|kb|k|mb|m|gb|g)?$/i;

/** Undefined: not a duration. Whole microseconds; digits behind those are cut off. */
export function parseDuration(text: string): Duration | undefined {
  const match = durationPattern.exec(text.trim());
  if (match === null) return undefined;
  const [, whole = "", fraction = "", unit = ""] = match;
  const scale = units[unit] ?? 1;
  const part =
    fraction === "" ? 0 : Math.floor((Number(fraction) * scale) / Number(`1e${fraction.length}`));
  const total = Number(whole) * scale + part;
  return Number.isSafeInteger(total) ? microseconds(total) : undefined;
}

/** `2s`, `1s..3s`, or `1..3s`, where the first takes the unit of the second. */
export function parseSpan(text: string): Span | undefined {
  const [first = "", second] = text.split("..");
  if (second === undefined) {
    const fixed = parseDuration(first);
    return fixed === undefined ? undefined : { min: fixed, max: fixed };
  }
  const max = parseDuration(second);
  const bare = /^\d+(?:\.\d+)?$/.test(first.trim());
  const unit = second.replace(/^[\s\d.]+/, "");
  const min = parseDuration(bare ? `${first.trim()}${unit}` : first);
  return min === undefined || max === undefined || min > max ? undefined : { min, max };
}

/** The shortest exact way to write it: `1.5s`, `500ms`. */
export function formatDuration(duration: Duration): string {
  for (const unit of ["h", "m", "s", "ms"]) {
    const scale = units[unit] ?? 1;
    const parts = unit === "h" || unit === "m" ? 1 : 1_000;
    if (duration >= scale && (duration * parts) % scale === 0) return `${duration / scale}${unit}`;
  }
  return duration === 0 ? "0s" : `${duration}us`;
}

/** Bytes, in Redis's units: `kb`, `mb`, `gb` are powers of 1024, `k`, `m`, `g` of 1000 (`memtoull()`). */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?(b|kb|k|mb|m|gb|g)?$/i.exec(text.trim());
  if (match === null) return undefined;
  const bytes = Math.floor(Number(match[1]) * sizeUnit((match[2] ?? "b").toLowerCase()));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

function sizeUnit(unit: string): number {
  switch (unit) {
    case "k":
      return 1_000;
    case "kb":
      return 1_024;
    case "m":
      return 1_000_000;
    case "mb":
      return 1_048_576;
    case "g":
      return 1_000_000_000;
    case "gb":
      return 1_073_741_824;
    default:
      return 1;
  }
}
