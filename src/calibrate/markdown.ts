/** Comparisons as docs/calibration.md: for each experiment and release a table, the drawings, the orders. */
import { type Comparison, holds } from "./comparison.js";
import type { Distribution } from "./distribution.js";
import type { MeasureComparison } from "./measure.js";
import { drawingLines, figures, isDrawn, judgement, orderLines } from "./report.js";

const introduction = `# Calibration

How close simulated runs are to recordings of real Redis, written by \`redsim calibrate --write\`.

The recordings (\`test/data/real-runs\`) are runs of real clusters, one master, two replicas, three
Sentinels, each node with a network of its own; the scenarios kill-master, freeze-master,
manual-failover, link-flap and backlog-overflow play their settings and their timeline again, under one
seed after the other. Both sides are measured by the same rule: a phase is the first event of its kind
on any Sentinel, an event is when a subscriber hears it. Times are in milliseconds, a duration is that
between two neighbouring phases.

- **real** and **sim** are the recorded and the simulated runs; one in ten is below **p10**, one in ten
  above **p90**.
- **KS**, after Kolmogorov and Smirnov: how much the shares of both sides that lie below one and the same
  value differ at most, from 0 (alike) to 1.
- **ok**: the median is at most 30 ms off (5 % where the recorded one is above 400 ms), and from p10 to p90
  it is as far as recorded, within 30 ms or a factor of 1.5.
- **ks**: so is this, but KS is larger than what chance explains in 19 of 20 cases (0.23 for 34 recordings,
  0.41 for ten).
- **NO**: it is not.
- What has no such word has no bound and is shown only: the time to settle, and what the client saw.
- The drawings show both sides on one axis, the fullest place of each as high as can be.
- The order of events on one Sentinel: what comes before what in every recording must do so in every run,
  and two events that follow one another in a recording must do so in some run. Some orders C leaves open
  (a voter need not think the master down, so its +sdown may follow its vote), and nine sequences need not
  show both: such an order is listed with the chance that so few recordings show it one way only, and
  counts as wrong where that is less than one in twenty.
- Two modes make one in ten of the ends of a manual failover in 7.0 a second later, when the full copy just
  misses an INFO: how far p90 is there hangs on single runs, of which there are 400 here and 34 there.`;

export function calibrationDocument(comparisons: readonly Comparison[]): string {
  const durations = comparisons.flatMap(({ measures }) => measures.filter(isDrawn));
  const beyond = durations.filter(({ distance, critical }) => distance > critical);
  const agreeing = comparisons.filter(holds);
  const summary =
    `Of ${comparisons.length} comparisons ${agreeing.length} hold. Of ${durations.length} durations ` +
    `${beyond.length} are further apart than chance explains in 19 of 20 cases.`;
  return `${[introduction, summary, ...comparisons.map(section)].join("\n\n")}\n`;
}

function section(comparison: Comparison): string {
  const { experiment, release, recordings, runs, measures } = comparison;
  const drawings = measures.filter(isDrawn).flatMap(drawingLines);
  return [
    `## ${experiment.name}, Redis ${release}`,
    "",
    `${recordings} recordings, ${runs} runs of ${experiment.scenario}.`,
    "",
    "| | | min | p10 | median | p90 | max | KS | |",
    "|---|---|---:|---:|---:|---:|---:|---:|---|",
    ...measures.flatMap(rows),
    ...fenced(drawings),
    ...fenced(orderLines(comparison)),
  ].join("\n");
}

function rows(measure: MeasureComparison): string[] {
  const { name, recorded, simulated, distance } = measure;
  const cells = (values: Distribution) => figures(values).join(" | ");
  return [
    `| ${name} | real | ${cells(recorded)} | | |`,
    `| | sim | ${cells(simulated)} | ${distance.toFixed(2)} | ${judgement(measure)} |`,
  ];
}

/** In a block of code; nothing for no lines. */
function fenced(lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const text = lines.join("\n").trimEnd();
  return ["", "```", text, "```"];
}
