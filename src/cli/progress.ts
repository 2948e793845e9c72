/** Where a long run stands: one line on a terminal's stderr, none elsewhere. */

import { type Duration, seconds } from "../kernel/time.js";
import type { Run } from "../run.js";

/** So much virtual time between two looks at the clock. */
const slice: Duration = seconds(10);
const quietMs = 500;

/** Runs to the end; tells how far it is, if it takes more than half a second. */
export function runWithProgress(run: Run): void {
  if (process.stderr.isTTY !== true) {
    run.advance(run.end as number as Duration);
    return;
  }
  const begin = performance.now();
  let shown = false;
  while (!run.isOver) {
    run.advance(slice);
    const elapsed = performance.now() - begin;
    if (elapsed < quietMs && !shown) continue;
    shown = true;
    const percent = Math.floor((100 * run.now) / run.end);
    const ratio = Math.round(run.now / 1_000 / elapsed);
    process.stderr.write(
      `\r${percent}% (${(run.now / 1e6).toFixed(0)} s of virtual time, ${ratio} times real time) `,
    );
  }
  if (shown) process.stderr.write("\r\u001b[K");
}
