/** `redsim serve`: a scenario's nodes as real ports, for real clients. */
import type { CommandModule } from "yargs";
import { Breaker } from "../gateway/breaker.js";
import { speedOf } from "../gateway/commands.js";
import { Control } from "../gateway/control.js";
import { EventLog } from "../gateway/event-log.js";
import { Gateway, networkMax } from "../gateway/gateway.js";
import { keysHelp, listenToKeys } from "../gateway/keys.js";
import type { Observer } from "../kernel/record.js";
import { type Duration, seconds } from "../kernel/time.js";
import { Run } from "../run.js";
import { parseDuration } from "../scenario/duration.js";
import { outsideHost, served } from "../scenario/served.js";
import { type ExitCode, exitCode } from "./exit-code.js";
import { checkWritable } from "./line-file.js";
import { out, say } from "./print.js";
import { loadScenario } from "./scenario-source.js";
import { TraceWriter } from "./tracing.js";
import { UserError } from "./user-error.js";

interface ServeArguments {
  readonly scenario: string;
  readonly seed: string | undefined;
  readonly set: readonly string[];
  readonly speed: string;
  readonly held: boolean | undefined;
  readonly network: number | undefined;
  readonly bare: boolean | undefined;
  readonly settle: boolean | undefined;
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
      .option("set", {
        type: "string",
        array: true,
        nargs: 1,
        default: [],
        describe: "Change the scenario first: path=value, such as version=7.0",
      })
      .option("speed", {
        type: "string",
        default: "1",
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
      .option("bare", { type: "boolean", describe: "Without the scenario's clients and steps" })
      .option("settle", {
        type: "boolean",
        describe: "Open the ports once every Sentinel knows every node",
      })
      .option("control", {
        type: "number",
        describe: "Open the control port at 127.0.0.1; 0 takes a free one",
      })
      .option("trace", {
        type: "string",
        describe: "Write the trace to this file (NDJSON), with all that came in",
      })
      .option("for", { type: "string", describe: "End after so much virtual time: 30s" })
      .conflicts("held", "for")
      .strict(),
  handler: async (args) => {
    process.exitCode = await serve(args);
  },
};

/** Where the search for a free network begins. */
const networkFirst = 77;
/** A cluster that has not settled by then will not. */
const settleMax = seconds(120);

/** Where no network was asked for, the first on which nobody listens yet. */
async function serve(args: ServeArguments): Promise<ExitCode> {
  const asked = networkOf(args.network);
  for (let network = asked ?? networkFirst; ; network++) {
    try {
      return await serveOn(args, network);
    } catch (error) {
      const { code, address = "" } = error as { readonly code?: string; readonly address?: string };
      const isTaken = code === "EADDRINUSE" && address.startsWith(`127.${network}.`);
      if (!isTaken || asked !== undefined || network === networkMax) throw cannotListen(error);
    }
  }
}

async function serveOn(args: ServeArguments, network: number): Promise<ExitCode> {
  const speed = args.held === true ? 0 : speedOf(args.speed);
  if (speed === undefined)
    throw UserError.of("--speed", `${args.speed} is not a speed`, "such as 1, 20 or 0.5");
  const until = untilOf(args.for);
  const { scenario: read, source } = loadScenario(args.scenario, args.set);
  const serving = { network, bare: args.bare === true };
  const scenario = served(read, serving);
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
    const port = args.control === undefined ? undefined : await control.open(args.control);
    if (args.settle === true) await gateway.advanceUntil(settleMax, () => run.isSettled);
    gateway.speed = speed;
    announce(run, gateway, port);
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

function announce(run: Run, gateway: Gateway, control: number | undefined): void {
  const { plan } = run;
  const pace = gateway.speed === 0 ? "the clock held" : `at speed ${gateway.speed}`;
  out(`serving ${plan.file}, seed ${plan.seed}, Redis ${plan.version}, ${pace}, on loopback only`);
  for (const { name } of plan.nodes) {
    const address = gateway.addressOf(name);
    out(`  ${name.padEnd(12)} ${address?.ip}:${address?.port}`);
  }
  if (control !== undefined) out(`  ${"control".padEnd(12)} 127.0.0.1:${control}  (REDSIM HELP)`);
  if (process.stdin.isTTY) out(`keys: ${keysHelp}`);
}

function networkOf(network: number | undefined): number | undefined {
  if (network === undefined) return undefined;
  if (Number.isInteger(network) && network >= 1 && network <= networkMax) return network;
  throw UserError.of("--network", `${network} is no network`, `a number from 1 to ${networkMax}`);
}

function untilOf(text: string | undefined): Duration | undefined {
  if (text === undefined) return undefined;
  const until = parseDuration(text);
  if (until === undefined)
    throw UserError.of("--for", `${text} is not a duration`, "such as 500ms, 30s or 2m");
  return until;
}

function cannotListen(error: unknown): unknown {
  const { code, address, port } = error as {
    readonly code?: string;
    readonly address?: string;
    readonly port?: number;
  };
  const where = `${address}:${port}`;
  if (code === "EADDRINUSE")
    return UserError.of(where, "somebody listens there already", "try another --network");
  if (code === "EADDRNOTAVAIL")
    return UserError.of(
      where,
      "this machine does not have that address",
      `on macOS: sudo ifconfig lo0 alias ${address}`,
    );
  if (code === "EACCES") return UserError.of(where, "permission denied");
  return error;
}
