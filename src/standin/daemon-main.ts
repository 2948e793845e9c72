/** The process of a simulation that stand-ins have begun: `daemon-main <socket>`. */
import { randomInt } from "node:crypto";
import { readFileSync, unlinkSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { programVersion } from "../cli/program.js";
import { TraceWriter } from "../cli/tracing.js";
import type { LoneHost } from "../scenario/lone-host.js";
import { epochStart } from "../scenario/plan.js";
import { Daemon } from "./daemon.js";
import { readEnvironment } from "./environment.js";
import { attempt } from "./error-text.js";
import { tryConnect } from "./rendezvous.js";

const loopback = "127.0.0.1";

async function main(path: string): Promise<void> {
  const { speed, seed = `${randomInt(2 ** 32)}`, trace, patience } = readEnvironment(process.env);
  if (await isServed(path)) return;
  const host = thisHost();
  const writer =
    trace === undefined
      ? undefined
      : new TraceWriter(trace, {
          level: "notes",
          seed,
          host,
          source: { name: "stand-ins", text: "", set: [], files: {} },
        });
  const daemon = new Daemon({
    host,
    seed,
    speed,
    patience,
    program: programVersion,
    observers: writer === undefined ? [] : [writer],
    ended: (error) => {
      if (error === undefined) writer?.end(daemon.run, daemon.run.result());
      else writer?.abandon();
      if (error !== undefined) say(error);
      process.exit(error === undefined ? 0 : 3);
    },
  });
  // What a simulation that broke off has left, if there is such a thing.
  attempt(() => unlinkSync(path));
  const usual = process.umask(0o177);
  await daemon.open(path);
  process.umask(usual);
}

/** This machine: every address that leads to it, its names, its clock. */
function thisHost(): LoneHost {
  const ips = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family }) => family === "IPv4")
    .map(({ address }) => address)
    .sort();
  return {
    ips: [...new Set([loopback, ...ips])],
    names: namesOf(new Set([loopback, ...ips])),
    offset: Date.now() - epochStart,
  };
}

/** `/etc/hosts`, as far as it is about this machine. */
function namesOf(own: ReadonlySet<string>): LoneHost["names"] {
  const names = new Map([["localhost", loopback]]);
  let text = "";
  try {
    text = readFileSync("/etc/hosts", "utf8");
  } catch {
    // There are systems without one.
  }
  for (const line of text.split("\n")) {
    const [ip = "", ...words] = line.replace(/#.*/, "").trim().split(/\s+/);
    if (own.has(ip)) for (const name of words) if (!names.has(name)) names.set(name, ip);
  }
  return [...names].map(([name, ip]) => ({ name, ip }));
}

/** Somebody was faster. */
async function isServed(path: string): Promise<boolean> {
  const socket = await tryConnect(path);
  socket?.destroy();
  return socket !== undefined;
}

/** Heard by who began it, until it is ready. */
function say(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
}

main(process.argv[2] ?? "redsim.sock").catch((error: unknown) => {
  say(error);
  process.exit(1);
});
