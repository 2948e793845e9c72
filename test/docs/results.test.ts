/**
 * docs/results.md: each table is what its command prints. Its hundreds of seeds are a minute's work, so
 * `npm test` takes some of them, whose figures must lie within the table's; `REDSIM_LONG=1` takes all.
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { figuresOf } from "../../src/cli/figures.js";
import type { RunResult } from "../../src/run/result.js";
import { redsim } from "../cli/redsim.js";

const isLong = process.env["REDSIM_LONG"] !== undefined;
const path = join(resolve(import.meta.dirname, "../.."), "docs/results.md");
const page = readFileSync(path, "utf8");
const pattern = /```sh\nnpx redsim (.*?)\n```\n\n```text\n(.*?)```\n/gs;
const tables = [...page.matchAll(pattern)].map(([, command = "", table = ""]) => ({
  command,
  table,
}));

/** min, p10, median, p90 and max of each row. */
function rowsOf(table: string): ReadonlyMap<string, readonly number[]> {
  return new Map(
    [...table.matchAll(/^(\S.*?) {2,}([\d. ]+)$/gm)].map(([, name = "", cells = ""]) => [
      name,
      cells.trim().split(/ +/).map(Number),
    ]),
  );
}

function someSeeds(command: string): readonly RunResult[] {
  const { out } = redsim([...command.replace("1..500", "1..8").split(" "), "--json"]);
  return (JSON.parse(out) as { readonly runs: readonly RunResult[] }).runs;
}

test("the page has tables", () => {
  expect(tables.length).toBeGreaterThanOrEqual(3);
});

describe.each(tables)("npx redsim $command", ({ command, table }) => {
  const rows = rowsOf(table);

  test("gives some seeds figures within the table's", () => {
    const runs = someSeeds(command);

    expect(runs.length).toBe(8);
    for (const { name, values } of figuresOf(runs)) {
      const [min = 0, p10 = 0, , p90 = 0, max = 0] = rows.get(name) ?? expect.fail(name);
      for (const value of values) {
        expect(value, name).toBeGreaterThanOrEqual(min - 0.05);
        expect(value, name).toBeLessThanOrEqual(max + 0.05);
      }
      // Of eight not all are among the tenth of the least, nor all among the tenth of the most.
      expect(Math.max(...values), name).toBeGreaterThanOrEqual(p10);
      expect(Math.min(...values), name).toBeLessThanOrEqual(p90);
    }
  });

  test("shows every run in its histogram, and says that all seeds hold", () => {
    const counts = [...table.matchAll(/ to +[\d.]+ +(\d+)/g)].map(([, count]) => Number(count));

    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(500);
    expect(table).toContain("all 500 seeds hold");
  });
});

if (isLong)
  test("all seeds print the page (REDSIM_LONG=1 npm run golden rewrites it)", {
    timeout: 1_800_000,
  }, async () => {
    const fresh = page.replace(pattern, (_, command: string) => {
      const { out } = redsim(command.split(" "));
      return `\`\`\`sh\nnpx redsim ${command}\n\`\`\`\n\n\`\`\`text\n${out}\`\`\`\n`;
    });

    await expect(fresh).toMatchFileSnapshot(path);
  });
