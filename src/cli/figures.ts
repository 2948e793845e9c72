/** What many runs are compared by: the figures of each, their quantiles, and how one of them is spread. */
import { phases } from "../observe/failovers.js";
import type { RunResult } from "../run/result.js";

export interface Figure {
  /** As its row is called. */
  readonly name: string;
  /** Of all runs: none, one or several of each. */
  readonly values: readonly number[];
}

/** Those of which there are values; the shares of clients only where one of them lost something. */
export function figuresOf(results: readonly RunResult[]): Figure[] {
  const each = (name: string, of: (result: RunResult) => number): Figure => ({
    name,
    values: results.map(of),
  });
  const figures = [
    each("acknowledged", ({ metrics }) => metrics.acknowledged),
    each("failed", ({ metrics }) => metrics.failed),
    each("unknown", ({ metrics }) => metrics.unknown),
    each("lost", ({ metrics }) => metrics.lost),
    each("lost %", ({ metrics }) => percent(metrics.lost, metrics.acknowledged)),
    ...clientShares(results),
    each("longest write gap ms", ({ metrics }) => metrics.longestWriteGapMs),
    each("two masters ms", ({ metrics }) => metrics.twoMastersMs),
    ...phases.map((phase) => ({
      name: `failover ${phase} ms`,
      values: results.flatMap(
        ({ failovers }) =>
          failovers.find(({ aborted }) => aborted === undefined)?.phases[phase] ?? [],
      ),
    })),
  ];
  return figures.filter(({ values }) => values.length > 0);
}

/** Of what each client was told is written, where there are several. */
function clientShares(results: readonly RunResult[]): Figure[] {
  const clients = results[0]?.clients.map(({ client }) => client) ?? [];
  if (clients.length < 2) return [];
  return clients
    .map((name) => ({
      name: `lost % of ${name}`,
      values: results.flatMap(({ clients }) =>
        clients
          .filter(({ client }) => client === name)
          .map(({ lost, acknowledged }) => percent(lost, acknowledged)),
      ),
    }))
    .filter(({ values }) => values.some((value) => value > 0));
}

/** In tenths, so that a table shows it as it is. */
function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((1_000 * part) / whole) / 10;
}

const shares = [0, 0.1, 0.5, 0.9, 1];

/** A table: a row for each figure, a column for each quantile. */
export function tableLines(figures: readonly Figure[]): string[] {
  const row = (name: string, cells: readonly string[]) =>
    `${name.padEnd(26)}${cells.map((cell) => cell.padStart(10)).join("")}`;
  return [
    row("", ["min", "p10", "median", "p90", "max"]),
    ...figures.map(({ name, values }) => row(name, quantiles(values))),
  ];
}

function quantiles(values: readonly number[]): string[] {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return shares.map((share) => rounded(at(share)));
}

const binsMax = 15;
const barMax = 50;

/** A bar for each range of values; the ranges are of one round width, and the upper end is outside. */
export function histogramLines({ name, values }: Figure): string[] {
  const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const width = widthFor(most - least);
  const first = Math.floor(least / width);
  const counts = Array.from({ length: Math.floor(most / width) - first + 1 }, () => 0);
  for (const value of values) {
    const bin = Math.floor(value / width) - first;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const highest = counts.reduce((a, b) => Math.max(a, b), 1);
  const bars = counts.map((count, bin) => {
    const [from, to] = [bin + first, bin + first + 1].map((edge) => rounded(edge * width));
    const bar = "#".repeat(Math.ceil((barMax * count) / highest));
    return `${from?.padStart(9)} to ${to?.padStart(7)} ${`${count}`.padStart(6)} ${bar}`.trimEnd();
  });
  return [`${name}, ${values.length} values`, ...bars];
}

/** The least of 0.1, 0.2, 0.5, 1, 2, 5, 10 ... that makes few enough of them. */
function widthFor(span: number): number {
  for (let tens = 1; ; tens *= 10)
    for (const one of [1, 2, 5]) if (span / ((tens * one) / 10) < binsMax) return (tens * one) / 10;
}

function rounded(value: number): string {
  return `${Math.round(value * 10) / 10}`;
}
