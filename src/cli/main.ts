#!/usr/bin/env node
/** The command line: yargs reads it, one file a command does it, and here every error finds its words. */
import yargs, { type CommandModule } from "yargs";
import { hideBin } from "yargs/helpers";
import { Bug } from "../kernel/assert.js";
import { formatProblem, ProblemsError } from "../redis/config/problem.js";
import { nearest } from "../scenario/suggest.js";
import { calibrateCommand } from "./calibrate-command.js";
import { exitCode } from "./exit-code.js";
import { exploreCommand } from "./explore-command.js";
import { findingsCommand } from "./findings-command.js";
import { initCommand } from "./init-command.js";
import { listCommand } from "./list-command.js";
import { say } from "./print.js";
import { programVersion } from "./program.js";
import { replayCommand } from "./replay-command.js";
import { runCommand } from "./run-command.js";
import { library, reasonOf } from "./scenario-source.js";
import { schemaCommand } from "./schema-command.js";
import { serveCommand } from "./serve-command.js";
import { showCommand } from "./show-command.js";
import { UserError } from "./user-error.js";
import { whyCommand } from "./why-command.js";

const argv = hideBin(process.argv);

const commands = [
  runCommand,
  replayCommand,
  serveCommand,
  exploreCommand,
  findingsCommand,
  whyCommand,
  calibrateCommand,
  listCommand,
  showCommand,
  initCommand,
  schemaCommand,
] as unknown as CommandModule[];

/** What yargs complains of. */
class UsageError extends Error {}

// Whoever reads our output may stop before its end (`redsim list | head -1`).
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(exitCode.ok);
  say(`the output cannot be written: ${reasonOf(error)}`);
  process.exit(exitCode.usage);
});

try {
  await yargs(argv)
    .scriptName("redsim")
    .usage("$0 <command>\n\nA deterministic simulator of Redis high availability.")
    .command(commands)
    .demandCommand(1, "which command?")
    .strict()
    .check(checkValues, true)
    .version(programVersion)
    .help()
    .alias("help", "h")
    .wrap(80)
    .epilogue(
      "Exit codes: 0 all holds; 1 an expectation or a law does not; 2 the input is wrong; " +
        "3 two runs that should be equal are not, or a bug of redsim.",
    )
    .example("$0 run walkthrough", "the experiment every newcomer does")
    .example("$0 run kill-master --seeds 1..200", "a distribution instead of an anecdote")
    .fail((message, error: Error | undefined) => {
      // yargs throws some of its complaints (an option without its value) and reports the others.
      if (error !== undefined && error.name !== "YError") throw error;
      throw new UsageError(error?.message ?? message);
    })
    .parseAsync();
} catch (error) {
  process.exitCode = report(error instanceof UsageError ? await explained(error.message) : error);
}

async function explained(complaint: string): Promise<UserError> {
  const [unknown, ...others] = unknownWords(complaint);
  const near = unknown === undefined ? undefined : await nearestTo(unknown, others);
  const hint = near === undefined ? hintFor(complaint) : `did you mean ${near}?`;
  return UserError.of("", inOurWords(complaint), hint);
}

/** The command that was meant; or the option, where only that is wrong. */
async function nearestTo(unknown: string, others: readonly string[]): Promise<string | undefined> {
  if (isUnknownCommand(unknown)) return nearest(unknown, commands.map(nameOf));
  return unknown.startsWith("--") && others.length === 0 ? nearestOption(unknown) : undefined;
}

/**
 * What yargs lets pass: a value that is given twice, and a number that is none. `known` is what it knows of
 * the options, among it which may be given again and again.
 */
function checkValues(args: Readonly<Record<string, unknown>>, known: unknown): true {
  const { array: lists } = known as { readonly array: readonly string[] };
  for (const [name, value] of Object.entries(args)) {
    if (Array.isArray(value) && name !== "_" && !lists.includes(name))
      throw UserError.of(`--${name}`, `given ${value.length} times`, "one of them is meant");
    if (Number.isNaN(value)) {
      const at = argv.findIndex((word) => word === `--${name}` || word.startsWith(`--${name}=`));
      const typed = argv[at]?.includes("=") ? argv[at].slice(name.length + 3) : argv[at + 1];
      throw UserError.of(`--${name}`, `${typed ?? "nothing"} is not a number`);
    }
  }
  return true;
}

function nameOf({ command }: CommandModule): string {
  return String(command).split(" ")[0] ?? "";
}

function isUnknownCommand(word: string): boolean {
  return word === argv[0] && !commands.some((each) => nameOf(each) === word);
}

/** Of the options of the command that was typed, as its help shows them. */
async function nearestOption(typed: string): Promise<string | undefined> {
  const command = commands.find((each) => nameOf(each) === argv[0]);
  if (typeof command?.builder !== "function") return undefined;
  const help = await (await command.builder(yargs())).getHelp();
  return nearest(typed, help.match(/--[a-z][a-z-]*/g) ?? []);
}

/** What yargs complains of, in a line that says what to do. */
function inOurWords(message: string): string {
  const value = /^Not enough arguments following: (.+)$/.exec(message);
  if (value !== null) return `--${value[1]} needs a value`;
  if (message.startsWith("Not enough non-option arguments")) return `${argv[0]} of what?`;
  const choice = /Argument: (\S+), Given: "(.*)", Choices: (.*)$/s.exec(message);
  if (choice !== null) {
    const [, name = "", given = "", choices = ""] = choice;
    const isOption = argv.some((word) => word.startsWith(`--${name}`));
    return `${isOption ? `--${name}: ` : ""}${given} is none of ${choices.replaceAll('"', "")}`;
  }
  const both = /^Arguments (\S+) and (\S+) are mutually exclusive$/.exec(message);
  if (both !== null) return `${asTyped(both[1])} and ${asTyped(both[2])} do not go together`;
  const unknown = unknownWords(message);
  const [first] = unknown;
  if (first !== undefined && isUnknownCommand(first)) return `there is no command ${first}`;
  return unknown.length === 0 ? message : `there is no ${unknown.join(", ")} here`;
}

/** An option, or the scenario that stands behind a command. */
function asTyped(name = ""): string {
  return name === "scenario" ? "a scenario" : `--${name}`;
}

/** What it does not know, as it was typed. */
function unknownWords(message: string): readonly string[] {
  const names = /^Unknown arguments?: (.+)$/.exec(message)?.[1]?.split(", ") ?? [];
  return names.map((name) =>
    argv.some((word) => word === `--${name}` || word.startsWith(`--${name}=`)) ? `--${name}` : name,
  );
}

/** Where to look; who names a scenario and no command wants to run it. */
function hintFor(message: string): string {
  const [first] = argv;
  if (library().some(({ name }) => name === first)) return `redsim run ${argv.join(" ")}`;
  const isCommand = commands.some((each) => nameOf(each) === first);
  const command = isCommand && !message.endsWith(` ${first}`) ? `${first} ` : "";
  return `redsim ${command}--help shows what there is`;
}

function report(error: unknown): number {
  if (error instanceof ProblemsError) {
    for (const problem of error.problems) say(formatProblem(problem));
    return exitCode.usage;
  }
  // A folder that is read-only, a disk that is full: whoever asks for a file is told where it went wrong.
  if (isSystemError(error)) {
    say(`${error.path === undefined ? "" : `${error.path}: `}${reasonOf(error)}`);
    return exitCode.usage;
  }
  if (error instanceof Bug) {
    say(`a bug of redsim: ${error.message}`);
    say(`this shows it again: npx redsim ${argv.join(" ")}`);
    if (process.env["REDSIM_STACK"] !== undefined) say(error.stack ?? "");
    return exitCode.divergence;
  }
  say(
    `a bug of redsim: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
  return exitCode.divergence;
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error && "code" in error;
}
