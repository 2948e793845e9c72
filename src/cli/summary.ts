/** The end of a transcript: what the run came to, for a person. */
import { phases } from "../observe/failovers.js";
import type { ClientMetrics, FailoverResult, RunResult } from "../run/result.js";
import { mark, wrap } from "./print.js";

export function summaryLines(result: RunResult, replay: string): string[] {
  return [
    row(
      "run",
      `seed ${result.seed}, Redis ${result.version}, ${seconds(result.virtualMs)} of virtual time, ${result.events} events`,
    ),
    ...result.failovers.flatMap(failoverLines),
    ...result.clients.flatMap(clientLines),
    row(
      "two masters",
      result.metrics.twoMastersMs === 0 ? "never" : `for ${seconds(result.metrics.twoMastersMs)}`,
    ),
    ...result.mishaps.map((mishap) => row("mishap", mishap)),
    ...result.waiting.map((text, index) => row(index === 0 ? "never began" : "", text)),
    ...result.expectations.map((verdict, index) =>
      wrap(
        `${(index === 0 ? "expected" : "").padEnd(14)}  `,
        `${mark(verdict.holds)} ${verdict.text}${verdict.holds ? "" : `: ${verdict.found} (${verdict.where})`}`,
      ),
    ),
    ...result.laws.flatMap(({ law, holds, violations, excuse }, index) => [
      wrap(
        `${(index === 0 ? "laws" : "").padEnd(14)}  `,
        excuse === undefined ? `${mark(holds)} ${law}` : `-- ${law}: not judged, for ${excuse}`,
      ),
      ...violations
        .slice(0, 3)
        .map((violation) => row("", `at ${seconds(violation.at / 1_000)}: ${violation.text}`)),
    ]),
    row("fingerprint", result.fingerprint),
    row("again", replay),
  ];
}

/** What it wrote and what it read; a client that only reads has nothing to say about writes. */
function clientLines({ client, reads, errors, ...writes }: ClientMetrics): string[] {
  const tried = writes.acknowledged + writes.failed + writes.unknown;
  const read = `${reads.ok} ok, ${reads.failed} failed`;
  const told = errors.slice(0, 4).map(({ error, count }) => row("", `${count} x ${error}`));
  if (tried === 0 && reads.ok + reads.failed > 0) return [row(`reads ${client}`, read), ...told];
  return [
    row(
      `writes ${client}`,
      `${writes.acknowledged} acknowledged, ${writes.failed} failed, ${writes.unknown} unknown, ${writes.lost} lost`,
    ),
    row(
      "",
      writes.gapFromMs === undefined
        ? "no two acknowledged writes to measure a gap between"
        : `longest without an acknowledged write: ${seconds(writes.longestWriteGapMs)} from ${seconds(writes.gapFromMs)} on`,
    ),
    ...told,
    ...(reads.ok + reads.failed === 0 ? [] : [row("", `reads: ${read}`)]),
  ];
}

function failoverLines(failover: FailoverResult): string[] {
  const steps = phases.flatMap((phase) => {
    const at = failover.phases[phase];
    return at === undefined ? [] : [`${phase} ${ms(at)}`];
  });
  const from =
    failover.faultAtMs === undefined ? "" : `from the fault at ${seconds(failover.faultAtMs)}: `;
  const by = failover.phases.elected === undefined ? "tried" : "led";
  const end =
    failover.aborted !== undefined
      ? `, ended by ${failover.aborted}`
      : failover.phases.elected === undefined
        ? ", not elected"
        : "";
  return [
    row(
      "failover",
      `${failover.master}, epoch ${failover.epoch}, ${by} by ${failover.leader}${end}`,
    ),
    ...(failover.to === undefined ? [] : [row("", `${failover.from} -> ${failover.to}`)]),
    row("", `${from}${steps.join(", ")}`),
  ];
}

function row(name: string, text: string): string {
  return wrap(`${name.padEnd(14)}  `, text);
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(3)} s`;
}

function ms(milliseconds: number): string {
  return `+${Math.round(milliseconds)} ms`;
}
