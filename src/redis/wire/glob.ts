/**
 * Redis's glob matcher, char by char as `util.c:stringmatchlen()`: KEYS, CONFIG GET, PSUBSCRIBE,
 * SENTINEL RESET and ACL patterns all mean the same by `*`, `?`, `[a-z]`, `[^a]` and `\`.
 */

/** Does the whole of `text` match `pattern`? */
export function globMatches(pattern: string, text: string, ignoreCase = false): boolean {
  // As in C, a lone star wants at least one char.
  if (pattern === "*") return text.length > 0;
  return match(pattern, 0, text, 0, ignoreCase) === "yes";
}

/** `hopeless`: no longer match of an earlier `*` can help either (`skipLongerMatches`, since 6.2.13). */
type Answer = "yes" | "no" | "hopeless";

function match(pattern: string, p0: number, text: string, t0: number, ignoreCase: boolean): Answer {
  let p = p0;
  let t = t0;
  while (p < pattern.length && t < text.length) {
    switch (pattern[p]) {
      case "*": {
        while (pattern[p + 1] === "*") p++;
        if (p === pattern.length - 1) return "yes";
        for (; t < text.length; t++) {
          const rest = match(pattern, p + 1, text, t, ignoreCase);
          if (rest !== "no") return rest;
        }
        return "hopeless";
      }
      case "?":
        break;
      case "[": {
        const end = matchClass(pattern, p + 1, code(text, t, ignoreCase), text[t], ignoreCase);
        if (end < 0) return "no";
        p = end;
        break;
      }
      default: {
        if (pattern[p] === "\\" && p + 1 < pattern.length) p++;
        if (code(pattern, p, ignoreCase) !== code(text, t, ignoreCase)) return "no";
      }
    }
    t++;
    p++;
    if (t === text.length) {
      while (pattern[p] === "*") p++;
    }
  }
  return p >= pattern.length && t === text.length ? "yes" : "no";
}

/**
 * Is the char in the class that begins at `at`, behind its `[`? The position of its `]`, or -1 where
 * the char is not in it. A class without its `]` ends with the pattern.
 */
function matchClass(
  pattern: string,
  at: number,
  char: number,
  exact: string | undefined,
  ignoreCase: boolean,
): number {
  let p = at;
  const negated = pattern[p] === "^";
  if (negated) p++;
  let found = false;
  for (;;) {
    if (pattern[p] === "\\" && pattern.length - p >= 2) {
      p++;
      // An escaped char is compared with its case even where case is ignored, as in C.
      if (pattern[p] === exact) found = true;
    } else if (pattern[p] === "]") {
      break;
    } else if (p >= pattern.length) {
      p--;
      break;
    } else if (pattern.length - p >= 3 && pattern[p + 1] === "-") {
      let start = pattern.charCodeAt(p);
      let end = pattern.charCodeAt(p + 2);
      if (start > end) [start, end] = [end, start];
      if (ignoreCase) [start, end] = [lower(start), lower(end)];
      p += 2;
      if (char >= start && char <= end) found = true;
    } else if (code(pattern, p, ignoreCase) === char) {
      found = true;
    }
    p++;
  }
  return found === negated ? -1 : p;
}

function code(text: string, at: number, ignoreCase: boolean): number {
  const exact = text.charCodeAt(at);
  return ignoreCase ? lower(exact) : exact;
}

function lower(char: number): number {
  return char >= 0x41 && char <= 0x5a ? char + 32 : char;
}
