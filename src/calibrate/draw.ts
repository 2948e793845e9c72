/** Two distributions drawn one above the other on a common axis, a column of blocks for each bin. */
import { Distribution } from "./distribution.js";

const blocks = " ▁▂▃▄▅▆▇█";

export interface Drawing {
  readonly from: number;
  readonly to: number;
  /** A text of the width asked for, each. */
  readonly recorded: string;
  readonly simulated: string;
}

export function draw(recorded: Distribution, simulated: Distribution, width: number): Drawing {
  const both = new Distribution([...recorded.sorted, ...simulated.sorted]);
  const from = Math.floor(both.min);
  const to = Math.max(Math.ceil(both.max), from + 1);
  return {
    from,
    to,
    recorded: columns(recorded, from, to, width),
    simulated: columns(simulated, from, to, width),
  };
}

/** Each column's height is its bin's share of the fullest; whatever is not empty is seen. */
function columns(values: Distribution, from: number, to: number, width: number): string {
  const bins = new Array<number>(width).fill(0);
  for (const value of values.sorted) {
    const bin = Math.min(width - 1, Math.floor(((value - from) / (to - from)) * width));
    bins[bin] = (bins[bin] as number) + 1;
  }
  const most = Math.max(...bins, 1);
  return bins
    .map((count) => blocks[count === 0 ? 0 : Math.max(1, Math.round((count / most) * 8))] as string)
    .join("");
}
