/** Small words for drawing: each is one or two draws of the stream, whatever comes out. */
import type { RandomStream } from "../kernel/random.js";

export function oneOf<T>(stream: RandomStream, items: readonly [T, ...T[]]): T {
  return items[stream.below(items.length)] ?? items[0];
}

/** True in so many of a hundred cases. */
export function chance(stream: RandomStream, percent: number): boolean {
  return stream.below(100) < percent;
}

/** Milliseconds as a scenario writes them, in steps that read well. */
export function time(stream: RandomStream, min: number, max: number): string {
  const grain = max - min > 2_000 ? 100 : 10;
  return `${min + grain * stream.below(Math.floor((max - min) / grain) + 1)}ms`;
}

/** Several different ones, in their order. */
export function some<T>(stream: RandomStream, items: readonly T[], count: number): T[] {
  const left = items.map((item, index) => ({ item, index }));
  const chosen: { item: T; index: number }[] = [];
  while (chosen.length < count && left.length > 0)
    chosen.push(...left.splice(stream.below(left.length), 1));
  return chosen.sort((a, b) => a.index - b.index).map(({ item }) => item);
}
