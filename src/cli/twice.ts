/** `redsim run --twice`: two runs side by side, and where they part. */
import { type SideBySideOptions, sideBySide } from "../run/side-by-side.js";
import { printDivergence } from "./divergence.js";
import { type ExitCode, exitCode } from "./exit-code.js";
import { out } from "./print.js";

export function runTwice(options: SideBySideOptions, { isQuiet }: { isQuiet: boolean }): ExitCode {
  const { run, divergence } = sideBySide(options);
  if (divergence !== undefined) {
    printDivergence(divergence);
    return exitCode.divergence;
  }
  if (!isQuiet) out(`two runs of ${run.steps} events are equal, fingerprint ${run.fingerprint}`);
  return exitCode.ok;
}
