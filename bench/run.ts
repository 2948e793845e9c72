/**
 * How fast, and how big. Costs are printed in nanoseconds and as multiples of one reference operation,
 * measured in the same process, for only those compare across machines and years.
 *
 *   npm run bench                        prints the figures
 *   npm run bench -- --compare FILE      and how they relate to those of FILE
 *   npm run bench -- --save FILE         and writes them there
 *   npm run bench -- scaling             prints how cost grows with Sentinels and with masters
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import type { Cost, Memory } from "./measure.js";
import { type Growth, sizes } from "./scaling.js";

const worlds = ["idle", "walkthrough", "busy", "fleet", "kill-master"] as const;

/** What is kept of a measurement: no absolute times. */
interface Baseline {
  readonly machine: string;
  readonly node: string;
  readonly worlds: Readonly<Record<string, Kept>>;
  readonly memory: Memory;
}

interface Kept {
  readonly events: number;
  /** Reference operations an event costs. */
  readonly references: number;
  readonly peakMegabytes: number;
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { compare: { type: "string" }, save: { type: "string" } },
  });
  const [what] = positionals;
  const machine = cpus()[0]?.model.trim() ?? "unknown";
  if (what !== undefined && what !== "scaling") {
    console.error(`there is nothing called ${what} to measure; only scaling has a name`);
    process.exit(2);
  }
  console.log(`${machine}, Node ${process.version}\n`);
  if (what === "scaling") {
    printGrowth();
    return;
  }
  const before = values.compare === undefined ? undefined : readBaseline(values.compare);
  const kept: Record<string, Kept> = {};
  console.log(row(["", "events/s", "ns/event", "references", "x real time", "runs/s", "peak MB"]));
  for (const world of worlds) {
    const cost = measured<Cost>(world);
    const { references } = cost;
    kept[world] = {
      events: cost.events,
      references: rounded(references),
      peakMegabytes: Math.round(cost.peakMegabytes),
    };
    console.log(
      row([
        world,
        grouped(1e9 / cost.nanosecondsPerEvent),
        grouped(cost.nanosecondsPerEvent),
        references.toFixed(2),
        grouped(cost.virtualOverReal),
        cost.runsPerSecond.toFixed(cost.runsPerSecond < 10 ? 2 : 0),
        grouped(cost.peakMegabytes),
      ]),
    );
  }
  const memory = measured<Memory>("memory");
  console.log(`
heap of the idle world after 1/4, 1/2 and 1 virtual hour: ${[
    memory.idleQuarter,
    memory.idleHalf,
    memory.idleWhole,
  ]
    .map((bytes) => `${(bytes / 1e6).toFixed(2)} MB`)
    .join(", ")}
heap a recorded operation takes: ${grouped(memory.perOperation)} bytes
heap a key takes, on a master and two replicas: ${grouped(memory.perKey)} bytes`);

  const now: Baseline = { machine, node: process.version, worlds: kept, memory };
  if (before !== undefined) compare(before, now);
  if (values.save !== undefined) writeFileSync(values.save, `${JSON.stringify(now, null, 2)}\n`);
}

/** A virtual minute of clusters of different sizes. */
function printGrowth(): void {
  console.log(row(["", "Sentinels", "events", "ns/event", "references", "x real time", "peak MB"]));
  for (const [i, { masters, sentinels }] of sizes.entries()) {
    const growth = measured<Growth>("scaling", `${i}`);
    console.log(
      row([
        masters === 1 ? "1 master" : `${grouped(masters)} masters`,
        `${sentinels}`,
        grouped(growth.events),
        grouped(growth.nanosecondsPerEvent),
        growth.references.toFixed(2),
        growth.virtualOverReal < 10
          ? growth.virtualOverReal.toFixed(2)
          : grouped(growth.virtualOverReal),
        grouped(growth.peakMegabytes),
      ]),
    );
  }
}

/** One world in a process of its own. */
function measured<T>(...world: readonly string[]): T {
  const script = new URL("./measure.js", import.meta.url).pathname;
  const output = execFileSync(process.execPath, ["--expose-gc", script, ...world], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(output) as T;
}

function readBaseline(path: string): Baseline {
  return JSON.parse(readFileSync(path, "utf8")) as Baseline;
}

/** Ratios, new over old: below 1 is better. */
function compare(before: Baseline, now: Baseline): void {
  console.log(`\nagainst ${before.machine}, Node ${before.node} (below 1 is better)\n`);
  console.log(row(["", "cost/event", "peak memory", "events"]));
  for (const world of worlds) {
    const old = before.worlds[world];
    const present = now.worlds[world];
    if (old === undefined || present === undefined) continue;
    const work = present.events === old.events ? "the same" : `${old.events} -> ${present.events}`;
    console.log(
      row([
        world,
        ratio(present.references, old.references),
        ratio(present.peakMegabytes, old.peakMegabytes),
        work,
      ]),
    );
  }
  console.log(`\nidle heap ${ratio(now.memory.idleWhole, before.memory.idleWhole)}, \
an operation ${ratio(now.memory.perOperation, before.memory.perOperation)}, \
a key ${ratio(now.memory.perKey, before.memory.perKey)}`);
}

function ratio(now: number, before: number): string {
  return (now / before).toFixed(2);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function grouped(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function row(cells: readonly string[]): string {
  return cells.map((cell, i) => (i === 0 ? cell.padEnd(12) : cell.padStart(13))).join("");
}

main();
