/**
 * 64-bit integers as Redis reads them (`string2ll()`): canonical decimal text only, no sign but a
 * leading minus, no leading zeros, no blanks.
 *
 * Numbers are exact to 2^53 and all arithmetic is done with them as far as they reach; only beyond
 * that does a command take the slow road over BigInt.
 */

const int64Max = 9_223_372_036_854_775_807n;
const int64Min = -9_223_372_036_854_775_808n;

/** Is the text what `ll2string()` would print? Its range is not looked at. */
function isCanonical(text: string): boolean {
  const length = text.length;
  if (length === 0 || length > 20) return false;
  let i = text.charCodeAt(0) === 45 ? 1 : 0;
  const first = text.charCodeAt(i);
  if (first === 48) return length === 1;
  for (; i < length; i++) {
    const digit = text.charCodeAt(i);
    if (digit < 48 || digit > 57) return false;
  }
  return first >= 49;
}

/** The integer if it is one that a number holds exactly. */
export function safeInteger(text: string): number | undefined {
  if (!isCanonical(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** `string2ll()`. */
export function int64(text: string): bigint | undefined {
  if (!isCanonical(text)) return undefined;
  const value = BigInt(text);
  return inInt64(value) ? value : undefined;
}

export function inInt64(value: bigint): boolean {
  return value >= int64Min && value <= int64Max;
}

export function isInt64(text: string): boolean {
  if (!isCanonical(text)) return false;
  return text.length < 19 || int64(text) !== undefined;
}

/** An index or a count: what lies beyond 2^53 is as far away as 2^53. */
export function index64(text: string): number | undefined {
  const exact = safeInteger(text);
  if (exact !== undefined) return exact;
  const value = int64(text);
  if (value === undefined) return undefined;
  return value < 0n ? Number.MIN_SAFE_INTEGER : Number.MAX_SAFE_INTEGER;
}

/**
 * The sum as text, `"overflow"` if it leaves 64 bits, undefined if `text` is not an integer
 * (`incrDecrCommand()`).
 */
export function addInt64(text: string, increment: bigint | number): string | undefined {
  const value = safeInteger(text);
  if (value !== undefined && typeof increment === "number") {
    const sum = value + increment;
    if (Number.isSafeInteger(sum)) return String(sum);
  }
  const wide = int64(text);
  if (wide === undefined) return undefined;
  const sum = wide + BigInt(increment);
  return inInt64(sum) ? String(sum) : "overflow";
}

/** Orders canonical integers by value. */
export function compareIntegers(a: string, b: string): number {
  const x = Number(a);
  const y = Number(b);
  if (x !== y) return x < y ? -1 : 1;
  if (a === b) return 0;
  return BigInt(a) < BigInt(b) ? -1 : 1;
}
