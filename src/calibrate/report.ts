/** A comparison as lines of text, 80 columns wide, for a terminal. */
import type { Comparison } from "./comparison.js";
import type { Distribution } from "./distribution.js";
import { draw } from "./draw.js";
import type { MeasureComparison } from "./measure.js";
import type { BrokenPrecedence } from "./order.js";

const nameWidth = 27;
const drawingWidth = 64;

export function reportLines(comparison: Comparison): string[] {
  const { experiment, release, recordings, runs, measures } = comparison;
  const heading = `${experiment.name}, Redis ${release}: ${recordings} recordings, ${runs} runs`;
  return [
    heading,
    "",
    row("", "", ["min", "p10", "median", "p90", "max"], "KS"),
    ...measures.flatMap(measureLines),
    "",
    ...measures.filter(isDrawn).flatMap(drawingLines),
    ...orderLines(comparison),
  ];
}

/** What the words and columns mean, for below the last table. */
export const legend: readonly (readonly [word: string, meaning: string])[] = [
  ["real, sim", "recorded and simulated runs, in milliseconds; writes are counted"],
  ["p10, p90", "one in ten is below p10, one in ten above p90"],
  [
    "KS",
    "after Kolmogorov and Smirnov: how much the shares of both sides that lie below one and the same " +
      "value differ at most, from 0 (alike) to 1",
  ],
  [
    "ok",
    "the median is at most 30 ms off (5 % above 400 ms), and from p10 to p90 it is as far as recorded, " +
      "within 30 ms or a factor of 1.5",
  ],
  ["ks", "so is this, but KS is larger than what chance explains in 19 of 20 cases"],
  ["NO", "it is not, or an order of events is wrong: the exit code is 1"],
  ["", "what has none of these words has no bound and is shown only"],
  [
    "order",
    "what comes before what in every recording must do so here; where C leaves an order open, it is " +
      "said how likely so few recordings are to show it one way only",
  ],
];

/** `ok`, `ks` (in bounds, yet further apart than chance explains) or `NO`; empty where nothing is judged. */
export function judgement({ verdict, distance, critical }: MeasureComparison): string {
  if (verdict === undefined) return "";
  if (!verdict.median || !verdict.spread) return "NO";
  return distance <= critical ? "ok" : "ks";
}

/** The numbers of one side. */
export function figures(values: Distribution): string[] {
  return [0, 0.1, 0.5, 0.9, 1].map((share) =>
    values.count === 0 ? "-" : values.quantile(share).toFixed(1),
  );
}

function measureLines(measure: MeasureComparison): string[] {
  const { name, recorded, simulated, distance } = measure;
  const judged = `${distance.toFixed(2)} ${judgement(measure)}`;
  return [
    row(name, "real", figures(recorded), ""),
    row("", "sim", figures(simulated), judged.trimEnd()),
  ];
}

function row(name: string, side: string, cells: readonly string[], last: string): string {
  const numbers = cells.map((cell) => cell.padStart(8)).join("");
  return `${name.padEnd(nameWidth)}${side.padEnd(4)}${numbers}  ${last}`.trimEnd();
}

export function isDrawn({ verdict }: MeasureComparison): boolean {
  return verdict !== undefined;
}

export function drawingLines({ name, recorded, simulated }: MeasureComparison): string[] {
  const drawing = draw(recorded, simulated, drawingWidth);
  return [
    `${name}, ${drawing.from} to ${drawing.to} ms`,
    `  real  |${drawing.recorded}|`,
    `  sim   |${drawing.simulated}|`,
    "",
  ];
}

export function orderLines({ sequences, broken, open, missing }: Comparison): string[] {
  if (sequences.recorded === 0) return [];
  const over = `${sequences.recorded} recorded and ${sequences.simulated} simulated sequences`;
  const lines = [`order of events on one Sentinel, over ${over}:`];
  for (const each of broken) lines.push(...turnedLines("NO", each));
  for (const { first, second, recorded } of missing)
    lines.push(
      `  NO  ${first}, then ${second}:`,
      `      recorded ${recorded} times, never simulated`,
    );
  if (broken.length === 0) lines.push("  ok  what always precedes what in reality does so here");
  for (const each of open) lines.push(...turnedLines("  ", each));
  if (missing.length === 0) lines.push("  ok  what follows what in a recording does so here, too");
  return [...lines, ""];
}

/** An order that holds in all recordings and not in all runs. */
function turnedLines(mark: string, turned: BrokenPrecedence): string[] {
  const { first, second, recorded, broken, simulated, chance } = turned;
  const percent = Math.round(chance * 100);
  const likely = mark === "NO" ? "" : `; no recording shows that by chance: ${percent} %`;
  return [
    `  ${mark}  ${first} before ${second}: recorded ${recorded} times;`,
    `      the other way in ${broken} of ${simulated} runs${likely}`,
  ];
}
