/**
 * How many commands a second real clients get from a served node, as a share of what a real redis-server
 * gives them, measured in the same run: redis-benchmark against one and the other in turns, the best of
 * each counts. Processor time is told too, which says more on a machine that has other things to do.
 *
 *   npm run bench:gateway                needs redis-server and redis-benchmark on the PATH
 *
 * The clock runs fast enough not to be the limit: at speed 1 a node takes the 10 µs of each command that
 * its machine is given, and so at most 100,000 of them a second.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

interface Subject {
  readonly name: string;
  readonly port: number;
  readonly process: ChildProcess;
}

interface Load {
  readonly name: string;
  readonly requests: number;
  readonly options: readonly string[];
}

interface Measured {
  /** Requests a second. */
  readonly rate: number;
  /** Microseconds of the server's processor time for one; not known everywhere. */
  readonly cost: number | undefined;
}

const loads: readonly Load[] = [
  { name: "SET", requests: 60_000, options: ["-t", "set"] },
  { name: "GET", requests: 60_000, options: ["-t", "get"] },
  { name: "SET, -P 16", requests: 320_000, options: ["-t", "set", "-P", "16"] },
  { name: "GET, -P 16", requests: 320_000, options: ["-t", "get", "-P", "16"] },
  { name: "SET of 4 KB", requests: 40_000, options: ["-t", "set", "-d", "4096"] },
];
const rounds = 3;
const speed = "50";
/** Ticks of /proc/PID/stat, which Linux counts in hundredths of a second on every machine we know. */
const tick = 10_000;

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "redsim-bench-"));
  const scenario = join(folder, "one.yaml");
  writeFileSync(scenario, "duration: 1h\nnodes: { replicas: 0 }\n");
  const realPort = await freePort();
  const subjects = [
    start("redis-server", realPort, ["redis-server", "--port", `${realPort}`, "--save", ""]),
  ];
  try {
    const port = await freePort();
    const cli = new URL("../cli/main.js", import.meta.url).pathname;
    const serve = ["serve", scenario, "--bare", "--port-base", `${port}`, "--speed", speed];
    subjects.push(start("redsim", port, [process.execPath, cli, ...serve]));
    await Promise.all(subjects.map(({ port }) => listening(port)));
    console.log(row(["", "redis-server", "redsim", "ratio", "µs each", "µs each"]));
    for (const load of loads) report(load, subjects);
  } finally {
    for (const { process } of subjects) process.kill("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  }
}

function report(load: Load, subjects: readonly Subject[]): void {
  const best = new Map<string, Measured>();
  for (let round = 0; round < rounds; round++) {
    for (const subject of subjects) {
      const measured = play(load, subject);
      if (measured.rate > (best.get(subject.name)?.rate ?? 0)) best.set(subject.name, measured);
    }
  }
  const [real, ours] = subjects.map(({ name }) => best.get(name));
  if (real === undefined || ours === undefined) throw new Error("redis-benchmark measured nothing");
  console.log(
    row([
      load.name,
      grouped(real.rate),
      grouped(ours.rate),
      (ours.rate / real.rate).toFixed(2),
      real.cost?.toFixed(1) ?? "?",
      ours.cost?.toFixed(1) ?? "?",
    ]),
  );
}

function play(load: Load, subject: Subject): Measured {
  const before = processorTime(subject.process.pid);
  const args = ["-p", `${subject.port}`, "-n", `${load.requests}`, ...load.options, "--csv"];
  const { stdout, status } = spawnSync("redis-benchmark", args, {
    encoding: "utf8",
    timeout: 120_000,
  });
  if (status !== 0) throw new Error(`redis-benchmark ${args.join(" ")} failed`);
  const after = processorTime(subject.process.pid);
  const rate = Number(/^"(?:SET|GET)","([\d.]+)"/m.exec(stdout)?.[1]);
  const cost =
    before === undefined || after === undefined ? undefined : (after - before) / load.requests;
  return { rate, cost };
}

/** Microseconds that the process has used so far; undefined where there is no /proc. */
function processorTime(pid: number | undefined): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) * tick;
  } catch {
    return undefined;
  }
}

function start(name: string, port: number, command: readonly string[]): Subject {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "inherit"] });
  return { name, port, process: child };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port is free");
  return address.port;
}

/** redis-benchmark waits for ever where nobody listens yet. */
async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: "127.0.0.1", port });
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (isOpen) return;
    await sleep(50);
  }
  throw new Error(`nobody listens on port ${port}`);
}

function grouped(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function row(cells: readonly string[]): string {
  return cells.map((cell, i) => (i === 0 ? cell.padEnd(14) : cell.padStart(13))).join("");
}

await main();
