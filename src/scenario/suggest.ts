/** The nearest valid word, for messages about a word that is not one. */

/** Undefined where nothing is near enough to be what was meant. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  const limit = Math.max(1, Math.floor(wanted.length / 3) + 1);
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `r1`, `r1 and r2`, `r1, r2 and r3`; past a dozen the rest is counted. */
export function listed(words: readonly string[], conjunction: "and" | "or" = "and"): string {
  if (words.length > 12)
    return `${words.slice(0, 11).join(", ")} ${conjunction} ${words.length - 11} more`;
  const last = words.at(-1) ?? "nothing";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} ${conjunction} ${last}`;
}

/**
 * The hint for an unknown word: the one that was probably meant, or all there are. Short names (r1, s2)
 * are all near each other, so for them it is the list that helps.
 */
export function suggestion(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates);
  if (near !== undefined && (word.length > 3 || candidates.length > 12))
    return `did you mean ${near}?`;
  if (candidates.length === 0) return "there are none";
  return `there ${candidates.length === 1 ? "is" : "are"} ${listed(candidates)}`;
}

/** Damerau's: insertions, deletions, changes and swaps of neighbours; stops counting at `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1);
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? limit;
}
