/** Numbers that were measured several times: their quantiles, and how far two such sets are apart. */

export class Distribution {
  readonly sorted: readonly number[];

  constructor(values: readonly number[]) {
    this.sorted = [...values].sort((a, b) => a - b);
  }

  get count(): number {
    return this.sorted.length;
  }

  get min(): number {
    return this.quantile(0);
  }

  get median(): number {
    return this.quantile(0.5);
  }

  get max(): number {
    return this.quantile(1);
  }

  /** From the 10th to the 90th percentile. */
  get spread(): number {
    return this.quantile(0.9) - this.quantile(0.1);
  }

  /** Between two values in proportion; NaN of nothing. */
  quantile(share: number): number {
    const at = (this.count - 1) * share;
    const below = this.sorted[Math.floor(at)] ?? Number.NaN;
    const above = this.sorted[Math.ceil(at)] ?? Number.NaN;
    return below + (above - below) * (at - Math.floor(at));
  }

  /** The share of values that lie from `from` on and below `to`. */
  share(from: number, to: number): number {
    const inside = this.sorted.filter((value) => value >= from && value < to);
    return this.count === 0 ? 0 : inside.length / this.count;
  }
}

/** Kolmogorov and Smirnov: the largest difference between the two cumulative distributions. */
export function distance(a: Distribution, b: Distribution): number {
  let i = 0;
  let j = 0;
  let most = 0;
  while (i < a.count && j < b.count) {
    const value = Math.min(a.sorted[i] as number, b.sorted[j] as number);
    while (i < a.count && a.sorted[i] === value) i++;
    while (j < b.count && b.sorted[j] === value) j++;
    most = Math.max(most, Math.abs(i / a.count - j / b.count));
  }
  return most;
}

/**
 * The distance that `count` values drawn from a known distribution exceed in one case of twenty, as
 * Stephens approximates it: 0.41 for ten values, 0.23 for thirty-four.
 */
export function criticalDistance(count: number): number {
  const root = Math.sqrt(count);
  return 1.358 / (root + 0.12 + 0.11 / root);
}
