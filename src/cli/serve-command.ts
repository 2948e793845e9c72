/** `redsim serve`: a scenario's nodes as real ports, for real clients. */
import type { CommandModule } from "yargs";
import { Breaker } from "../gateway/breaker.js";
import { speedOf } from "../gateway/commands.js";
import { Control } from "../gateway/control.js";
import { EventLog } from "../gateway/event-log.js";
import { Gateway, networkMax } from "../gateway/gateway.js";
import { keysHelp, listenToKeys } from "../gateway/keys.js";
import type { Observer } from "../kernel/record.js";
import type { Duration } from "../kernel/time.js";
import { Run } from "../run.js";
import { parseDuration } from "../scenario/duration.js";
import { epochStart } from "../scenario/plan.js";
import { outsideHost, type Place, type Serving, served } from "../scenario/served.js";
import { type ExitCode, exitCode } from "./exit-code.js";
import { checkWritable } from "./line-file.js";
import { out, say } from "./print.js";
import { repeated } from "./repeated.js";
import { loadScenario } from "./scenario-source.js";
import {
  cannotListen,
  checkPorts,
  isPort,
  loopback,
  outsideOf,
  type PlaceArguments,
  placeOf,
  reachOf,
} from "./serve-place.js";
import { TraceWriter } from "./tracing.js";
import { UserError } from "./user-error.js";

interface ServeArguments extends PlaceArguments {
  readonly scenario: string;
  readonly seed: string | undefined;
  readonly set: readonly string[];
  readonly speed: string | undefined;
  readonly held: boolean | undefined;
  readonly outside: readonly string[];
  readonly bare: boolean | undefined;
  readonly settle: boolean | undefined;
  readonly "real-time": boolean | undefined;
  readonly control: number | undefined;
  readonly trace: string | undefined;
  readonly for: string | undefined;
}

export const serveCommand: CommandModule<object, ServeArguments> = {
  command: "serve <scenario>",
  describe: "Serve a scenario's nodes to real clients, on real ports",
  builder: (yargs) =>
    yargs
      .positional("scenario", {
        type: "string",
        demandOption: true,
        describe: "A name that `redsim list` shows, or a path to a YAML file",
      })
      .option("seed", { type: "string", describe: "Instead of the scenario's own seed" })
      .option("set", repeated("Change the scenario first: path=value, such as version=7.0"))
      .option("speed", {
        type: "string",
        defaultDescription: "1",
        describe: "Virtual seconds for each real one",
      })
      .option("held", {
        type: "boolean",
        describe: "Virtual time stands still until the control port moves it",
      })
      .option("network", {
        type: "number",
        describe: "The second number of all addresses; the first free one from 77 on: 127.77.0.11",
      })
      .option("announce", {
        type: "string",
        describe:
          "All nodes at this one address instead, 127.0.0.1 if none is named, told apart by ports",
      })
      .option("port-base", {
        type: "number",
        describe: "Number the ports of --announce from here on, in the order of the scenario",
      })
      .option("host", {
        type: "string",
        describe: "Listen here instead of on loopback only, such as 0.0.0.0; needs --announce",
      })
      .option(
        "outside",
        repeated(
          "A machine that nodes may connect to, besides this one's loopback: an IPv4 address",
        ),
      )
      .option("bare", { type: "boolean", describe: "Without the scenario's clients and steps" })
      .option("settle", {
        type: "boolean",
        describe: "Open the ports once every Sentinel knows every node",
      })
      .option("real-time", {
        type: "boolean",
        describe: "The nodes' clocks show what time it is, for EXPIREAT and for real replicas",
      })
      .option("control", {
        type: "number",
        describe: "Open the control port, at 127.0.0.1 or at --host; 0 takes a free one",
      })
      .option("trace", {
        type: "string",
        describe: "Write the trace to this file (NDJSON), with all that came in",
      })
      .option("for", { type: "string", describe: "End after so much virtual time: 30s" })
      .conflicts("held", ["speed", "for"])
      .conflicts("network", ["announce", "port-base", "host"])
      .strict(),
  handler: async (args) => {
    process.exitCode = await serve(args);
  },
};

/** Where the search for a free network begins. */
const networkFirst = 77;

/** Where no place was asked for, the first network on which nobody listens yet. */
async function serve(args: ServeArguments): Promise<ExitCode> {
  const place = placeOf(args);
  if (place !== undefined) return serveAt(args, place).catch(cannotListen);
  for (let network = networkFirst; ; network++) {
    try {
      return await serveAt(args, { network });
    } catch (error) {
      const { code, address = "" } = error as { readonly code?: string; readonly address?: string };
      const isTaken = code === "EADDRINUSE" && address.startsWith(`127.${network}.`);
      if (!isTaken || network === networkMax) cannotListen(error);
    }
  }
}

async function serveAt(args: ServeArguments, place: Place): Promise<ExitCode> {
  const speed = args.held === true ? 0 : speedOf(args.speed ?? "1");
  if (speed === undefined)
    throw UserError.of("--speed", `${args.speed} is not a speed`, "such as 1, 20 or 0.5");
  const { control: controlPort } = args;
  if (controlPort !== undefined && !isPort(controlPort))
    throw UserError.of("--control", `${controlPort} is not a port`, "from 0 to 65535");
  const until = untilOf(args.for);
  const { scenario: read, source } = loadScenario(args.scenario, args.set);
  const reaches = outsideOf(args.outside);
  const serving: Serving = {
    ...place,
    bare: args.bare === true,
    ...(reaches.length === 0 ? {} : { reaches }),
    ...(args["real-time"] === true ? { ahead: Date.now() - epochStart } : {}),
  };
  const scenario = served(read, serving);
  checkPorts(scenario);
  const seed = args.seed ?? scenario.seed;
  if (args.trace !== undefined) checkWritable(args.trace);
  const trace =
    args.trace === undefined
      ? undefined
      : new TraceWriter(args.trace, { level: "notes", seed, until, source, serving });
  const events = new EventLog((line) => out(line));
  const observers: Observer[] = trace === undefined ? [events] : [events, trace];
  const run = new Run({
    scenario,
    seed,
    observers,
    outside: outsideHost(read),
    ...(until === undefined ? {} : { until }),
  });

  let end = () => {};
  let broken: unknown;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const gateway = new Gateway({
    run,
    speed: 0,
    host: args.host,
    failed: (error) => {
      broken = error;
      end();
    },
  });
  const breaker = new Breaker(gateway);
  const control = new Control({ gateway, breaker, events });
  const timer = setInterval(() => {
    if (run.isOver) end();
  }, 10);
  process.once("SIGINT", end);
  process.once("SIGTERM", end);
  try {
    await gateway.open();
    const port =
      args.control === undefined
        ? undefined
        : await control.open(args.host ?? loopback, args.control).catch(cannotControl);
    if (args.settle === true) await gateway.settle();
    gateway.speed = speed;
    announce(run, gateway, { host: args.host, control: port });
  } catch (error) {
    trace?.abandon();
    clearInterval(timer);
    await gateway.close();
    throw error;
  }
  const keys = process.stdin.isTTY
    ? listenToKeys({ input: process.stdin, breaker, quit: () => end(), refused: say })
    : undefined;
  await ended;
  clearInterval(timer);
  keys?.();
  await control.close();
  await gateway.close();
  if (broken !== undefined) {
    trace?.abandon();
    throw broken;
  }
  const result = run.result();
  trace?.end(run, result);
  out(`${(run.now / 1_000_000).toFixed(3)} s of virtual time, fingerprint ${run.fingerprint}`);
  for (const law of result.laws)
    for (const violation of law.violations) say(`${law.law}: ${violation.text}`);
  return result.laws.every(({ holds }) => holds) ? exitCode.ok : exitCode.broken;
}

function announce(
  run: Run,
  gateway: Gateway,
  { host, control }: { readonly host: string | undefined; readonly control: number | undefined },
): void {
  const { plan } = run;
  const pace = gateway.speed === 0 ? "the clock held" : `at speed ${gateway.speed}`;
  out(`serving ${plan.file}, seed ${plan.seed}, Redis ${plan.version}, ${pace}, ${reachOf(host)}`);
  for (const { name } of plan.nodes) {
    const address = gateway.addressOf(name);
    out(`  ${name.padEnd(12)} ${address?.ip}:${address?.port}`);
  }
  if (control !== undefined)
    out(`  ${"control".padEnd(12)} ${host ?? loopback}:${control}  (REDSIM HELP)`);
  if (process.stdin.isTTY) out(`keys: ${keysHelp}`);
}

function untilOf(text: string | undefined): Duration | undefined {
  if (text === undefined) return undefined;
  const until = parseDuration(text);
  if (until === undefined)
    throw UserError.of("--for", `${text} is not a duration`, "such as 500ms, 30s or 2m");
  return until;
}

function cannotControl(error: unknown): never {
  const { code, address, port } = error as NodeJS.ErrnoException & {
    address?: string;
    port?: number;
  };
  if (code !== "EADDRINUSE") cannotListen(error);
  throw UserError.of(
    `--control: ${address}:${port}`,
    "somebody listens there already",
    "--control 0 takes a free one",
  );
}
