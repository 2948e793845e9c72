/** What somebody who wrote this word most probably meant. */

/** The candidate with the fewest edits, if they are few enough to be a slip; the first among equals. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let fewest = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const count = edits(word, candidate, fewest);
    if (count < fewest) {
      fewest = count;
      best = candidate;
    }
  }
  return best;
}

/** Insertions, deletions, changes and swaps of neighbours between two words; `limit` if that many or more. */
function edits(from: string, to: string, limit: number): number {
  if (Math.abs(from.length - to.length) >= limit) return limit;
  let twoAgo: number[] = [];
  let before = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const isSame = from[i - 1] === to[j - 1];
      const changed = (before[j - 1] ?? 0) + (isSame ? 0 : 1);
      let least = Math.min(changed, (before[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        least = Math.min(least, (twoAgo[j - 2] ?? 0) + 1);
      }
      row.push(least);
    }
    twoAgo = before;
    before = row;
  }
  return Math.min(before[to.length] ?? limit, limit);
}
