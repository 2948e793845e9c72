/** The end of a transcript: what the run came to, for a person. */
import { phases } from "../observe/failovers.js";
import type { FailoverResult, RunResult } from "../run/result.js";
import { mark, wrap } from "./print.js";

export function summaryLines(result: RunResult, replay: string): string[] {
  return [
    row(
      "run",
      `seed ${result.seed}, Redis ${result.version}, ${seconds(result.virtualMs)} of virtual time, ${result.events} events`,
    ),
    ...result.failovers.flatMap(failoverLines),
    ...result.clients.flatMap((client) => [
      row(
        `writes ${client.client}`,
        `${client.acknowledged} acknowledged, ${client.failed} failed, ${client.unknown} unknown, ${client.lost} lost`,
      ),
      row(
        "",
        client.gapFromMs === undefined
          ? "no two acknowledged writes to measure a gap between"
          : `longest without an acknowledged write: ${seconds(client.longestWriteGapMs)} from ${seconds(client.gapFromMs)} on`,
      ),
      ...client.errors.slice(0, 4).map(({ error, count }) => row("", `${count} x ${error}`)),
      ...(client.reads.ok + client.reads.failed === 0
        ? []
        : [row("", `reads: ${client.reads.ok} ok, ${client.reads.failed} failed`)]),
    ]),
    row(
      "two masters",
      result.metrics.twoMastersMs === 0 ? "never" : `for ${seconds(result.metrics.twoMastersMs)}`,
    ),
    ...result.mishaps.map((mishap) => row("mishap", mishap)),
    ...result.expectations.map((verdict, index) =>
      wrap(
        `${(index === 0 ? "expected" : "").padEnd(14)}  `,
        `${mark(verdict.holds)} ${verdict.text}${verdict.holds ? "" : `: ${verdict.found} (${verdict.where})`}`,
      ),
    ),
    ...result.laws.flatMap(({ law, holds, violations }, index) => [
      wrap(`${(index === 0 ? "laws" : "").padEnd(14)}  `, `${mark(holds)} ${law}`),
      ...violations
        .slice(0, 3)
        .map((violation) => row("", `at ${seconds(violation.at / 1_000)}: ${violation.text}`)),
    ]),
    row("fingerprint", result.fingerprint),
    row("again", replay),
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
