/**
 * Redis's own way with text: splitting a line into arguments, quoting a string, and reading numbers as
 * C does. A configuration file, an inline command and redis-cli's output all go by these same rules.
 * Strings are binary strings; nothing here knows of UTF-8.
 */

const backslash = 0x5c;
const doubleQuote = 0x22;
const singleQuote = 0x27;

/** `isspace()` in the C locale. */
function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

/** The value of a hexadecimal digit, or -1. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x61 && code <= 0x66) return code - 0x57;
  if (code >= 0x41 && code <= 0x46) return code - 0x37;
  return -1;
}

/** Neither a quote nor what may end a word: taken as it is, and as many at once as there are. */
function isPlain(code: number): boolean {
  return code > 0x20 && code !== doubleQuote && code !== singleQuote;
}

function unescaped(code: number): string {
  switch (code) {
    case 0x6e:
      return "\n";
    case 0x72:
      return "\r";
    case 0x74:
      return "\t";
    case 0x62:
      return "\b";
    case 0x61:
      return "\x07";
    default:
      return String.fromCharCode(code);
  }
}

/** The words of a list in a table, each one blank from the next. */
export function words(text: string): readonly string[] {
  return text.split(" ");
}

/** `sdssplitargs()`: the arguments of a line, or undefined where its quotes are unbalanced. */
export function splitArguments(line: string): string[] | undefined {
  const nul = line.indexOf("\0");
  const text = nul < 0 ? line : line.slice(0, nul);
  const args: string[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && isSpace(text.charCodeAt(at))) at++;
    if (at >= text.length) return args;
    let token = "";
    let quote = 0;
    for (;;) {
      const code = at < text.length ? text.charCodeAt(at) : 0;
      if (code === 0) {
        if (quote !== 0) return undefined;
        break;
      }
      if (quote === 0) {
        const begin = at;
        while (at < text.length && isPlain(text.charCodeAt(at))) at++;
        if (at > begin) {
          token += text.slice(begin, at);
          continue;
        }
        at++;
        // Only these four end a word; a vertical tab inside one belongs to it, as in C.
        if (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) break;
        if (code === doubleQuote || code === singleQuote) quote = code;
        else token += String.fromCharCode(code);
        continue;
      }
      if (code === quote) {
        at++;
        if (at < text.length && !isSpace(text.charCodeAt(at))) return undefined;
        break;
      }
      if (quote === singleQuote) {
        const escaped = code === backslash && text.charCodeAt(at + 1) === singleQuote;
        token += escaped ? "'" : String.fromCharCode(code);
        at += escaped ? 2 : 1;
        continue;
      }
      if (code === backslash && at + 1 < text.length) {
        const high = hexDigit(text.charCodeAt(at + 2));
        const low = hexDigit(text.charCodeAt(at + 3));
        if (text[at + 1] === "x" && high >= 0 && low >= 0) {
          token += String.fromCharCode(high * 16 + low);
          at += 4;
        } else {
          token += unescaped(text.charCodeAt(at + 1));
          at += 2;
        }
        continue;
      }
      token += String.fromCharCode(code);
      at++;
    }
    args.push(token);
  }
}

/** `sdscatrepr()`: the string in double quotes, so that `splitArguments` gives it back. */
export function quote(text: string): string {
  let quoted = '"';
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === backslash || code === doubleQuote) quoted += `\\${text[i]}`;
    else if (code === 0x0a) quoted += "\\n";
    else if (code === 0x0d) quoted += "\\r";
    else if (code === 0x09) quoted += "\\t";
    else if (code === 0x07) quoted += "\\a";
    else if (code === 0x08) quoted += "\\b";
    else if (code >= 0x20 && code < 0x7f) quoted += text[i];
    else quoted += `\\x${(code < 16 ? "0" : "") + code.toString(16)}`;
  }
  return `${quoted}"`;
}

/** What `%s` prints of it, as in most errors that name a client's word: a NUL ends a string in C. */
export function cString(text: string): string {
  const nul = text.indexOf("\0");
  return nul < 0 ? text : text.slice(0, nul);
}

/** `strcasecmp()`'s lower case: ASCII only, whatever the locale. */
export function lowerCase(text: string): string {
  if (!/[A-Z]/.test(text)) return text;
  let lower = "";
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    lower += code >= 0x41 && code <= 0x5a ? String.fromCharCode(code + 32) : text[i];
  }
  return lower;
}

/**
 * `string2ll()`: a whole number written the one canonical way (no blanks, no plus, no leading zeros),
 * within 64 bits. Beyond 2^53 the result is the nearest number that JavaScript has.
 */
export function parseInteger(text: string): number | undefined {
  if (!/^(?:0|-?[1-9][0-9]{0,18})$/.test(text)) return undefined;
  const negative = text[0] === "-";
  const digits = negative ? text.slice(1) : text;
  const most = negative ? "9223372036854775808" : "9223372036854775807";
  if (digits.length === 19 && digits > most) return undefined;
  return Number(text);
}

/** `atoi()`: the number that the text begins with, else 0; what follows it is ignored. */
export function leadingInteger(text: string): number {
  const found = /^[ \t-\r]*([+-]?[0-9]+)/.exec(text);
  // Adding 0 turns -0 into 0.
  return found === null ? 0 : Number(found[1]) + 0;
}

/** `strtoll()` with the whole text as its number, as most of its callers want it. */
export function wholeInteger(text: string): number | undefined {
  return /^[ \t-\r]*[+-]?[0-9]+$/.test(text) ? leadingInteger(text) : undefined;
}

const units: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["b", 1],
  ["k", 1_000],
  ["kb", 1_024],
  ["m", 1_000_000],
  ["mb", 1_048_576],
  ["g", 1_000_000_000],
  ["gb", 1_073_741_824],
]);

/** `memtoull()`: bytes with an optional unit; never negative. */
export function parseMemory(text: string): number | undefined {
  const found = /^([0-9]*)([a-z]*)$/.exec(lowerCase(text));
  const unit = found === null ? undefined : units.get(found[2] ?? "");
  // As in C, a unit without digits is a number of 0.
  return unit === undefined ? undefined : Number(found?.[1] ?? "") * unit;
}

/** `rewriteConfigFormatMemory()`: in the largest unit that leaves no rest. */
export function formatMemory(bytes: number): string {
  if (bytes !== 0 && bytes % 1_073_741_824 === 0) return `${bytes / 1_073_741_824}gb`;
  if (bytes !== 0 && bytes % 1_048_576 === 0) return `${bytes / 1_048_576}mb`;
  if (bytes !== 0 && bytes % 1_024 === 0) return `${bytes / 1_024}kb`;
  return `${bytes}`;
}
