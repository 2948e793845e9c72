/** Where something long stands, on stderr. */
import { type Duration, seconds } from "../kernel/time.js";
import type { Run } from "../run.js";
import { say } from "./print.js";

/** On a terminal one line that changes; elsewhere a line now and then. */
export class Meter {
  readonly #isTerminal = process.stderr.isTTY === true;
  readonly #quietMs = this.#isTerminal ? 200 : 10_000;
  #shownAt = performance.now();

  /** Something begins: shown at once. */
  begin(text: string): void {
    this.#shownAt = performance.now();
    if (this.#isTerminal) process.stderr.write(`\r\u001b[K${text} `);
    else say(text);
  }

  /** Where it stands; made only when it is time to show it. */
  show(text: () => string): void {
    if (performance.now() - this.#shownAt >= this.#quietMs) this.begin(text());
  }

  /** Before what is said for good. */
  clear(): void {
    if (this.#isTerminal) process.stderr.write("\r\u001b[K");
  }
}

/** So much virtual time between two looks at the clock. */
const slice: Duration = seconds(10);
const quietMs = 500;

/** Runs to the end; tells a terminal how far it is, if it takes more than half a second. */
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
