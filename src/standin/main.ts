#!/usr/bin/env node
/**
 * `redsim-server` and `redsim-sentinel`, and Redis's own names for them where they stand in its place:
 * one program, as redis-sentinel is a link to redis-server, told apart by the name it is called by.
 */
import { spawn } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { basename, resolve } from "node:path";
import { programVersion } from "../cli/program.js";
import { logLine } from "../redis/server/log-line.js";
import { behaviours } from "../redis/version.js";
import { fromBinary, toBinary } from "../redis/wire/utf8.js";
import { type CommandLine, readCommandLine, usage, versionLine } from "./command-line.js";
import {
  type Configuration,
  fatal,
  fatalText,
  lineOf,
  readConfiguration,
} from "./configuration.js";
import { Doors } from "./doors.js";
import { type Environment, EnvironmentError, readEnvironment } from "./environment.js";
import { errorText } from "./error-text.js";
import { meet, meetingPoint, RendezvousError } from "./rendezvous.js";
import { StandIn } from "./stand-in.js";

/** Set for the process that a daemon leaves behind. */
const inBackground = "REDSIM_IN_BACKGROUND";

async function main(): Promise<void> {
  const environment = readEnvironment(process.env);
  const { version } = environment;
  const name = basename(process.argv[1] ?? "");
  const commandLine = readCommandLine(name, process.argv.slice(2), version);
  switch (commandLine.asks) {
    case "version":
      process.stdout.write(`${versionLine(behaviours[version].release)}\n`);
      return;
    case "help":
      process.stderr.write(`${usage(version)}\n`);
      process.exitCode = 1;
      return;
    case "memoryTest":
    case "systemCheck":
      process.stderr.write("This stands in for a Redis: it has no memory and no system to test.\n");
      process.exitCode = 1;
      return;
    default:
      await run(commandLine, environment);
  }
}

async function run(commandLine: CommandLine, environment: Environment): Promise<void> {
  const { version } = environment;
  const directory = process.cwd();
  // For the simulation, if it is begun from here: that has a working directory of its own.
  if (environment.trace !== undefined) process.env["REDSIM_TRACE"] = resolve(environment.trace);
  const stdin = commandLine.readsStdin ? readFileSync(0, "latin1") : "";
  const configuration = readConfiguration({ commandLine, stdin, directory, version });
  const early = (line: string): never => {
    process.stdout.write(`${ownLine(commandLine, line)}\n`);
    process.exit(1);
  };
  if ("log" in configuration) return early(configuration.log);
  if ("stderr" in configuration) return complain(configuration.stderr);
  const { settings, whole } = configuration;
  const complainOf = (directive: string, what: string) => {
    complain(fatal(whole, lineOf(whole, directive), what, version));
  };
  // The socket is looked for where the process was started, not where it goes.
  const meeting = meetingPoint(environment.socket, directory);
  try {
    process.chdir(fromBinary(settings.dir));
  } catch (error) {
    return complainOf("dir", errorText(error));
  }
  const logFile = settings.logfile === "" ? undefined : resolve(fromBinary(settings.logfile));
  if (logFile !== undefined) {
    try {
      appendFileSync(logFile, "");
    } catch (error) {
      const what = `Can't open the log file: ${errorText(error)}`;
      // From 7.0 on it is opened once all lines are read, and none of them is blamed.
      if (version === "6.2") return complainOf("logfile", what);
      return complain(fatalText(what, version));
    }
  }
  const others = settings.others;
  const isDaemon = others.get("daemonize") === true && (others.get("supervised") ?? "no") === "no";
  const isInBackground = process.env[inBackground] !== undefined;
  // It says something of this process alone, and not of those that it starts.
  delete process.env[inBackground];
  if (isDaemon && !isInBackground) return fork(stdin, directory);

  const pidFile = String(others.get("pidfile") ?? "");
  const say = (line: string) => {
    const text = `${ownLine(commandLine, line)}\n`;
    if (logFile === undefined) process.stdout.write(text);
    else appendFileSync(logFile, text);
  };
  await standIn({
    commandLine,
    environment,
    configuration,
    directory,
    meeting,
    logFile,
    pidFile: pidFile === "" ? undefined : resolve(fromBinary(pidFile)),
    say,
  });
}

interface Beginning {
  readonly commandLine: CommandLine;
  readonly environment: Environment;
  readonly configuration: Configuration;
  readonly directory: string;
  readonly meeting: string;
  readonly logFile: string | undefined;
  readonly pidFile: string | undefined;
  readonly say: (line: string) => void;
}

async function standIn(beginning: Beginning): Promise<void> {
  const { commandLine, configuration, environment, directory, logFile, pidFile, say } = beginning;
  const { settings } = configuration;
  const { port } = settings;
  const early: Socket[] = [];
  let enters = (socket: Socket): void => {
    early.push(socket);
  };
  const doors = new Doors((socket) => enters(socket));
  let isPortTaken = false;
  if (port === 0) {
    say("Configured to not listen anywhere, exiting.");
    process.exit(1);
  }
  try {
    await doors.open(settings.bind, port, settings.tcpBacklog);
  } catch (error) {
    isPortTaken = (error as { readonly code?: string }).code === "EADDRINUSE";
    if (!isPortTaken) {
      say(`Could not create server TCP listening socket *:${port}: bind: ${errorText(error)}`);
      process.exit(1);
    }
  }
  process.title = `${commandLine.isSentinel ? "redsim-sentinel" : "redsim-server"} *:${port}`;
  const stand = new StandIn({
    socket: await meet(beginning.meeting),
    doors,
    launch: {
      program: commandLine.isSentinel ? "redis-sentinel" : "redis-server",
      version: environment.version,
      executable: toBinary(process.argv[1] ?? ""),
      directory: toBinary(directory),
      config: configuration.path === undefined ? undefined : toBinary(configuration.path),
      options: configuration.options,
      pid: process.pid,
      port,
      isPortTaken,
    },
    folder: settings.dir,
    program: programVersion,
    logFile,
    pidFile,
    early,
  });
  enters = (socket) => stand.enters(socket);
  stand.join();
}

/** `daemonize()`: the process that was started ends, and another one goes on without a terminal. */
function fork(stdin: string, directory: string): void {
  const [, script = "", ...args] = process.argv;
  const child = spawn(process.execPath, [script, ...args], {
    cwd: directory,
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env: { ...process.env, [inBackground]: "1" },
  });
  child.stdin?.end(stdin, "latin1", () => process.exit(0));
}

/** A line of the log from before there is a node that could write one. */
function ownLine({ isSentinel }: CommandLine, text: string): string {
  const wall = (Date.now() - new Date().getTimezoneOffset() * 60_000) * 1_000;
  return logLine(process.pid, isSentinel ? "X" : "C", wall, { level: "#", text });
}

function complain(text: string): void {
  process.stderr.write(text);
  process.exit(1);
}

main().catch((error: unknown) => {
  const isExpected = error instanceof EnvironmentError || error instanceof RendezvousError;
  process.stderr.write(`redsim: ${isExpected ? error.message : String((error as Error)?.stack)}\n`);
  process.exit(error instanceof EnvironmentError ? 2 : 1);
});
