/** Where two runs of one seed part, in words; and how often exploring looks for that. */
import type { Divergence } from "../run/side-by-side.js";
import { out } from "./print.js";
import { UserError } from "./user-error.js";

/** Of a hundred runs one more costs a hundredth, and a bug of that kind shows in most runs. */
const everyDefault = 100;

/** The option of commands that run many seeds. */
export const checkDeterminismOption = {
  type: "string",
  describe: `Run every n-th seed twice and compare; without a number every ${everyDefault}th`,
} as const;

/** Undefined: no run is repeated. */
export function checkDeterminismOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (text === "") return everyDefault;
  const every = Number(text);
  if (/^\d+$/.test(text) && every >= 1) return every;
  throw UserError.of(
    "--check-determinism",
    `${text} is not a number of runs`,
    `such as --check-determinism=${everyDefault}`,
  );
}

export function printDivergence({ step, before, records, streams }: Divergence): void {
  out(
    `the two runs part at ${(step.at / 1e6).toFixed(6)} s, where ${step.node} handles ${step.input}:`,
  );
  for (const line of before) out(`    ${line}`);
  for (const [i, line] of records.entries()) out(`  ${i + 1} ${line ?? "(nothing more)"}`);
  for (const { stream, draws } of streams)
    out(`  stream ${stream}: ${draws[0]} draws in one, ${draws[1]} in the other`);
  if (streams.length === 0) out("  no stream of chance was drawn from more often in one of them");
}
